"""Those among whom an event invites: everybody who is eligible, or only people or companies that were selected in a list."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contacts.people.models.roles import RoleQuerySet

PEOPLE, COMPANIES = "people", "companies"
FIELD = {PEOPLE: "person__among", COMPANIES: "company__among"}


@dataclass(frozen=True)
class SelectedRows:
    """The selected rows: `of` is PEOPLE or COMPANIES, or "" for everybody; `keys` are theirs."""

    of: str = ""
    keys: tuple[int, ...] = ()

    @property
    def is_everybody(self) -> bool:
        return not self.of

    def narrow(self, roles: "RoleQuerySet") -> "RoleQuerySet":
        """Those of `roles` that belong to the selected."""
        return roles if self.is_everybody else roles.filter(**{FIELD[self.of]: self.keys})

    @property
    def arguments(self) -> dict[str, Any]:
        """For the arguments of a job; `of_job` reads it."""
        return {"among": asdict(self)}

    @classmethod
    def of_job(cls, arguments: Mapping[str, Any]) -> "SelectedRows":
        found = arguments.get("among", {})
        return cls(found.get("of", ""), tuple(found.get("keys", ())))


EVERYBODY = SelectedRows()

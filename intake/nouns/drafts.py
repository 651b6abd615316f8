"""Drafts of the database rows that a batch would make or change, shared between the rows about the same object."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(eq=False)
class Draft(Generic[Row]):
    """A database row, new or with its changes. `by_row` is the staged row that made it."""

    obj: Row
    is_new: bool
    changes: dict[str, Any] = field(default_factory=dict)
    staged: int | None = None

    def put(self, name: str, value: object, *, only_blank: bool = False) -> bool:
        """True when `value` differs from the stored value and is to be written; a value is never replaced by nothing."""
        current = self.changes[name] if name in self.changes else getattr(self.obj, name)
        if value in ("", None) or value == current or (only_blank and current not in ("", None)):
            return False
        if self.is_new:
            setattr(self.obj, name, value)
        else:
            self.changes[name] = value
        return True

    @property
    def state(self) -> str:
        return NEW if self.is_new else CHANGED if self.changes else SAME


def worst(states: list[str]) -> str:
    """The strongest state: new before changed before same."""
    return NEW if NEW in states else CHANGED if CHANGED in states else SAME

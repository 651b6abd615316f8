"""What can be wrong with a sheet, a row or a cell: a reason and the facts that its words need. The words are made in `intake.wording`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.reading.jsontypes import Json

Fact = str | int


class CellProblem(Exception):
    """The cell can't be taken as what its column means."""

    def __init__(self, reason: str, **facts: Fact) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a row, at a column of the sheet (None: the whole row), with the cell's text; `stops`: the row is left out for it."""

    reason: str  # like "vin.length"
    facts: Mapping[str, Fact] = field(default_factory=dict)
    column: int | None = None
    value: str = ""
    stops: bool = True

    @property
    def kind(self) -> str:
        """What the page groups it under: "vin" of "vin.length"."""
        return kind_of(self.reason)

    def to_json(self) -> Json:
        said = {"reason": self.reason, "facts": dict(self.facts), "column": self.column, "value": self.value}
        return {name: value for name, value in said.items() if value not in ("", None, {})} | ({} if self.stops else {"stops": False})

    @classmethod
    def from_json(cls, said: Json) -> "Problem":
        """The problem as it was kept; those of the first version held their words themselves."""
        facts = said.get("facts", {})
        reason = said.get("reason", "")
        if not reason:
            reason, facts = f"{said['code']}.said", {"message": said.get("message", ""), "cure": said.get("cure", "")}
        return cls(reason, facts, said.get("column"), said.get("value", ""), said.get("stops", True))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sheet is none that we take."""

    reason: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return kind_of(self.reason)

    def to_json(self) -> Json:
        return {"reason": self.reason, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, said: Json | list[str]) -> "Refusal":
        """The refusal as it was kept; those of the first version held their words themselves."""
        if isinstance(said, list):
            code, message, cure = said
            return cls(f"{code}.said", {"message": message, "cure": cure})
        return cls(said["reason"], said["facts"])


def kind_of(reason: str) -> str:
    return reason.partition(".")[0]

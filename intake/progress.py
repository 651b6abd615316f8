"""The progress of an import, and its results so far."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date

from intake.reading.jsontypes import Json


@dataclass(slots=True)
class Position:
    """The position from which the dry run continues after a killed worker."""

    sheet: int = 0  # in the order in which the sheets are read
    offset: int | None = None  # in the spool; None: at the beginning of the sheet
    last_row: int | None = None
    gap: bool = False  # a blank row was seen below the data
    today: date | None = None  # the day of the whole dry run
    above: dict[str, str] = field(default_factory=dict)  # by column, what names the company in the rows above
    skipped: list[tuple[int, int, str]] = field(default_factory=list)  # (sheet, row, why it is no data)

    def copy(self) -> "Position":
        return replace(self, skipped=list(self.skipped), above=dict(self.above))

    def to_json(self) -> Json:
        return {**asdict(self), "today": self.today.isoformat() if self.today else None}

    @classmethod
    def from_json(cls, said: Json) -> "Position":
        today, skipped = said.get("today"), said.get("skipped", ())
        found = {**said, "today": date.fromisoformat(today) if today else None, "skipped": [(s, r, why) for s, r, why in skipped]}
        above = said.get("above") or {}
        return cls(**{**found, "above": above if isinstance(above, dict) else {"": above}})


@dataclass(slots=True)
class Progress:
    """The counts of the dry run, of applied and of undone rows."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    notes: int = 0  # rows that are taken in part
    skipped: int = 0  # rows that are no data
    new_of: dict[str, int] = field(default_factory=dict)  # the number of different new companies, vehicles … by noun
    applied: int = 0
    refused_late: int = 0  # rows that could no longer be applied
    parents_seen: int = 0  # the last staged row whose company's parent was looked at once more
    alike: dict[str, list[int]] = field(default_factory=dict)  # new companies by name: [the one they look like, sheet, row]
    made: dict[str, int] = field(default_factory=dict)  # how many companies, vehicles … were made, by noun
    held: str = ""  # the right that is missing
    to_undo: int = 0
    undone: int = 0
    kept: int = 0

    @property
    def good(self) -> int:
        """Rows that can be applied."""
        return self.new + self.changed

    def copy(self) -> "Progress":
        return replace(self, new_of=dict(self.new_of), made=dict(self.made), alike=dict(self.alike))

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Json) -> "Progress":
        """The progress from its stored form; the first version used names like "made_company"."""
        made = {name.removeprefix("made_"): count for name, count in said.items() if name.startswith("made_")}
        new = {noun: said[name] for name, noun in OLD_NEW.items() if name in said}
        known = {name: value for name, value in said.items() if name in cls.__slots__}
        return cls(**{"made": made, "new_of": new, **known})


OLD_NEW = {"companies_new": "company", "people_new": "person", "vehicles_new": "vehicle"}

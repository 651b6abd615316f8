"""What a guess says: the kind of a sheet, the meaning of its columns, and why it can't be taken."""

from dataclasses import dataclass, field

VEHICLES, COMPANIES, PEOPLE, MIXED = "vehicles", "companies", "people", "mixed"
SAME, SURE, LIKELY, OUT = "same", "sure", "likely", "out"


@dataclass
class Column:
    """One column as guessed: its meaning (`key`, "" when left out), how sure, samples, and how its days or names are ordered."""

    place: int
    title: str
    group: str = ""
    key: str = ""
    sure: str = OUT
    samples: list[str] = field(default_factory=list)
    order: str = ""
    says_driver: bool = False
    says_contact: bool = False
    of: int = 0  # the row's first person, or which of the others

    def as_json(self) -> dict[str, object]:
        return vars(self)


@dataclass
class Guess:
    """A sheet as understood: what it is about, what its columns mean, or `refusal`: why it can't be taken, as (code, words, cure)."""

    kind: str
    columns: list[Column]
    refusal: tuple[str, str, str] | None = None
    language: str = "en"
    country: str = ""
    asks_owner: bool = False

    def has(self, *keys: str) -> bool:
        return any(column.key in keys for column in self.columns)

    def place(self, key: str) -> int | None:
        return next((column.place for column in self.columns if column.key == key), None)

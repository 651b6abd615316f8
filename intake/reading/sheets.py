"""A sheet as recognised: what it is about and what its columns mean, as the import keeps it and the page shows it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from intake.reading.jsontypes import Json
from intake.reading.problems import Refusal

VEHICLES, COMPANIES, PEOPLE, MIXED = "vehicles", "companies", "people", "mixed"
SAME, SURE, LIKELY, OUT, SAID = "same", "sure", "likely", "out", "said"


@dataclass(slots=True)
class ImportColumn:
    """One column: its meaning (`key`, "" when left out), how sure, samples, and how its days or names are ordered."""

    index: int
    title: str
    group: str = ""
    key: str = ""
    sure: str = OUT
    samples: list[str] = field(default_factory=list)
    order: str = ""
    says_driver: bool = False
    says_contact: bool = False
    person: int = 0  # whom it is about: the row's first person, or which of the others

    def set_meaning(self, key: str, sure: str) -> None:
        """The column means `key` from now on, "" leaves it out."""
        self.key, self.sure = key, sure if key else OUT


@dataclass(slots=True)
class Guess:
    """A sheet as understood: what it is about, what its columns mean, or why it can't be taken."""

    kind: str
    columns: list[ImportColumn]
    refusal: Refusal | None = None
    language: str = "en"
    country: str = ""
    asks_owner: bool = False
    dials: list[str] = field(default_factory=list)

    def has(self, *keys: str) -> bool:
        return any(column.key in keys for column in self.columns)

    def index(self, key: str) -> int | None:
        """The column of that meaning."""
        return next((column.index for column in self.columns if column.key == key), None)


@dataclass(slots=True)
class Sheet:
    """A sheet of the file, recognised; what a person said about its columns included."""

    index: int
    name: str
    rows: int
    width: int
    offset: int  # where its rows begin in the spool
    kind: str
    first_row: int
    fill: int  # cells that a usual row holds
    language: str = "en"
    country: str = ""
    header_row: int | None = None
    titles: list[str] = field(default_factory=list)
    columns: list[ImportColumn] = field(default_factory=list)
    refusal: Refusal | None = None
    is_taken: bool = True
    asks_owner: bool = False  # it holds vehicles and no column says whose
    signature: str = ""  # the same for sheets with the same titles
    layout: str = ""  # the name of the layout that was put on
    carries: list[int] = field(default_factory=list)  # columns that name a value in the first row of a block only
    joins: bool = False  # its rows say more about vehicles of another sheet
    sections: int = -1  # the column added for companies that stand as headings between the rows; -1: there are none
    other_row: int = 0  # the titles of another table below this one, which is not read; 0: there is none
    other_titles: list[str] = field(default_factory=list)  # its titles
    other_kind: str = ""  # what it is about, "" where that is not known
    owner: str = ""  # the company whose name the sheet bears
    program: str = ""  # the program that wrote it, where it names itself
    looks: dict[str, list[list[int]]] = field(default_factory=dict)  # ranges of rows that are hidden or struck out, or end a cut sheet
    is_text: bool = False  # each row has its own number of cells
    dials: list[str] = field(default_factory=list)  # the countries whose codes its telephone numbers begin with

    @property
    def keys(self) -> set[str]:
        """What its columns mean."""
        return {column.key for column in self.columns if column.key}

    def column_of(self, key: str) -> ImportColumn | None:
        """The first column of that meaning."""
        return next((column for column in self.columns if column.key == key), None)

    def index_of(self, key: str) -> int | None:
        column = self.column_of(key)
        return column.index if column else None

    def title(self, index: int | None) -> str:
        """The title of that column in one line."""
        return self.titles[index].replace("\n", " ") if index is not None and index < len(self.titles) else ""

    def to_json(self) -> Json:
        return {**asdict(self), "refusal": self.refusal.to_json() if self.refusal else None}

    @classmethod
    def from_json(cls, said: Json) -> "Sheet":
        """The sheet as it was kept; the first version called some facts otherwise."""
        said = renamed(said, {"place": "index", "taken": "is_taken"})
        columns = [ImportColumn(**renamed(column, {"place": "index", "of": "person"})) for column in said["columns"]]
        refusal = Refusal.from_json(said["refusal"]) if said["refusal"] else None
        return cls(**{**said, "columns": columns, "refusal": refusal})


def renamed(said: Json, names: dict[str, str]) -> Json:
    return {names.get(name, name): value for name, value in said.items()}


def sheets_to_json(sheets: Iterable[Sheet]) -> list[Json]:
    return [sheet.to_json() for sheet in sheets]


def sheets_from_json(said: Iterable[Json]) -> list[Sheet]:
    return [Sheet.from_json(one) for one in said]

"""The kinds of sheets that we take, and the nouns that their columns describe. Each noun registers itself (see `intake.nouns`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from fleetportal.core.registry import Registry
from intake.reading import vocabulary
from intake.reading.contents import Contents
from intake.reading.facts import Facts, kinds_of_facts
from intake.reading.fields import Field
from intake.reading.lists import Read


@dataclass(frozen=True)
class Evidence:
    """What the titles and cells of a sheet say before it is decided what its rows are."""

    titles: Sequence[str]  # in words
    options: Sequence[Mapping[str, float]]  # what each column could mean
    contents: Sequence[Contents]
    best: Sequence[tuple[float, str]]  # the likeliest meaning of each column
    keys: frozenset[str]  # the meanings that are likely

    @classmethod
    def gather(cls, titles: Sequence[str], options: Sequence[Mapping[str, float]], contents: Sequence[Contents]) -> "Evidence":
        told = [
            option if content.texts else {} for option, content in zip(options, contents, strict=True)
        ]  # an empty column decides nothing
        best = [max(((sure, key) for key, sure in option.items()), default=(0.0, "")) for option in told]
        return cls(titles, options, contents, best, frozenset(key for sure, key in best if sure >= LIKELY))


LIKELY = 0.4
ADDRESS = {  # an address that a title gives to nobody is that of a company
    name: f"company.{name}" for name in ("address", "street", "street2", "postcode", "city", "country", "website")
}


@dataclass(frozen=True)
class SheetKind:
    """A kind of sheet: one row is one `noun`."""

    name: str
    noun: str
    label: object  # on the page: "vehicles, with their companies and drivers"
    looks_like: object  # "a fleet list"
    leads: Callable[[Evidence], bool]  # True where the sheet is of this kind; they are tried in their order
    read: Read
    tells_of: frozenset[str]  # the nouns whose columns it may hold
    needs: frozenset[str]  # it holds one of these columns, or can't be taken
    order: int = 0  # sheets of one file are read in this order: the first describe what the later ones name
    marked_by: str = ""  # a column that makes a sheet be of this kind whatever else it holds
    has_owner: bool = False  # every row belongs to a company, which a person may have to name
    refused_as: str = ""  # the reason where it holds none of `needs`
    identity: frozenset[str] = frozenset()  # columns that identify a row


@dataclass(frozen=True)
class Subject:
    """A noun as files know it: what columns can say about it, and the kinds of sheets whose rows it is."""

    name: str
    facts: type[Facts]
    fields: tuple[Field, ...]
    kinds: tuple[SheetKind, ...] = ()
    neutral: Mapping[str, str] = field(default_factory=dict)  # what titles that name no noun ("Name", "Telefon") mean in its sheets


subjects: Registry[Subject] = Registry("nouns of files")
kinds: Registry[SheetKind] = Registry("kinds of sheets")


def take_up(subject: Subject, *, weight: int) -> None:
    """Registers `subject` as a noun that files may contain."""
    subjects.register(subject.name, subject, weight=weight)
    kinds_of_facts.register(subject.name, subject.facts, weight=weight)
    for kind in subject.kinds:
        kinds.register(kind.name, kind, weight=-kind.order)
    vocabulary.nouns.register(subject.name, subject.name, weight=weight)
    fields.cache_clear()
    vocabulary.forget()


@cache
def fields() -> dict[str, Field]:
    """Every meaning that a column can have, by its key."""
    return {one.key: one for subject in subjects for one in subject.fields}


def neutral(key: str, noun: str) -> str:
    """What a title means in a sheet or group of columns about `noun`; "" where it means nothing there."""
    if not key or key in fields():
        return key
    return subjects[noun].neutral.get(key, "") if noun in subjects else ""

"""The nouns that files may hold. Each has a file here, which registers it: what columns can say about it, by what a row is known
again, what is made of it. A new noun is a new file, and its titles under `reading/data/LANGUAGE/titles/`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models

from accounts.models import Centre, Company, User
from fleetportal.core.audit import Edited
from fleetportal.core.registry import Registry
from intake.reading.facts import Said
from intake.reading.kinds import Subject, take_up
from intake.reading.rows import Row

Keys = tuple[str, str]
Traces = list[tuple[int, str, int]]  # staged row, what was made of it, its number


class Importing(Protocol):
    """Who imports, and where to."""

    @property
    def centre(self) -> Centre | None: ...

    @property
    def companies(self) -> models.QuerySet[Company]: ...


class Drafts(Protocol):
    """What a batch of rows would make of one noun."""

    def outcome(self, row: Row) -> str | None:
        """What becomes of the noun of the row ("new", "changed", "same"); None where the row mentions none."""

    def write(self, *, by: User | None, origin: dict[str, int]) -> Traces:
        """Makes them, through the bulk verb of the noun."""


class PutBack(Protocol):
    """The bulk verb of a noun by which an undo gives rows their former values: those that changed."""

    def __call__(
        self, edits: Sequence[tuple[Any, Mapping[str, object]]], *, by: User | None, origin: Mapping[str, object]
    ) -> Sequence[Edited[Any]]: ...


class Conflicts(Protocol):
    """Which rows would contradict another one with their former values."""

    def __call__(self, edits: Sequence[tuple[Any, Mapping[str, object]]], gone: Collection[int], /) -> set[int]:
        """The numbers of those rows; `gone` are rows that go first. Costs 1 query, however many rows there are."""


class Removed(Protocol):
    """What else changes once rows are deleted."""

    def __call__(self, rows: Sequence[Any], /, *, by: User | None, origin: Mapping[str, object]) -> None: ...


@dataclass(frozen=True)
class Product:
    """What an import makes of a noun, and how an undo takes it back."""

    model: type[models.Model]
    company: str = ""  # the way to its company, by which it is in reach; "": whoever made it may take it back
    put_back: PutBack | None = None  # None: an import only makes it, and changes none
    conflicts: Conflicts = lambda edits, gone: set()
    removed: Removed = lambda rows, *, by, origin: None  # what else changes once these rows are deleted
    parts: tuple[type[models.Model], ...] = ()  # rows that go with it


@dataclass(frozen=True)
class Noun:
    """A noun that files may hold.

    `keys` answers by what a row that leads with this noun is known within its file: (its own key, a second one or ""), given
    the row, the key of the company it names, and whose row it is. A key begins with what it is made of ("plate:…").
    """

    subject: Subject
    keys: Callable[[Row, str, str], Keys]
    new: Callable[[int], str]  # so many new ones, in words: "2 new companies"
    columns_of_keys: Mapping[str, str] = field(default_factory=dict)  # "plate" -> "vehicle.plate": where a clash is shown
    made: Mapping[str, Product] = field(default_factory=dict)  # what it makes, by its name in the trace for the undo
    joins: Callable[[Row, Said], bool | None] | None = None  # does a row add to an earlier one of the same key: news, no news, None: no
    drafts: Callable[[Importing, Iterable[Row]], Drafts] | None = None  # None: a batch drafts it itself, with the nouns around it


nouns: Registry[Noun] = Registry("nouns of the intake")


def register(noun: Noun, *, weight: int) -> None:
    """From now on files may hold `noun`."""
    take_up(noun.subject, weight=weight)
    nouns.register(noun.subject.name, noun, weight=weight)

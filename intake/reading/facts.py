"""What a row says about one thing, typed: the base of the facts about companies, vehicles, people and whatever comes after them."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import ClassVar, Self, TypeVar, get_type_hints

from fleetportal.core.registry import Registry
from intake.reading.jsontypes import Json


@dataclass(slots=True)
class Facts:
    """Facts about one thing; what is empty was not said. `name_in_json` is the key under which a staged row keeps them, `many`:
    as a list."""

    name_in_json: ClassVar[str] = ""
    many: ClassVar[bool] = False

    def told(self) -> Iterator[tuple[str, object]]:
        """(name, value) of what was said."""
        names, values = reading_of(type(self))
        return (one for one in zip(names, values(self), strict=True) if one[1] or not is_nothing(one[1]))

    def over(self, other: Self) -> Self:
        """What either says; these facts where both say something."""
        both = copy(other)
        for name, value in self.told():
            setattr(both, name, value)
        return both

    def to_json(self) -> Json:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in self.told()}

    @classmethod
    def from_json(cls, said: Json) -> Self:
        days, known = days_of(cls), reading_of(cls)[0]
        return cls(**{name: date.fromisoformat(value) if name in days else value for name, value in said.items() if name in known})


F = TypeVar("F", bound=Facts)


def is_nothing(value: object) -> bool:
    """True for what counts as not said; a number 0 was said."""
    return value is None or value is False or value == "" or value == []


def reading_of(kind: type[Facts]) -> "Reading":
    """The names of the facts of that kind, and what reads them all at once: an import does so a dozen times for each row."""
    if kind not in READINGS:
        names = tuple(field.name for field in fields(kind))
        READINGS[kind] = names, attrgetter(*names) if len(names) > 1 else lambda facts: [getattr(facts, name) for name in names]
    return READINGS[kind]


def days_of(kind: type[Facts]) -> frozenset[str]:
    """The names of the facts that are days."""
    if kind not in DAYS:
        DAYS[kind] = frozenset(name for name, hint in get_type_hints(kind).items() if hint == date | None)
    return DAYS[kind]


Reading = tuple[tuple[str, ...], Callable[[Facts], Iterable[object]]]
READINGS: dict[type[Facts], Reading] = {}
DAYS: dict[type[Facts], frozenset[str]] = {}
kinds_of_facts: Registry[type[Facts]] = Registry("facts that a row can say")


class Said:
    """All that one row says, each kind of facts by itself."""

    __slots__ = ("_facts", "leads")

    def __init__(self, facts: Iterable[Facts] = (), *, leads: bool = False) -> None:
        self._facts: dict[type[Facts], list[Facts]] = {}
        self.leads = leads  # the row is of a list of companies: what it says about its company is true, and overrules what we have
        for one in facts:
            self.add(one)

    def one(self, kind: type[F]) -> F | None:
        """The facts of that kind, None where the row says none."""
        found = self._facts.get(kind)
        return found[0] if found else None  # type: ignore[return-value]  # each kind's list holds that kind

    def all(self, kind: type[F]) -> list[F]:
        return self._facts.get(kind, [])  # type: ignore[return-value]  # each kind's list holds that kind

    def add(self, facts: Facts) -> None:
        self._facts.setdefault(type(facts), []).append(facts)

    def put(self, kind: type[F], *facts: F) -> None:
        """`facts` in place of what was said of that kind."""
        if facts:
            self._facts[kind] = list(facts)
        else:
            self._facts.pop(kind, None)

    @property
    def kinds(self) -> list[type[Facts]]:
        """The kinds of facts that were said."""
        return list(self._facts)

    def only(self, *kinds: type[Facts]) -> "Said":
        """Of all that was said these kinds alone."""
        return Said((one for kind in kinds for one in self.all(kind)), leads=self.leads)

    def to_json(self) -> Json:
        """As a staged row keeps it; `from_json` reads it back."""
        said: Json = {}
        for kind, facts in self._facts.items():
            said[kind.name_in_json] = [one.to_json() for one in facts] if kind.many else facts[0].to_json()
        return said | ({"leads": "company"} if self.leads else {})

    @classmethod
    def from_json(cls, said: Json) -> "Said":
        """What `to_json` wrote."""
        found = cls(leads="leads" in said)
        for kind in kinds_of_facts:
            facts = said.get(kind.name_in_json)
            if facts is not None:
                found.put(kind, *map(kind.from_json, facts if kind.many else [facts]))
        return found

"""One row of a recognised sheet: what it says, and everything that is wrong about it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fleetportal.core.sheets.book import Cell
from intake.reading.facts import Facts, Said
from intake.reading.problems import Fact, Problem

F = TypeVar("F", bound=Facts)
SHOWN = 120  # characters of a cell beside its problem
KEY = 64  # characters by which a row is known again


@dataclass(slots=True)
class Row:
    """What a row says; `problems` name column and cell."""

    sheet: int
    number: int
    cells: Sequence[Cell]
    said: Said = field(default_factory=Said)
    problems: list[Problem] = field(default_factory=list)
    staged: int | None = None  # the staged row that keeps it
    fingerprint: str = ""
    region: str = ""  # the country whose telephone numbers it holds

    @property
    def is_rejected(self) -> bool:
        return bool(self.problems) and any(problem.stops for problem in self.problems)

    def one(self, kind: type[F]) -> F | None:
        """The facts of that kind, None where the row says none."""
        return self.said.one(kind)

    def all(self, kind: type[F]) -> list[F]:
        return self.said.all(kind)

    def cell(self, index: int | None) -> Cell:
        """The cell in that column, "" where it is empty."""
        found = self.cells[index] if index is not None and index < len(self.cells) else ""
        return "" if found is None else found

    def reject(self, reason: str, *, column: int | None = None, value: str = "", **facts: Fact) -> None:
        """The row is left out for `reason`."""
        self.problems.append(Problem(reason, facts, column, value[:SHOWN]))

    def note(self, reason: str, *, column: int | None = None, value: str = "", **facts: Fact) -> None:
        """Something of the row is left out or changed for `reason`; the row is taken."""
        self.problems.append(Problem(reason, facts, column, value[:SHOWN], stops=False))

    def note_once(self, reason: str, *, column: int, value: str) -> None:
        """The same, said once for each cell, however often it is read."""
        if not any((one.reason, one.column) == (reason, column) for one in self.problems):
            self.note(reason, column=column, value=value)


def brief(key: str) -> str:
    """`key`, or where it is too long to be kept its digest."""
    return key if len(key) <= KEY else f"#{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def number_key(number: str) -> str:
    """By what a company's number is known within a file: the zeros before it, which a spreadsheet takes away, do not count."""
    return brief(f"cid:{number.lstrip('0') or number if number.isdigit() else number}")


def fingerprint(signature: str, company: str, cells: Sequence[Cell]) -> str:
    """What identifies a row that has nothing else to identify it: the layout, the company and all its cells."""
    text = "\x1f".join([signature, company, *map(str, cells)])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def looks_like_code(text: str) -> bool:
    """True for a number that another system gave: it means one thing for sure."""
    return len(text) >= 12 and " " not in text and any(sign.isdigit() for sign in text)

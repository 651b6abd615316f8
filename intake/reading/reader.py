"""Reads cells of a row by what their columns mean, and notes what can't be read."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from fleetportal.core.sheets.book import Cell, Unreckoned
from intake.reading import cells, dates, telephones
from intake.reading.problems import CellProblem, Problem
from intake.reading.rows import SHOWN, Row
from intake.reading.sheets import PEOPLE, ImportColumn, Sheet
from intake.reading.vocabulary import words_of
from intake.reading.wordlists import terms

T = TypeVar("T")
Columns = dict[str, list[ImportColumn]]  # by meaning
AMERICA = "US"
BUSINESS = terms("title_words", "business")
PERSON_NAMES = ("person.name", "person.first_name", "person.last_name")
NAMES = frozenset(("company.name", "company.city", "person.name", "person.first_name", "person.last_name"))  # somebody is called Null
LAST_OF_NAMES = frozenset(("company.name", "company.city", "person.last_name"))  # and lives in None: one is no evidence against another
OTHERS_SHOWN = 6  # titles of another table
LIMITS = {
    "name": 160,
    "street": 160,
    "city": 100,
    "postcode": 16,
    "make": 60,
    "model": 100,
    "job_title": 100,
    "external_id": 80,
    "first_name": 80,
    "last_name": 80,
}


class SheetReader:
    """The columns of one sheet, and how their cells are read."""

    def __init__(self, sheet: Sheet, *, today: date, home: str, owner: str = "") -> None:
        """`home` is the country of the centre, which counts where the sheet names none; `owner` is the company of rows that name none."""
        self.sheet, self.today, self.owner = sheet, today, owner
        self.country = sheet.country
        self.home = self.country or home
        self.used = [column for column in sheet.columns if column.key]
        self.last_used = len(sheet.titles)
        self.looks = {look: {row for first, last in ranges for row in range(first, last + 1)} for look, ranges in sheet.looks.items()}
        self.columns: Columns = {}
        self.others: dict[int, Columns] = {}  # the columns of a row's further people
        for column in self.used:
            mine = self.others.setdefault(column.person, {}) if column.person else self.columns
            mine.setdefault(column.key, []).append(column)
        self.of_company = [column.index for key, columns in self.columns.items() if key.startswith("company.") for column in columns]
        self.last_company: tuple[list[str] | None, Any, str] = None, None, ""  # the cells of the row read last, its facts, its region
        self.is_american = not self.country and any(column.order == dates.MONTH_FIRST for column in self.used)

    @cached_property
    def address_is_a_persons(self) -> bool:
        """True where the addresses of a list of people follow the person's name, and no title says that they are a company's."""
        places = [column for column in self.used if column.key in ("company.address", "company.street")]
        if self.sheet.kind != PEOPLE or not places or BUSINESS.intersection(words_of(places[0].title).split()):
            return False
        left = [column for column in self.used if column.index < places[0].index and column.key in (*PERSON_NAMES, "company.name")]
        return bool(left) and left[-1].key in PERSON_NAMES

    def with_columns(self, columns: Columns) -> "SheetReader":
        """A reader of the same sheet by other columns."""
        other = copy(self)
        other.columns = columns
        return other

    def first(self, key: str) -> ImportColumn:
        """The first column of that meaning; there is one."""
        return self.columns[key][0]

    def region(self, country: str) -> str:
        """The country whose telephone numbers a row of a company in `country` holds, "" where the file speaks for several."""
        if country or self.is_american:
            return country or AMERICA
        abroad = [] if self.country or self.home in self.sheet.dials else self.sheet.dials  # of the file's numbers with their codes
        return (abroad[0] if len(abroad) == 1 else "") if abroad else self.home or "DE"

    # --- cells -------------------------------------------------------------------------------------------------------------

    def check(self, row: Row) -> None:
        """Rejects a row with a cell that can't be kept; notes formulas that the file does not reckon, and a row that is too short."""
        if self.sheet.header_row is not None and self.last_used > len(row.cells) and self.sheet.is_text:
            row.note("row.short", count=len(row.cells), columns=self.sheet.width)
        if 0 < self.sheet.other_row < row.number:
            titles = ", ".join(self.sheet.other_titles[:OTHERS_SHOWN])
            reason = "row.other_list" if self.sheet.other_kind else "row.other_table"
            row.reject(reason, row=self.sheet.other_row, titles=titles, kind=self.sheet.other_kind)
        for look, rows in self.looks.items():
            if row.number in rows:
                row.note(f"row.{look}")
        for column in self.used:
            if column.index < len(row.cells):
                self.read_cell(row, column, cells.check)
                if isinstance(row.cells[column.index], Unreckoned):
                    row.note("formula.unreckoned", column=column.index)

    def cell(self, row: Row, key: str) -> Cell:
        """The first filled cell of that meaning, "" where there is none."""
        return next((value for column in self.columns.get(key, ()) if (value := row.cell(column.index)) != ""), "")

    def read_cell(self, row: Row, column: ImportColumn, read: Callable[[Cell], T], *, stops: bool = True) -> T | None:
        """What `read` makes of the cell; None, with its problem noted, where it makes nothing of it."""
        value = row.cell(column.index)
        try:
            return read(value)
        except CellProblem as wrong:
            text = cells.BROKEN.sub("\ufffd", cells.line_of(value))[:SHOWN]
            row.problems.append(Problem(wrong.reason, wrong.facts, column.index, text, stops=stops))
            return None

    def value(self, row: Row, key: str, read: Callable[[Cell], T], *, stops: bool = True) -> T | None:
        return self.read_cell(row, self.first(key), read, stops=stops) if key in self.columns else None

    def day(self, row: Row, key: str, *, ends: bool = False, stops: bool = True) -> date | None:
        """The day in the column of that meaning; a month alone is its first day, its last where something `ends`."""
        if key not in self.columns:
            return None
        order = self.first(key).order or dates.DAY_FIRST
        return self.value(row, key, lambda cell: dates.parse(cell, order=order, today=self.today, ends=ends), stops=stops)

    def text(self, row: Row, key: str) -> str:
        """The cell of that meaning in one line, "" where it says nothing."""
        if key not in self.columns:
            return ""
        text = cells.line_of(self.cell(row, key))
        if key in NAMES and text.lower() in cells.MACHINE_BLANK:
            if not self.is_placeholder(row, key, text):
                return text
            row.note_once("name.placeholder", column=self.first(key).index, value=text)
            return ""
        return "" if cells.is_blank(text) else text

    def is_placeholder(self, row: Row, key: str, text: str) -> bool:
        """True where "NULL" stands for nothing: cells of the row beside names hold it too, or it is written as machines write it."""
        of_names = LAST_OF_NAMES if key in LAST_OF_NAMES else {key}
        beside = {column.index for one in of_names for column in self.columns.get(one, ())}
        if any(isinstance(cell, str) and cell.strip() == text for index, cell in enumerate(row.cells) if index not in beside):
            return True
        others = [cells.line_of(row.cell(column.index)) for one in NAMES for column in self.columns.get(one, ())]
        alike = [other for other in others if other != text and any(map(str.isalpha, other))]
        shouted = text.isupper() and bool(alike) and all(map(str.isupper, alike))  # in a list that is written so throughout
        return not (shouted or (text[:1].isupper() and text[1:].islower()))

    def limited(self, row: Row, key: str, name: str) -> str:
        """The text; cut, with a note, where it is longer than we keep."""
        text, limit = self.text(row, key), LIMITS[name]
        if len(text) > limit:
            row.note("long.cut", column=self.first(key).index, value=text, count=len(text), limit=limit)
        return text[:limit]

    # --- ways to reach somebody --------------------------------------------------------------------------------------------

    def phones(self, row: Row, value: Cell, *, column: int) -> list[str]:
        """Numbers as the row's country writes them; where only the order of day and month showed the country, ours may appear too.

        What is left out of the cell is noted.
        """
        found = telephones.read(value, region=row.region)
        if found.bad and self.is_american:
            found = telephones.read(value, region=self.home or "DE")
        self.note_bad(row, found.bad, "phone.none" if row.region else "phone.country", column=column)
        self.note_bad(row, found.remarks, "phone.remark", column=column)
        return found.good

    def note_bad(self, row: Row, bad: Sequence[str], reason: str, *, column: int) -> None:
        """Says what was left out because it is no telephone number or no e-mail address."""
        if bad:
            row.note(reason, column=column, value="; ".join(bad))

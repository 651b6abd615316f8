"""Turns the values of our lists into rows of a sheet: typed cells, and text that begins like a formula stays text (R19).

A file is assembled from such pieces, so that a job can write them slice by slice.
"""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from io import StringIO
from typing import NamedTuple

from django.utils import timezone

TEXT, INT, NUMBER, MONEY, DATE, DATETIME = "text", "int", "number", "money", "date", "datetime"
NUMBERS = (INT, NUMBER, MONEY)
CELL_CHARACTERS = 32_767
SHEET_ROWS = 1_048_576  # of a workbook with its header; Excel's maximum
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HARMLESS_NUMBER = re.compile(r"^[+-]?[0-9][0-9 ()/.,-]*$")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
NOT_PLAIN = re.compile("[&<>\x00-\x1f\ufffe\uffff\ud800-\udfff]|_x|^\\s|\\s$")  # characters that must be escaped in XML
LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LAST_OF_1899 = date(1899, 12, 31).toordinal()


class SheetColumn(NamedTuple):
    """A column of a list: its title and the kind of its cells. Money comes as Decimal, in the installation's currency."""

    title: str
    kind: str = TEXT


Cell = Callable[[object], str]  # the XML of a cell, after its address; "" for an empty one


# --- a workbook ---------------------------------------------------------------------------------------------------------------


def xlsx_rows(columns: Sequence[SheetColumn], rows: Sequence[Sequence[object]], *, first: int, styles: dict[str, int]) -> str:
    """`rows` as XML of a worksheet, from line `first` (from 1); rows beyond the maximum of a sheet are left out.

    `styles` maps each kind to the number of its cell format.
    """
    rows = rows[: max(SHEET_ROWS - first + 1, 0)]
    written = []
    for position, (column, values) in enumerate(zip(columns, zip(*rows, strict=True), strict=False)):
        letter, cell = letters_of(position), cell_of(column.kind, styles)
        numbered = enumerate(map(cell, values), first)
        written.append([f'<c r="{letter}{line}"{content}</c>' if content else "" for line, content in numbered])
    return "".join(f'<row r="{line}">{"".join(cells)}</row>' for line, cells in enumerate(zip(*written, strict=True), first))


def letters_of(position: int) -> str:
    """The name of the column at `position` (from 0): A to Z, then AA."""
    above, last = divmod(position, 26)
    return (letters_of(above - 1) if above else "") + chr(ord("A") + last)


def cell_of(kind: str, styles: dict[str, int]) -> Cell:
    """The function that makes the XML of a cell of that kind."""
    number, day, moment = styles.get(kind), styles[DATE], styles[DATETIME if kind == DATETIME else DATE]

    def cell(value: object) -> str:
        if value is None or value == "":
            return ""
        if type(value) is str:  # most cells
            return text_cell(value)
        if kind in NUMBERS and isinstance(value, int | float | Decimal):
            return f' s="{number}"><v>{value:.16G}</v>'
        if isinstance(value, datetime):
            return f' s="{moment}"><v>{serial(local(value)):.16G}</v>'
        if isinstance(value, date):
            return f' s="{day}"><v>{serial(value):.16G}</v>'
        return text_cell(str(value))

    return cell


def text_cell(text: str) -> str:
    if NOT_PLAIN.search(text) is None and len(text) <= CELL_CHARACTERS:
        return f' t="inlineStr"><is><t>{text}</t></is>'
    text = LIKE_ESCAPED.sub("_x005F_", clean(text))  # spreadsheet programs read _x0041_ as a letter
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(text, quote=False).replace(chr(13), "_x000D_")}</t></is>'


def serial(moment: date) -> float:
    """The spreadsheet serial number of a day or moment; spreadsheets count a 29 February 1900."""
    days: float = moment.toordinal() - LAST_OF_1899
    if isinstance(moment, datetime):
        days += (moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1_000_000) / 86_400
    return days + 1 if days > 59 else days


def local(moment: datetime) -> datetime:
    """`moment` in local time: spreadsheets have no time zones."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def clean(text: str) -> str:
    """`text` without characters that a workbook can't hold."""
    return CONTROL.sub("\ufffd", text)[:CELL_CHARACTERS]


# --- text ---------------------------------------------------------------------------------------------------------------------


def csv_rows(columns: Sequence[SheetColumn], rows: Iterable[Sequence[object]]) -> str:
    """`rows` as lines of CSV."""
    lines = StringIO(newline="")
    out = csv.writer(lines)
    out.writerows([as_text(value, column.kind) for column, value in zip(columns, row, strict=True)] for row in rows)
    return lines.getvalue()


def as_text(value: object, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        shown = local(value)
        return shown.date().isoformat() if kind == DATE else shown.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if kind in NUMBERS and isinstance(value, int | float | Decimal):
        return f"{value:.2f}" if kind == MONEY else str(value)
    return harmless(str(value))


def harmless(text: str) -> str:
    """`text` with an apostrophe in front where a spreadsheet program would run it; telephone and negative numbers are left alone."""
    text = CONTROL.sub("\ufffd", text)
    if text.lstrip(" ").startswith(FORMULA_STARTS) and not HARMLESS_NUMBER.match(text):
        return f"'{text}"
    return text

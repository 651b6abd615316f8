"""Our own lists as XLSX and CSV: typed cells, and text that begins like a formula stays text (R19)."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, NamedTuple

from django.utils import timezone

TEXT, INT, NUMBER, MONEY, DATE, DATETIME = "text", "int", "number", "money", "date", "datetime"
CELL_CHARACTERS = 32_767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HARMLESS_NUMBER = re.compile(r"^[+-]?[0-9][0-9 ()/.,-]*$")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
FORMATS = {INT: "#,##0", NUMBER: "#,##0.##", MONEY: "#,##0.00", DATE: "yyyy-mm-dd", DATETIME: "yyyy-mm-dd hh:mm"}
WIDTHS = {TEXT: 28, INT: 12, NUMBER: 12, MONEY: 14, DATE: 12, DATETIME: 18}


class SheetColumn(NamedTuple):
    """A column of a list: its title and the kind of its cells. Money comes as Decimal, in the installation's currency."""

    title: str
    kind: str = TEXT


def write_xlsx(
    stream: IO[bytes], columns: Sequence[SheetColumn | tuple[str, str]], rows: Iterable[Sequence[object]], *, sheet: str = ""
) -> int:
    """The number of rows written to `stream`: frozen bold header, filters, typed cells; memory is flat in the number of rows."""
    import xlsxwriter  # noqa: PLC0415  forty modules that only an export needs

    heads = [SheetColumn(*column) for column in columns]
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    page = book.add_worksheet(sheet[:31] or None)
    bold = book.add_format({"bold": True})
    formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in FORMATS.items()}
    page.freeze_panes(1, 0)
    for place, column in enumerate(heads):
        page.set_column(place, place, WIDTHS[column.kind])
        page.write_string(0, place, clean(column.title), bold)
    count = 0
    for count, row in enumerate(rows, start=1):
        for place, (column, value) in enumerate(zip(heads, row, strict=True)):
            write_cell(page, count, place, value, column.kind, formats)
    page.autofilter(0, 0, max(count, 1), max(len(heads) - 1, 0))
    book.close()
    return count


def write_cell(page: Any, row: int, place: int, value: Any, kind: str, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if type(value) is str:  # most cells
        page.write_string(row, place, value if value.isascii() and value.isprintable() and len(value) < CELL_CHARACTERS else clean(value))
    elif kind in (INT, NUMBER, MONEY) and isinstance(value, (int, float, Decimal)):
        page.write_number(row, place, value, formats[kind])
    elif isinstance(value, datetime):
        page.write_datetime(row, place, local(value), formats[DATETIME if kind == DATETIME else DATE])
    elif isinstance(value, date):
        page.write_datetime(row, place, value, formats[DATE])
    else:
        page.write_string(row, place, clean(str(value)))


def local(moment: datetime) -> datetime:
    """`moment` as the clock on the wall shows it: spreadsheets know no zones."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def clean(text: str) -> str:
    """`text` without what a workbook can't hold."""
    return CONTROL.sub("\ufffd", text)[:CELL_CHARACTERS]


def write_csv(stream: IO[str], columns: Sequence[SheetColumn | tuple[str, str]], rows: Iterable[Sequence[object]]) -> int:
    """The number of rows written to `stream` as CSV; the caller opens it with newline="" (and utf-8-sig for Excel)."""
    heads = [SheetColumn(*column) for column in columns]
    out = csv.writer(stream)
    out.writerow([harmless(column.title) for column in heads])
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007  answered below
        out.writerow([as_text(value, column.kind) for column, value in zip(heads, row, strict=True)])
    return count


def as_text(value: object, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        shown = local(value)
        return shown.date().isoformat() if kind == DATE else shown.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if kind in (INT, NUMBER, MONEY) and isinstance(value, (int, float, Decimal)):
        return f"{value:.2f}" if kind == MONEY else str(value)
    return harmless(str(value))


def harmless(text: str) -> str:
    """`text` with an apostrophe in front where a spreadsheet program would run it; telephone and negative numbers stay as they are."""
    text = CONTROL.sub("\ufffd", text)
    if text.lstrip(" ").startswith(FORMULA_STARTS) and not HARMLESS_NUMBER.match(text):
        return f"'{text}"
    return text

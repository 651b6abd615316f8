"""Sheets that leave the house: XLSX with typed cells, CSV that no spreadsheet program runs.

A column says of what kind its values are; text that begins like a formula stays text in both.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CELL_CHARACTERS = 32_767  # what a spreadsheet program holds in a cell
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
XLSX_FORMATS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "money": "#,##0.00", "whole": "#,##0"}
WIDTHS = {"text": 24, "day": 12, "moment": 17, "money": 14, "whole": 11, "truth": 9}


@dataclass(frozen=True)
class Field:
    """One column of a sheet; `kind` is text, whole, money (given in cents), day, moment or truth."""

    label: str
    kind: str = "text"


def plain(value: Any, kind: str) -> Any:
    """`value` as a cell of `kind` holds it: None for nothing, moments without their zone, cents as amounts."""
    if value is None or value == "":
        return None
    if kind == "moment":
        return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value
    if kind == "money":
        return Decimal(value) / 100
    return value if kind in ("day", "whole", "truth") else str(value)[:CELL_CHARACTERS]


def write(kind: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]], out: IO[bytes] | Path) -> int:
    """How many rows were written to `out` as `kind` (xlsx or csv); the rows are taken one at a time."""
    return WRITERS[kind](fields, rows, out)


def write_xlsx(fields: Sequence[Field], rows: Iterable[Sequence[Any]], out: Any) -> int:
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in XLSX_FORMATS.items()}
    for place, field in enumerate(fields):
        sheet.set_column(place, place, WIDTHS[field.kind])
        sheet.write_string(0, place, str(field.label), head)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, row in enumerate(rows, start=1):
        for place, (field, value) in enumerate(zip(fields, row, strict=True)):
            write_cell(sheet, number, place, plain(value, field.kind), formats.get(field.kind))
    sheet.autofilter(0, 0, number, len(fields) - 1)
    book.close()
    return number


def write_cell(sheet: Any, row: int, place: int, value: Any, pattern: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, place, value, pattern)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, pattern)
    else:
        sheet.write_string(row, place, value)


def write_csv(fields: Sequence[Field], rows: Iterable[Sequence[Any]], out: Any) -> int:
    if isinstance(out, Path):
        with out.open("wb") as file:
            return write_csv(fields, rows, file)
    number = -1
    for number, line in enumerate(csv_lines(fields, rows)):
        out.write(line.encode("utf-8"))
    return number


def csv_lines(fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of the file, a byte order mark before the first, so that spreadsheet programs read it as UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([guarded(str(field.label)) for field in fields])
    for row in rows:
        yield writer.writerow([text(plain(value, field.kind)) for field, value in zip(fields, row, strict=True)])


class Echo:
    """Gives the CSV writer's line back to it."""

    def write(self, line: str) -> str:
        return line


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return guarded(value) if isinstance(value, str) else str(value)


def guarded(value: str) -> str:
    """`value` with an apostrophe before what a spreadsheet program would take for a formula; phone numbers keep their plus."""
    if value.startswith(FORMULA_STARTS) and not is_phone(value):
        return "'" + value
    return value


def is_phone(value: str) -> bool:
    return value.startswith("+") and value[1:].replace(" ", "").isdigit()


WRITERS = {"xlsx": write_xlsx, "csv": write_csv}

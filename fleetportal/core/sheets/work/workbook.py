"""Reads XLSX and ODS with calamine, sheet after sheet, row after row."""

import datetime
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from defusedxml import ElementTree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from . import formulas, limits, opendocument
from .limits import Unreadable

MERGED_AREA = 200_000
Corner = tuple[int, int]  # row, column
Span = tuple[Corner, Corner]


def read(path: Path) -> Iterator[tuple[str, int, list[object]]]:
    """Yields (sheet name, row number, cells) of every visible sheet; merged cells carry their value in each cell. Raises Unreadable."""
    try:
        copy = opendocument.spaced(path)
        workbook = CalamineWorkbook.from_filelike(copy) if copy else CalamineWorkbook.from_path(path)
        unknown = formulas.without_result(path)
        for about in visible(workbook):
            yield from rows_of(workbook.get_sheet_by_name(about.name), unknown.get(about.name, {}))
    except PasswordError as error:
        raise Unreadable("locked") from error
    except (CalamineError, XmlError, ZipError, ValueError, OSError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise Unreadable("damaged") from error


def visible(workbook: CalamineWorkbook) -> list[SheetMetadata]:
    sheets = [
        about for about in workbook.sheets_metadata if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
    ]
    if len(sheets) > limits.SHEETS:
        raise Unreadable("too_many_sheets", limit=limits.SHEETS)
    return sheets


def hidden(path: Path) -> list[str]:
    """The names of the sheets that hold something and are hidden, so that they are not read."""
    workbook = CalamineWorkbook.from_path(path)
    out = [
        about for about in workbook.sheets_metadata if about.visible != SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
    ]
    return [about.name for about in out[: limits.SHEETS] if workbook.get_sheet_by_name(about.name).start is not None]


def rows_of(sheet: CalamineSheet, unknown: Mapping[int, list[int]]) -> Iterator[tuple[str, int, list[object]]]:
    """The rows that are not empty; a formula without a stored result, which is `unknown`, becomes {"f": 1}."""
    if sheet.start is None or sheet.end is None:
        return
    check_size(sheet.name, sheet.end)
    top, left = sheet.start
    merged = Merged(sheet)
    for number, values in enumerate(sheet.iter_rows(), start=top + 1):
        cells = [""] * left + [value if type(value) is str else json_value(value) for value in values]
        merged.fill(number - 1, cells)
        for column in unknown.get(number, ()):
            cells += [""] * (column + 1 - len(cells))
            if cells[column] == "":
                cells[column] = {"f": 1}
        if any(cell != "" for cell in cells):
            yield sheet.name, number, cells


def check_size(name: str, end: Corner) -> None:
    rows, columns = end[0] + 1, end[1] + 1
    if columns > limits.COLUMNS:
        raise Unreadable("too_many_columns", sheet=name, columns=columns, limit=limits.COLUMNS)
    if rows > limits.ROWS:
        raise Unreadable("too_many_rows", sheet=name, rows=rows, limit=limits.ROWS)


def json_value(value: object) -> object:
    """`value` for JSON: whole numbers as int, a moment at midnight as a day."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return {"d": value.date().isoformat()}
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    if isinstance(value, datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value


class Merged:
    """The merged ranges of a sheet; each value is repeated over its range, as a person sees it."""

    def __init__(self, sheet: CalamineSheet) -> None:
        ranges = sheet.merged_cell_ranges or []
        self.waiting = sorted(ranges, reverse=True)
        self.open: list[tuple[Span, object]] = []
        self.area = 0

    def fill(self, row: int, cells: list[object]) -> None:
        while self.waiting and self.waiting[-1][0][0] <= row:
            self.start(self.waiting.pop(), row, cells)
        self.open = [(span, value) for span, value in self.open if span[1][0] >= row]
        for ((_, left), (_, right)), value in self.open:
            for column in range(left, min(right + 1, len(cells))):
                if cells[column] == "":
                    cells[column] = value

    def start(self, span: Span, row: int, cells: list[object]) -> None:
        (top, left), (bottom, right) = span
        self.area += (bottom - top + 1) * (right - left + 1)
        if top == row and left < len(cells) and cells[left] != "" and self.area < MERGED_AREA:
            self.open.append((span, cells[left]))

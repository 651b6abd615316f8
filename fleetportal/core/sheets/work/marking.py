"""Writes the uploaded workbook with a column that says what is wrong in each row, or a new workbook where it can't be changed."""

import datetime
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter.format import Format

from . import limits, process

Spooled = str | int | float | bool | dict[str, str] | None  # a cell as JSON holds it
CellValue = str | int | float | bool | datetime.date | datetime.datetime | None
NOT_CHANGED = (LookupError, ValueError, TypeError, AttributeError, OSError, zipfile.BadZipFile)  # a workbook that only the reader can read
CHANGED_UP_TO = 20_000  # rows; openpyxl holds the whole workbook in memory
STOP_INK, STOP_FILL = "9F1F1A", "FBE3E0"


class SheetOrder(TypedDict):
    """What to write on one sheet."""

    name: str
    rows: int
    width: int
    header_row: int | None
    marks: dict[str, tuple[str, list[int]]]  # by row number: what is wrong, and in which columns


class Order(TypedDict):
    """What the marked workbook is made of."""

    kind: str
    spool: str
    heading: str
    looks_lost: str  # said where the workbook had to be written anew
    sheets: list[SheetOrder]


def mark(source: Path, order_path: str, target: Path) -> dict[str, object]:
    """Write the marked workbook to `target`. The order names the spool, the heading and, by sheet, each row's text and bad columns."""
    order: Order = json.loads(Path(order_path).read_text(encoding="utf-8"))
    rows = sum(sheet["rows"] for sheet in order["sheets"])
    if order["kind"] == "xlsx" and rows <= CHANGED_UP_TO:
        try:
            change(source, order, target)
        except NOT_CHANGED:
            write_new(order, target, only_marked=False, said=order["looks_lost"])
    else:
        write_new(order, target, only_marked=rows > CHANGED_UP_TO)
    return {"rows": rows}


def change(source: Path, order: Order, target: Path) -> None:
    with source.open("rb") as file:  # a path would be checked by its ending
        book = openpyxl.load_workbook(file, keep_links=False)
    shown = values_shown(order) if has_formulas(book) else {}
    for position, about in enumerate(order["sheets"]):
        if about["name"] in book.sheetnames:
            mark_sheet(book[about["name"]], about, order["heading"])
            still(book[about["name"]], position, shown)
    for sheet in book.worksheets:
        still(sheet, 0, {})
    trial = target.with_suffix(".trial")  # a save that fails half-way leaves its file open, and would close it over ours
    book.save(trial)
    trial.replace(target)


def has_formulas(book: Workbook) -> bool:
    return any(cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def values_shown(order: Order) -> dict[tuple[int, int], list[Spooled]]:
    """(sheet, row) → the values as they were read, to replace formulas."""
    return {(position, number): cells for position, number, cells in spooled(order["spool"])}


def spooled(path: str) -> Iterator[tuple[int, int, list[Spooled]]]:
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def still(sheet: Worksheet, position: int, shown: Mapping[tuple[int, int], list[Spooled]]) -> None:
    """Replace formulas by their values, or by their source as text, so that the returned file runs nothing."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and cell.data_type == "f":
                cells = shown.get((position, cell.row), ())
                value = from_json(cells[cell.column - 1]) if cell.column <= len(cells) else ""
                write_text(cell, value if value != "" else str(cell.value))


def write_text(cell: Cell | MergedCell, value: CellValue) -> None:
    if isinstance(cell, MergedCell):  # only the first cell of a merged range has a value
        return
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.value = value
        cell.data_type = "s"
        return
    cell.value = value


def mark_sheet(sheet: Worksheet, about: SheetOrder, heading: str) -> None:
    column = column_for(sheet, about, heading)
    sheet.column_dimensions[get_column_letter(column)].width = 70
    if about["header_row"]:
        head = sheet.cell(about["header_row"], column)
        write_text(head, heading)
        head.font = Font(bold=True, color=STOP_INK)
    for number, (text, bad) in about["marks"].items():
        mark_row(sheet, int(number), column, text, bad)


def column_for(sheet: Worksheet, about: SheetOrder, heading: str) -> int:
    """The column of an earlier upload, emptied, or the first free one to the right."""
    for column in range(1, sheet.max_column + 1):
        if about["header_row"] and sheet.cell(about["header_row"], column).value == heading:
            for row in range(about["header_row"] + 1, sheet.max_row + 1):
                sheet.cell(row, column).value = None
            return column
    return max(about["width"], 1) + 1


def mark_row(sheet: Worksheet, number: int, column: int, text: str, bad: list[int]) -> None:
    cell = sheet.cell(number, column)
    if isinstance(cell, MergedCell):
        return
    write_text(cell, text)
    cell.font = Font(color=STOP_INK)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if not bad:
        cell.fill = PatternFill("solid", start_color=STOP_FILL)
    for wrong in bad:
        sheet.cell(number, wrong + 1).fill = PatternFill("solid", start_color=STOP_FILL)


def write_new(order: Order, target: Path, *, only_marked: bool, said: str = "") -> None:
    """Write all rows, or only the marked ones, to a new workbook; `said` stands beside the heading of the first sheet with one."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    first = next((about for about in order["sheets"] if about["header_row"]), None)
    writers = [NewSheet(book, about, order["heading"], only_marked, said if about is first else "") for about in order["sheets"]]
    for position, number, cells in spooled(order["spool"]):
        if position < len(writers):
            writers[position].write(number, cells)
    book.close()


class NewSheet:
    """One sheet of the new workbook, written from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, about: SheetOrder, heading: str, only_marked: bool, said: str) -> None:
        self.sheet = book.add_worksheet(sheet_name(about["name"], book))
        self.bold, self.stop = book.add_format({"bold": True}), book.add_format({"font_color": "#" + STOP_INK, "text_wrap": True})
        self.bad = book.add_format({"bg_color": "#" + STOP_FILL})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.stopped = book.add_format({"font_color": "#" + STOP_INK, "bg_color": "#" + STOP_FILL, "text_wrap": True})
        self.about, self.heading, self.only_marked, self.said = about, heading, only_marked, said
        self.next = 0
        self.sheet.set_column(about["width"], about["width"], 70)

    def write(self, number: int, cells: list[Spooled]) -> None:
        text, bad = self.about["marks"].get(str(number), ("", ()))
        heads = number == self.about["header_row"]
        if self.only_marked and not (text or heads):
            return
        row = self.next if self.only_marked else number - 1
        for column, value in enumerate(cells):
            self.cell(row, column, from_json(value), self.bold if heads else self.bad if column in bad else None)
        if text or heads:
            shape = self.bold if heads else self.stop if bad else self.stopped
            self.sheet.write_string(row, self.about["width"], self.heading if heads else text, shape)
        if heads and self.said:
            self.sheet.write_string(row, self.about["width"] + 1, self.said)
        self.next = row + 1

    def cell(self, row: int, column: int, value: CellValue, shape: Format | None) -> None:
        if value == "" or value is None:
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, shape)
        elif isinstance(value, (int, float)):
            self.sheet.write_number(row, column, value, shape)
        elif isinstance(value, (datetime.date, datetime.datetime)):
            self.sheet.write_datetime(row, column, value, self.day)
        else:
            self.sheet.write_string(row, column, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[: limits.CELL_CHARACTERS], shape)


def sheet_name(name: str, book: xlsxwriter.Workbook) -> str | None:
    """The name as far as Excel allows it, or None, so that XlsxWriter numbers the sheet."""
    clean = "".join(letter for letter in name if letter not in "[]:*?/\\").strip("'")[:31]
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    return clean if clean and clean.lower() not in taken else None


def from_json(value: Spooled) -> CellValue:
    if isinstance(value, dict):
        if "f" in value:
            return ""
        return datetime.date.fromisoformat(value["d"]) if "d" in value else datetime.datetime.fromisoformat(value["t"])
    return value


if __name__ == "__main__":
    process.answer(mark, sys.argv[1:])

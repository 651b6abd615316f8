"""Writes lists as XLSX and CSV from pieces: a job makes them slice by slice, a page in one go.

XlsxWriter makes the workbook with its header, widths, formats and filter; the rows are inserted as XML. Writing each cell by its
own call took four times as long.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from fleetportal.core.sheets.cells import DATE, DATETIME, INT, MONEY, NUMBER, SHEET_ROWS, TEXT, SheetColumn, clean, csv_rows, xlsx_rows

FORMATS = {INT: "#,##0", NUMBER: "#,##0.##", MONEY: "#,##0.00", DATE: "yyyy-mm-dd", DATETIME: "yyyy-mm-dd hh:mm"}
WIDTHS = {TEXT: 28, INT: 12, NUMBER: 12, MONEY: 14, DATE: 12, DATETIME: 18}
XLSX, CSV = "xlsx", "csv"
AT_ONCE = 2000  # rows that are held as text
PAGE = "xl/worksheets/sheet1.xml"
PATTERNS = re.compile(rb'<row r="2"[^>]*>.*?</row>', re.DOTALL)
STYLE = re.compile(rb' s="(\d+)"')
DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
END = b"</sheetData>"

Titles = Sequence[SheetColumn | tuple[str, str]]
Rows = Iterable[Sequence[object]]


class Frame(NamedTuple):
    """A workbook without its rows: the XML before and after them in its sheet, and its other files."""

    head: bytes
    tail: bytes
    files: dict[str, bytes]
    styles: dict[str, int]  # the number of the cell format for each kind


def write_xlsx(stream: IO[bytes], columns: Titles, rows: Rows, *, sheet: str = "") -> int:
    """The number of rows written to `stream`: frozen bold header, filters, typed cells; memory does not grow with the rows."""
    with TemporaryFile() as spool:
        count = 0
        for some in by_the_chunk(rows):
            spool.write(piece(XLSX, columns, some, before=count))
            count += len(some)
        spool.seek(0)
        put_together(XLSX, stream, columns, iter(lambda: spool.read(1024 * 1024), b""), count=count, sheet=sheet)
    return count


def write_csv(stream: IO[str], columns: Titles, rows: Rows) -> int:
    """The number of rows written to `stream` as CSV; the caller opens it with newline="" (and utf-8-sig for Excel)."""
    heads = [SheetColumn(*column) for column in columns]
    stream.write(csv_rows([SheetColumn(column.title) for column in heads], [[column.title for column in heads]]))
    count = 0
    for some in by_the_chunk(rows):
        stream.write(csv_rows(heads, some))
        count += len(some)
    return count


def by_the_chunk(rows: Rows) -> Iterator[list[Sequence[object]]]:
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        yield some


# --- pieces -------------------------------------------------------------------------------------------------------------------


def piece(kind: str, columns: Titles, rows: Sequence[Sequence[object]], *, before: int) -> bytes:
    """Some rows of a sheet of that kind ("xlsx" or "csv"), after `before` other rows."""
    heads = [SheetColumn(*column) for column in columns]
    if kind == CSV:
        return csv_rows(heads, rows).encode()
    return xlsx_rows(heads, rows, first=before + 2, styles=styles()).encode()


def put_together(kind: str, stream: IO[bytes], columns: Titles, pieces: Iterable[bytes], *, count: int, sheet: str = "") -> None:
    """Write the sheet of that kind whose `count` rows are in `pieces`, in their order."""
    heads = [SheetColumn(*column) for column in columns]
    if kind == CSV:
        titles = csv_rows([SheetColumn(column.title) for column in heads], [[column.title for column in heads]])
        stream.write(titles.encode("utf-8-sig"))
        stream.writelines(pieces)
        return
    frame = framed(heads, count=min(count, SHEET_ROWS - 1), sheet=sheet)
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=3) as book:
        for name, content in frame.files.items():
            book.writestr(name, content)
        with book.open(PAGE, "w", force_zip64=count > AT_ONCE * 100) as page:
            page.write(frame.head)
            for some in pieces:
                page.write(some)
            page.write(frame.tail)


@cache
def styles() -> dict[str, int]:
    """The number of each kind's cell format, the same in all our workbooks."""
    return framed([SheetColumn("")], count=0, sheet="").styles


def framed(heads: Sequence[SheetColumn], *, count: int, sheet: str) -> Frame:
    """The workbook for `count` rows. Its second row has a cell of each format while XlsxWriter makes it, so that it numbers the
    formats."""
    import xlsxwriter  # noqa: PLC0415  forty modules that only an export needs
    from xlsxwriter.utility import xl_range  # noqa: PLC0415

    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "constant_memory": False})
    page = book.add_worksheet(sheet[:31] or None)
    bold = book.add_format({"bold": True})
    page.freeze_panes(1, 0)
    for index, column in enumerate(heads):
        page.set_column(index, index, WIDTHS[column.kind])
        page.write_string(0, index, clean(column.title), bold)
    for index, pattern in enumerate(FORMATS.values()):
        page.write_blank(1, index, None, book.add_format({"num_format": pattern}))
    last = max(len(heads) - 1, 0)
    page.autofilter(0, 0, max(count, 1), last)
    book.close()
    with ZipFile(made) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    head, _end, tail = files.pop(PAGE).partition(END)
    found = PATTERNS.search(head)
    numbers = [int(number) for number in STYLE.findall(found[0])] if found else []
    head = DIMENSION.sub(f'<dimension ref="{xl_range(0, 0, count, last)}"/>'.encode(), PATTERNS.sub(b"", head))
    return Frame(head, END + tail, files, dict(zip(FORMATS, numbers, strict=True)))

"""What a file says, read without database and process: its sheets, and each row with what it says and what is wrong with it."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fleetportal.core.sheets.book import Book, BookSheet
from fleetportal.core.sheets.work import reading
from intake.reading.jsontypes import Json
from intake.reading.kinds import kinds
from intake.reading.lists import read_row
from intake.reading.reader import SheetReader
from intake.reading.recognition import DataRows, in_order, recognise
from intake.reading.rows import Row
from intake.reading.sheets import Sheet

TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class FileRead:
    """The sheets of a file, and the rows of those that are taken."""

    sheets: Sequence[Sheet]
    rows: Sequence[Row]
    skipped: Sequence[tuple[int, str]]

    @property
    def meanings(self) -> dict[str, str]:
        return {column.title: column.key for column in self.sheets[0].columns}

    @property
    def said(self) -> list[Json]:
        return [row.said.to_json() for row in self.rows]

    @property
    def reasons(self) -> list[str]:
        return [problem.reason for row in self.rows for problem in row.problems]

    @property
    def refusal(self) -> str:
        """The reason why the first sheet is not taken, "" where it is."""
        return self.sheets[0].refusal.reason if self.sheets[0].refusal else ""


def read_file(content: str | bytes | io.BytesIO, name: str = "list.csv", *, home: str = "DE", today: date = TODAY) -> FileRead:
    data = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else content.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        source, spool = Path(folder, "source"), Path(folder, "spool")
        source.write_bytes(data)
        answer = reading.spool(source, name.rpartition(".")[2], spool)
        book = Book(answer["kind"], spool, tuple(BookSheet(**sheet) for sheet in answer["sheets"]))
        sheets = recognise(book, put_layout=lambda _sheet: None)
        rows: list[Row] = []
        skipped: list[tuple[int, str]] = []
        for sheet in in_order(sheets):
            reader = SheetReader(sheet, today=today, home=home, owner=sheet.owner)
            data_rows = DataRows(book, sheet, offset=sheet.offset, last_row=None, gap=False)
            rows += [read_row(kinds[sheet.kind].read, reader, number, cells) for number, cells in data_rows]
            skipped += data_rows.skipped
        return FileRead(sheets, rows, skipped)

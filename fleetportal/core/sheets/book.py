"""The rows of a file that was read, kept in a spool: they can be read repeatedly and from any position, in constant memory. No
Django here."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

Cell = str | int | float | bool | date | datetime


class Unreckoned(str):
    """A cell that only looks empty: a formula without a stored result, or one that ended in an error."""


ERROR = re.compile(  # as spreadsheets write it into a text file, in their own language: #REF!, #BEZUG!, #Н/Д, Err:502, #######
    r"#(?:[A-ZÄÖÜÉА-Я_]{2,20}(?:/0)?[!?]|N/?[ADV]|Н/Д|GETTING_DATA|#{2,254})|Err:\d{3}"
)


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL can't store these in JSON


@dataclass(frozen=True)
class BookSheet:
    """A sheet that holds something: its name ("" in a text file), position, rows with content, width, and where its rows begin."""

    name: str
    position: int
    rows: int
    width: int
    offset: int
    looks: Mapping[str, list[list[int]]] = field(default_factory=dict)  # ranges of rows: "hidden", "struck", "cut"


@dataclass(frozen=True)
class Book:
    """A file that was read: its rows are in the spool, where they can be read repeatedly and from any position, in constant memory."""

    kind: str
    spool: Path
    sheets: tuple[BookSheet, ...]
    hidden: tuple[str, ...] = ()  # the names of sheets that hold something and were not read

    def rows(self, sheet: BookSheet, *, limit: int | None = None) -> Iterator[tuple[int, list[Cell]]]:
        """(number of the row in the file, cells) of the first `limit` rows of `sheet`."""
        for _offset, position, number, cells in islice(self.lines(sheet.offset), limit):
            if position != sheet.position:
                return
            yield number, cells

    def sample(self, sheet: BookSheet, *, first: int, spread: int) -> Iterator[tuple[int, list[Cell]]]:
        """The `first` rows of `sheet` and about `spread` more, spread evenly over the rest."""
        step = max(1, (sheet.rows - first) // max(spread, 1))
        with self.spool.open("rb") as lines:
            lines.seek(sheet.offset)
            for count, line in enumerate(islice(lines, sheet.rows)):
                if count < first or (count - first) % step == 0:
                    _place, number, cells = json.loads(line)
                    yield number, [from_json(cell) for cell in cells]

    def lines(self, offset: int = 0) -> Iterator[tuple[int, int, int, list[Cell]]]:
        """(offset of the next line, sheet, row, cells) from `offset` on."""
        with self.spool.open("rb") as lines:
            lines.seek(offset)
            for line in lines:
                offset += len(line)
                position, number, cells = json.loads(line)
                yield offset, position, number, [from_json(cell) for cell in cells]


def from_json(cell: str | int | float | bool | dict[str, str]) -> Cell:
    if isinstance(cell, dict):
        if "f" in cell:
            return Unreckoned()
        return date.fromisoformat(cell["d"]) if "d" in cell else datetime.fromisoformat(cell["t"])
    if not isinstance(cell, str):
        return cell
    return Unreckoned() if cell.startswith(("#", "Err:")) and ERROR.fullmatch(cell) else UNSTORABLE.sub("\ufffd", cell)

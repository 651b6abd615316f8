"""Returns the workbook with an additional column that says what is wrong in each row."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fleetportal.core.sheets import processes
from fleetportal.core.sheets.book import Book


@dataclass
class SheetMarks:
    """What is wrong in one sheet: by row, the text and the positions of the bad columns."""

    position: int
    header_row: int | None
    marks: Mapping[int, tuple[str, Sequence[int]]] = field(default_factory=dict)


def write_marked(
    source: Path, book: Book, marks: Iterable[SheetMarks], target: Path, *, name: str, heading: str, looks_lost: str = ""
) -> None:
    """Write the file `source`, with the rows of `book`, plus the column `heading` to `target`, always as XLSX.

    An XLSX of at most 20,000 rows keeps its formatting; where that can't be done, `looks_lost` stands beside the heading. Above
    that only the marked rows are returned, in a new workbook. It contains no formulas: they are replaced by their values. Raises
    SheetRefused.
    """
    by_position = {one.position: one for one in marks}
    sheets = []
    for sheet in book.sheets:
        mine = by_position.get(sheet.position, SheetMarks(sheet.position, None))
        marked = {str(row): (text, list(bad)) for row, (text, bad) in mine.marks.items()}
        sheets.append({"name": sheet.name, "rows": sheet.rows, "width": sheet.width, "header_row": mine.header_row, "marks": marked})
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as order:
        json.dump({"kind": book.kind, "spool": str(book.spool), "heading": heading, "looks_lost": looks_lost, "sheets": sheets}, order)
        order.flush()
        processes.run("marking", source, order.name, target, name=name)

"""An XLSX with an unlucky cell, copied without it: a lone cell far away from the table, an error value of a newer program."""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from . import limits
from .archive import column_number

CHUNK = 1024 * 1024
SHEETS = "xl/worksheets/"
GAP_ROWS = 1_000  # without content, and what follows is far away
FEW = 0.01  # of the rows at most lie far away, or they are a table too
AT_LEAST = 20  # rows that may lie far away in any sheet
ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=\"(\d+)\"[^>]*?(?:/>|>.*?</(?:\w+:)?row>)", re.DOTALL)
FAR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=\"([A-Z]{1,4})\d+\"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)
DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>")
ERROR = re.compile(rb"(<(?:\w+:)?c\s[^>]*?\bt=\"e\"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)([^<]*)(</)", re.DOTALL)
Ends = tuple[int, int]
CLASSIC = frozenset((b"#NULL!", b"#DIV/0!", b"#VALUE!", b"#REF!", b"#NAME?", b"#NUM!", b"#N/A"))


def has_strange_errors(source: Path) -> bool:
    """True where a cell holds an error that the parser does not know."""
    with zipfile.ZipFile(source) as archive:
        return any(
            found[1] not in CLASSIC for name in sheets_of(archive) for rows in pieces(archive, name) for found in ERROR.findall(rows)
        )


def without_strange_errors(source: Path, target: Path) -> Path:
    """A copy at `target` in which every error is one that the parser knows."""
    return copy(source, target, lambda rows, _ends: ERROR.sub(rb"\1#N/A\3", rows), {})


def without_strays(source: Path, target: Path) -> Path:
    """A copy at `target` whose sheets end at the gap before a few far rows, and at the last column that we read."""
    with zipfile.ZipFile(source) as archive:
        ends = {name: ends_of(archive, name) for name in sheets_of(archive)}
    return copy(source, target, cut, ends)


def sheets_of(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith(SHEETS) and name.endswith(".xml")]


def pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in pieces that end with a whole row."""
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            text = rest + chunk
            cut_at = text.rfind(b"row>") + 4
            if cut_at > 4:
                yield text[:cut_at]
                rest = text[cut_at:]
            else:
                rest = text
    yield rest


def ends_of(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """(the last row before the gap behind which only a few follow, the last column where only a few cells lie beyond)."""
    numbers: list[int] = []
    cells = far = 0
    for rows in pieces(archive, name):
        for found in ROW.finditer(rows):
            if b"<v" in found[0] or b"<is" in found[0]:
                numbers.append(int(found[1]))
                columns = [column_number(cell[1]) for cell in FAR_CELL.finditer(found[0])]
                cells, far = cells + len(columns), far + sum(column > limits.COLUMNS for column in columns)
    few = far <= max(AT_LEAST, cells * FEW)
    return last_row(numbers), limits.COLUMNS if few else 1_000_000


def last_row(numbers: list[int]) -> int:
    """The last row before a long gap that only a few stray rows follow; a number beyond every sheet where there is none."""
    before = 0
    for place, number in enumerate(numbers):
        if number - before > GAP_ROWS and place and len(numbers) - place <= max(AT_LEAST, len(numbers) * FEW):
            return before
        before = number
    return 10_000_000


def cut(rows: bytes, ends: tuple[int, int]) -> bytes:
    """`rows` without the rows and cells behind the last row and column in `ends`."""

    def row_or_nothing(found: re.Match[bytes]) -> bytes:
        return b"" if int(found[1]) > ends[0] else FAR_CELL.sub(cell_or_nothing, found[0])

    def cell_or_nothing(found: re.Match[bytes]) -> bytes:
        return b"" if column_number(found[1]) > ends[1] else found[0]

    return DIMENSION.sub(b"", ROW.sub(row_or_nothing, rows))


def copy(source: Path, target: Path, change: Callable[[bytes, Ends], bytes], ends: Mapping[str, Ends]) -> Path:
    """A copy at `target` whose sheets went through `change`, piece by piece with their last row and column."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        sheets = set(sheets_of(archive))
        for entry in archive.infolist():
            with archive.open(entry) as old, new.open(entry.filename, "w", force_zip64=True) as part:
                if entry.filename in sheets:
                    for rows in pieces(archive, entry.filename):
                        part.write(change(rows, ends.get(entry.filename, (0, 0))))
                else:
                    while chunk := old.read(CHUNK):
                        part.write(chunk)
    return target

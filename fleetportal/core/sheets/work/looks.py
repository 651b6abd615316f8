"""What a row of an XLSX looks like, where that means something: hidden, or struck out."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .formulas import parts
from .mending import pieces

ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>(.*?)</(?:\w+:)?row>", re.DOTALL)
NUMBER = re.compile(rb"\br=\"(\d+)\"")
HIDDEN = re.compile(rb"\bhidden=\"(?:1|true)\"")
CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?<!/)>")
STYLE = re.compile(rb"\bs=\"(\d+)\"")
FONTS = re.compile(rb"<(?:\w+:)?fonts\b.*?</(?:\w+:)?fonts>", re.DOTALL)
FONT = re.compile(rb"<(?:\w+:)?font\b[^>]*/>|<(?:\w+:)?font\b[^>]*>.*?</(?:\w+:)?font>", re.DOTALL)
STRIKE = re.compile(rb"<(?:\w+:)?strike(?:\s+val=\"(?:1|true)\")?\s*/>")
FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^>]*?\bfontId=\"(\d+)\"")
STRUCK = 0.5  # of the filled cells of a row at least
MOST = 5_000  # ranges kept
Looks = dict[str, list[list[int]]]  # "hidden" and "struck": ranges of rows


def of_rows(path: Path) -> dict[str, Looks]:
    """{name of the sheet: its looks} for the sheets of the XLSX at `path` that have some."""
    with zipfile.ZipFile(path) as archive:
        struck = struck_styles(archive)
        return {name: found for name, part in parts(archive).items() if (found := in_part(archive, part, struck))}


def struck_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """The numbers of the cell formats whose font is struck out."""
    styles = archive.read("xl/styles.xml") if "xl/styles.xml" in archive.namelist() else b""
    if b"strike" not in styles or not (fonts := FONTS.search(styles)) or not (formats := FORMATS.search(styles)):
        return frozenset()
    bad = {str(place).encode() for place, font in enumerate(FONT.findall(fonts[0])) if STRIKE.search(font)}
    return frozenset(str(place).encode() for place, font in enumerate(FORMAT.findall(formats[0])) if font in bad)


def in_part(archive: zipfile.ZipFile, part: str, struck: frozenset[bytes]) -> Looks:
    """The hidden and struck rows of one sheet, as ranges; only looks that occur."""
    found: Looks = {"hidden": [], "struck": []}
    for rows in pieces(archive, part):
        if struck or b"hidden=" in rows:
            for look, number in looks_in(rows, struck):
                add(found[look], number)
    return {look: ranges for look, ranges in found.items() if ranges}


def looks_in(rows: bytes, struck: frozenset[bytes]) -> Iterator[tuple[str, int]]:
    """Each hidden or struck row of a piece of a sheet: (look, number of the row)."""
    for row in ROW.finditer(rows):
        number = NUMBER.search(row[1])
        if number is None:
            continue
        if HIDDEN.search(row[1]):
            yield "hidden", int(number[1])
        if struck and is_struck(row[2], struck):
            yield "struck", int(number[1])


def is_struck(cells: bytes, struck: frozenset[bytes]) -> bool:
    filled = [style[1] if (style := STYLE.search(cell)) else b"" for cell in CELL.findall(cells)]
    return bool(filled) and sum(style in struck for style in filled) >= len(filled) * STRUCK


def add(ranges: list[list[int]], number: int) -> None:
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1][1] = number
    elif len(ranges) < MOST:
        ranges.append([number, number])

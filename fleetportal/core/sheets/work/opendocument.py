"""The hidden rows of an OpenDocument; and a copy for calamine in which line breaks and tabs inside a paragraph are white space.

Calamine (0.9.1) drops the two marks without a space between the words, so that two telephone numbers in a cell become one
(`findings/ods-line-breaks-glued.sh`).
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

CONTENT = "content.xml"
NEEDED = ("mimetype", "META-INF/manifest.xml")  # all that calamine reads besides the content
CHUNK = 1024 * 1024
MARKS = (b"<text:line-break", b"<text:tab")
BREAK = re.compile(rb"<text:line-break(?:\s[^>]*|/)?>")
TAB = re.compile(rb"<text:tab(?:\s[^>]*|/)?>")
ENDS = re.compile(rb"</text:(?:line-break|tab)\s*>")


def spaced(path: Path) -> io.BytesIO | None:
    """The workbook at `path`, checked before, with white space for its marks; None where it has none or is no OpenDocument."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if CONTENT not in names or not has_marks(archive):
            return None
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in NEEDED:
                if name in names:
                    copy.writestr(name, archive.read(name))
            with archive.open(CONTENT) as source, copy.open(CONTENT, "w") as target:
                rest = b""
                while chunk := source.read(CHUNK):
                    text = rest + chunk
                    cut = text.rfind(b">") + 1  # no mark is cut in two
                    target.write(without_marks(text[:cut]))
                    rest = text[cut:]
                target.write(rest)
    made.seek(0)
    return made


def has_marks(archive: zipfile.ZipFile) -> bool:
    """True where the content holds one of MARKS; it is read in pieces."""
    end = b""
    with archive.open(CONTENT) as source:
        while chunk := source.read(CHUNK):
            text = end + chunk
            if any(mark in text for mark in MARKS):
                return True
            end = text[-20:]  # may hold the beginning of a mark
    return False


def without_marks(text: bytes) -> bytes:
    return ENDS.sub(b"", TAB.sub(b" ", BREAK.sub(b"\n", text)))


# --- hidden rows ------------------------------------------------------------------------------------------------------------

PIECE = re.compile(rb"<table:table\s([^>]*)>|<table:table-row\b([^>]*)>")
NAME = re.compile(rb"\btable:name=\"([^\"]*)\"")
REPEATED = re.compile(rb"\btable:number-rows-repeated=\"(\d+)\"")
HIDDEN = re.compile(rb"\btable:visibility=\"(?:collapse|filter)\"")


def hidden_rows(path: Path) -> dict[str, list[list[int]]]:
    """{name of the sheet: ranges of rows that are hidden or filtered out} of the OpenDocument at `path`."""
    found: dict[str, list[list[int]]] = {}
    name, number = "", 0
    with zipfile.ZipFile(path) as archive:
        for piece in pieces(archive):
            if piece[1] is not None:
                named = NAME.search(piece[1])
                name, number = html.unescape(named[1].decode()) if named else "", 0
                continue
            repeated = REPEATED.search(piece[2])
            count = int(repeated[1]) if repeated else 1
            if HIDDEN.search(piece[2]):
                add(found.setdefault(name, []), number + 1, number + count)
            number += count
    return found


def pieces(archive: zipfile.ZipFile) -> Iterator[re.Match[bytes]]:
    """The beginnings of tables and rows."""
    rest = b""
    with archive.open(CONTENT) as source:
        while chunk := source.read(CHUNK):
            text = rest + chunk
            cut = text.rfind(b">") + 1
            yield from PIECE.finditer(text[:cut])
            rest = text[cut:]


def add(ranges: list[list[int]], first: int, last: int) -> None:
    if ranges and ranges[-1][1] == first - 1:
        ranges[-1][1] = last
    elif len(ranges) < MOST:
        ranges.append([first, last])


MOST = 5_000  # ranges kept

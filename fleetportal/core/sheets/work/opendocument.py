"""Gives calamine an OpenDocument in which the line breaks and tabs inside a paragraph are white space.

Calamine (0.9.1) drops the two marks without a space between the words, so that two telephone numbers in a cell become one
(`findings/ods-line-breaks-glued.sh`).
"""

import io
import re
import zipfile
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

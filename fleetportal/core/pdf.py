"""PDF with the alphabets of all our languages. Only this module loads ReportLab: 0.3 s the first time, then 10 ms a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable

MM = 72 / 25.4
A4, A6 = (210 * MM, 297 * MM), (105 * MM, 148 * MM)
# A letter: its margins, and the window of the envelope, DIN 5008 form B.
LEFT, RIGHT, TOP, BOTTOM = 25 * MM, 20 * MM, 25 * MM, 25 * MM
WINDOW_TOP, WINDOW_WIDTH, WINDOW_HEIGHT = 45 * MM, 85 * MM, 45 * MM


@dataclass(frozen=True)
class LetterSheet:
    """The content of one letter; line breaks in `address` and in paragraphs are kept."""

    address: str
    day: str
    subject: str
    paragraphs: Sequence[str]


@cache
def fonts() -> tuple[str, str]:
    """The names of the text font and its bold, with Latin, Cyrillic and Greek letters."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    names = ("DejaVuSans", "DejaVuSans-Bold")
    for name in names:
        pdfmetrics.registerFont(TTFont(name, str(settings.PDF_FONTS / f"{name}.ttf")))
    return names


def new_canvas(out: BytesIO, size: tuple[float, float], *, title: str) -> "Canvas":
    """Pages of `size` in points, written to `out` by `save()`."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    canvas = Canvas(out, pagesize=size, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("Fleetportal")
    return canvas


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """`text` in lines of at most `width` points; an empty text is one empty line."""
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415

    return simpleSplit(text, font, size, width) or [""]


def letters(sheets: Sequence[LetterSheet]) -> bytes:
    """A4 pages of letters, each on a new page; byte for byte the same each time."""
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415

    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=sheets[0].subject if len(sheets) == 1 else "",
        author="Fleetportal",
        invariant=1,
    )
    document.build([block for sheet in sheets for block in letter_blocks(sheet)])
    return out.getvalue()


def letter_blocks(sheet: LetterSheet) -> "list[Flowable]":
    """The address in the window, the day, the subject, the paragraphs."""
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import PageBreak, Paragraph, Table  # noqa: PLC0415

    regular, bold = fonts()
    text = ParagraphStyle("text", fontName=regular, fontSize=10, leading=14, spaceAfter=8, splitLongWords=1)
    day = ParagraphStyle("day", parent=text, alignment=2)
    subject = ParagraphStyle("subject", parent=text, fontName=bold, spaceAfter=14)
    window = Table(
        [[""], [Paragraph(in_lines(sheet.address), text)]],
        colWidths=[WINDOW_WIDTH],
        rowHeights=[WINDOW_TOP - TOP, WINDOW_HEIGHT],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0)],
        hAlign="LEFT",
    )
    paragraphs = [Paragraph(in_lines(paragraph), text) for paragraph in sheet.paragraphs]
    return [window, Paragraph(escape(sheet.day), day), Paragraph(escape(sheet.subject), subject), *paragraphs, PageBreak()]


def in_lines(text: str) -> str:
    return "<br/>".join(escape(line) for line in text.splitlines())

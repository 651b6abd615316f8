"""PDF with letters of all our languages. ReportLab is loaded here alone: 0.3 s the first time, 10 ms a page after that."""

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4


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

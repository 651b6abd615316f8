"""QR codes as inline SVG: a white tile with its quiet zone in both colour schemes, so that any scanner reads it from a screen."""

from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MASK = 0
QUIET = 4  # modules of white around the code, as the standard requires


def svg(text: str, *, label: str) -> SafeString:
    """The QR code of `text`, with the CSS class `qr`; `label` is for screen readers."""
    side, dark = drawn(text)
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" shape-rendering="crispEdges" role="img" aria-label="{}">'
        '<rect width="{}" height="{}" fill="#fff"/>'
        '<path fill="#000" d="{}"/></svg>',
        side,
        side,
        label,
        side,
        side,
        mark_safe(dark),
    )


@lru_cache(maxsize=1000)
def drawn(text: str) -> tuple[int, str]:
    """The side of the code with its quiet zone, and its dark modules as a path.

    It always uses the chequered mask: trying all eight for the most even one takes three quarters of the time, and our codes are
    random enough for any of them. Scanners read all eight.
    """
    code = written(text, mask=MASK)
    return int(code.symbol_size(border=QUIET)[0]), path(code)


def written(text: str, *, mask: int | None = None) -> segno.QRCode:
    """The code of `text`: letters beyond ASCII as UTF-8. Left to itself segno writes Latin-1 or a Japanese encoding without saying
    so, which telephones read as nothing or as other letters (`findings/qr-unmarked-letters.sh`)."""
    return segno.make_qr(text, error="m", mask=mask, encoding=None if text.isascii() else "utf-8")


def path(code: segno.QRCode) -> str:
    """The dark modules, a stroke for each run of a row."""
    runs: list[str] = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = x
            while end < len(row) and row[end]:
                end += 1
            runs.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h-{end - x}z")
            x = end
    return "".join(runs)

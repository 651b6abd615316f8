"""What stands at the foot of every e-mail and letter: what the law asks for, filled by the app that stores it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join

from fleetportal.core.registry import Registry

# (recipient) -> (label, path) of each page to name; nothing for recipients who need none.
feet: Registry[Callable[[Any], Iterable[tuple[str, str]]]] = Registry("what stands at the foot of a letter")

END = "</body>"


def lines(to: object) -> list[tuple[str, str]]:
    """(label, address) of everything to name to this recipient, in the current language."""
    return [(str(label), f"{settings.BASE_URL}{path}") for foot in feet for label, path in foot(to)]


def under_text(text: str, to: object) -> str:
    """`text` with the foot beneath it."""
    named = lines(to)
    return f"{text.rstrip()}\n\n" + "\n".join(f"{label}: {address}" for label, address in named) + "\n" if named else text


def under_html(html: str, to: object) -> str:
    """`html` with the foot as its last paragraph."""
    named = lines(to)
    if not named or END not in html:
        return html
    style = "max-width:560px;margin:16px auto 0;padding:0 24px;color:#666057;font-size:13px;line-height:18px"
    links = format_html_join(" · ", '<a href="{1}" style="color:#666057">{0}</a>', named)
    before, _end, after = html.rpartition(END)
    return before + format_html('<p style="{}">{}</p>\n', style, links) + END + after

"""Tags and filters that every template of the portal has at hand."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fleetportal.core import money

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """The symbol `name` of the sprite; `size` s or l; with `label` it speaks, else it is decoration."""
    css = f"fp-i fp-i--{size}" if size else "fp-i"
    href = static("fleetportal/icons.svg") + f"#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.filter(name="money")
def money_filter(cents: int | None) -> str:
    return money.display(cents)

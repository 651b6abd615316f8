"""Tags and filters for all templates: icons, money, dates in words, form fields."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models.fields import BLANK_CHOICE_DASH
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fleetportal.core import days, money
from fleetportal.core.web.lists import COUNTED_UP_TO, ExtraColumn, said_count

register = template.Library()

MARK = (
    '<svg viewBox="0 0 28 28" aria-hidden="true">'
    '<path fill="currentColor" d="M3 25V14a11 11 0 0 1 22 0v11h-4.6V14a6.4 6.4 0 0 0-12.8 0v11z"/>'
    '<path fill="currentColor" opacity=".5" d="M11.7 25V14a2.3 2.3 0 0 1 4.6 0v11z"/></svg>'
)


@register.simple_tag
def panel_link(name: str, *args: object, **query: object) -> SafeString:
    """The attributes of a link to the page `name`, opened in the side panel where JavaScript is on; `query` is added to the address."""
    return panel_link_to(reverse(name, args=args, query=query or None))


@register.simple_tag
def panel_link_to(address: str) -> SafeString:
    """The attributes of a link to `address`, opened in the side panel where JavaScript is on."""
    return format_html('href="{0}" data-hx-get="{0}" data-hx-target="#panel" data-panel', address)


@register.filter
def cell_of(column: ExtraColumn, row: object) -> str:
    """The cell of a row in a column that a higher app adds."""
    return conditional_escape(column.cell(row))


@register.simple_tag(takes_context=True)
def extra_cells(context: template.Context, at: str, row: object) -> SafeString:
    """The cells that higher apps add to a row of a list before the column `at`. Context: page."""
    columns = context["page"].extra_at.get(at, ())
    return mark_safe("".join(f'<td class="{column.css}">{cell_of(column, row)}</td>' for column in columns))


@register.simple_tag(takes_context=True)
def chooser(context: template.Context, key: int, name: object) -> SafeString:
    """The cell with the check box that selects the row `key`; "" on a list without actions. Context: selects."""
    box = f'<input class="form-check-input fp-pick" type="checkbox" form="bulk" name="row" value="{key}"'
    return mark_safe(f'<td>{box} aria-label="{conditional_escape(str(name))}"></td>' if context["selects"] else "")


@register.simple_tag
def mark() -> SafeString:
    """The product's own mark, drawn in the current colour."""
    return mark_safe(MARK)


@lru_cache(maxsize=500)  # a list calls this four hundred times; the URL of the sprite stays the same while the process runs
def sprite(name: str) -> str:
    """The address of one symbol of the sprite."""
    return f"{static('fleetportal/icons.svg')}#{name}"


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """The symbol `name` of the sprite; `size` s or l; `label` is for screen readers, without one it is decoration."""
    css = f"fp-i fp-i--{size}" if size else "fp-i"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, sprite(name))
    return drawn(name, css)


@lru_cache(maxsize=500)
def drawn(name: str, css: str) -> SafeString:
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, sprite(name))


@register.simple_tag
@lru_cache(maxsize=500)
def symbol(name: str) -> SafeString:
    """A bare symbol, sized by the surrounding element (tier and phase marks)."""
    return format_html('<svg aria-hidden="true"><use href="{}"/></svg>', sprite(name))


@lru_cache(maxsize=500)
def sign(name: str, css: str = "") -> SafeString:
    """A symbol inside an element with role img, sized by that element."""
    return format_html('<svg{}><use href="{}"/></svg>', format_html(' class="{}"', css) if css else "", sprite(name))


@lru_cache(maxsize=1)
def drawings() -> dict[str, str]:
    """The drawing of each symbol of the sprite, by name."""
    text = (Path(__file__).parent.parent / "static" / "fleetportal" / "icons.svg").read_text(encoding="utf-8")
    found = re.findall(r'<symbol id="([\w-]+)"(.*?)</symbol>', text, re.DOTALL)
    return {name: f'<symbol id="i-{name}"{shape}</symbol>' for name, shape in found}


class Symbols(template.Node):
    """The content of `{% symbols %}`, with its symbols defined once before it: a table uses some of them fifty times, by short
    names."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        shown, reference = self.nodelist.render(context), f'<use href="{sprite("")}'
        names = sorted(set(re.findall(re.escape(reference) + r'([\w-]+)"', shown)))
        symbols = "".join(drawings()[name] for name in names)
        here = shown.replace(reference, '<use href="#i-')
        return mark_safe(f'<svg class="fp-vh" aria-hidden="true">{symbols}</svg>{here}')


@register.tag
def symbols(parser: template.base.Parser, token: template.base.Token) -> Symbols:
    """Block tag: `{% symbols %}…{% endsymbols %}`, once a page."""
    nodelist = parser.parse(("endsymbols",))
    parser.delete_first_token()
    return Symbols(nodelist)


@register.filter(name="money")
def money_filter(cents: int | None) -> str:
    return money.display(cents)


@register.filter
def held_by(codename: str, user: Any) -> bool:
    """True where `user` holds `codename` anywhere."""
    return bool(user.is_authenticated and user.may(codename))


# --- days and moments ------------------------------------------------------------------------------------------------------


def _local(moment: date | datetime) -> date:
    """The day of `moment`: in its own zone if it has one, so that a list shows the same day as a letter; otherwise in the current
    one."""
    shown = days.local(moment)
    return shown.date() if isinstance(shown, datetime) else shown


def days_in_words(days: int) -> str:
    """How far away `days` is, in words: "12 days ago", "in 3 weeks", "today"."""
    if days == 0:
        return _("today")
    if days == -1:
        return _("yesterday")
    if days == 1:
        return _("tomorrow")
    far = abs(days)
    if far < 14:
        count, past, future = far, ngettext("%d day ago", "%d days ago", far), ngettext("in %d day", "in %d days", far)
    elif far < 70:
        count = far // 7
        past, future = ngettext("%d week ago", "%d weeks ago", count), ngettext("in %d week", "in %d weeks", count)
    elif far < 700:
        count = round(far / 30.4)
        past, future = ngettext("%d month ago", "%d months ago", count), ngettext("in %d month", "in %d months", count)
    else:
        count = round(far / 365.25)
        past, future = ngettext("%d year ago", "%d years ago", count), ngettext("in %d year", "in %d years", count)
    return (past if days < 0 else future) % count


@lru_cache(maxsize=5000)  # a list shows fifty, and each takes as long as reading a row
def how_long_ago(day: date, today: date, language: str) -> tuple[str, str]:
    """The exact date and the distance in words, both escaped."""
    return conditional_escape(days.long(day)), conditional_escape(days_in_words((day - today).days))


@register.simple_tag
def ago(moment: date | datetime | None, none: str = "") -> SafeString | str:
    """How long ago (or until) `moment`, with the exact date in the title; `none` where there is none."""
    if moment is None:
        return none
    exact, text = how_long_ago(_local(moment), timezone.localdate(), get_language() or "")
    return mark_safe(f'<time datetime="{machine(moment)}" title="{exact}">{text}</time>')


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in a table: "14 Mar 2027"."""
    return dated(_local(value), days.short, get_language() or "") if value else ""


@register.filter
def month(value: date | datetime | None) -> str:
    """A month in a table: "Mar 2027"."""
    return dated(_local(value).replace(day=1), days.short_month, get_language() or "") if value else ""


@lru_cache(maxsize=5000)  # the days of a dozen years: a list shows a hundred, and each takes as long as reading a row
def dated(day: date, write: Callable[[date], str], _language: str) -> str:
    return write(day)


@register.filter
def moment(value: datetime | None) -> str:
    """A moment on a timeline: "22 Nov 16:10", with the year unless it is the current one."""
    if not value:
        return ""
    here = timezone.localtime(value)
    if here.year != timezone.localdate().year:
        return days.short(here)
    return f"{days.short_day(here)} {days.clock(here)}"


@register.filter
def machine(value: date | datetime) -> str:
    """A day or moment in ISO format, to the minute."""
    return timezone.localtime(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


@register.filter
def full_day(value: date | datetime | None) -> str:
    """A day in a letter: "Thursday, 10 December 2026"."""
    return days.full(value) if value else ""


@register.filter
def weekday(value: date | datetime | None) -> str:
    """ "Thursday, 10 December"."""
    return days.weekday(value) if value else ""


@register.filter
def long_day(value: date | datetime | None) -> str:
    """ "10 December 2026"."""
    return days.long(value) if value else ""


@register.filter
def day_and_month(value: date | datetime | None) -> str:
    """ "10 December"."""
    return days.day_and_month(value) if value else ""


@register.filter
def clock(value: datetime | time | None) -> str:
    """The time of day: "18:30"."""
    return days.clock(value) if value else ""


@register.filter
def full_moment(value: datetime | None) -> str:
    """ "10 December 2026, 18:30"."""
    return days.moment(value) if value else ""


@register.filter
def initials(name: str) -> str:
    """Up to two initials of a name, for the small circle before it."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[0], words[-1]) if words)[: len(words) and 2].upper() if words else "?"


@register.filter
def figure(number: int | None) -> str:
    """A whole number with the grouping of the current language."""
    return "" if number is None else grouped(number, get_language() or "")


@lru_cache(maxsize=5000)
def grouped(number: int, _language: str) -> str:
    return formats.number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def capped(count: int) -> str:
    """A count up to a cap: "1,000+" above it."""
    return f"{figure(COUNTED_UP_TO)}+" if count > COUNTED_UP_TO else figure(count)


@register.filter
def rows_in_words(count: int) -> str:
    """ "more than 1,000 rows", "1 row"."""
    return said_count(count)


# --- forms -----------------------------------------------------------------------------------------------------------------


@register.filter
def faulty_fields(form: forms.BaseForm) -> int:
    """How many fields of `form` were refused."""
    return len([name for name in form.errors if name != NON_FIELD_ERRORS])


@register.filter
def refused_fields(form: forms.BaseForm) -> list[forms.BoundField]:
    """The visible fields of `form` that were refused, for the links of a summary."""
    return [bound for bound in form.visible_fields() if bound.errors]


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect):  # CheckboxSelectMultiple is one too
        return "choice"
    return "text"


def _class(widget: forms.Widget, refused: bool) -> str:
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect)):
        return "form-check-input"
    own = "form-select" if isinstance(widget, forms.Select) and not widget.allow_multiple_selected else "form-control"
    return f"{own} is-invalid" if refused else own


DASHES = BLANK_CHOICE_DASH[0][1]


def name_empty_choice(asked: forms.Field) -> None:
    """Replaces Django's row of dashes by words."""
    text = _("none chosen") if not asked.required else _("please choose")
    if isinstance(asked, forms.ModelChoiceField):
        asked.empty_label = text if asked.empty_label == DASHES else asked.empty_label
    elif isinstance(asked.widget, forms.Select):
        asked.widget.choices = [(value, text if label == DASHES else label) for value, label in asked.widget.choices]


@register.simple_tag
def field_input(bound: forms.BoundField, label: str = "") -> SafeString:
    """The bare widget of a field, for a table or row with its own heading; `label` is for screen readers."""
    name_empty_choice(bound.field)
    attrs: dict[str, str | bool] = {"class": _class(bound.field.widget, bool(bound.errors))}
    if bound.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}-e"}
    return bound.as_widget(attrs={**attrs, "aria-label": label} if label else attrs)


@register.simple_tag
def guest_input(bound: forms.BoundField) -> SafeString:
    """The bare widget of a field on a page without script; the first that was refused has the focus."""
    is_first = next((one.name for one in refused_fields(bound.form)), "") == bound.name
    return bound.as_widget(attrs={"autofocus": True} if is_first else None)


@register.inclusion_tag("core/_field.html")
def field(bound: forms.BoundField, quiet: bool = False) -> dict[str, object]:
    """A field with label, help and errors; `quiet` leaves out the word "optional"."""
    name_empty_choice(bound.field)
    widget = bound.field.widget
    kind, refused = _kind(widget), bool(bound.errors)
    context = {"field": bound, "kind": kind, "quiet": quiet, "clash": bound.name in getattr(bound.form, "clashing", ())}
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, [widget.attrs.get("class"), _class(widget, refused)]))}
    described = [f"{bound.auto_id}-{part}" for part, there in (("h", bound.help_text), ("e", refused)) if there]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if refused:
        attrs["aria-invalid"] = "true"
    if kind == "choice":
        widget.attrs["class"] = attrs["class"]
        return {**context, "widget": bound.subwidgets}
    return {**context, "widget": bound.as_widget(attrs=attrs)}

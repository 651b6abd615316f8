"""Words and marks of contact rounds."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.memory.models.interaction import Outcome
from contacts.rounds.models import ContactRound, Stop
from contacts.rounds.shown import on_day
from contacts.rounds.sifting import LEFT_OUT
from fleetportal.core import days
from fleetportal.core.templatetags.portal import icon

register = template.Library()

ICONS = {
    "reached": "check",
    "wants_meeting": "calendar-plus",
    "not_interested": "x",
    "complained": "message-report",
    "not_reached": "phone-off",
    "left_word": "message-2",
    "wrong_number": "alert-circle",
}


@register.filter
def heading(day: date | None, on: date) -> str:
    """The heading of a day's stops."""
    return on_day(day, on)


@register.filter
def period(contact_round: ContactRound) -> str:
    """From when to when."""
    return _("%(first)s to %(last)s") % {
        "first": days.day_and_month(contact_round.starts_on),
        "last": days.day_and_month(contact_round.ends_on),
    }


@register.simple_tag
def outcome_flag(stop: Stop) -> SafeString | str:
    """What came of the last try."""
    if not stop.outcome:
        return ""
    tone = "ok" if stop.outcome == Outcome.WANTS_MEETING else "stop" if stop.outcome == Outcome.COMPLAINED else ""
    flag = f"fp-flag fp-flag--{tone}" if tone else "fp-flag"
    return format_html('<span class="{}">{}{}</span>', flag, icon(ICONS[stop.outcome], size="s"), stop.get_outcome_display())


@register.filter
def why_out(stop: Stop) -> str:
    """Why the stop was left out."""
    return str(LEFT_OUT[stop.why].words) if stop.why in LEFT_OUT else ""


@register.filter
def outcome_icon(code: str) -> str:
    return ICONS.get(code, "check")

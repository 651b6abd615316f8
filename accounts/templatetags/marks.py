"""Small marks for tier, phase and use of a vehicle, each an icon and a word."""

from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.customers.models.company import Company, Phase, Tier
from accounts.customers.models.vehicle import ORDER_LEAD_MONTHS, Use, Vehicle, order_by
from fleetportal.core import days
from fleetportal.core.templatetags.portal import icon, symbol

register = template.Library()

PHASE_SYMBOLS: dict[str, str] = {Phase.AT_RISK: "risk"}
SPOKEN_OF_MONTHS = 2  # before the last order date: from then on the end of a contract is shown


@register.simple_tag
def tier(company: Company) -> SafeString | str:
    """The company's tier: an icon and the word."""
    return tier_mark(company.tier, get_language() or "") if company.tier else ""


@lru_cache(maxsize=100)  # a list shows each fifty times
def tier_mark(value: str, _language: str) -> SafeString:
    return format_html(
        '<span class="fp-tier fp-tier--{0}">{1}{2}</span>', value, symbol(f"tier-{value}"), dict(Tier.choices).get(value, value)
    )


@register.simple_tag
def phase(company: Company) -> SafeString:
    """The company's lifecycle phase: bars or an arrow, and the word."""
    return phase_mark(company.phase, get_language() or "")


@lru_cache(maxsize=100)
def phase_mark(value: str, _language: str) -> SafeString:
    name = PHASE_SYMBOLS.get(value, value)
    labels = {str(phase.value): phase.label for phase in Phase}
    return format_html('<span class="fp-phase fp-phase--{0}">{1}{2}</span>', name, symbol(f"phase-{name}"), labels.get(value, value))


@register.simple_tag
def use(vehicle: Vehicle) -> SafeString:
    """Personal or functional."""
    return use_mark(vehicle.use, get_language() or "")


@lru_cache(maxsize=100)
def use_mark(value: str, _language: str) -> SafeString:
    name = "key" if value == Use.PERSONAL else "steering-wheel"
    return format_html('<span class="fp-group">{0}{1}</span>', symbol(name), dict(Use.choices).get(value, value))


@register.simple_tag
def contract_end(day: date | None) -> SafeString | str:
    """A flag with the remaining time of a contract, when it is time to talk about the next vehicle."""
    today = timezone.localdate()
    if day is None or not today <= day <= today + relativedelta(months=ORDER_LEAD_MONTHS.on(today) + SPOKEN_OF_MONTHS):
        return ""
    days = (day - today).days
    text = time_left(days) if days else _("ends today")
    return format_html('<span class="fp-flag fp-flag--warn">{0}{1}</span>', icon("clock", size="s"), text)


@register.simple_tag
def order_day(ends_on: date | None) -> SafeString | str:
    """The last day on which to order the next vehicle: a flag when it is time to, else the day; empty once the contract is over."""
    today = timezone.localdate()
    if ends_on is None or ends_on < today:
        return ""
    day = order_by(ends_on, today=today)
    if day < today:
        return format_html('<span class="fp-flag fp-flag--stop">{0}{1}</span>', icon("clock", size="s"), _("too late to order"))
    shown = days.short(day)
    if day > today + relativedelta(months=SPOKEN_OF_MONTHS):
        return shown
    return format_html(
        '{0} <span class="fp-flag fp-flag--warn">{1}{2}</span>', shown, icon("clock", size="s"), time_left((day - today).days)
    )


def time_left(days: int) -> str:
    """ "3 days", "5 weeks"; "today" for none."""
    if not days:
        return _("today")
    weeks = days // 7
    return ngettext("%d day", "%d days", days) % days if days < 28 else ngettext("%d week", "%d weeks", weeks) % weeks

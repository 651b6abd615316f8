"""Texts and marks of the Today page."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.templatetags.marks import phase, tier
from contacts.people.models.roles import Group
from contacts.reasons.card import ReasonCard
from contacts.reasons.models import Decision, Reason
from contacts.templatetags.people import group_mark
from contacts.today.day import Day
from fleetportal.core import days
from fleetportal.core.templatetags.portal import icon
from fleetportal.core.words import number, opening

register = template.Library()

SOON_DAYS = 30


@register.simple_tag
def day_title(day: Day) -> str:
    """The page's headline: how many people are due."""
    if not day.count:
        return _("There is nobody left to speak to today")
    if not day.due:
        return _("Nobody has to be spoken to today")
    return ngettext("One person to speak to today", "%(count)s people to speak to today", day.due) % {"count": opening(day.due)}


@register.simple_tag
def day_rest(day: Day) -> str:
    """How many people are on the list besides those who are due; "" where nobody is."""
    rest = day.count - day.due
    if not rest:
        return ""
    return ngettext("One more can wait, for when there is time.", "%(count)s more can wait, for when there is time.", rest) % {
        "count": opening(rest)
    }


@register.simple_tag
def day_progress(day: Day) -> str:
    """ "3 of 14 done, about two hours to go"."""
    numbers = {"done": day.done, "all": day.done + day.due}
    done = _("%(done)s of %(all)s done") % numbers
    if not day.due:
        return done
    hours = round(day.minutes_left / 60)
    if hours:
        left = ngettext("about an hour to go", "about %(count)s hours to go", hours) % {"count": number(hours)}
    else:
        left = _("less than half an hour to go")
    return f"{done}, {left}"


@register.simple_tag
def due_flag(reason: Reason, on: date) -> SafeString | str:
    """A flag for a deadline: amber before it, red when it is late."""
    due_on = ReasonCard(reason).due_on
    if due_on is None or (left := (due_on - on).days) > SOON_DAYS:
        return ""
    if left < 0:
        tone, text = "stop", late(-left)
    else:
        tone, text = "warn", ngettext("%d day left", "%d days left", left) % left if left else _("due today")
    return format_html('<span class="fp-flag fp-flag--{}">{}{}</span>', tone, icon("clock", size="s"), text)


@register.simple_tag
def complaint_flag(reason: Reason) -> SafeString | str:
    """A flag where a complaint of the company is open: whoever calls knows it before."""
    if not reason.has_complaint:
        return ""
    return format_html('<span class="fp-flag fp-flag--stop">{}{}</span>', icon("alert-triangle", size="s"), _("open complaint"))


def late(days: int) -> str:
    """How late, in the largest unit of which there are at least two, since nobody reads "2,272 days"."""
    if days >= 2 * 365:
        return ngettext("%d year overdue", "%d years overdue", days // 365) % (days // 365)
    if days >= 2 * 30:
        return ngettext("%d month overdue", "%d months overdue", days // 30) % (days // 30)
    return ngettext("%d day overdue", "%d days overdue", days) % days


@register.simple_tag
def target_group(reason: Reason) -> SafeString:
    """The target group: icon and word."""
    return group_mark(Group(reason.group), get_language() or "")


@register.simple_tag
def closed_card(reason: Reason, address: str, on: date) -> SafeString:
    """A closed card: the reason, the channel, the person; `address` is the list's, to which the card's id is added.

    Built in Python: a day shows forty of them, and rendered by a template they took a third of the page's time.
    """
    shown, link = ReasonCard(reason), escape(f"{address}open={reason.pk}")
    flag = complaint_flag(reason) or due_flag(reason, on)
    return mark_safe(
        f'<li class="fp-contact" data-row><span class="fp-how">{icon(shown.icon)}</span>'
        f'<p class="fp-contact__why"><a href="{link}" data-hx-get="{link}" data-hx-target="#day" data-hx-swap="outerHTML"'
        f' data-hx-replace-url="true">{escape(shown.sentence)}</a></p>'
        f'<p class="fp-contact__how">{giver(reason)}{flag} <span class="fp-wide fp-dim fp-s">{escape(shown.doing)}'
        f"</span></p>"
        f'<p class="fp-contact__who">{whom(reason, shown)} <span>{escape(reason.company.name)}</span>'
        f"{target_group(reason)}{tier(reason.company)}{phase(reason.company)}</p></li>\n"
    )


def giver(reason: Reason) -> SafeString | str:
    """A flag with the colleague who gave the card."""
    if not reason.given_by:
        return ""
    text = _("from %(name)s") % {"name": reason.given_by}
    return format_html('<span class="fp-flag">{}{}</span> ', icon("users", size="s"), text)


def whom(reason: Reason, shown: ReasonCard) -> SafeString:
    """The person, with their role."""
    if reason.person is None:
        return format_html("<span><strong>{}</strong></span>", _("Nobody known yet"))
    return format_html("<span><strong>{}</strong>{}</span>", reason.person.name, f", {shown.job}" if shown.job else "")


@register.filter
def decision_text(decision: Decision) -> str:
    """The toast's text about the last decision."""
    who = str(decision.person or decision.company)
    texts = {
        Decision.Kind.REACHED: _("Logged: %(who)s reached."),
        Decision.Kind.NOT_REACHED: _("Logged: %(who)s not reached. The card will come back in due course."),
        Decision.Kind.WRITTEN: _("Logged: message to %(who)s."),
        Decision.Kind.PLANNED: _("Planned for %(who)s."),
        Decision.Kind.NOT_NOW: _("Postponed: %(who)s."),
        Decision.Kind.GIVEN: _("Handed over to %(to)s: %(who)s."),
    }
    return texts[Decision.Kind(decision.kind)] % {"who": who, "to": decision.given_to}


@register.filter
def day_or_month(moment: datetime) -> str:
    """A day of this year as "12 Nov", an earlier one as "Jan 2025"."""
    here = timezone.localtime(moment)
    return days.short_day(here) if here.year == timezone.localdate().year else days.short_month(here)


@register.filter
def card(reason: Reason) -> ReasonCard:
    """The reason for display."""
    return ReasonCard(reason)

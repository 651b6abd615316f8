"""Registers events elsewhere: link addresses, the side rail, the timeline, the dossier."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Count, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.panels import Later, Panel, company_actions, dossier_panels
from accounts.models import Company, User
from accounts.staff.requests import StaffRequest
from contacts.arbiter.naming import OccasionName, occasions
from contacts.memory import timeline
from contacts.models import Meeting
from contacts.pages.panels import person_actions
from contacts.today.day import CalendarLine, appointments
from events.models import CoHosting, Event, Invitation, InvitationRequest, Registration
from events.models.event import reach_of, within
from fleetportal.core.audit import label
from fleetportal.core.links import scopes
from fleetportal.core.web.lists import Bulk
from fleetportal.core.web.pages import NavigationEntry, navigation

SHOWN = 8
Row = TypeVar("Row", bound=Model)

# kind of an interaction -> icon, text, tone
LINES: dict[str, tuple[str, object, str]] = {
    "event.invited": ("mail", _("Invited to an event"), ""),
    "event.nudged": ("mail", _("Reminded of an invitation"), ""),
    "event.registered": ("ticket", _("Accepted an invitation"), "ok"),
    "event.promoted": ("ticket", _("Moved up from the waiting list"), "ok"),
    "event.changed": ("ticket", _("Changed the number of guests"), ""),
    "event.cancelled": ("x", _("Cancelled their registration"), ""),
    "event.declined": ("x", _("Declined an invitation"), ""),
    "event.moved": ("calendar-event", _("Informed of a new time or location"), ""),
    "event.called_off": ("x", _("Informed that an event was cancelled"), "stop"),
    "event.reminder": ("clock", _("Reminded of an event"), ""),
    "event.attended": ("door-enter", _("Attended an event"), "ok"),
}


def of_company(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object] | None:
    """The company's recent guests and invitations, and its open annual meeting; None where there are none. Costs 4 queries."""
    coming = list(latest(Registration.objects.filter(company=company)))
    answered = {(row.event_id, row.person_id) for row in coming}
    asked = [row for row in latest(Invitation.objects.filter(company=company)) if (row.event_id, row.person_id) not in answered]
    meeting = Meeting.objects.filter(company=company).open().select_related("director").first()
    serves = "serve_customers" in held
    if not (coming or asked or meeting or serves):
        return None
    shown = Event.objects.where(request.user, may="invite").filter(
        pk__in={event for event, _person in answered} | {row.event_id for row in asked}
    )
    cockpits = set(shown.values_list("pk", flat=True))
    return {
        "company": company,
        "coming": coming,
        "asked": asked[: SHOWN - len(coming)],
        "meeting": meeting,
        "cockpits": cockpits,
        "serves": serves,
    }


def events_of(user: User, on: date) -> list[CalendarLine]:
    """The events hosted by the user on that day. Costs 1 query."""
    first = timezone.make_aware(datetime.combine(on, time.min))
    mine = Event.objects.filter(within(**reach_of(user, may="meet_customers"))).published().filter(host=user)
    rows = mine.starting_between(first, first + timedelta(days=1)).order_by("starts_at", "pk").select_related("centre")
    shown = ("title", "location", "starts_at", "centre__time_zone")
    return [CalendarLine(row.begins, row.title, row.location, reverse("events:check_in", args=[row.pk])) for row in rows.only(*shown)]


def requests_of(user: User, on: date) -> list[CalendarLine]:
    """The events of the user for which somebody waits for an answer, all day, until it is given. Costs 1 query."""
    if not user.may("invite"):
        return []
    rows = InvitationRequest.objects.for_host(user).values("event", "event__title").annotate(count=Count("pk")).order_by("event")
    return [asked_line(row["event"], row["event__title"], row["count"]) for row in rows]


def co_hostings_of(user: User, on: date) -> list[CalendarLine]:
    """Which centres wait for an answer of the user's centres, all day, until it is given. Costs 1 query."""
    if not user.may("run_events"):
        return []
    mine = Event.objects.where(user, may="run_events").values("pk")
    rows = CoHosting.objects.open().filter(event__in=mine).select_related("event", "centre").order_by("asked_at", "pk")
    text = _("%(centre)s asks to co-host")
    return [CalendarLine(None, text % {"centre": row.centre}, row.event.title, requests_url(row.event_id)) for row in rows]


def requests_url(event: int) -> str:
    return reverse("events:co_hosting", args=[event])


def asked_line(event: int, title: str, count: int) -> CalendarLine:
    text = ngettext("%(count)d person has asked for an invitation", "%(count)d people have asked for an invitation", count)
    return CalendarLine(None, text % {"count": count}, title, reverse("events:requests", args=[event]))


def names_of(events: Collection[int]) -> dict[int, OccasionName]:
    """What the events with these ids are called, for whoever is told who holds a person. Costs 1 query."""
    rows = Event.objects.filter(pk__among=list(events)).select_related("centre")
    return {row.pk: OccasionName(row.title, row.on) for row in rows}


def latest(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows of the newest events, with everything that a line shows."""
    return rows.select_related("event__centre", "person").order_by("-event__starts_at", "pk")[:SHOWN]


events_later = Later(_("Events and meetings"), "events:company", _("No events or meetings yet."))
events_panel = Panel("events/_dossier_events.html", of_company, later=events_later)


def register() -> None:
    scopes.update(invitation="events:invitation", ticket="events:ticket")
    occasions.register(label(Event), names_of)
    appointments.register("events", events_of)
    appointments.register("requests", requests_of)
    appointments.register("co-hosting", co_hostings_of)
    ours = NavigationEntry(_("Events"), "ticket", "events:list", "meet_customers", group=1, on_phone=True, starts_for="run_events")
    navigation.register("events", ours, weight=200)
    timeline.say(LINES)
    dossier_panels.register("events", events_panel, weight=35)
    company_actions.register("invite", Bulk(_("Invite"), "ticket", "events:invite_companies", "invite"), weight=20)
    person_actions.register("invite", Bulk(_("Invite"), "ticket", "events:invite_people", "invite"), weight=20)

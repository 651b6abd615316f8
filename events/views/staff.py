"""Events for staff: the list, creating and editing, the cockpit and its buttons."""

from functools import partial
from typing import cast

from django.db.models import Case, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Centre, User
from accounts.staff.requests import StaffRequest
from events import landing
from events.actions import figures, planning
from events.actions.holders import holders
from events.actions.inviting import start_inviting, start_nudging
from events.actions.sessions import draft_second_delivery
from events.filters import EventFilter, GuestFilter
from events.forms.event import CancelForm, EventForm
from events.models import TEMPLATES, Event, EventKind, Registration, SeatsTaken
from events.models.event import EventQuerySet
from events.models.registration import RegistrationQuerySet
from events.tables import EventTable, GuestTable
from events.views import cockpit
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import answer, ask, done, page, whole_number


class EventList(ListPage[EventQuerySet]):
    name = "events"
    title = _("Events")
    may = "meet_customers"
    table_class = EventTable
    filterset_class = EventFilter
    rows_template = "events/_event_rows.html"
    actions_template = "events/_events_actions.html"
    presets = (Preset(_("All"), ""), Preset(_("Upcoming"), "when=ahead"), Preset(_("Second deliveries"), "kind=second_delivery"))
    empty = Empty(
        _("No events yet"),
        _(
            "The events you invite guests to appear here, for example “Preview evening, 60 seats, 10 December”. "
            "A template fills in most of the details."
        ),
        _("Plan a preview evening"),
        "events:new",
        "run_events",
    )

    def get_queryset(self, user: User) -> EventQuerySet:
        return Event.objects.visible_to(user)

    def exportable(self, rows: EventQuerySet, user: User) -> EventQuerySet:
        return rows.filter(pk__in=Event.objects.where(user, may="export").values("pk"))

    def extra_context(self) -> dict[str, object]:
        """The listed events whose cockpit this user may open; the others link to the door."""
        return {"cockpits": set(Event.objects.where(cast(User, self.request.user), may="invite").values_list("pk", flat=True))}


class GuestList(ListPage[RegistrationQuerySet]):
    name = "guests"
    title = _("Guests")
    may = "see_customers"
    table_class = GuestTable
    filterset_class = GuestFilter
    rows_template = "events/_guest_rows.html"
    presets = (Preset(_("All"), ""), Preset(_("Coming"), "status=seated"), Preset(_("Waiting list"), "status=waiting"))
    empty = Empty(
        _("No guests yet"), _("Guests who have answered an invitation appear here, for example “Thomas Brandt, 4 seats, coming”.")
    )

    def get_queryset(self, user: User) -> RegistrationQuerySet:
        return Registration.objects.visible_to(user)

    def decorate(self, rows: RegistrationQuerySet, user: User) -> RegistrationQuerySet:
        return super().decorate(rows, user).select_related("event")

    def exportable(self, rows: RegistrationQuerySet, user: User) -> RegistrationQuerySet:
        return rows.where(user, may="export")


def the_event(request: StaffRequest, event_id: int, *, may: str) -> Event:
    """The event, if the user may, otherwise 404. Costs 1 query."""
    return get_object_or_404(Event.objects.where(request.user, may=may).select_related("centre", "host"), pk=event_id)


def event_url(event: Event) -> str:
    return reverse("events:event", args=[event.pk])


# --- making and editing ----------------------------------------------------------------------------------------------------


@page(may="run_events")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: StaffRequest) -> HttpResponse:
    """A new event from the template of its kind."""
    kind = request.GET.get("kind", EventKind.PREVIEW)
    if kind not in TEMPLATES:
        raise Http404
    form = EventForm(request.POST or None, user=request.user, kind=kind)
    if form.is_valid():
        event = planning.plan(by=request.user, **form.values)
        return done(request, event_url(event), _("%s has been planned. Nobody can see it until it is published.") % event)
    templates = [(key, template.name, key == kind) for key, template in TEMPLATES.items()]
    context = {
        "form": form,
        "templates": templates,
        "title": _("Plan an event"),
        "save": _("Plan the event"),
        "back": reverse("events:list"),
    }
    return render(request, "events/event_form.html", context, status=422 if form.is_bound else 200)


@page(may="run_events")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, event_id: int) -> HttpResponse:
    """Edits all fields of an event; guests are told of a new time or location."""
    event = the_event(request, event_id, may="run_events")
    form = EventForm(request.POST or None, user=request.user, event=event)
    if form.is_valid():
        try:
            if form.write(partial(planning.edit, event), by=request.user):
                return done(request, event_url(event), saved_in_words(event, form))
        except SeatsTaken as refusal:  # somebody registered since the form was checked
            form.add_error("capacity", str(refusal.message))
    told = event.registrations.active().count() if not event.is_draft else 0
    context = {"form": form, "event": event, "told": told, "title": _("Edit %s") % event, "save": _("Save"), "back": event_url(event)}
    return render(request, "events/event_form.html", context, status=422 if form.is_bound else 200)


def saved_in_words(event: Event, form: EventForm) -> str:
    """That it is saved, and what becomes of waiting parties that no longer fit where seats were taken away. Costs 1 query then."""
    said, capacity = str(_("%s has been saved.") % event), form.cleaned_data["capacity"]
    if capacity >= form.initial["capacity"]:
        return said
    larger = Registration.objects.waiting().filter(event=event, party__gt=capacity).count()
    text = ngettext(
        "%(count)d waiting party is larger than the event now: it stays on the list, and holds up nobody.",
        "%(count)d waiting parties are larger than the event now: they stay on the list, and hold up nobody.",
        larger,
    )
    return f"{said} {text % {'count': larger}}" if larger else said


@page(may="run_events")
@require_POST
def second_delivery(request: StaffRequest) -> HttpResponse:
    """Creates next month's second delivery as a draft with one click, or opens the existing one."""
    centres = Centre.objects.where(request.user, may="run_events")
    centre = centres.order_by(Case(When(pk=request.user.home_centre_id or 0, then=0), default=1), "pk")[0]
    event = draft_second_delivery(centre, by=request.user, now=timezone.now())
    said = _("%s has been drafted for next month.") if event.is_draft else _("There is already one next month: %s.")
    return done(request, event_url(event), said % event)


@page(may="run_events")
@require_POST
def publish(request: StaffRequest, event_id: int) -> HttpResponse:
    event = the_event(request, event_id, may="run_events")
    planning.publish(event, by=request.user)
    return done(request, event_url(event), _("The event is published. Guests can answer now."))


@page(may="run_events")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def cancel(request: StaffRequest, event_id: int) -> HttpResponse:
    """Cancels the event, after a confirmation because everybody is told."""
    event = the_event(request, event_id, may="run_events")
    form = CancelForm(request.POST or None)
    if form.is_valid():
        planning.call_off(event, by=request.user, reason=form.cleaned_data["reason"])
        return done(request, event_url(event), _("The event has been called off. All registered guests will be notified by e-mail."))
    told = event.registrations.active().count()
    save = ngettext("Call off and notify %(count)d guest", "Call off and notify %(count)d guests", told) % {"count": told}
    title = _("Call off %s") % event
    return ask(
        request, form, title=title, save=save if told else _("Call off"), back=event_url(event), trail=(str(event), event_url(event))
    )


@page(may="run_events")
@require_POST
def make_landing(request: StaffRequest, event_id: int) -> HttpResponse:
    """Makes a landing page from the event's data and redirects to its edit page."""
    event = the_event(request, event_id, may="run_events")
    for make in landing.makers:
        make(event, request.user)
    found = landing.landing_page_of(event)
    return done(
        request,
        found.edit_address if found and request.user.may("edit_pages") else event_url(event),
        _("The landing page is public now: everyone can read it.")
        if found and found.is_live
        else _("The landing page has been created as a draft. It can be read once it is published."),
    )


# --- the cockpit -------------------------------------------------------------------------------------------------------------

CHIPS = ("answered", "coming", "waiting", "no", "silent")


@page(may="invite")
@require_safe
def event(request: StaffRequest, event_id: int) -> HttpResponse:
    """The cockpit: people entitled, invited, coming and waiting; the seats; one button for the next step."""
    found = the_event(request, event_id, may="invite")
    now = figures.event_figures(found, request.user)
    show = request.GET.get("show", "")
    show = show if show in CHIPS else "answered"
    page = landing.landing_page_of(found)
    own = Event.objects.at_own_centres(request.user, may="invite").values("pk")
    context = {
        "event": found,
        "now": now,
        "step": cockpit.next_step(now),
        "funnel": cockpit.funnel(now),
        "plan": cockpit.seat_plan(found, now.seating),
        "chips": chips(now, show),
        "show": show,
        "guests": figures.guests(found, request.user, show),
        "ranks": figures.ranks(found) if now.waiting else {},
        "landing": page,
        "missing": landing.missing_languages(found, page),
        "holders": holders(found, request.user) if now.circle.invited_elsewhere and found.is_ahead else [],
        "asking": found.requests.open().filter(event__in=own).count(),
        "co_hosts": found.co_hostings.select_related("centre").order_by("asked_at", "pk"),
        "has_makers": bool(landing.makers.names()),
        "can_run": Event.objects.where(request.user, may="run_events").filter(pk=found.pk).exists(),
        "can_check_in": Event.objects.where(request.user, may="check_in").filter(pk=found.pk).exists(),
    }
    return answer(request, context, part="events/event.html#guests")


def chips(now: figures.EventFigures, show: str) -> list[tuple[str, object, int, bool]]:
    counts = (
        ("answered", _("Answered"), now.coming + now.waiting + now.declined),
        ("coming", _("Coming"), now.coming),
        ("waiting", _("Waiting list"), now.waiting),
        ("no", _("Declined"), now.declined),
        ("silent", _("No answer yet"), now.silent),
    )
    return [(code, label, count, code == show) for code, label, count in counts]


@page(may="invite")
@require_POST
def invite(request: StaffRequest, event_id: int) -> HttpResponse:
    """Invites everybody who may be invited; a double click sends once."""
    found = the_event(request, event_id, may="invite")
    start_inviting(found, by=request.user, after=whole_number(request.POST.get("after", "")))
    return done(request, event_url(found), _("The invitations are being sent."))


@page(may="invite")
@require_POST
def remind(request: StaffRequest, event_id: int) -> HttpResponse:
    """Reminds those who have not answered, each once."""
    found = the_event(request, event_id, may="invite")
    start_nudging(found, by=request.user)
    return done(request, event_url(found), _("The reminders are being sent."))

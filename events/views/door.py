"""The door of an event: by the code on the ticket or by name; green lets in, red says why not; every step can be undone."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from events.forms.door import ArrivalForm
from events.models import AlreadyCheckedIn, CheckIn, Event, NotComing, Registration, Seating
from events.views.staff import the_event
from fleetportal.core.db import fold
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.db.search import MAX_WORDS
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import page, whole_number

SHOWN = 30


def door_context(event: Event) -> dict[str, object]:
    """The context of the bar on every door page. Costs 1 query."""
    (seating,) = bar(event=event.pk)
    return {"event": event, "inside": getattr(seating, "inside", None) or 0, "seats": seating.taken}


def with_arrivals(event: Any) -> QuerySet[Seating]:
    """The event's seats, with the heads that are inside."""
    arrivals = CheckIn.objects.not_undone().filter(registration__event=OuterRef("event")).values("registration__event")
    inside = Subquery(arrivals.annotate(all=Sum("heads")).values("all"))
    return Seating.objects.filter(event=event).annotate(inside=inside).order_by("pk")[:1]


bar = Prepared(with_arrivals, extra=("inside",), event=Event._meta.pk)


@page(may="check_in")
@require_safe
def check_in(request: StaffRequest, event_id: int) -> HttpResponse:
    """The camera, and the guests who are expected, by name."""
    event = the_event(request, event_id, may="check_in")
    name = request.GET.get("q", "").strip()
    found = list(expected(event, name)[: SHOWN + 1])
    context = door_context(event) | {"q": name, "guests": found[:SHOWN], "has_more": len(found) > SHOWN, "by_name": "q" in request.GET}
    return render(request, "events/door/door.html", context)


def expected(event: Event, name: str) -> QuerySet[Registration]:
    """Guests with seats whose name holds every word of `name`; those not inside yet come first."""
    rows = Registration.objects.seated().filter(event=event).select_related("person", "company").with_arrival()
    for word in fold(name).split()[:MAX_WORDS]:
        rows = rows.filter(person__name_folded__contains=word)
    return rows.order_by(F("heads_inside"), "person__name_folded", "pk") if name else rows.order_by("person__name_folded", "pk")


@page(may="check_in")
@require_POST
@once
def arrive(request: StaffRequest, event_id: int) -> HttpResponse:
    """Lets a party in: green, or red with the reason."""
    event = the_event(request, event_id, may="check_in")
    form = ArrivalForm(request.POST, event=event)
    registration = form.registration if form.is_valid() else None
    if registration is None:
        return stop(
            request,
            event,
            _("Not one of our tickets"),
            why=_("Look for the name in the list; the guest may be showing the code for another event."),
        )
    if registration.event_id != event.pk:
        return stop(
            request, event, _("Ticket for another event"), why=_("This ticket is not for this event. Look for the name in the list.")
        )
    try:
        arrival = registration.check_in(by=request.user, heads=form.cleaned_data["heads"])
    except AlreadyCheckedIn as refusal:
        return stop(request, event, refusal.message, registration=registration, earlier=refusal.facts)
    except NotComing as refusal:
        return stop(request, event, _("No seat"), registration=registration, why=str(refusal.message))
    return go(request, event, registration, arrival)


def go(request: StaffRequest, event: Event, registration: Registration, arrival: CheckIn) -> HttpResponse:
    context = door_context(event) | {"registration": registration, "arrival": arrival}
    return render(request, "events/door/go.html", context)


def stop(
    request: StaffRequest, event: Event, what: object, *, registration: Registration | None = None, why: str = "", **facts: object
) -> HttpResponse:
    context = door_context(event) | {"what": what, "registration": registration, "why": why, **facts}
    return render(request, "events/door/stop.html", context, status=409)


def the_arrival(request: StaffRequest, event: Event) -> CheckIn:
    """The check-in of this event that the form names, unless it was undone; 404 else."""
    rows = CheckIn.objects.not_undone().filter(registration__event=event)
    arrival = get_object_or_404(rows, pk=whole_number(request.POST.get("arrival", "")))
    arrival.registration = Registration.objects.select_related("person", "company", "event__centre").get(pk=arrival.registration_id)
    return arrival


@page(may="check_in")
@require_POST
def fewer(request: StaffRequest, event_id: int) -> HttpResponse:
    """How many of the party really came."""
    event = the_event(request, event_id, may="check_in")
    arrival = the_arrival(request, event)
    heads = whole_number(request.POST.get("heads", ""))
    arrival.correct(arrival.heads if heads is None else heads, by=request.user)
    return go(request, event, arrival.registration, arrival)


@page(may="check_in")
@require_POST
@once
def undo(request: StaffRequest, event_id: int) -> HttpResponse:
    """The party is not inside after all; then back to the door."""
    event = the_event(request, event_id, may="check_in")
    arrival = the_arrival(request, event)
    arrival.undo(by=request.user)
    return render(request, "events/door/undone.html", door_context(event) | {"registration": arrival.registration})

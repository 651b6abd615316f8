"""Asking to host another centre's event with it, and the page on which that centre answers."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.staff.requests import StaffRequest
from events.actions import co_hosting
from events.actions.holders import holders
from events.forms.co_hosting import CoHostForm, CoHostingAnswerForm
from events.models import CoHosting, Event
from events.views.staff import event_url, the_event
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask as ask_with
from fleetportal.core.web.pages import done, page, whole_number


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask(request: StaffRequest, event_id: int) -> HttpResponse:
    """The form of an event some of whose people another centre has: with whose event the centre wants to help."""
    event = the_event(request, event_id, may="invite")
    form = CoHostForm(
        request.POST if request.method == "POST" else None,
        holders=holders(event, request.user),
        chosen=whole_number(request.GET.get("holder", "")),
    )
    if form.is_valid():
        theirs = get_object_or_404(Event, pk=form.cleaned_data["holder"])  # one of those whose holds they see
        asked = co_hosting.ask(theirs, event.centre, text=form.cleaned_data["text"], by=request.user)
        text = _("%s has been asked.") if asked.is_open else _("%s has answered this already.")
        return done(request, event_url(event), text % theirs.centre)
    title = _("Ask to co-host")
    return ask_with(request, form, title=title, save=_("Ask"), back=event_url(event), trail=(str(event), event_url(event)))


@page(may="run_events")
@require_safe
def requests(request: StaffRequest, event_id: int) -> HttpResponse:
    """Which centres have asked to co-host the event, those without an answer first. Costs 2 queries."""
    event = the_event(request, event_id, may="run_events")
    rows = event.co_hostings.select_related("centre", "asked_by", "answered_by").order_by("asked_at", "pk")
    return render(request, "events/co_hosting.html", {"event": event, "requests": sorted(rows, key=lambda row: not row.is_open)})


@page(may="run_events")
@require_POST
@once
def grant(request: StaffRequest, event_id: int) -> HttpResponse:
    """The people of that centre's companies are entitled from now on."""
    asked, text = answered(request, event_id)
    co_hosting.grant(asked, text=text, by=request.user)
    return done(request, requests_url(asked), _("%s hosts this event too.") % asked.centre)


@page(may="run_events")
@require_POST
@once
def refuse(request: StaffRequest, event_id: int) -> HttpResponse:
    asked, text = answered(request, event_id)
    co_hosting.refuse(asked, text=text, by=request.user)
    return done(request, requests_url(asked), _("%s has been told that it can’t host this event.") % asked.centre)


def answered(request: StaffRequest, event_id: int) -> tuple[Any, str]:
    """The request to which the form belongs, otherwise 404, and the answer."""
    event, form = the_event(request, event_id, may="run_events"), CoHostingAnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    rows = event.co_hostings.select_related("event__centre", "event__host", "centre", "asked_by")
    return get_object_or_404(rows, pk=form.cleaned_data["asked"]), form.cleaned_data["text"]


def requests_url(asked: CoHosting) -> str:
    return reverse("events:co_hosting", args=[asked.event_id])

"""The call screen: one person after the other, for colleagues and outside agents. It shows name, company, reason, script and number."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from contacts.rounds.actions import leading
from contacts.rounds.actions.calling import CHIPS, call
from contacts.rounds.forms import CallForm, LaterForm
from contacts.rounds.models import ContactRound, Stop
from contacts.rounds.questions import questions_of
from contacts.rounds.shown import call_for, calls_of, next_calls
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import page, whole_number


def screen_of(contact_round: ContactRound) -> str:
    return reverse("contacts:round_call", args=[contact_round.pk])


def the_round(request: StaffRequest, round_id: int) -> ContactRound:
    """A running round in which the user calls, or one with a stop at a company that they serve; otherwise 404. Costs 1 query."""
    callable_by = ContactRound.objects.filter(pk__in=Stop.objects.callable_by(request.user).values("contact_round"))
    return get_object_or_404(callable_by.select_related("centre", "owner"), pk=round_id)


def the_stop(request: StaffRequest, round_id: int, stop_id: int) -> Stop:
    """The stop of that round, if the user may call it, otherwise 404. Costs 1 query."""
    rows = Stop.objects.callable_by(request.user).select_related(
        "contact_round__centre", "contact_round__owner", "company__centre", "person"
    )
    return get_object_or_404(rows, pk=stop_id, contact_round=round_id)


@page(may="call")
@require_safe
def next_round(request: StaffRequest) -> HttpResponse:
    """To the round in which the user has the next call; where there is none, it says so."""
    waiting = (
        Stop.objects.callable_by(request.user).open().filter(assigned_to=request.user, contact_round__state=ContactRound.State.RUNNING)
    )
    first = waiting.in_order().select_related("contact_round").first()
    if first is not None:
        return HttpResponseRedirect(screen_of(first.contact_round))
    return render(request, "contacts/rounds/nothing.html", {"contact_round": None})


@page(may="call")
@require_safe
def screen(request: StaffRequest, round_id: int) -> HttpResponse:
    """The next call of the user in this round, or the one named by `stop`; `after` skips one for now."""
    found = the_round(request, round_id)
    asked = whole_number(request.GET.get("stop", ""))
    if asked is not None:
        return shown(request, the_stop(request, round_id, asked))
    on = found.centre.today(timezone.now())
    waiting = next_calls(calls_of(found, request.user), on=on) if found.is_running else []
    without = {whole_number(one) for one in request.GET.getlist("without")}  # tapped already; the tap is on its way
    waiting = [stop for stop in waiting if stop.pk not in without]
    due = [stop for stop in waiting if request.GET.get("ahead") or (stop.day is not None and stop.day <= on)]
    skipped = whole_number(request.GET.get("after", ""))
    places = [stop.pk for stop in due]
    at = places.index(skipped) + 1 if skipped in places else 0
    if not due:
        context = {"contact_round": found, "next": waiting[0] if waiting else None, "on": on}
        return render(request, "contacts/rounds/nothing.html", context)
    order = due[at:] + due[:at]
    return shown(request, order[0], following=order[1] if len(order) > 1 else None)


def shown(
    request: StaffRequest, stop: Stop, *, form: CallForm | None = None, later: LaterForm | None = None, **more: object
) -> HttpResponse:
    """The screen of one stop, with the entered values and the errors where there are some."""
    found = stop.contact_round
    on = found.centre.today(timezone.now())
    mine = found.stops.callable_by(request.user).filter(assigned_to=request.user, day=on)
    own = list(mine.values_list("state", "tries"))
    context = {
        "contact_round": found,
        "call": call_for(stop, on=on),
        "chips": CHIPS.values(),
        "form": form or CallForm(questions=questions_of(found)),
        "later": later or LaterForm(),
        "total": found.stops.exclude(state=Stop.State.LEFT_OUT).count(),
        "done_today": sum(state == Stop.State.DONE for state, _tries in own),
        "all_today": len(own),
        "serves": "serve_customers" in stop.company.rights_of(request.user),
        "on": on,
        **more,
    }
    return render(request, "contacts/rounds/call.html", context, status=422 if form or later else 200)


@page(may="call")
@require_POST
@once
def result(request: StaffRequest, round_id: int, stop_id: int) -> HttpResponse:
    """What came of the call; the next one follows."""
    stop = the_stop(request, round_id, stop_id)
    form = CallForm(request.POST, questions=questions_of(stop.contact_round))
    if not form.is_valid():
        return shown(request, stop, form=form)
    values, on = form.cleaned_data, stop.contact_round.centre.today(timezone.now())
    chip = CHIPS[values["chip"]]
    call(stop, chip, text=values["text"], answers=form.answers, by=request.user, on=on, asked=form.asked)
    messages.success(request, _("Logged: %(who)s, %(what)s.") % {"who": stop.person or stop.company, "what": chip.label})
    return HttpResponseRedirect(screen_of(stop.contact_round), status=303)


@page(may="call")
@require_POST
@once
def later(request: StaffRequest, round_id: int, stop_id: int) -> HttpResponse:
    """They asked to be called on another day."""
    stop = the_stop(request, round_id, stop_id)
    form = LaterForm(request.POST)
    if form.is_valid():
        try:
            leading.move(stop, to=form.cleaned_data["day"], by=request.user)
        except leading.OutsidePeriod as refusal:
            form.add_error("day", str(refusal))
        else:
            return HttpResponseRedirect(screen_of(stop.contact_round), status=303)
    return shown(request, stop, later=form)

"""The list of contact rounds, one round, and what who leads it may do."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.staff.requests import StaffRequest
from contacts.rounds.actions import callers, leading, planning
from contacts.rounds.forms import AssignStopForm, CallerForm, CloseRoundForm, CopyForm, EditRoundForm
from contacts.rounds.models import ContactRound, ContactRoundUserPermission, Stop
from contacts.rounds.shown import ALL, SHOWN, Figures, by_day, calls_of, in_list, left_out_of, next_calls
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page

LISTED = 200
TABS = (
    ("running", _("Running"), (ContactRound.State.RUNNING, ContactRound.State.PAUSED)),
    ("planned", _("Planned"), (ContactRound.State.PLANNED,)),
    ("finished", _("Finished"), (ContactRound.State.CLOSED,)),
)


def round_url(contact_round: ContactRound) -> str:
    return reverse("contacts:round", args=[contact_round.pk])


def the_round(request: StaffRequest, round_id: int, *, leads: bool = False) -> ContactRound:
    """The round, if it is in reach, otherwise 404; with `leads`, if the user may change it as a whole. Costs 1 query."""
    rows = ContactRound.objects.led_by(request.user) if leads else ContactRound.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("centre", "owner"), pk=round_id)


@page(may="serve_customers")
@require_safe
def rounds(request: StaffRequest) -> HttpResponse:
    """The rounds in reach, by state."""
    asked = request.GET.get("state", "")
    tab = asked if asked in {name for name, _label, _states in TABS} else "running"
    seen = ContactRound.objects.visible_to(request.user)
    counts = {name: seen.filter(state__in=states).count() for name, _label, states in TABS}
    states = next(states for name, _label, states in TABS if name == tab)
    found = in_list(seen.filter(state__in=states), request.user).prefetch_related("callers__user")
    tabs = [{"name": name, "label": label, "count": counts[name], "current": name == tab} for name, label, _states in TABS]
    context = {"tabs": tabs, "tab": tab, "rounds": found[:LISTED], "on": timezone.localdate()}
    return render(request, "contacts/rounds/rounds.html", context)


@page(may="serve_customers")
@require_safe
def one_round(request: StaffRequest, round_id: int) -> HttpResponse:
    """A round: its progress by day and by person, its results, and who was left out and why. `all` shows every stop."""
    found = the_round(request, round_id)
    on = found.centre.today(timezone.now())
    stops = found.stops.visible_to(request.user)
    listed = stops.exclude(state=Stop.State.LEFT_OUT).for_list()
    figures, shows_all = Figures(stops), bool(request.GET.get("all"))
    rows = list(listed[:ALL]) if shows_all else around(list(listed[:ALL]), on)
    mine = next_calls(calls_of(found, request.user), on=on)[:1] if found.is_running else []
    context = {
        "contact_round": found,
        "figures": figures,
        "days": list(by_day(rows)),
        "hidden": figures.planned - len(rows),
        "left_out": left_out_of(stops),
        "next": mine[0] if mine else None,
        "on": on,
        "leads": ContactRound.objects.led_by(request.user).filter(pk=found.pk).exists(),
        "callers": list(callers.callers_of(found)),
    }
    return render(request, "contacts/rounds/round.html", context)


def around(stops: list[Stop], on: Any) -> list[Stop]:
    """The stops around today: a few before, the others after."""
    first = next((at for at, stop in enumerate(stops) if stop.day is not None and stop.day >= on), len(stops))
    begin = max(0, first - SHOWN // 4)
    return stops[begin : begin + SHOWN]


# --- what who leads it does ---------------------------------------------------------------------------------------------------


@page(may="serve_customers")
@require_POST
@once
def start(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    leading.start(found, by=request.user)
    return done(request, round_url(found), _("The contact round is running."))


@page(may="serve_customers")
@require_POST
@once
def pause(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    leading.pause(found, by=request.user)
    return done(request, round_url(found), _("The contact round is paused. Nobody is called until you start it again."))


@page(may="serve_customers")
@require_POST
@once
def split(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    moved = callers.split(found, by=request.user)
    said = ngettext("One stop changed hands.", "%(count)d stops changed hands.", moved) % {"count": moved}
    return done(request, round_url(found), said)


@page(may="serve_customers")
@require_POST
@once
def check_again(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    entered, left = planning.check_again(found, by=request.user, on=found.centre.today(timezone.now()))
    values = {"entered": entered, "left": left}
    return done(request, round_url(found), _("Checked: %(entered)d put back in, %(left)d left out.") % values)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def edit(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    form = EditRoundForm(request.POST or None, contact_round=found)

    def write(**values: Any) -> None:
        leading.edit(found, **values)

    if form.is_valid() and form.write(write, by=request.user):
        return done(request, round_url(found), _("Saved."))
    return ask_about(request, found, form, title=_("Edit the contact round"), save=_("Save"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def copy(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id)
    form = CopyForm(request.POST or None, contact_round=found)
    if form.is_valid():
        copied = planning.copy(found, **form.cleaned_data, by=request.user, on=found.centre.today(timezone.now()))
        return done(request, round_url(copied), _("The contact round has been copied. Start it when you are ready."))
    return ask_about(request, found, form, title=_("Copy the contact round"), save=_("Copy"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def close(request: StaffRequest, round_id: int) -> HttpResponse:
    found = the_round(request, round_id, leads=True)
    form = CloseRoundForm(request.POST or None)
    if form.is_valid():
        leading.close(found, summary=form.cleaned_data["summary"], by=request.user)
        return done(request, round_url(found), _("The contact round is finished."))
    return ask_about(request, found, form, title=_("Finish the contact round"), save=_("Finish"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def caller_new(request: StaffRequest, round_id: int) -> HttpResponse:
    """Asks somebody more to call in the round."""
    found = the_round(request, round_id, leads=True)
    form = CallerForm(request.POST or None, contact_round=found)
    if form.is_valid():
        callers.let_call(found, form.cleaned_data["user"], by=request.user)
        said = _("%s can call in this round now. Share the stops out, or assign some.") % form.cleaned_data["user"]
        return done(request, round_url(found), said)
    return ask_about(request, found, form, title=_("Who else calls"), save=_("Add"))


@page(may="serve_customers")
@require_POST
@once
def caller_remove(request: StaffRequest, round_id: int, caller_id: int) -> HttpResponse:
    led = ContactRound.objects.led_by(request.user)
    grants = ContactRoundUserPermission.objects.filter(content_object__in=led).select_related("content_object", "user")
    grant = get_object_or_404(grants, content_object=round_id, user=caller_id)
    found = grant.content_object
    moved = callers.take_away(found, grant.user, by=request.user)
    said = ngettext("One stop went to the others.", "%(count)d stops went to the others.", moved) % {"count": moved}
    return done(request, round_url(found), said)


# --- one stop -----------------------------------------------------------------------------------------------------------------


def the_stop(request: StaffRequest, stop_id: int) -> Stop:
    """The stop, if the user serves its company, otherwise 404. Costs 1 query."""
    rows = Stop.objects.visible_to(request.user).select_related("contact_round__centre", "company", "person")
    return get_object_or_404(rows, pk=stop_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def stop_edit(request: StaffRequest, stop_id: int) -> HttpResponse:
    """Who makes one contact, and on which day."""
    stop = the_stop(request, stop_id)
    form = AssignStopForm(request.POST or None, stop=stop)
    if form.is_valid():
        leading.place(stop, user=form.cleaned_data["user"], day=form.cleaned_data["day"], by=request.user)
        return done(request, round_url(stop.contact_round), _("Saved."))
    return ask_about(request, stop.contact_round, form, title=str(stop.person or stop.company), save=_("Save"))


def changed(request: StaffRequest, stop_id: int, verb: Callable[..., object], words: Any, **facts: Any) -> HttpResponse:
    stop = the_stop(request, stop_id)
    verb(stop, by=request.user, **facts)
    return done(request, round_url(stop.contact_round), words % {"who": stop.person or stop.company})


@page(may="serve_customers")
@require_POST
@once
def stop_out(request: StaffRequest, stop_id: int) -> HttpResponse:
    return changed(request, stop_id, leading.leave_out, _("%(who)s was taken out of the round."))


@page(may="serve_customers")
@require_POST
@once
def stop_back(request: StaffRequest, stop_id: int) -> HttpResponse:
    return changed(request, stop_id, leading.put_back, _("%(who)s is in the round again."), on=timezone.localdate())


def ask_about(request: StaffRequest, found: ContactRound, form: Any, *, title: Any, save: Any) -> HttpResponse:
    back = round_url(found)
    return ask(request, form, title=title, save=save, back=back, trail=(found.name, back), panel_icon="route")

"""The door of an event: by the code on the ticket or by name; green admits, red says why not; every step can be undone."""

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.staff.requests import StaffRequest
from contacts.models import Person
from contacts.people.models.person import PersonQuerySet
from events.actions import registering
from events.actions.checking_in import AnotherDay, NotATicket, TurnedAway, WrongEvent, check_in_by_ticket
from events.forms.door import ArrivalForm, WalkInForm
from events.models import AlreadyCheckedIn, CheckIn, Event, NotComing, Registration, RegistrationClosed, Seating, TooManyGuests
from events.views.staff import the_event
from fleetportal.core.db import fold
from fleetportal.core.db.search import MAX_WORDS
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import page, whole_number

SHOWN, FEW, LONGEST_HEADS = 30, 5, 20


def door_context(event: Event) -> dict[str, object]:
    """The context of the bar on every door page. Costs 1 query."""
    arrivals = CheckIn.objects.not_undone().filter(registration__event=OuterRef("event")).values("registration__event")
    inside = Subquery(arrivals.annotate(all=Sum("heads")).values("all"))
    seats, heads = Seating.objects.filter(event=event).annotate(inside=inside).order_by("pk").values_list("taken", "inside")[0]
    return {"event": event, "inside": heads or 0, "seats": seats}


def known_context(registration: Registration, *, arrived: int = 0) -> dict[str, object]:
    """The same, from the figures read with the ticket, plus `arrived` guests. Costs nothing."""
    inside = (registration.heads_at_event or 0) + arrived
    return {"event": registration.event, "inside": inside, "seats": registration.seats_at_event or 0}


@page(may="check_in")
@require_safe
def check_in(request: StaffRequest, event_id: int) -> HttpResponse:
    """The camera, and the expected guests by name."""
    event = the_event(request, event_id, may="check_in")
    name = request.GET.get("q", "").strip()
    found = list(expected(event, name)[: SHOWN + 1])
    context = door_context(event) | {"q": name, "guests": found[:SHOWN], "has_more": len(found) > SHOWN, "by_name": "q" in request.GET}
    context["others"] = uninvited(event, request.user, name)[:FEW] if len(name) > 1 else []
    return render(request, "events/door/door.html", context)


def expected(event: Event, name: str) -> QuerySet[Registration]:
    """Guests with seats whose name contains every word of `name`; those not checked in come first."""
    rows = Registration.objects.seated().filter(event=event).select_related("person", "company").with_arrival()
    for word in fold(name).split()[:MAX_WORDS]:
        rows = rows.filter(person__name_folded__contains=word)
    by_name = ("person__name_folded", "pk")
    return rows.order_by(F("heads_inside").asc(nulls_first=True), *by_name) if name else rows.order_by(*by_name)


@page(may="check_in")
@require_POST
@once
def arrive(request: StaffRequest, event_id: int) -> HttpResponse:
    """Lets a party in: green, or red with the reason."""
    form = ArrivalForm(request.POST, event_id=event_id)
    if not form.is_valid():
        return not_understood(request, event_id, form)
    return by_name(request, event_id, form) if form.cleaned_data["guest"] else by_ticket(request, event_id, form)


def not_understood(request: StaffRequest, event_id: int, form: ArrivalForm) -> HttpResponse:
    """Red: what was sent is no number of people, no guest of this event, or no code."""
    what, why = _("Not one of our tickets"), ask_by_name()
    if "guest" in form.errors:
        what, why = _("Not a guest of this event"), _("The list may have changed since it was shown. Look for the name in it again.")
    if "heads" in form.errors:
        what = _("“%(heads)s” is not a number of people") % {"heads": str(form.data.get("heads", ""))[:LONGEST_HEADS]}
        why = _("Nobody was checked in. Enter how many have come as a whole number, 1 or more, and check the guest in again.")
    return stop(request, door_context(the_event(request, event_id, may="check_in")) | {"what": what, "why": why}, status=422)


def by_name(request: StaffRequest, event_id: int, form: ArrivalForm) -> HttpResponse:
    event, guest = the_event(request, event_id, may="check_in"), form.cleaned_data["guest"]
    if not event.is_today and not form.cleaned_data["any_day"]:
        return ask_about_the_day(request, AnotherDay(guest), door_context(event))
    try:
        arrival = guest.check_in(by=request.user, heads=form.cleaned_data["heads"])
    except (AlreadyCheckedIn, NotComing) as refusal:
        return turn_away(request, door_context(event), guest, refusal)
    return go(request, door_context(event), guest, arrival)


def by_ticket(request: StaffRequest, event_id: int, form: ArrivalForm) -> HttpResponse:
    """Costs what `check_in_by_ticket` does for a party that comes in or is turned away."""
    try:
        asked = {"heads": form.cleaned_data["heads"], "any_day": form.cleaned_data["any_day"]}
        let_in = check_in_by_ticket(form.token, event=event_id, by=request.user, **asked)
    except NotATicket as refusal:
        what, why = str(refusal), ask_by_name()
    except WrongEvent as refusal:
        what, why = str(refusal), _("This ticket is not for this event. Look for the name in the list.")
        if refusal.facts["day"]:
            what = _("Ticket for an event on %(day)s") % refusal.facts
    except AnotherDay as refusal:
        return ask_about_the_day(request, refusal, known_context(refusal.holder))
    except TurnedAway as refusal:
        return turn_away(request, known_context(refusal.holder), refusal.holder, refusal.why)
    else:
        return go(request, known_context(let_in.holder, arrived=let_in.arrival.heads), let_in.holder, let_in.arrival)
    return stop(request, door_context(the_event(request, event_id, may="check_in")) | {"what": what, "why": why})


def ask_about_the_day(request: StaffRequest, refusal: AnotherDay, context: dict[str, object]) -> HttpResponse:
    """Red with a button: the same party comes in at a second tap."""
    answer = {"code": request.POST.get("code", ""), "heads": request.POST.get("heads", ""), "guest": request.POST.get("guest", "")}
    known = {"what": refusal.message, "registration": refusal.holder, "answer": answer}
    return stop(request, context | known | {"why": _("Nobody was checked in. Let them in all the same?")})


def uninvited(event: Event, user: User, name: str) -> PersonQuerySet:
    """People with that name whom the user may see and who have not registered: they may stand at the door all the same."""
    people = Person.objects.visible_to(user).exclude(pk__in=Registration.objects.active().filter(event=event).values("person"))
    for word in fold(name).split()[:MAX_WORDS]:
        people = people.filter(name_folded__contains=word)
    return people.with_roles_seen_by(user).order_by("name_folded", "pk")


@page(may="check_in")
@require_POST
@once
def walk_in(request: StaffRequest, event_id: int) -> HttpResponse:
    """Lets somebody in who came without an invitation, if there are seats."""
    event = the_event(request, event_id, may="check_in")
    form = WalkInForm(request.POST, people=uninvited(event, request.user, ""))
    company = form.cleaned_data["person"].roles_now[0].company if form.is_valid() and form.cleaned_data["person"].roles_now else None
    if company is None:
        what, why = _("Nobody was checked in"), _("Look for the name in the list again.")
        return stop(request, door_context(event) | {"what": what, "why": why}, status=422)
    person, heads = form.cleaned_data["person"], form.cleaned_data["heads"]
    try:
        guest = registering.register(event, person, company=company, seating=event.seating(), party=heads, by=request.user)
        arrival = guest.check_in(by=request.user)
    except (AlreadyCheckedIn, NotComing, RegistrationClosed, TooManyGuests) as refusal:
        return stop(request, door_context(event) | {"what": _("No seat"), "why": refusal.message})
    return go(request, door_context(event), guest, arrival)


def ask_by_name() -> str:
    return _("Look for the name in the list; the guest may be showing the code for another event.")


def go(request: StaffRequest, context: dict[str, object], registration: Registration, arrival: CheckIn) -> HttpResponse:
    return render(request, "events/door/go.html", context | {"registration": registration, "arrival": arrival})


def turn_away(
    request: StaffRequest, context: dict[str, object], registration: Registration, refusal: AlreadyCheckedIn | NotComing
) -> HttpResponse:
    """Red: who it is, and why they are not admitted."""
    known = {"what": refusal.message, "earlier": refusal.facts}
    if isinstance(refusal, NotComing):
        known = {"what": _("No seat"), "why": refusal.message}
    return stop(request, context | known | {"registration": registration})


def stop(request: StaffRequest, context: dict[str, object], *, status: int = 409) -> HttpResponse:
    return render(request, "events/door/stop.html", context, status=status)


def the_arrival(request: StaffRequest, event: Event) -> CheckIn:
    """The check-in named by the form, unless it was undone; otherwise 404."""
    rows = CheckIn.objects.not_undone().filter(registration__event=event)
    arrival = get_object_or_404(rows, pk=whole_number(request.POST.get("arrival", "")))
    arrival.registration = Registration.objects.select_related("person", "company", "event__centre").get(pk=arrival.registration_id)
    return arrival


@page(may="check_in")
@require_POST
def fewer(request: StaffRequest, event_id: int) -> HttpResponse:
    """Corrects the number of the party that came."""
    event = the_event(request, event_id, may="check_in")
    arrival = the_arrival(request, event)
    heads = whole_number(request.POST.get("heads", ""))
    arrival.correct(arrival.heads if heads is None else heads, by=request.user)
    return go(request, door_context(event), arrival.registration, arrival)


@page(may="check_in")
@require_POST
@once
def undo(request: StaffRequest, event_id: int) -> HttpResponse:
    """Undoes a check-in; then back to the door."""
    event = the_event(request, event_id, may="check_in")
    arrival = the_arrival(request, event)
    arrival.undo(by=request.user)
    return render(request, "events/door/undone.html", door_context(event) | {"registration": arrival.registration})

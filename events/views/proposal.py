"""The people whom an event would invite: pages with a box to untick for each person, and the button that invites the rest."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.customers.models.vehicle import Contract
from accounts.models import User, Vehicle
from accounts.staff.requests import StaffRequest
from contacts.models import DecisionMaker, Holder, VehicleDriver, VehicleUser
from events.actions.choosing import invitable, next_wave
from events.actions.circle import ELSEWHERE, INVITED, NO_ADDRESS, NO_CONSENT, TOO_MANY, circle, entitling, invitation_status
from events.actions.holders import holder_words, holders
from events.actions.inviting import start_inviting
from events.actions.selected import EVERYBODY, PEOPLE, SelectedRows
from events.forms.proposal import ProposalForm
from events.models import Audience, Event
from events.views import cockpit
from events.views.selecting import not_eligible, selected_in
from events.views.staff import event_url, the_event
from fleetportal.core import days
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists.paging import keys_on, said_span
from fleetportal.core.web.pages import done, page, whole_number

if TYPE_CHECKING:
    from contacts.models import Role

SHOWN = 50


@dataclass(frozen=True)
class Turn:
    """The requested page: its number, and on deep pages the person that it follows or precedes."""

    number: int
    after: int | None
    before: int | None


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def proposal(request: StaffRequest, event_id: int) -> HttpResponse:
    """GET shows the first page; POST invites everybody who may be invited, except those not ticked. With `?selected=` only the people, or
    companies, that were selected in that list."""
    found = the_event(request, event_id, may="invite")
    form = ProposalForm(request.POST)
    if request.method == "POST" and form.is_valid():
        start_inviting(found, by=request.user, without=form.without, after=form.cleaned_data["after"], among=form.selected)
        return done(request, event_url(found), _("The invitations are being sent."))
    return shown(request, found, Turn(1, None, None), without=[], among=selected_in(request))


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
def turn(request: StaffRequest, event_id: int) -> HttpResponse:
    """Another page; POST carries the people left out so far, and among whom the event invites."""
    found = the_event(request, event_id, may="invite")
    form = ProposalForm(request.POST)
    is_sent = form.is_valid()
    among = form.selected if is_sent else EVERYBODY
    return shown(request, found, turn_of(request), without=form.without if is_sent else [], among=among)


def turn_of(request: HttpRequest) -> Turn:
    number = whole_number(request.GET.get("page", "1")) or 1
    return Turn(min(number, 100_000), *(whole_number(request.GET.get(name, "")) for name in ("after", "before")))


def shown(request: StaffRequest, event: Event, asked: Turn, *, without: list[int], among: SelectedRows) -> HttpResponse:
    """The page. Costs the queries of the event and its circle and at most 5 more, whatever the number of people; 3 more for selected,
    3 more where another centre has somebody."""
    keys = people_on(event, request.user, asked, among)
    if not keys and asked.number > 1:  # fewer than there were
        asked = Turn(1, None, None)
        keys = people_on(event, request.user, asked, among)
    people, has_next = keys[:SHOWN], len(keys) > SHOWN
    roles, counted = entitling(event, request.user, people, among), circle(event, request.user)
    first = (asked.number - 1) * SHOWN
    can_be = counted.invitable if among.is_everybody else invitable(event, request.user, among).count()
    invitable_now = min(can_be, event.invitations_per_wave or can_be)
    context = {
        "event": event,
        "roles": with_reasons(event, roles),
        "circle": counted,
        "among": among,
        "later": 0 if among.is_everybody else can_be - invitable_now,
        "groups": [] if among.is_everybody else stay_behind(event, request.user, among),
        "holders": holders(event, request.user) if counted.invited_elsewhere else [],
        "held_back": cockpit.held_back(counted) if among.is_everybody else "",
        "entitled": cockpit.entitled_in_words(event),
        "count": max(invitable_now, first + len(roles)) if has_next or first else len(roles),
        "without": set(without),
        "shown": " ".join(map(str, people)),
        "left_out": " ".join(map(str, without)),
        "number": asked.number,
        "span": said_span(first, len(roles), max(invitable_now, first + len(roles))),
        "previous": address_of(event, asked.number - 1, before=people[0]) if first else "",
        "next": address_of(event, asked.number + 1, after=people[-1]) if has_next else "",
    }
    return render(request, "events/proposal.html", context)


def people_on(event: Event, user: User, asked: Turn, among: SelectedRows) -> list[int]:
    """The ids of the people on that page, by name, and of one more where there is a next page. Costs 1 query, 2 with a neighbour."""
    people = invitable(event, user, among)
    if event.invitations_per_wave:
        people = people.filter(pk__in=[role.person_id for role in next_wave(event, user, among)])
    ordered = people.order_by("name_folded", "pk")
    return keys_on(ordered, number=asked.number, size=SHOWN, after=asked.after, before=asked.before)


def address_of(event: Event, number: int, **beside: int) -> str:
    return f"{reverse('events:proposal_page', args=[event.pk])}?{urlencode({'page': number, **beside})}"


def with_reasons(found: Event, roles: "list[Role]") -> "list[tuple[Role, str]]":
    """Each role with what is true of that person and makes them eligible: the cars delivered, the contracts that end, the car they
    have, or what they decide. Costs at most 1 query."""
    if not roles:
        return []
    if found.audience == Audience.DELIVERED:
        said = of_deliveries(found, roles)
    elif found.contract_ends_within_months:
        said = of_contracts(found, roles)
    else:
        said = of_roles(found, roles)
    return [(role, "; ".join(said.get(role.pk, []))) for role in roles]


def of_deliveries(found: Event, roles: "list[Role]") -> dict[int, list[str]]:
    cars: dict[int, list[str]] = {}
    held: Any = found.delivered().filter(holders__user__in=[role.pk for role in roles])
    for user, make, model, delivered_on in held.values_list("holders__user", "make", "model", "delivered_on"):
        days = (found.on - delivered_on).days
        text = ngettext("%(car)s, delivered %(days)d day before the event", "%(car)s, delivered %(days)d days before the event", days)
        cars.setdefault(user, []).append(text % {"car": f"{make} {model}".strip(), "days": days})
    return cars


def of_contracts(found: Event, roles: "list[Role]") -> dict[int, list[str]]:
    """Of a user the own car's contract, of others the contract of the company that ends first."""
    today = found.centre.today(timezone.now())
    ending = Vehicle.objects.active().filter(contract_ends_on__gte=today, contract_ends_on__lte=found.last_contract_end(today))
    ending = ending.order_by("contract_ends_on", "pk")
    if isinstance(roles[0], VehicleUser):
        mine: Any = ending.filter(holders__in=Holder.objects.running(on=today).filter(user__in=[role.pk for role in roles]))
        rows = {user: vehicle for user, *vehicle in reversed(mine.values_list("holders__user", *CONTRACT))}
        return {role.pk: [contract_in_words(*rows[role.pk])] for role in roles if role.pk in rows}
    theirs = ending.filter(company__in=[role.company_id for role in roles])
    by_company = {company: vehicle for company, *vehicle in reversed(theirs.values_list("company", *CONTRACT))}
    return {role.pk: [contract_in_words(*by_company[role.company_id])] for role in roles if role.company_id in by_company}


CONTRACT = ("contract", "plate", "make", "model", "contract_ends_on")


def contract_in_words(contract: str, plate: str, make: str, model: str, ends_on: date) -> str:
    facts = {"car": plate or f"{make} {model}".strip(), "day": days.long(ends_on)}
    return (_("Lease of %(car)s ends on %(day)s") if contract == Contract.LEASE else _("Contract of %(car)s ends on %(day)s")) % facts


def of_roles(found: Event, roles: "list[Role]") -> dict[int, list[str]]:
    """Of a user or driver the vehicles, of a decision-maker the position."""
    if isinstance(roles[0], DecisionMaker):
        return {role.pk: [role.get_kind_display()] for role in roles if isinstance(role, DecisionMaker)}
    today = found.centre.today(timezone.now())
    is_user = isinstance(roles[0], VehicleUser)
    name, periods = ("user", Holder.objects) if is_user else ("driver", VehicleDriver.objects)
    rows = periods.running(on=today).filter(**{f"{name}__in": [role.pk for role in roles]}).order_by("-starts_on", "pk")
    said: dict[int, list[str]] = {}
    for pk, plate, make, model in rows.values_list(name, "vehicle__plate", "vehicle__make", "vehicle__model"):
        car = ", ".join(filter(None, (f"{make} {model}".strip(), plate)))
        said.setdefault(pk, []).append(_("Drives %(car)s") % {"car": car})
    return {pk: lines[:2] for pk, lines in said.items()}


# --- those who can't be invited ----------------------------------------------------------------------------------------------

WHY_NOT = {
    INVITED: gettext_lazy("Already invited"),
    NO_CONSENT: gettext_lazy("Without consent"),
    NO_ADDRESS: gettext_lazy("Without an e-mail address"),
    TOO_MANY: gettext_lazy("Have received enough invitations and offers for now"),
    ELSEWHERE: gettext_lazy("Held by another centre"),
}
MOST = 500
Group = tuple[object, list[tuple[object, str, object]]]  # why, and of each the name, the address and the company


@page(may="invite")
@require_safe
def held_back(request: StaffRequest, event_id: int) -> HttpResponse:
    """Who is eligible and can't be invited, by the reason, each with a link to where that can be changed, and who holds them.

    Costs 2 queries, 6 where another centre has somebody.
    """
    found = the_event(request, event_id, may="invite")
    groups = why_not(found, request.user, EVERYBODY, [why for why in WHY_NOT if why != INVITED])
    others, named = holders(found, request.user), {str(why) for why, _rows in groups}
    asked = {one.words: one.event for one in others if one.event}
    titled = [(why, rows, asked.get(str(why))) for why, rows in groups]
    context = {"event": found, "groups": titled, "holders": [one for one in others if one.words not in named]}
    return render(request, "events/held_back.html", context)


def why_not(event: Event, user: User, among: SelectedRows, reasons: list[str]) -> list[Group]:
    """Those eligible who can't be invited for one of `reasons`; whom another centre has by who that is. Costs 1 query, 3 with such."""
    roles = among.narrow(event.entitled(user)).annotate(status=invitation_status(event)).filter(status__in=reasons)
    groups: dict[str, dict[int, Any]] = {status: {} for status in reasons}
    for role in roles.select_related("person", "company").order_by("person__name_folded", "pk")[:MOST]:
        groups[role.status].setdefault(role.person_id, role)
    held = groups.pop(ELSEWHERE, {})
    by_holder: dict[object, dict[int, Any]] = {}
    words = holder_words(event, list(held))
    for pk, role in held.items():
        by_holder.setdefault(words.get(pk, WHY_NOT[ELSEWHERE]), {})[pk] = role
    titled = [(WHY_NOT[status], group) for status, group in groups.items()] + list(by_holder.items())
    return [
        (why, [(role.person, reverse("contacts:person", args=[pk]), role.company) for pk, role in group.items()])
        for why, group in titled
        if group
    ]


def stay_behind(event: Event, user: User, among: SelectedRows) -> list[Group]:
    """The selected who are not invited, by the reason. Costs 2 queries."""
    strangers = not_eligible(event, user, among)
    is_of_people = among.of == PEOPLE
    title = gettext_lazy("Not eligible for this event") if is_of_people else gettext_lazy("Nobody there is eligible for this event")
    name = "contacts:person" if is_of_people else "accounts:company"
    rows: list[tuple[object, str, object]] = [(row, reverse(name, args=[row.pk]), "") for row in strangers]
    return [*why_not(event, user, among, list(WHY_NOT)), *([(title, rows)] if rows else [])]

"""The people whom an event would invite: pages with a box to untick for each person, and the button that invites the rest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.staff.requests import StaffRequest
from events.actions.circle import circle, entitling
from events.actions.inviting import invitable, start_inviting
from events.forms.proposal import ProposalForm
from events.models import Event
from events.views import cockpit
from events.views.staff import event_url, the_event
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists.paging import beside, said_span
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
    """GET shows the first page; POST invites everybody who may be invited, except those not ticked."""
    found = the_event(request, event_id, may="invite")
    form = ProposalForm(request.POST)
    if request.method == "POST" and form.is_valid():
        start_inviting(found, by=request.user, without=form.without)
        return done(request, event_url(found), _("The invitations are being sent."))
    return shown(request, found, Turn(1, None, None), without=[])


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
def turn(request: StaffRequest, event_id: int) -> HttpResponse:
    """Another page; POST carries the people left out so far."""
    found = the_event(request, event_id, may="invite")
    form = ProposalForm(request.POST)
    return shown(request, found, turn_of(request), without=form.without if form.is_valid() else [])


def turn_of(request: HttpRequest) -> Turn:
    number = whole_number(request.GET.get("page", "1")) or 1
    return Turn(min(number, 100_000), *(whole_number(request.GET.get(name, "")) for name in ("after", "before")))


def shown(request: StaffRequest, event: Event, asked: Turn, *, without: list[int]) -> HttpResponse:
    """The page. Costs the queries of the event and its circle and at most 5 more, whatever the number of people."""
    keys = people_on(event, request.user, asked)
    if not keys and asked.number > 1:  # fewer than there were
        asked = Turn(1, None, None)
        keys = people_on(event, request.user, asked)
    people, has_next = keys[:SHOWN], len(keys) > SHOWN
    roles, counted = entitling(event, request.user, people), circle(event, request.user)
    first = (asked.number - 1) * SHOWN
    context = {
        "event": event,
        "roles": with_reasons(event, roles),
        "circle": counted,
        "held_back": cockpit.held_back(counted),
        "entitled": cockpit.entitled_in_words(event),
        "count": max(counted.invitable, first + len(roles)) if has_next or first else len(roles),
        "without": set(without),
        "shown": " ".join(map(str, people)),
        "left_out": " ".join(map(str, without)),
        "number": asked.number,
        "span": said_span(first, len(roles), max(counted.invitable, first + len(roles))),
        "previous": address_of(event, asked.number - 1, before=people[0]) if first else "",
        "next": address_of(event, asked.number + 1, after=people[-1]) if has_next else "",
    }
    return render(request, "events/proposal.html", context)


def people_on(event: Event, user: User, asked: Turn) -> list[int]:
    """The ids of the people on that page, by name, and of one more where there is a next page. Costs 1 query, 2 with a neighbour."""
    ordered, first = invitable(event, user).order_by("name_folded", "pk"), (asked.number - 1) * SHOWN
    found = beside(ordered, SHOWN, after=asked.after, before=asked.before)
    return found or list(ordered.values_list("pk", flat=True)[first : first + SHOWN + 1])


def address_of(event: Event, number: int, **beside: int) -> str:
    return f"{reverse('events:proposal_page', args=[event.pk])}?{urlencode({'page': number, **beside})}"


def with_reasons(found: Event, roles: "list[Role]") -> "list[tuple[Role, str]]":
    """Each role with the reason for proposing it: for a second delivery the cars and dates, which costs 1 query."""
    if found.audience != "delivered":
        return [(role, "") for role in roles]
    cars: dict[int, list[str]] = {}
    held: Any = found.delivered().filter(holders__user__in=[role.pk for role in roles])
    for user, make, model, delivered_on in held.values_list("holders__user", "make", "model", "delivered_on"):
        days = (found.on - delivered_on).days
        words = ngettext("%(car)s, delivered %(days)d day before the event", "%(car)s, delivered %(days)d days before the event", days)
        cars.setdefault(user, []).append(words % {"car": f"{make} {model}".strip(), "days": days})
    return [(role, "; ".join(cars.get(role.pk, []))) for role in roles]

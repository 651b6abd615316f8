"""Inviting people, or the people of companies, that were selected in a list: which event, and who of them can’t be invited."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.customers.views.companies import CompanyList
from accounts.staff.requests import StaffRequest
from contacts.pages.people import PersonList
from events.actions.selected import COMPANIES, EVERYBODY, PEOPLE, SelectedRows
from events.models import Event
from fleetportal.core.web.lists import ListPage, at_once
from fleetportal.core.web.pages import answer, page

LISTS: dict[str, type[ListPage[Any]]] = {PEOPLE: PersonList, COMPANIES: CompanyList}
SELECTED = "selected"  # parameter: the list


def selected_in(request: StaffRequest) -> SelectedRows:
    """What was selected in the list that the address names, as far as the user may see it; everybody where it names none.

    Raises TooManySelected, NotUnderstood. Costs 1 query, or none.
    """
    of = request.GET.get(SELECTED, "")
    return SelectedRows(of, tuple(at_once(LISTS[of].selected(request).values_list("pk", flat=True)))) if of in LISTS else EVERYBODY


@page(may="invite")
@require_safe
def choose_event(request: StaffRequest, of: str) -> HttpResponse:
    """The events to which the selected can be invited, each with its proposal of only these. Costs 2 queries."""
    selected = len(at_once(LISTS[of].selected(request).values_list("pk", flat=True)))
    ahead = Event.objects.where(request.user, may="invite").published().filter(starts_at__gt=timezone.now())
    query: QueryDict = request.GET.copy()
    query[SELECTED] = of
    events = [
        (event, f"{reverse('events:proposal', args=[event.pk])}?{query.urlencode()}")
        for event in ahead.select_related("centre").order_by("starts_at", "pk")
    ]
    context = {"of": of, "selected": selected, "events": events, "title": LISTS[of].title, "back": reverse(BACK[of])}
    return answer(request, context, part="events/choose_event.html#panel")


BACK = {PEOPLE: "contacts:people", COMPANIES: "accounts:companies"}


def not_eligible(event: Event, user: Any, among: SelectedRows) -> list[Any]:
    """The selected people who are not eligible for the event, or companies where nobody is. Costs 1 query, or none for everybody."""
    if among.is_everybody:
        return []
    field = {PEOPLE: "person", COMPANIES: "company"}[among.of]
    rows = LISTS[among.of]().get_queryset(user).filter(pk__among=among.keys)
    return list(rows.exclude(pk__in=event.entitled(user).values(field)).order_by("name_folded", "pk"))

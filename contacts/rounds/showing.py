"""Registers the pages of contact rounds with the floors below."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.panels import Panel, company_actions, dossier_panels
from accounts.models import Company, User
from accounts.staff.leaving import still_assigned
from accounts.staff.requests import StaffRequest
from contacts.pages.panels import person_actions
from contacts.reasons.card import contacted_too
from contacts.rounds import holding
from contacts.rounds.models import ContactRound, Stop
from fleetportal.core import days
from fleetportal.core.web.lists import Bulk
from fleetportal.core.web.pages import NavigationEntry, navigation

SHOWN = 5


def in_rounds(people: Sequence[int]) -> dict[int, str]:
    """When and by whom these people are contacted in a round; the round itself may be out of the reader's reach. Costs 1 query."""
    rows = Stop.objects.open().filter(person__among=list(people)).select_related("assigned_to").order_by("pk")
    words = _now("In a contact round: %(who)s contacts them on %(day)s.")
    return {
        row.person_id: words % {"who": row.assigned_to, "day": days.day_and_month(row.day)} for row in rows if row.person_id and row.day
    }


def rounds_of(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object] | None:
    """The company's stops in rounds that are not finished, and the last results; nothing where there are none. Costs 1 query."""
    stops = Stop.objects.filter(company=company).exclude(state=Stop.State.LEFT_OUT, contact_round__state=ContactRound.State.CLOSED)
    stops = stops.select_related("contact_round", "person", "assigned_to").order_by("state", "-done_at", "day", "pk")
    found = list(stops[: SHOWN + 1])
    return {"stops": found[:SHOWN], "more": len(found) > SHOWN, "on": timezone.localdate()} if found else None


def left_with(user: User, seen_by: User) -> str:
    """The people whom `user` is to contact in rounds. Costs 1 query."""
    count = Stop.objects.where(seen_by, may="administer").open().filter(assigned_to=user).count()
    return (
        ngettext("%(count)d person to contact in a round", "%(count)d people to contact in rounds", count) % {"count": count}
        if count
        else ""
    )


def register() -> None:
    entry = NavigationEntry(_("Contact rounds"), "route", "contacts:rounds", "serve_customers")
    navigation.register("rounds", entry, weight=45)
    calls = NavigationEntry(_("Calls"), "phone-call", "contacts:round_next", "call", in_rail=False, starts_for="call")
    navigation.register("calls", calls, weight=46)
    company_actions.register("round", Bulk(_("Contact round"), "route", "contacts:round_of_companies", "serve_customers"), weight=30)
    person_actions.register("round", Bulk(_("Contact round"), "route", "contacts:round_of_people", "serve_customers"), weight=30)
    dossier_panels.register("rounds", Panel("contacts/rounds/_dossier_rounds.html", rounds_of, may="serve_customers"), weight=8)
    contacted_too.register("rounds", in_rounds)
    holding.register()
    still_assigned.register("rounds", left_with)

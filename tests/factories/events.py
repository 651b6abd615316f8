"""Events, seats, invitations, registrations."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Centre, Company
from contacts.models import Person
from events.actions import planning, registering
from events.actions.inviting import invite
from events.models import Event, EventState, Invitation, Registration
from tests.factories.accounts import make_centre, make_company, number
from tests.factories.contacts import give_consent, make_person, make_role


def in_days(days: int, hour: int = 17) -> datetime:
    return (timezone.localtime() + timedelta(days=days)).replace(hour=hour, minute=30, second=0, microsecond=0)


def clocks_change(month: int) -> date:
    """The last Sunday of March or October of next year: in the night before it clocks change in Europe."""
    last = date(timezone.localdate().year + 1, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def make_event(centre: Centre | None = None, *, capacity: int = 50, published: bool = True, **facts: Any) -> Event:
    """A preview evening in four weeks with `capacity` seats, open for registration unless `published` is False or a `state` is given."""
    starts_at = facts.pop("starts_at", in_days(28))
    state = facts.pop("state", EventState.PUBLISHED if published else EventState.DRAFT)
    known = {
        "title": f"Preview evening {next(number)}",
        "centre": centre or make_centre(),
        "location": "Showroom",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2, minutes=30),
    }
    event = planning.plan(by=None, capacity=capacity, **{**known, **facts})
    if state != EventState.DRAFT:
        Event.objects.filter(pk=event.pk).update(state=state)
        event.state = state
    return event


def make_guest(company: Company | None = None, *, consent: bool = True, group: str = "user", **facts: Any) -> Person:
    """A user (by default) of a company, who agreed to invitations."""
    person = make_person(**facts)
    make_role(group, company or make_company(), person)
    if consent:
        give_consent(person)
    return person


def make_invitation(event: Event | None = None, person: Person | None = None, *, company: Company | None = None) -> Invitation:
    event = event or make_event()
    company = company or make_company(event.centre)
    return invite(event, person or make_guest(company), company=company, by=None)


def make_registration(
    event: Event | None = None, person: Person | None = None, *, company: Company | None = None, party: int = 1, **facts: Any
) -> Registration:
    event = event or make_event()
    company = company or make_company(event.centre)
    return registering.register(
        event, person or make_guest(company), company=company, seating=event.seating(), party=party, by=None, **facts
    )

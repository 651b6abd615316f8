"""Whom an event may invite: the entitled, those of them who may be written to, and the next ones in order."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from accounts.customers.models.company import rank
from accounts.models import Tier, User
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number
from contacts.arbiter.cap import at_cap
from contacts.arbiter.models import Hold, HoldQuerySet
from contacts.consent.models import reachable
from contacts.models import Channel, Person, Purpose
from contacts.people.models.person import PersonQuerySet
from events.actions.selected import EVERYBODY, SelectedRows
from events.models import Event, Invitation

if TYPE_CHECKING:
    from contacts.models import Role


def entitled_people(event: Event, user: User | None, among: SelectedRows = EVERYBODY) -> PersonQuerySet:
    return Person.objects.filter(pk__in=among.narrow(event.entitled(user)).values("person"))


def invited(event: Event) -> models.QuerySet[Invitation, object]:
    return Invitation.objects.filter(event=event).values("person")


def held_elsewhere(event: Event) -> HoldQuerySet:
    """The holds for which people can't be invited: another centre has them for the same kind of event, now or at about the same time."""
    return Hold.objects.against(str(event.kind), event.centre_id, event.starts_at, now=timezone.now())


def count_held_back(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of people entitled to coming events at these centres who are not invited because another centre holds them.

    Costs 2 queries for each event.
    """
    return sum(entitled_people(event, None).filter(pk__in=held_elsewhere(event).values("person")).count() for event in inviting_at(at))


def count_at_cap(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of people entitled to coming events at these centres who get nothing more for now. Costs 2 queries for each event."""
    return sum(entitled_people(event, None).filter(at_cap(on=on)).count() for event in inviting_at(at))


def inviting_at(centres: CentreQuerySet) -> models.QuerySet[Event]:
    return Event.objects.published().ahead(now=timezone.now()).filter(centre__in=centres).select_related("centre")


def invitable(event: Event, user: User | None, among: SelectedRows = EVERYBODY) -> PersonQuerySet:
    """The entitled people who can be invited now: with consent, not invited yet, not held by another centre, within the cap."""
    willing = reachable(entitled_people(event, user, among), Channel.EMAIL, Purpose.INVITATIONS)
    return willing.exclude(pk__in=invited(event)).filter(~at_cap()).exclude(pk__in=held_elsewhere(event).values("person"))


def proposed(event: Event, user: User | None, among: SelectedRows = EVERYBODY) -> "Iterator[Role]":
    """One entitling role for each invitable person, so that somebody with two cars is invited once. Costs 1 query."""
    roles = among.narrow(event.entitled(user)).filter(person__in=invitable(event, user, among).values("pk"))
    seen: set[int] = set()
    for role in roles.select_related("person", "company").order_by("person__name_folded", "person_id", "pk"):
        if role.person_id not in seen:
            seen.add(role.person_id)
            yield role


def next_wave(event: Event, user: User | None, among: SelectedRows = EVERYBODY) -> "list[Role]":
    """The roles of `proposed` who come next: with waves the first by the company's tier, at most as many as a wave has. 1 query."""
    if not event.invitations_per_wave:
        return list(proposed(event, user, among))
    of_invitable = among.narrow(event.entitled(user)).filter(person__in=invitable(event, user, among).values("pk"))
    roles = of_invitable.select_related("person", "company")
    first: dict[int, Role] = {}
    for role in roles.order_by(rank("company__tier", Tier.values), "person__name_folded", "person_id", "pk").iterator(chunk_size=500):
        first.setdefault(role.person_id, role)
        if len(first) >= event.invitations_per_wave:
            break
    return list(first.values())

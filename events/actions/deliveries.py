"""A vehicle's delivery was moved, the vehicle returned, or a role has ended: whoever is no longer meant is not invited by a letter that is
still waiting."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.customers.models.vehicle import Deliveries
from accounts.models import Vehicle
from contacts.models import Holder
from events.actions.inviting import take_back, unsent_of
from events.models import Audience, Event, Invitation
from fleetportal.core import audit
from fleetportal.core.db import lock, locked
from fleetportal.core.outbox.message import Message

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from contacts.models import Role

NUDGE = "events/mail/nudge"


def follow_deliveries(delivered: Deliveries, by: "User | None") -> None:
    follow_vehicles([vehicle for vehicle, _before in delivered], by)


def follow_vehicles(vehicles: Sequence[Vehicle], by: "User | None") -> None:
    """Take back the waiting invitations to second deliveries of those who held these vehicles and are no longer eligible.

    Whose letter has left keeps the invitation; Today says that the vehicle comes later. Costs 1 query without a second delivery ahead,
    else about 4 for each, 6 more where an invitation is taken back.
    """
    held = Holder.objects.filter(vehicle__among=[vehicle.pk for vehicle in vehicles]).values("user__person")
    for event in ahead().filter(audience=Audience.DELIVERED):
        take_back_untrue(event, Invitation.objects.filter(person__in=held), by)


def follow_roles(roles: "Sequence[Role]", by: "User | None") -> None:
    """Take back the waiting invitations of those whose role has ended, and who are no longer eligible. Costs 1 query without any, else as
    above for each event."""
    waiting = Invitation.objects.filter(person__among={role.person_id for role in roles if role.ends_on})
    for event in ahead().filter(pk__in=waiting.values("event")):
        take_back_untrue(event, waiting, by)


def ahead() -> "QuerySet[Event]":
    return Event.objects.published().filter(starts_at__gt=timezone.now()).select_related("centre", "host").order_by("pk")


def take_back_untrue(event: Event, asked: "QuerySet[Invitation]", by: "User | None") -> None:
    """Take back those of the invitations `asked` whose letters wait, whose people are no longer eligible for `event`; nobody of them is
    reminded."""
    waiting = Invitation.objects.silent().filter(event=event, requests=None, pk__in=asked.values("pk"))
    rows = list(waiting.exclude(person__in=event.entitled().values("person")))
    if not rows:
        return
    lock(event)
    rows = list(locked(Invitation.objects.filter(pk__among=[row.pk for row in rows])))
    unsent = unsent_of(rows)
    gone = [row for row in rows if row.message_key in unsent]
    nudges = Message.objects.filter(about_type=audit.label(Invitation), about_id__in=[row.pk for row in rows], template=NUDGE)
    nudges.hold_back("The guest is no longer eligible for the event.")
    if gone:
        audit.record_many("event.taken_back", [(row, {}) for row in gone], by=by, facts={"event": event.pk})
        take_back(gone, unsent, by=by)

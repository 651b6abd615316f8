"""Nobody of ours, and no room, is booked twice: events look at each other, and at fixed meetings, which look at them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.memory.models.engagement import Engagement, begin_booking
from contacts.memory.models.meeting import LONGEST
from contacts.models import Meeting, MeetingState
from events.models import Event, HostBusy
from fleetportal.core import days


def hosting(first: datetime, last: datetime, users: Sequence[int], centre: int) -> Iterator[Engagement]:
    """The published events between two moments that one of `users` hosts, or that take place at `centre`. Costs 1 query."""
    rows = Event.objects.published().filter(Q(host__in=users) | Q(centre=centre), starts_at__lt=last, ends_at__gt=first)
    for row in rows.order_by("starts_at", "pk"):
        yield Engagement(row.starts_at, row.ends_at, row.host_id, row.centre_id, row.location, row.title)


def refuse_booked_twice(event: Event) -> None:
    """Raises HostBusy where the host of `event` hosts another then, or they or the room have a meeting. Costs 2 queries, 3 on PostgreSQL.

    Call it in the transaction that publishes or moves the event.
    """
    begin_booking()
    if clash := booked_twice(event):
        raise HostBusy(clash)


def booked_twice(event: Event) -> str:
    """What the host of `event`, or its room, has at the same time, in a sentence; "" where there is nothing. Costs 2 queries."""
    return hosted_elsewhere(event) or in_meeting(event)


def hosted_elsewhere(event: Event) -> str:
    """Which other published event the host of `event` has at the same time, in a sentence; "" where there is none. Costs 1 query."""
    if event.host_id is None:
        return ""
    near = Event.objects.published().filter(host=event.host_id, starts_at__lt=event.ends_at, ends_at__gt=event.starts_at)
    other = near.exclude(pk=event.pk).select_related("centre").order_by("starts_at", "pk").first()
    if other is None:
        return ""
    facts = {"name": event.host, "event": other.title, "begins": days.moment(other.starts_at.astimezone(event.zone))}
    return _("%(name)s hosts “%(event)s” at that time (%(begins)s).") % facts


def in_meeting(event: Event) -> str:
    """Which meeting has the host of `event`, or its room, at the same time, in a sentence; "" where none has. Costs 1 query."""
    sides = Q(account_manager=event.host_id) | Q(director=event.host_id) if event.host_id else Q(pk__in=())
    near = Q(starts_at__gt=event.starts_at - LONGEST, starts_at__lt=event.ends_at, state=MeetingState.FIXED)
    rows = (
        Meeting.objects.filter(near, sides | Q(company__centre=event.centre_id))
        .select_related("company__centre")
        .order_by("starts_at", "pk")
    )
    for meeting in rows:
        if not (meeting.starts_at and meeting.ends_at and meeting.ends_at > event.starts_at):
            continue
        begins = days.moment(meeting.starts_at.astimezone(event.zone))
        if event.host_id and event.host_id in (meeting.account_manager_id, meeting.director_id):
            return _("%(name)s has a meeting at that time (%(begins)s).") % {"name": event.host, "begins": begins}
        if meeting.is_in_room(event.centre_id, event.location):
            return _("A meeting is booked in %(room)s at that time (%(begins)s).") % {"room": meeting.location, "begins": begins}
    return ""

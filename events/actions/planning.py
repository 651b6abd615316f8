"""Verbs for staff: plan an event, edit it, publish it, cancel it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre
from contacts.arbiter.actions import call_off_holds, follow
from contacts.arbiter.models import Hold
from events.actions.booking import refuse_booked_twice
from events.actions.choosing import held_elsewhere
from events.actions.inviting import take_back, unsent_of
from events.actions.seats import ids, promote, recount_waiting
from events.actions.telling import hold_back_untrue, put_off_invitations, start_telling, tell_all
from events.letters import prolong_links
from events.models import (
    Event,
    EventOver,
    EventState,
    Invitation,
    NotADraft,
    PastMoment,
    PlaceTaken,
    Registration,
    Seating,
    SeatsTaken,
    Status,
)
from fleetportal.core import audit
from fleetportal.core.db import lock, lock_name, locked
from fleetportal.core.outbox.message import Message

if TYPE_CHECKING:
    from accounts.models import User


HELD_BY = {"starts_at", "centre", "kind"}  # what the holds of its people say of it
WHERE = {"starts_at", "ends_at", "centre", "location", "area"}  # what decides whether two events are in each other's way


def plan(*, by: "User | None", capacity: int, **facts: object) -> Event:
    """A new draft with `capacity` seats. Costs 3 queries. Raises TypeError for a state: `publish` and `call_off` give it."""
    with transaction.atomic():
        event = Event.objects.create(state=EventState.DRAFT, **facts)
        Seating.objects.create(event=event, capacity=capacity)
        audit.record("event.entered", event, by=by, facts={"centre": event.centre_id, "kind": str(event.kind)}, at=event.entered_at)
        return event


def edit(event: Event, *, by: "User | None", shown: dict[str, object] | None = None, capacity: int | None = None, **values: object) -> None:
    """Write what differs from what was shown. Whoever comes or waits is told when time or place moved; a new calendar entry goes along.

    The letters are written by a job. Raises EventOver after the event, PastMoment, PlaceTaken, HostBusy, SeatsTaken, EditedMeanwhile.
    Costs 5 queries when nothing differs, else about 20, whatever the number of guests. Raises TypeError for a state, as `plan` does.
    """
    if "state" in values:
        raise TypeError("an event gets its state by publish() and call_off()")
    with transaction.atomic():
        seating = lock(event.seating())  # parent first: a simultaneous cancellation waits here
        lock(event)
        if event.is_over and not event.is_draft:
            raise EventOver(_("This event is over and can no longer be changed."))
        if capacity is not None:
            offer_seats(seating, capacity, by=by, shown=shown)
        window, before, told = set(event.companies_in_window()), event.on, event.told_to_guests
        values = follow_the_beginning(event, values)
        changed = audit.edit(event, values, action="event.edited", by=by, shown=shown, together=("starts_at", "ends_at"))
        refuse_past(event, changed)
        if event.state == EventState.PUBLISHED and WHERE & changed.keys():
            refuse_taken(event)
        if event.state == EventState.PUBLISHED and (WHERE | {"host"}) & changed.keys():
            refuse_booked_twice(event)
        if HELD_BY & changed.keys():
            follow(event.occasion, by=by)
            give_way(event, by=by)
        if changed and event.state == EventState.PUBLISHED:
            event.touch(also=window)
        if event.state == EventState.PUBLISHED and event.told_to_guests != told:
            follow_the_move(event, is_another_day=event.on != before)


def give_way(event: Event, *, by: "User | None") -> None:
    """Take back the waiting invitations of those whom another centre has for an occasion of that kind near the new day, and give them up.

    Whose letter has left was approached already: they keep the invitation, and hear that the event moved. Costs 1 query, about 10 more
    where an invitation is taken back.
    """
    mine = Hold.objects.open().about(event).values("person")
    waiting = Invitation.objects.silent().filter(event=event, requests=None, person__in=mine)
    rows = list(locked(waiting.filter(person__in=held_elsewhere(event).values("person"))))
    unsent = unsent_of(rows) if rows else {}
    gone = [row for row in rows if row.message_key in unsent]
    if gone:
        audit.record_many("event.taken_back", [(row, {}) for row in gone], by=by, facts={"event": event.pk})
        take_back(gone, unsent, by=by)


def follow_centre(before: Centre, now: Centre) -> None:
    """Tell the guests of the centre's events ahead where its new address or clock changes what they were told. Call it in the transaction
    that edits the centre. Costs 1 query, 3 for each event, about 8 more for one that moves."""
    ahead = Event.objects.published().filter(centre=now, starts_at__gt=timezone.now()).select_related("host").order_by("pk")
    for event in ahead:
        lock(event.seating())
        lock(event)
        event.centre = before
        told, day = event.told_to_guests, event.on
        event.centre = now
        if event.told_to_guests != told:
            follow_the_move(event, is_another_day=event.on != day)


def follow_the_beginning(event: Event, values: Mapping[str, object]) -> dict[str, object]:
    """`values` with the end of registration as long before the new beginning as before the old one, where nobody chose another.

    It stays where it would have passed: then registration is open until the event begins.
    """
    begins, closes = values.get("starts_at"), event.registration_closes_at
    if not isinstance(begins, datetime) or closes is None or values.get("registration_closes_at", closes) != closes:
        return dict(values)
    zone = event.zone
    now, then, last = (moment.astimezone(zone).replace(tzinfo=None) for moment in (begins, event.starts_at, closes))
    follows = (last + (now - then)).replace(tzinfo=zone)  # by the clock on the wall, over summer time too
    return {**values, "registration_closes_at": follows if follows > timezone.now() else closes}


def refuse_past(event: Event, changed: Mapping[str, object]) -> None:
    """Raises PastMoment for an event just moved to a time that has passed: it would be over, and nobody could move it back.

    A time that it keeps may have passed: an event that is under way can be edited.
    """
    now = timezone.now()
    if any(field in changed and getattr(event, field) <= now for field in ("starts_at", "ends_at")):
        raise PastMoment(_("This time has already passed; choose a later date."))


def refuse_taken(event: Event) -> None:
    """Raises PlaceTaken where another published event takes place there at that time. Costs 1 query, 2 on PostgreSQL."""
    lock_name(f"events.places.{event.centre_id}")  # two events don't take a place at the same moment: each looks at the other
    if other := event.in_the_way(Event.objects.published()):
        raise PlaceTaken(other.taken_words)


def follow_the_move(event: Event, *, is_another_day: bool) -> None:
    """Update everything that depends on time and location; a job writes the messages to guests. Costs 5 queries, or 6.

    If the day changed, guests are reminded again, and whoever has not answered may be.
    """
    told: dict[str, object] = {"revision": F("revision") + 1, "changed_at": timezone.now(), "to_tell": "moved"}
    if is_another_day:
        told["reminded_at"] = None
    Registration.objects.active().filter(event=event).update(**told)
    if is_another_day:  # whoever was reminded of an answer was so for the old day
        event.invitations.silent().update(nudged_at=None)
    hold_back_untrue(event, "The event was moved.")
    put_off_invitations(event)
    prolong_links(event)
    start_telling(event)


def offer_seats(seating: Seating, capacity: int, *, by: "User | None", shown: Mapping[str, object] | None = None) -> list[Registration]:
    """Set the number of seats if it differs from the one shown; waiting parties that now fit are promoted and told.

    A waiting party that is larger than the new number stays on the list, but holds up nobody any more.

    Raises SeatsTaken below the number taken, EditedMeanwhile where somebody else has changed the number since it was shown.
    """
    with transaction.atomic():
        lock(seating)
        if shown is not None:
            if shown.get("capacity") == capacity:
                return []
            audit.refuse_clashes(seating, {"capacity": capacity}, shown=shown, now={"capacity": seating.capacity})
        if capacity < seating.taken:
            raise SeatsTaken(_("%(taken)d seats are already taken, so you can’t offer fewer.") % {"taken": seating.taken})
        before, seating.capacity = seating.capacity, capacity
        if before == capacity:
            return []
        recount_waiting(seating)
        seating.save(update_fields=["capacity", "waiting"])
        promoted = promote(seating)
        audit.record("seating.resized", seating, by=by, changes={"capacity": (before, capacity)}, facts=ids(promoted))
        tell_all(promoted, "promoted")
        return promoted


def publish(event: Event, *, by: "User | None", now: datetime | None = None) -> None:
    """Publish the draft; `now` is the time, if it was earlier. Repeating it changes nothing.

    Raises NotADraft, EventOver, PlaceTaken, HostBusy. Costs 6 queries, or 10.
    """
    with transaction.atomic():
        lock(event)  # it may have been moved or cancelled since it was read
        if event.is_cancelled:
            raise NotADraft(_("This event has been cancelled."))
        if event.ends_at <= (now or timezone.now()):
            raise EventOver(_("This date has passed. Move the event first."))
        if event.is_draft:
            refuse_taken(event)
            refuse_booked_twice(event)
        if audit.edit(event, {"state": EventState.PUBLISHED}, action="event.published", by=by):
            event.touch()


def call_off(event: Event, *, by: "User | None", reason: str = "") -> None:
    """Cancel the event: all registered and waiting guests are told, with a cancellation of the calendar entry.

    A job writes the messages. Repeating it changes nothing. Unsent invitations are withdrawn. Raises EventOver.
    Costs 17 queries, 3 more where anybody was invited, whatever the number of guests.
    """
    with transaction.atomic():
        seating = lock(event.seating())
        lock(event)
        if event.is_cancelled:
            return
        if event.is_over and not event.is_draft:
            raise EventOver(_("This event is over and can no longer be changed."))
        audit.edit(event, {"state": EventState.CANCELLED, "cancel_reason": reason}, action="event.cancelled", by=by)
        event.touch()
        call_off_holds(event, by=by)
        invited = event.invitations.order_by().values("pk")
        Message.objects.filter(about_type="events.invitation", about_id__in=invited).hold_back("The event was called off.")
        hold_back_untrue(event, "The event was called off.")
        Registration.objects.active().filter(event=event).update(
            status=Status.CANCELLED, waiting_number=None, revision=F("revision") + 1, changed_at=timezone.now(), to_tell="called_off"
        )
        seating.taken = seating.waiting = 0
        seating.save(update_fields=["taken", "waiting"])
        start_telling(event)

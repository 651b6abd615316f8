"""Who sits and who waits: the seats of an event and its waiting list, in the order of arrival.

Each of these locks the seating, or is called under its lock, so that seats that came free a moment ago go to whoever waits.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from events.models import NotEnoughSeats, Registration, Seating, Status
from events.models.seating import SeatingQuerySet
from fleetportal.core.db import lock

if TYPE_CHECKING:
    pass


def seat_or_queue(registration: Registration, seatings: SeatingQuerySet) -> list[Registration]:
    """Save the new `registration` with seats where some are free and nobody waits, else on the waiting list; the others promoted by that.

    `seatings` holds the one seating. Costs 2 queries, or 6.
    """
    if seatings.take_seats(registration.party):
        registration.status = Status.SEATED
        registration.save(force_insert=True)
        return []
    seating = lock(seatings.get())
    registration.status, registration.place = Status.WAITING, seating.draw_place()
    registration.save(force_insert=True)
    promoted = promote(seating)
    if registration in promoted:
        registration.refresh_from_db(fields=["status", "place", "revision", "changed_at"])
    return [one for one in promoted if one.pk != registration.pk]


def promote(seating: Seating) -> list[Registration]:
    """The waiting parties that have just got seats, in order. `seating` is locked. Costs 1 query, 2 more for each party.

    Nobody is overtaken unless the event allows it: a party that fits goes before a bigger one at most `overtaking_limit` times.
    """
    if not seating.waiting or not seating.free:
        return []
    promoted: list[Registration] = []
    passed: list[Registration] = []
    waiting = Registration.objects.waiting().filter(seating=seating).in_order()
    for registration in waiting.select_related("event", "person", "company"):
        if registration.party > seating.free:
            if registration.overtaken >= registration.event.overtaking_limit:
                break
            passed.append(registration)
            continue
        for bigger in passed:
            bigger.overtaken += 1
            bigger.save(update_fields=["overtaken"])
        seating.taken += registration.party
        seating.waiting -= 1
        registration.seat()
        promoted.append(registration)
        if not seating.free or any(bigger.overtaken >= bigger.event.overtaking_limit for bigger in passed):
            break
    seating.save(update_fields=["taken", "waiting"])
    return promoted


def resize_party(registration: Registration, seating: Seating, heads: int) -> list[Registration]:
    """Give back or take the seats between the party and `heads`; the others promoted by that. Both rows are locked.

    Raises NotEnoughSeats.
    """
    more = heads - registration.party
    if registration.is_seated and more > 0 and not Seating.objects.filter(pk=seating.pk).take_seats(more):
        words = _("There aren’t that many seats left. You keep the %(party)d you have.") % {"party": registration.party}
        raise NotEnoughSeats(words, facts={"free": seating.for_newcomers})
    registration.party = heads
    if registration.is_seated and more < 0:
        seating.free_up(-more)
    if more >= 0:
        return []
    if registration.is_waiting:
        registration.save(update_fields=["party"])  # a smaller party may fit now: the list reads it
    promoted = promote(seating)
    if registration in promoted:
        registration.refresh_from_db(fields=["status", "place", "revision"])
    return [one for one in promoted if one.pk != registration.pk]


def ids(promoted: list[Registration]) -> dict[str, list[int]]:
    """For the history: who was promoted by what somebody else did."""
    return {"promoted": [registration.pk for registration in promoted]} if promoted else {}

"""The seats of an event and its waiting list, in the order of registration.

Each function locks the seating, or is called under its lock, so that freed seats go to the waiting list first.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import NotEnoughSeats, Registration, Seating, Status, TooManyGuests
from events.models.seating import SeatingQuerySet
from fleetportal.core.db import bulk, lock


def hold_seats(seatings: SeatingQuerySet, heads: int) -> Seating | None:
    """Take `heads` seats: None where they were free; otherwise the seating, full or with people waiting, locked.

    `seatings` contains just the one seating. In both cases nobody else can change it until this transaction ends. Costs 1 query, or 2.
    """
    return None if seatings.take_seats(heads) else lock(seatings.get())


def save_seated_or_waiting(registration: Registration, full: Seating | None) -> list[Registration] | None:
    """Save the new `registration` with the seats held for it, or on the waiting list of the `full` seating, which is locked.

    Answers the others who were promoted by that; None where the guest has registered at another seating of the event a moment ago:
    nothing is saved then, and the seats are still held. Costs 1 query, or 4.
    """
    if full is None:
        registration.status, registration.had_seats = Status.SEATED, True
        return [] if bulk.add_unless_there(registration) else None
    registration.status, registration.waiting_number = Status.WAITING, full.draw_waiting_number()
    if not bulk.add_unless_there(registration):
        full.give_up_waiting_number()
        return None
    promoted = promote(full)  # seats may have become free in the meantime
    if registration in promoted:
        registration.refresh_from_db(fields=["status", "waiting_number", "had_seats", "revision", "changed_at"])
    return [one for one in promoted if one.pk != registration.pk]


def promote(seating: Seating) -> list[Registration]:
    """Give free seats to waiting parties; those that got seats, in order. `seating` is locked. Costs 1 query, 2 more for each party.

    Nobody is overtaken unless the event allows it: a smaller party can overtake a bigger one at most `overtaking_limit` times.
    One that is larger than all seats there are, since their number was lowered, is passed over: it would hold up the others for ever.
    """
    if not seating.waiting or not seating.free:
        return []
    promoted: list[Registration] = []
    passed: list[Registration] = []
    waiting = Registration.objects.waiting().filter(seating=seating, party__lte=seating.capacity).in_order()
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

    Raises TooManyGuests for more than there are seats, NotEnoughSeats for more than are free.
    """
    more = heads - registration.party
    if more > 0:
        refuse_too_large(heads, seating)
    if registration.is_seated and more > 0 and not Seating.objects.filter(pk=seating.pk).take_seats(more):
        message = _("There aren’t that many seats left. You keep the %(party)d you have.") % {"party": registration.party}
        raise NotEnoughSeats(message, facts={"free": seating.for_newcomers})
    held, registration.party = seating.holds(registration.party), heads
    if registration.is_waiting and seating.holds(heads) and not held:  # it takes part in the queue again
        seating.waiting += 1
        seating.save(update_fields=["waiting"])
    if registration.is_seated and more < 0:
        seating.free_up(-more)
    if more >= 0:
        return []
    if registration.is_waiting:
        registration.save(update_fields=["party"])  # a smaller party may fit now: the list reads it
    promoted = promote(seating)
    if registration in promoted:
        registration.refresh_from_db(fields=["status", "waiting_number", "had_seats", "revision"])
    return [one for one in promoted if one.pk != registration.pk]


def refuse_too_large(heads: int, seating: Seating) -> None:
    """Raises TooManyGuests for a party that could wait for ever: it is larger than all the seats there are."""
    if not seating.holds(heads):
        message = ngettext("There is only %(most)d seat at this event.", "There are only %(most)d seats at this event.", seating.capacity)
        raise TooManyGuests(message % {"most": seating.capacity}, facts={"most": seating.capacity})


def recount_waiting(seating: Seating) -> None:
    """Count those on the waiting list who can be seated at all, once the number of seats has changed. The row is locked. 1 query."""
    seating.waiting = Registration.objects.waiting().filter(seating=seating, party__lte=seating.capacity).count()


def ids(promoted: list[Registration]) -> dict[str, list[int]]:
    """For the history: who was promoted by what somebody else did."""
    return {"promoted": [registration.pk for registration in promoted]} if promoted else {}

"""Verbs of guests, also used by staff on their behalf: register, change the party, cancel, decline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contacts.arbiter.actions import release_many
from contacts.arbiter.models import Hold, Release
from contacts.memory.models.interaction import record as record_interaction
from contacts.models import Direction, Person
from events import letters
from events.actions.seats import hold_seats, ids, promote, refuse_too_large, resize_party, save_seated_or_waiting
from events.actions.telling import tell, tell_all
from events.models import (
    ChangeClosed,
    Event,
    EventState,
    Invitation,
    NotComing,
    Registration,
    RegistrationClosed,
    Seating,
    Status,
    StillInside,
    TooManyGuests,
)
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User


def register(
    event: Event,
    person: Person,
    *,
    company: Company,
    seating: Seating,
    party: int,
    by: "User | None",
    companions: Sequence[str] = (),
    wishes: str = "",
    question: str = "",
    came_by: Link | None = None,
) -> Registration:
    """Give `person` and companions `party` seats together in `seating`, or a place on its waiting list.

    Repeating it returns the existing registration. A guest (`by=None`) can register within the window, staff until the event ends.
    `came_by` is the link of the answered invitation, if known: the message then contains that link.
    Raises RegistrationClosed, and TooManyGuests for a party that the event does not take or could never seat. Costs 12 queries, 13
    without `came_by`.
    """
    check_may_register(event, party, by=by)
    answers = {"companions": [*companions][: party - 1], "wishes": wishes, "question": question}
    organizer = str(letters.organizer_of(event))
    registration = Registration(event=event, person=person, company=company, seating=seating, party=party, organizer=organizer, **answers)
    with transaction.atomic(savepoint=False):  # a refusal below must give back the seats taken
        seats = Seating.objects.filter(event=event, pk=seating.pk)
        full = hold_seats(seats, party)  # the row is locked now: nobody else can register or cancel in the meantime
        now = reply_so_far(event, person)
        is_new, fits = now is not None and now.registration is None, full is None or full.holds(party)
        if now and is_new and fits and enter(registration, full, by=by, has_declined=now.has_declined, came_by=came_by):
            return registration
        if full is None:
            seats.give_back(party)
    if full is not None and is_new:
        refuse_too_large(party, full)
    if now is None:  # cancelled while we waited for the lock
        raise closed()
    return Registration.objects.filter(event=event, person=person).latest("pk")


@dataclass(frozen=True)
class ReplySoFar:
    """A person's answer to a published event: the id of the active registration, and whether they declined."""

    registration: int | None
    has_declined: bool


def reply_so_far(event: Event, person: Person) -> ReplySoFar | None:
    """The answer of `person` so far; None for an event that is not (or no longer) published. Costs 1 query.

    Asked under the lock of the seats, so that of two taps at once the second finds what the first one wrote; at another seating of
    the event the constraint of one standing registration stops it, and `enter` says so.
    """
    found = with_reply(event.pk, person.pk).first()
    return ReplySoFar(found.registered, bool(found.has_declined)) if found else None


def enter(registration: Registration, full: Seating | None, *, by: "User | None", has_declined: bool, came_by: Link | None) -> bool:
    """Save the new registration, with the seats held for it or on the waiting list of the `full` seating, with history and messages.

    False where the guest has registered at another seating a moment ago: nothing is written then.
    """
    others = save_seated_or_waiting(registration, full)
    if others is None:
        return False
    tell_all(others, "promoted")
    answered(registration.event, registration.person_id, by=by)
    if has_declined:
        registration.event.invitations.filter(person=registration.person).update(declined_at=None)
    facts = {"party": registration.party, "status": str(registration.status), **ids(others)}
    audit.record("event.registered", registration, by=by, facts=facts)
    tell(registration, "seated" if registration.is_seated else "waiting", came_by=came_by)
    return True


def answered(event: Event, person: int | None, *, by: "User | None") -> None:
    """Release an invited person, who has answered. Costs 1 query, 3 where they were held."""
    if person is not None:
        release_many(Hold.objects.about(event).of([person]), because=Release.ANSWERED, by=by)


def enter_afterwards(registration: Registration, *, by: "User | None") -> None:
    """Save the new `registration` for an event that is over, with its seats and at its own time. Nobody is written to.

    Raises RegistrationClosed where no seats are left. Costs 3 queries.
    """
    with transaction.atomic():
        if hold_seats(Seating.objects.filter(pk=registration.seating_id), registration.party):
            raise closed()
        save_seated_or_waiting(registration, None)
        facts = {"party": registration.party, "status": str(registration.status)}
        audit.record("event.registered", registration, by=by, facts=facts, at=registration.registered_at)


def closed() -> RegistrationClosed:
    return RegistrationClosed(_("Registration for this event is closed."))


def check_may_register(event: Event, party: int, *, by: "User | None") -> None:
    """Raises RegistrationClosed where the guest (`by` None) or a user can no longer register, TooManyGuests for too large a party.

    Staff may register until the event is over. No query.
    """
    if not (event.is_open if by is None else event.state == EventState.PUBLISHED and not event.is_over):
        raise closed()
    check_party(party, most=event.largest_party)


def check_party(party: int, *, most: int) -> None:
    """Raises TooManyGuests unless there are 1 to `most` people."""
    if not 1 <= party <= most:
        raise TooManyGuests(_("Each guest can have up to %(most)d seats.") % {"most": most}, facts={"most": most})


def refuse_inside(registration: Registration, *, leaving: int) -> None:
    """Raises StillInside where more people of the party are in the house than the `leaving` seats it would keep. Costs 1 query.

    The registration is locked, so that nobody lets them in at this moment.
    """
    inside = registration.heads_let_in()
    if inside > leaving:
        words = _("You have already been checked in. If your plans have changed, please tell us at the door.")
        raise StillInside(words, facts={"inside": inside})


def change(
    registration: Registration,
    *,
    by: "User | None",
    party: int | None = None,
    companions: Sequence[str] | None = None,
    wishes: str | None = None,
    question: str | None = None,
) -> None:
    """Change the number of people, the names, the wishes or the question, except where None. Freed seats go to the next on the
    waiting list.

    Raises ChangeClosed, NotComing, TooManyGuests, NotEnoughSeats, StillInside; nothing has changed then. Costs 3 queries when nothing
    differs.
    """
    with transaction.atomic():
        seating = lock(registration.seating)
        lock(registration)
        check_open(registration, by=by)
        heads = registration.party if party is None else party
        check_party(heads, most=max(registration.event.largest_party, registration.party))  # a limit binds who asks for more
        if heads < registration.party:
            refuse_inside(registration, leaving=heads)
        before = registration.facts
        promoted = resize_party(registration, seating, heads)
        registration.companions = [*(registration.companions if companions is None else companions)][: heads - 1]
        registration.wishes = registration.wishes if wishes is None else wishes
        registration.question = registration.question if question is None else question
        changes = {name: (before[name], value) for name, value in registration.facts.items() if before[name] != value}
        if not changes:
            return
        registration.revision += 1
        registration.changed_at = timezone.now()
        registration.save(update_fields=["party", "companions", "wishes", "question", "revision", "changed_at"])
        audit.record("registration.changed", registration, by=by, changes=changes, facts=ids(promoted))
        tell(registration, "changed")
        tell_all(promoted, "promoted")


def check_open(registration: Registration, *, by: "User | None") -> None:
    """Raises NotComing where the registration was cancelled, ChangeClosed where it can no longer be changed: by the guest (`by` None)
    once registration is closed, by a user once the event has begun."""
    if not registration.is_active:
        raise NotComing(_("This registration has been cancelled."))
    if not (registration.event.is_open if by is None else registration.event.is_ahead):
        raise ChangeClosed(_("Registration is closed. Please call us and we will see what we can do."))


def cancel(registration: Registration, *, by: "User | None") -> None:
    """Cancel the registration: its seats go to the next parties on the waiting list. Repeating it changes nothing.

    Raises ChangeClosed once the event has begun, StillInside while anybody of it is in the house. Costs about 15 queries and 7 for
    each party promoted.
    """
    with transaction.atomic():
        seating = lock(registration.seating)
        lock(registration)
        if not registration.is_active:
            return
        if not registration.event.is_ahead:
            raise ChangeClosed(_("The event has started, so nothing can be changed here any more."))
        if registration.is_seated:
            refuse_inside(registration, leaving=0)
        before = registration.withdraw(seating)
        promoted = promote(seating)
        changes = {"status": (before, Status.CANCELLED)}
        audit.record("registration.cancelled", registration, by=by, changes=changes, facts=ids(promoted))
        tell(registration, "cancelled")
        tell_all(promoted, "promoted")


def drop_double(registration: Registration, *, by: "User | None") -> None:
    """Take back the worse of two registrations of one human, found to be two people by mistake: without a letter, since nobody cancelled.

    Its seats go to the waiting list in order. Costs about 8 queries and 7 for each party promoted.
    """
    with transaction.atomic():
        seating = lock(registration.seating)
        lock(registration)
        if not registration.is_active:
            return
        changes = {"status": (registration.withdraw(seating), Status.CANCELLED)}
        promoted = promote(seating)
        audit.record("registration.merged", registration, by=by, changes=changes, facts=ids(promoted))
        tell_all(promoted, "promoted")


def decline(invitation: Invitation, *, by: "User | None") -> None:
    """Record that the person is not coming; an active registration is cancelled. Repeating it changes nothing.

    Raises ChangeClosed once the event has begun, StillInside. Costs 5 queries, and those of a cancellation.
    """
    with transaction.atomic():
        registration = invitation.active_registration()
        if registration:
            cancel(registration, by=by)
        if not Invitation.objects.filter(pk=invitation.pk, declined_at=None).update(declined_at=timezone.now()):
            return
        answered(invitation.event, invitation.person_id, by=by)
        audit.record("event.declined", invitation, by=by)
        record_interaction(
            "event.declined",
            company=invitation.company,
            person=invitation.person,
            by=by,
            about=invitation,
            channel="email",
            direction=Direction.IN,
        )


def with_reply(event: int, person: int) -> Any:
    standing = Registration.objects.active().filter(event=OuterRef("pk"), person=person).values("pk")[:1]
    declined = Exists(Invitation.objects.declined().filter(event=OuterRef("pk"), person=person))
    rows = Event.objects.published().filter(pk=event).only("state")
    return rows.annotate(registered=Subquery(standing), has_declined=declined)

"""What a guest does: register, change the party, cancel, decline; staff do it on their behalf."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contacts.memory.models.interaction import record as record_interaction
from contacts.models import Direction, Person
from events.actions.seats import ids, promote, resize_party, seat_or_queue
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
    TooManyGuests,
)
from fleetportal.core import audit
from fleetportal.core.db import lock

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
) -> Registration:
    """Give `person` and companions `party` seats together in `seating`, or a place on its waiting list.

    Asking again returns the standing registration. A guest (`by=None`) registers within the window, staff until the event ends.
    Raises RegistrationClosed, TooManyGuests. Costs 13 queries.
    """
    with transaction.atomic():
        check_may_register(event, party, by=by)
        standing = Registration.objects.active().filter(event=event, person=person)
        if found := standing.first():
            return found
        words = {"companions": [*companions][: party - 1], "wishes": wishes, "question": question}
        registration = Registration(event=event, person=person, company=company, seating=seating, party=party, **words)
        try:
            with transaction.atomic():
                others = seat_or_queue(registration, Seating.objects.filter(event=event, pk=seating.pk))
                tell_all(others, "promoted")
        except IntegrityError:  # the constraint settles a double tap: its loser has given back what it took
            if found := standing.first():
                return found
            raise
        if not Event.objects.published().filter(pk=event.pk).exists():  # called off while we waited for the seats
            raise RegistrationClosed(_("Registration for this event is closed."))
        event.invitations.filter(person=person).exclude(declined_at=None).update(declined_at=None)
        facts = {"party": party, "status": str(registration.status), **ids(others)}
        audit.record("event.registered", registration, by=by, facts=facts)
        tell(registration, "seated" if registration.is_seated else "waiting")
        return registration


def check_may_register(event: Event, party: int, *, by: "User | None") -> None:
    if not (event.is_open if by is None else event.state == EventState.PUBLISHED and not event.is_over):
        raise RegistrationClosed(_("Registration for this event is closed."))
    if not 1 <= party <= event.largest_party:
        raise TooManyGuests(_("Each guest can have up to %(most)d seats.") % {"most": event.largest_party})


def change(
    registration: Registration,
    *,
    by: "User | None",
    party: int | None = None,
    companions: Sequence[str] | None = None,
    wishes: str | None = None,
    question: str | None = None,
) -> None:
    """Another number of people, other names, wishes or question; what is None stays. Fewer seats go to the next on the waiting list.

    Raises ChangeClosed, NotComing, NotEnoughSeats; nothing has changed then. Costs 3 queries when nothing differs.
    """
    with transaction.atomic():
        seating = lock(registration.seating)
        lock(registration)
        check_open(registration, by=by)
        heads = registration.party if party is None else party
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
    if not registration.is_active:
        raise NotComing(_("This registration has been cancelled."))
    if not (registration.event.is_open if by is None else registration.event.is_ahead):
        raise ChangeClosed(_("Registration is closed. Please call us and we will see what we can do."))


def cancel(registration: Registration, *, by: "User | None") -> None:
    """The party does not come: its seats go to the next on the waiting list, in order. Doing it twice changes nothing.

    Raises ChangeClosed once the event has begun. Costs about 14 queries and 7 for each party promoted.
    """
    with transaction.atomic():
        seating = lock(registration.seating)
        lock(registration)
        if not registration.is_active:
            return
        if not registration.event.is_ahead:
            raise ChangeClosed(_("The event has started, so nothing can be changed here any more."))
        before = registration.withdraw(seating)
        promoted = promote(seating)
        changes = {"status": (before, Status.CANCELLED)}
        audit.record("registration.cancelled", registration, by=by, changes=changes, facts=ids(promoted))
        tell(registration, "cancelled")
        tell_all(promoted, "promoted")


def decline(invitation: Invitation, *, by: "User | None") -> None:
    """The person does not come; a standing registration is cancelled. Doing it twice changes nothing.

    Raises ChangeClosed once the event has begun. Costs 5 queries, and those of a cancellation.
    """
    with transaction.atomic():
        registration = invitation.active_registration()
        if registration:
            cancel(registration, by=by)
        if not Invitation.objects.filter(pk=invitation.pk, declined_at=None).update(declined_at=timezone.now()):
            return
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

"""How a guest is let in by the ticket they show."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import AlreadyCheckedIn, CheckIn, NotComing, Registration
from fleetportal.core import days
from fleetportal.core.db import locked
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link, digest

if TYPE_CHECKING:
    from accounts.models import User


class NotATicket(Refused):
    """The code is no ticket of ours, or the event is out of reach."""

    code = "not_a_ticket"


class WrongEvent(Refused):
    """The ticket is for another event; its guest is not named here."""

    code = "ticket_for_another_event"


class AnotherDay(Refused):
    """The event is not today: nobody comes in without a second tap. `holder` is the registration of the ticket."""

    code = "event_on_another_day"

    def __init__(self, holder: Registration) -> None:
        day = days.long(holder.event.on)
        super().__init__(_("This event is on %(day)s, not today.") % {"day": day})
        self.holder = holder


class TurnedAway(Refused):
    """The guest of the ticket does not come in; `holder` is their registration, `why` the refusal of the check-in."""

    code = "turned_away"

    def __init__(self, holder: Registration, why: AlreadyCheckedIn | NotComing) -> None:
        super().__init__(why.message)
        self.holder, self.why = holder, why


@dataclass(frozen=True)
class LetIn:
    """A party that came in by its ticket: the registration, as the look-up read it before, and the check-in."""

    holder: Registration
    arrival: CheckIn


def check_in_by_ticket(token: str, *, event: int, by: "User", heads: int | None = None, any_day: bool = False) -> LetIn:
    """Let the party of the ticket in at the event with that number, all of it or `heads`.

    A ticket from before the guest cancelled and registered again opens the registration of now. Raises NotATicket, WrongEvent,
    AnotherDay unless `any_day`, TurnedAway; nothing has changed then. Right, ticket, guest, event and the counts of the bar are one
    look-up, under the lock of the registration. Costs 2 queries; on SQLite 6.
    """
    with transaction.atomic(savepoint=False):  # whoever is refused has written nothing that must be taken back
        holder = behind_ticket.first(token_hash=digest(token), now=timezone.now()) if token else None
        refusal: Refused
        if holder is None:
            refusal = NotATicket(_("Not one of our tickets"))
        elif holder.event_id != event or not holder.event.is_reached_by(by, may="check_in"):
            day = days.long(holder.event.on) if holder and holder.event.is_reached_by(by, may="check_in") else ""
            refusal = WrongEvent(_("Ticket for another event"), facts={"day": day})
        elif not any_day and not holder.event.is_today:
            refusal = AnotherDay(holder)
        else:
            holder = holder if holder.is_active else standing_beside(holder) or holder
            try:
                return LetIn(holder, holder.let_in(by=by, heads=heads))
            except (AlreadyCheckedIn, NotComing) as no:
                refusal = TurnedAway(holder, no)
    raise refusal  # outside, so that the request's own transaction goes on


def standing_beside(cancelled: Registration) -> Registration | None:
    """The registration that the same guest has for the event by now, locked. Costs 1 query."""
    rows = Registration.objects.active().filter(event=cancelled.event_id, person=cancelled.person_id)
    return locked(rows.for_door().select_related("person", "company", "event__centre")).first() if cancelled.person_id else None


def holding_ticket(token_hash: Any, now: Any) -> QuerySet[Registration]:
    """The registration that the ticket opens, with what the bar of the door says about its event."""
    ticket = Link.objects.valid(now=now).filter(scope="ticket", token_hash=token_hash)
    return Registration.objects.filter(pk__in=ticket.values("subject_id")).for_door()


behind_ticket = Prepared(
    holding_ticket,
    related=("person", "company", "event", "event__centre"),
    extra=("heads_at_event", "seats_at_event"),
    locks=True,
    token_hash=Link.token_hash.field,
    now=Link.expires_at.field,
)

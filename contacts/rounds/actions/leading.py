"""Verbs of who leads a round: edit it, start, pause, finish it, move a stop, take one out or put it back."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.arbiter.actions import follow
from contacts.arbiter.models import Release
from contacts.rounds.actions.callers import assign, keep_open
from contacts.rounds.actions.planning import hold, open_again
from contacts.rounds.holding import holders, let_go, occasion_of
from contacts.rounds.models import ContactRound, Stop, StopDone
from fleetportal.core import audit, days
from fleetportal.core.db import lock, locked
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

State = ContactRound.State


class OutsidePeriod(Refused):
    """The day is not within the round's period."""

    code = "outside_period"
    status = 422


class NotLeftOut(Refused):
    """The stop cannot be put back: the person is in another round, or there is nobody to call."""

    code = "not_put_back"


def edit(contact_round: ContactRound, *, by: "User", shown: dict[str, object] | None = None, **values: object) -> None:
    """Save the values that differ from those shown. Raises EditedMeanwhile, RoundClosed. Costs at most 5 queries."""
    with transaction.atomic():
        keep_open(contact_round)
        audit.edit(contact_round, values, action="round.edited", by=by, shown=shown)
        follow(occasion_of(contact_round), by=by)


def start(contact_round: ContactRound, *, by: "User") -> None:
    """Begin the round, or go on after a pause. Repeating it changes nothing. Raises RoundClosed. Costs at most 4 queries."""
    with transaction.atomic():
        keep_open(contact_round)
        audit.edit(contact_round, {"state": State.RUNNING}, action="round.started", by=by)


def pause(contact_round: ContactRound, *, by: "User") -> None:
    """Nobody calls until it goes on; its stops keep their days. Repeating it changes nothing. Raises RoundClosed. Costs at most 4
    queries."""
    with transaction.atomic():
        keep_open(contact_round)
        audit.edit(contact_round, {"state": State.PAUSED}, action="round.paused", by=by)


def close(contact_round: ContactRound, *, summary: str, by: "User") -> int:
    """Finish the round with what came of it; whoever was not reached is left out. How many those were.

    Whoever called in it reaches nothing of it any more. Raises RoundClosed. Costs at most 10 queries.
    """
    with transaction.atomic():
        keep_open(contact_round)
        rows = list(locked(contact_round.stops.open()))
        audit.edit_many([(stop, {"state": Stop.State.LEFT_OUT, "why": "closed"}) for stop in rows], action="stop.left_out", by=by)
        let_go(rows, because=Release.GIVEN_UP, by=by)
        values = {"state": State.CLOSED, "summary": summary, "closed_at": timezone.now()}
        audit.edit(contact_round, values, action="round.closed", by=by)
        contact_round.callers.all().delete()
        return len(rows)


def move(stop: Stop, *, to: date, by: "User") -> None:
    """Contact them on another day. Raises OutsidePeriod, StopDone, RoundClosed. Costs at most 6 queries."""
    with transaction.atomic():
        contact_round = keep_open(stop.contact_round)
        keep_waiting(stop)
        first, last = contact_round.starts_on, contact_round.ends_on
        if not first <= to <= last:
            words = _("This contact round runs from %(first)s to %(last)s. Choose a day in that period.")
            raise OutsidePeriod(words % {"first": days.long(first), "last": days.long(last)})
        audit.edit(stop, {"day": to}, action="stop.moved", by=by)


def place(stop: Stop, *, user: "User", day: date, by: "User") -> None:
    """Who makes the contact, and on which day. Raises what `move` and `assign` do; nothing has changed then. Costs at most 13
    queries."""
    with transaction.atomic():
        if day != stop.day:
            move(stop, to=day, by=by)
        assign([stop], user, by=by)


def leave_out(stop: Stop, *, by: "User") -> None:
    """Take the stop out of the round. Raises StopDone, RoundClosed. Costs at most 6 queries."""
    with transaction.atomic():
        keep_open(stop.contact_round)
        keep_waiting(stop)
        audit.edit(stop, {"state": Stop.State.LEFT_OUT, "why": "by_hand"}, action="stop.left_out", by=by)
        let_go([stop], because=Release.GIVEN_UP, by=by)


def put_back(stop: Stop, *, by: "User", on: date) -> None:
    """Put somebody back who was taken out by hand. Raises NotLeftOut where they are in another round or no day is left."""
    with transaction.atomic():
        contact_round = keep_open(stop.contact_round)
        lock(stop)
        if stop.state != Stop.State.LEFT_OUT or stop.why != "by_hand":
            return
        hold([stop.person_id])
        taken = Stop.objects.open().filter(person=stop.person_id).exists() or holders(contact_round, [stop.person_id or 0])
        if taken or not open_again(contact_round, [(stop, stop.person_id)], by=by, on=on):
            words = _("They can’t be put back: they are in another contact round or in contact with another centre, or no day is left.")
            raise NotLeftOut(words)


def keep_waiting(stop: Stop) -> Stop:
    """The stop, locked. Raises StopDone where it waits no longer. Call it inside the verb's transaction, after the round is locked."""
    lock(stop)
    if not stop.is_open:
        raise StopDone(why_done(stop), facts={"by": stop.done_by_id})
    return stop


def why_done(stop: Stop) -> str:
    if stop.state == Stop.State.LEFT_OUT:
        return _("%(who)s was taken out of this contact round. Nothing was logged.") % {"who": stop.person or stop.company}
    values = {
        "by": str(stop.done_by or _("Somebody")),
        "at": days.clock(timezone.localtime(stop.done_at)) if stop.done_at else "",
        "what": stop.get_outcome_display(),
    }
    return _("%(by)s dealt with this stop at %(at)s: %(what)s. Nothing was logged.") % values

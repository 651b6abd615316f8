"""Who calls in a round: colleagues and outside agents, each by a grant on the round."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Centre, User
from accounts.staff.models.rights import granted, in_general
from accounts.staff.models.user import active
from contacts.rounds.models import CALL_ROUND, ContactRound, RoundClosed, Stop
from fleetportal.core import audit
from fleetportal.core.db import lock, locked
from fleetportal.core.errors import Refused


class NotACaller(Refused):
    """A stop can only be assigned to somebody who calls in the round."""

    code = "not_a_caller"


class LastCaller(Refused):
    """Somebody has to call those who are left."""

    code = "last_caller"


def who_may_call(centre: Centre) -> "QuerySet[User]":
    """The users who can be asked to call for `centre`: by a grant on it, or, for the right in general, by a role or their home there.
    Costs 1 query."""
    at_home = Q(home_centre=centre) | Q(roles__centre=centre)
    return active(granted("call", centre) | (at_home & in_general("call")))


def callers_of(contact_round: ContactRound) -> "QuerySet[User]":
    """The users who call in the round. Costs 1 query."""
    return User.objects.filter(pk__in=contact_round.callers.values("user")).order_by("last_name", "first_name", "pk")


def still_calling(contact_round: ContactRound) -> "QuerySet[User]":
    """Those of them who have not left: stops go to nobody else. Costs 1 query."""
    return callers_of(contact_round).filter(is_active=True)


def let_call(contact_round: ContactRound, user: User, *, by: User) -> None:
    """Let `user` call in the round. Repeating it changes nothing. Raises RoundClosed. Costs at most 7 queries."""
    with transaction.atomic():
        keep_open(contact_round)
        if not contact_round.callers.filter(user=user).exists():
            assign_perm(CALL_ROUND, user, contact_round)
            audit.record("round.given", contact_round, by=by, facts={"user": user.pk})


def take_away(contact_round: ContactRound, user: User, *, by: User) -> int:
    """Let `user` call no longer; how many of their open stops were shared out among the others. Repeating it changes nothing.

    Raises RoundClosed, and LastCaller where nobody is left to take them. Costs at most 16 queries.
    """
    with transaction.atomic():
        keep_open(contact_round)
        if not contact_round.callers.filter(user=user).exists():
            return 0
        others = list(still_calling(contact_round).exclude(pk=user.pk))
        left = list(locked(contact_round.stops.open().filter(assigned_to=user)))
        if left and not others:
            raise LastCaller(_("%(who)s is the only one who calls in this round. Add somebody else first.") % {"who": user})
        remove_perm(CALL_ROUND, user, contact_round)
        audit.record("round.taken_away", contact_round, by=by, facts={"user": user.pk})
        hand_out(left, others, by=by)
        return len(left)


def assign(stops: Sequence[Stop], user: User, *, by: User) -> int:
    """Assign these open stops of one round to `user`, who calls in it; how many changed hands. Stops that were done meanwhile stay.

    Raises NotACaller, RoundClosed. Costs at most 8 queries.
    """
    if not stops:
        return 0
    with transaction.atomic():
        contact_round = keep_open(stops[0].contact_round)
        if not contact_round.callers.filter(user=user).exists():
            raise NotACaller(_("%(who)s does not call in this round. Add them first.") % {"who": user})
        rows = list(locked(contact_round.stops.open().filter(pk__among=[stop.pk for stop in stops])))
        return hand_out(rows, [user], by=by)


def split(contact_round: ContactRound, *, by: User) -> int:
    """Share the open stops out evenly among all who call in the round, in the order of the days; how many changed hands.

    Raises RoundClosed, and LastCaller where all of them have left. Costs at most 8 queries.
    """
    with transaction.atomic():
        keep_open(contact_round)
        rows = list(locked(contact_round.stops.open()))
        rows.sort(key=lambda stop: (stop.day, stop.order))
        users = list(still_calling(contact_round))
        if rows and not users:
            raise LastCaller(_("Nobody who calls in this round is still here. Add somebody first."))
        return hand_out(rows, users, by=by)


def hand_out(stops: Sequence[Stop], users: Sequence[User], *, by: User) -> int:
    """Assign the locked stops to `users` in turn, who keep as many as possible of their own; how many changed hands."""
    most = -(-len(stops) // len(users)) if users else 0
    named = {user.pk: user for user in users}
    load: Counter[int] = Counter()
    edits = []
    for stop in stops:
        own = stop.assigned_to_id if stop.assigned_to_id in named and load[stop.assigned_to_id or 0] < most else None
        user = own or min(named, key=lambda one: (load[one], one))
        load[user] += 1
        edits.append((stop, {"assigned_to": named[user]}))
    return len(audit.edit_many(edits, action="stop.assigned", by=by))


def keep_open(contact_round: ContactRound) -> ContactRound:
    """The round, locked. Raises RoundClosed. Call it inside the verb's transaction."""
    if lock(contact_round).is_closed:
        raise RoundClosed(_("This contact round is finished."))
    return contact_round

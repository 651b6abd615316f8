"""A centre whose people another centre has asks to host its event with it; that centre grants or refuses, or the clock does."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Centre, User
from events import letters
from events.actions.inviting import check_inviting
from events.models import AlreadyDecided, CoHosting, CoHostingState, Event
from fleetportal.core import audit
from fleetportal.core.db import bulk
from fleetportal.core.outbox.queueing import queue, queue_many

if TYPE_CHECKING:
    from collections.abc import Sequence

DECIDE = "run_events"  # the right, at the centre of the event, of whoever decides


def ask(event: Event, centre: Centre, *, text: str, by: User) -> CoHosting:
    """The request of `centre` to host `event` too; whoever decides is told. Asking again returns the request there is.

    Raises NotInviting. Costs 4 queries and those of finding who decides.
    """
    with transaction.atomic():
        event = check_inviting(event)
        asked = CoHosting(event=event, centre=centre, text=text, asked_by=by)
        if not bulk.add_unless_there(asked):
            return CoHosting.objects.get(event=event, centre=centre)
        audit.record("co_hosting.asked", asked, by=by, facts={"event": event.pk, "centre": centre.pk})
        queue_many(letters.to_deciders(asked, deciders(event)))
        return asked


def deciders(event: Event) -> "Sequence[User]":
    """The host, or else the people of the event's centre, who may decide and have an e-mail address. Costs 1 query, and 1 for each."""
    host = event.host
    here = [host] if host is not None else []
    able = [user for user in here if decides(user, event)]
    if not able:
        others = User.objects.filter(is_active=True, home_centre=event.centre_id).exclude(email="").order_by("pk")
        able = [user for user in others if decides(user, event)]
    return able


def decides(user: User, event: Event) -> bool:
    return bool(user.is_active and user.email and event.centre_id in user.rights.centres(DECIDE))


def grant(asked: CoHosting, *, text: str, by: User) -> None:
    """From now on the people of that centre's companies are entitled too. Raises AlreadyDecided. Costs about 5 queries."""
    decide(asked, CoHostingState.GRANTED, text=text, by=by)


def refuse(asked: CoHosting, *, text: str, by: User | None) -> None:
    """Raises AlreadyDecided once it was granted. Costs about 5 queries."""
    decide(asked, CoHostingState.REFUSED, text=text, by=by)


def decide(asked: CoHosting, state: CoHostingState, *, text: str, by: User | None) -> None:
    """Record the answer and tell whoever asked; the same answer again changes nothing. Raises AlreadyDecided."""
    with transaction.atomic():
        answer = {"state": state, "answer": text, "answered_by": by, "answered_at": timezone.now()}
        if not CoHosting.objects.open().filter(pk=asked.pk).update(**answer):
            if CoHosting.objects.filter(pk=asked.pk, state=state).exists():
                return
            raise AlreadyDecided(_("This request has already been answered."))
        asked.state, asked.answer = state, text
        audit.record(f"co_hosting.{state}", asked, by=by, facts={"event": asked.event_id, "centre": asked.centre_id})
        if asked.asked_by is not None and asked.asked_by.email:
            queue(letters.to_asking_centre(asked, asked.asked_by))


def refuse_left_over() -> int:
    """Refuse what nobody has answered before the event began or was called off; how many. Costs 1 query, and about 5 for each."""
    left = list(CoHosting.objects.left_over().select_related("event__centre", "event__host", "centre", "asked_by").order_by("pk"))
    for asked in left:
        try:
            refuse(asked, text="", by=None)
        except AlreadyDecided:  # somebody was quicker
            continue
    return len(left)

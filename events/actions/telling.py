"""Tells guests about their registration: a message, and a line on the company's timeline; single guests immediately, many by a job."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import TouchedCompany
from contacts.memory.models.interaction import Direction, record_many
from contacts.models import Channel
from events import letters
from events.models import Event, Invitation, Registration
from fleetportal.core.audit import label
from fleetportal.core.db import bulk, fold, locked
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.letter import PaperLetter
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState
from fleetportal.core.outbox.queueing import queue_many, render

NOBODY: Mapping[int, Link] = {}
TO_BE_REWRITTEN = timedelta(hours=1)  # a job that dies is taken up again long before
AT_ONCE = 50  # guests told in one transaction
INVITING: tuple[letters.InvitingStep, ...] = ("invitation", "nudge")
UNTRUE_ONCE_MOVED = ("events/mail/moved", "events/mail/reminder")  # messages that mention a time and need no answer


def tell(registration: Registration, step: letters.Step, *, came_by: Link | None = None) -> None:
    """Queue the message of this step and add the timeline's line. Costs 5 queries, 4 with the link in `came_by`.

    1 more for a second delivery, because reasons depend on its guests; 1 or 2 fewer without an address.
    """
    tell_all([registration], step, came_by={registration.person_id: came_by} if came_by and registration.person_id else {})


def tell_all(registrations: Sequence[Registration], step: letters.Step, *, came_by: Mapping[int, Link] = NOBODY) -> None:
    """The same for many guests of one event, with as many queries as for one; `came_by` has links by the person's id."""
    if not registrations:
        return
    kind = "event.registered" if step in ("seated", "waiting") else f"event.{step}"
    direction = Direction.OUT if step in letters.OURS else Direction.IN
    drafts = letters.to_guests(step, registrations, came_by=came_by)
    by_post = {draft.about.pk for draft in drafts if draft.channel == MessageChannel.LETTER}
    for channel in (Channel.EMAIL, Channel.LETTER) if by_post else (Channel.EMAIL,):
        told = [registration for registration in registrations if (registration.pk in by_post) == (channel == Channel.LETTER)]
        record_many(kind, told, by=None, channel=channel, direction=direction)
    if registrations[0].event.makes_reasons:
        TouchedCompany.add_all(sorted({registration.company_id for registration in registrations}))
    queue_many(drafts)


# --- many guests, by a job ----------------------------------------------------------------------------------------------------


def start_telling(event: Event) -> Job:
    """Start a job that sends the guests of `event` the messages marked in their rows. Call it in the verb's transaction. 1 query."""
    return jobs.start("events.tell", {"event": event.pk, "since": timezone.now().isoformat()}, by=None)


@jobs.kind("events.tell")
def run_telling(job: Job, deadline: float) -> bool:
    """Tell guests until `deadline`, each once; then rewrite the unsent messages to people who are only invited."""
    for step in (tell_next, rewrite_next):
        while done := step(job):
            if time.monotonic() > deadline:
                return False
            job.progress(job.done + done)
    return True


def tell_next(job: Job) -> int:
    """Tell the next guests, at most AT_ONCE; how many. One transaction, so that a killed worker has told all or none.

    The rows are locked before the event is read: a later change of the event marks them again. Costs about 12 queries.
    """
    with transaction.atomic():
        waiting = Registration.objects.to_be_told().filter(event=job.args["event"]).select_related("person", "company")
        rows = list(locked(waiting)[:AT_ONCE])
        if not rows:
            return 0
        event = Event.objects.select_related("centre", "host").get(pk=job.args["event"])
        for row in rows:
            row.event = event
        for step in sorted({row.to_tell for row in rows}):
            tell_all([row for row in rows if row.to_tell == step], cast("letters.Step", step))
        Registration.objects.filter(pk__among=[row.pk for row in rows]).update(to_tell="")
        return len(rows)


def rewrite_next(job: Job) -> int:
    """Rewrite the next unsent messages to invited people that predate the change, at most AT_ONCE; how many.

    Messages that are just being sent are left alone. Costs about 8 queries.
    """
    now = timezone.now()
    with transaction.atomic():
        invited = Invitation.objects.filter(event=job.args["event"])
        unsent = Message.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), state=MessageState.WAITING)
        stale = unsent.filter(about_type=label(Invitation), about_id__in=invited.values("pk"), queued_at__lt=job.args["since"])
        messages = list(locked(stale)[:AT_ONCE])
        for step in INVITING:
            of_step = {one.about_id: one for one in messages if one.template == f"events/mail/{step}"}
            rows = invited.filter(pk__among=of_step).select_related("event__centre", "event__host", "person")
            for draft in letters.to_invited(list(rows) if of_step else [], step=step):
                message = of_step[draft.about.pk]
                message.language = draft.language
                render(draft, message)  # the way out in it is that of its address
                message.headers, message.recipient, message.recipient_folded = dict(draft.headers), draft.address, fold(draft.address)
        for message in messages:
            message.queued_at = message.due_at = now
        bulk.update(messages, ["subject", "text", "html", "language", "headers", "recipient", "recipient_folded", "queued_at", "due_at"])
        return len(messages)


def put_off_invitations(event: Event) -> None:
    """What was written to invited people and has not left waits until the job has written it anew. Costs 1 query."""
    waiting = Message.objects.filter(about_type=label(Invitation), about_id__in=event.invitations.order_by().values("pk"))
    waiting.filter(state=MessageState.WAITING).update(due_at=timezone.now() + TO_BE_REWRITTEN)


def hold_back_untrue(event: Event, why: str) -> None:
    """Withdraw unsent or unprinted messages to guests of `event` that mention an outdated time. 2 queries."""
    guests = Registration.objects.filter(event=event).order_by().values("pk")
    letters_out = Message.objects.filter(about_type=label(Registration), about_id__in=guests, template__in=UNTRUE_ONCE_MOVED)
    letters_out.hold_back(why)
    PaperLetter.objects.filter(message__in=letters_out).hold_back(why)

"""The line to the mail server: paused with growing gaps while it does not serve us, and well again with the first message it takes.

While it is paused no message is tried, so none is parked however long that lasts. Administrators are told once for each time of trouble.
"""

import logging
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fleetportal.core.audit import record_many
from fleetportal.core.db import lock, locked
from fleetportal.core.jobs import bell
from fleetportal.core.outbox.message import AGAIN, Bounce, MailLine, Message, MessageQuerySet, MessageState
from fleetportal.core.registry import Registry

log = logging.getLogger(__name__)

NAME = "mail"
ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")  # whose it is not for every administrator to read
GAPS = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300, 600, 900))
HICCUPS = 3  # a server that is not reached so often in a row is told of; what it says against us, at once
SAME_ANSWERS = 5  # so many recipients in a row that are refused with one answer say more of the server than of themselves
AT_ONCE = 1000
FAILED = (MessageState.PARKED, MessageState.REFUSED)
TO = ("bounce", "channel", "recipient_type", "recipient_id", "recipient_folded")
PATIENCE = timedelta(days=1)  # with a message that alone meets a "no" to us, while others go

# Called with the line in trouble, in a transaction: each queues what its users should know. Filled from above.
told: Registry[Callable[[MailLine], None]] = Registry("who is told that sending is paused")
# Called with a message whose bounce is taken back, in the transaction. Filled from above.
believed_again: Registry[Callable[[Message], None]] = Registry("who takes a bounce back")


def trouble() -> MailLine | None:
    """The line while it does not serve, else None. Costs 1 query."""
    return MailLine.objects.filter(name=NAME, failures__gt=0).first()


def pause(reason: str, *, is_refusal: bool, now: datetime) -> MailLine:
    """The line, which rests for a gap that grows with each failure in a row. Another worker's pause is left as it is.

    Costs 4 queries, and those of telling administrators.
    """
    with transaction.atomic():
        MailLine.objects.get_or_create(name=NAME)
        line = lock(MailLine.objects.get(name=NAME))
        if line.paused_until and line.paused_until > now:
            return line
        line.paused_until = now + GAPS[min(line.failures, len(GAPS) - 1)]
        line.failures, line.since, line.reason = line.failures + 1, line.since or now, ADDRESS.sub("…", reason)[:300]
        if line.told_at is None and (is_refusal or line.failures >= HICCUPS):
            line.told_at = now
            for tell in told:
                tell(line)
        line.save()
    log.warning("sending is paused until %s: %s", line.paused_until, reason[:300])
    return line


def works(*, now: datetime) -> None:
    """The server took a message: the line is well, and no answer counts as one of several in a row. Costs 1 query."""
    well: dict[str, Any] = {"paused_until": None, "failures": 0, "since": None, "reason": "", "told_at": None}
    MailLine.objects.filter(name=NAME).update(**well, streak_answer="", streak=[], delivered_at=now)


def refused_us(message: Message, reason: str, *, is_refusal: bool) -> bool:
    """False when `message` met a "no" to us for a day while others went: it is for the caller to park. Otherwise the line is paused and
    the message waits, untried, behind others: if it alone meets the answer, they go. Costs 5 queries.
    """
    now = timezone.now()
    since = message.refused_us_at or now
    if now - since > PATIENCE and MailLine.objects.filter(name=NAME, delivered_at__gt=since).exists():
        return False
    line = pause(reason, is_refusal=is_refusal, now=now)
    gap = max(2 * ((line.paused_until or now) - now), min((now - since) / 2, GAPS[-1] * 4))
    facts = {"lease_until": None, "due_at": now + gap, "last_answer": reason[:300], "refused_us_at": since}
    Message.objects.filter(pk=message.pk).update(**facts, tries=F("tries") - 1)
    return True


def same_again(message: Message, answer: str) -> bool:
    """True when this refusal is one of several in a row with the same answer: all of them wait again, untried, and the line is paused.

    A message that meets the answer again after others went is refused for good. Call it in the transaction that settles the message.
    Costs 2 queries, more when the row is full.
    """
    MailLine.objects.get_or_create(name=NAME)
    line = lock(MailLine.objects.get(name=NAME))
    if message.refused_us_at and line.delivered_at and line.delivered_at > message.refused_us_at:
        return False
    line.streak = [*(line.streak if line.streak_answer == answer else ()), message.pk]
    line.streak_answer = answer
    is_full = len(line.streak) >= SAME_ANSWERS
    met, line.streak = line.streak, [] if is_full else line.streak
    line.save(update_fields=["streak", "streak_answer"])
    if is_full:
        take_back(Message.objects.filter(pk__in=met, state__in=(MessageState.REFUSED, MessageState.WAITING)))
    return is_full


def take_back(messages: Iterable[Message]) -> None:
    """`messages` wait again, and their addresses count as good as before."""
    now = timezone.now()
    for message in messages:
        if message.bounce == Bounce.HARD:
            believe_again([message])
        facts = {**AGAIN, "due_at": now + 2 * GAPS[0], "refused_us_at": message.refused_us_at or now}
        Message.objects.filter(pk=message.pk).update(**facts)


def try_now() -> None:
    """The line is tried at once, whatever its pause. Costs 1 query, and a bell on commit."""
    with transaction.atomic():
        MailLine.objects.filter(name=NAME).update(paused_until=None)
        bell.ring("core.send_outbox")


def send_all_again(messages: MessageQuerySet, *, by: object) -> int:
    """How many of `messages` in trouble wait again; their addresses count as good as before they were refused. Uncertain ones stay:
    they may have arrived. Costs 4 queries for a thousand, 7 for each that had bounced, and a bell on commit.
    """
    now, count = timezone.now(), 0
    keys = list(messages.filter(state__in=FAILED).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            rows = list(locked(Message.objects.filter(pk__in=keys[first : first + AT_ONCE], state__in=FAILED).only("pk", "state", *TO)))
            Message.objects.filter(pk__in=[row.pk for row in rows]).update(**AGAIN, due_at=now)
            believe_again([row for row in rows if row.bounce == Bounce.HARD])
            record_many("message.sent_again", [(row, {}) for row in rows], by=by)
            count += len(rows)
            bell.ring("core.send_outbox")
    return count


def believe_again(messages: Iterable[Message]) -> None:
    for message in messages:
        for believe in believed_again:
            believe(message)

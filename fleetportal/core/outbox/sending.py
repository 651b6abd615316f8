"""Sends messages: the worker leases a few rows, asks their gates, sends each outside any transaction and records the result. Each
is sent at least once, never lost, and every copy is byte for byte the same.

A second copy leaves only where a worker was ended between the server's yes and the row that records it: the lease runs out, and the
message is sent again. Where the connection broke in between, it is UNCERTAIN and stays for a person to decide. `hand_over` says what
each answer leads to: sent, tried later (BACKOFF), refused, parked, or the line paused for all.

Celery only wakes the worker; the sweep every few seconds is the guarantee.
"""

import itertools
import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from fleetportal.core import links
from fleetportal.core.db import bulk, commits_without_waiting
from fleetportal.core.db.locks import lock_name
from fleetportal.core.links import Link
from fleetportal.core.outbox import line
from fleetportal.core.outbox.channels.answers import ENHANCED
from fleetportal.core.outbox.channels.email import EmailSender
from fleetportal.core.outbox.channels.letter import LetterSender
from fleetportal.core.outbox.channels.sender import Delivered, Failed, LineDown, NotOurs, Rejected, Sender, Unknown
from fleetportal.core.outbox.channels.sms import SmsSender
from fleetportal.core.outbox.channels.webhook import WebhookSender
from fleetportal.core.outbox.gates import Never, NotYet, ask, still_holds
from fleetportal.core.outbox.message import LEASE, OVER_THE_LINE, Bounce, MailLine, Message, MessageChannel, MessageState
from fleetportal.core.registry import Registry

log = logging.getLogger(__name__)

# A message is parked after a day of answers of its own; while the line is down it is not tried at all.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=4),
    *(timedelta(hours=6),) * 3,
)
MAX_TRIES = len(BACKOFF) + 1
SLICE_SECONDS = 2.0
BATCH, BATCH_SECONDS = 50, 10.0  # leased together, and the time spent on them: well below the lease
SENDERS: dict[str, Callable[[], Sender]] = {
    MessageChannel.EMAIL: EmailSender,
    MessageChannel.SMS: SmsSender,
    MessageChannel.LETTER: LetterSender,
    MessageChannel.WEBHOOK: WebhookSender,
}

# Called with a message whose recipient the mail server does not know; in the transaction that records it. Filled from above.
bounced: Registry[Callable[[Message], None]] = Registry("who is told of returned messages")
# Called with a message that its gate keeps here for good; in the transaction that records it. Filled from above.
kept_here: Registry[Callable[[Message], None]] = Registry("who is told of messages that never leave")


class Senders:
    """The senders of a worker's slice, by channel; each is made for the first message of its channel."""

    def __init__(self, made: dict[str, Sender] | None = None) -> None:
        self.made = made or {}
        self.probes = False  # the line to the mail server does not serve: one message is tried at a time
        self.says_well = False  # the next message that the server takes is news of the line

    def __getitem__(self, channel: str) -> Sender:
        if channel not in self.made:
            self.made[channel] = SENDERS[channel]()
        return self.made[channel]

    def look_at_line(self) -> None:
        """Costs 1 query."""
        known = MailLine.objects.filter(name=line.NAME).first()
        self.probes, self.says_well = bool(known and known.failures), known is not None

    def line_works(self) -> None:
        """Costs 1 query where that is news, else nothing."""
        if self.says_well:
            line.works(now=timezone.now())
        self.probes = self.says_well = False

    def close(self) -> None:
        for sender in self.made.values():
            sender.close()


def claim(*, now: datetime, most: int = BATCH) -> list[Message]:
    """The most urgent due messages, at most `most`, leased for some minutes so that no other worker sends them. Costs 2 queries, and up
    to 2 more where some are promotional.

    A message that was tried before is leased alone, so that one that crashes the worker does not use up the tries of others.
    """
    with transaction.atomic():
        due = Message.objects.due(now=now).order_by("priority", "due_at", "id")
        if most == 1:  # whether the line works is better asked with a message that met no refusal yet
            due = due.order_by(F("refused_us_at").asc(nulls_first=True), "priority", "due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due[:most])
        batch = with_nobody_in_flight(list(itertools.takewhile(lambda message: not message.tries, rows)) or rows[:1], now)
        if batch:
            Message.objects.filter(pk__in=[message.pk for message in batch]).update(lease_until=now + LEASE, tries=F("tries") + 1)
        for message in batch:
            message.lease_until, message.tries = now + LEASE, message.tries + 1
        return batch


def with_nobody_in_flight(batch: list[Message], now: datetime) -> list[Message]:
    """Those of `batch` whose recipient gets no other promotional message from another worker at this moment; service messages stay.

    Their gate counts what the recipient was sent: it is asked again before each, and sees everything only if one worker at a time has
    them. The others are claimed once that message is through. Call it in the transaction that leases. Costs 1 query, 2 on PostgreSQL,
    none without promotional messages.
    """
    promotional = [message for message in batch if message.purpose and message.recipient_id is not None]
    if not promotional:
        return batch
    lock_name("promotional messages leave")  # after it, what another worker has leased is seen
    leased = Message.objects.filter(state=MessageState.WAITING, lease_until__gte=now, purpose__gt="")
    others = leased.filter(recipient_id__among=sorted({message.recipient_id for message in promotional if message.recipient_id}))
    taken = set(others.values_list("recipient_type", "recipient_id"))
    return [message for message in batch if not message.purpose or (message.recipient_type, message.recipient_id) not in taken]


def send_due(*, seconds: float = SLICE_SECONDS) -> bool:
    """Send due messages for at most `seconds`; True when some are left. One sender serves all messages of its channel.

    A crash of the database server may lose the result of a message, which is then sent again with the same bytes.
    """
    ends, senders = time.monotonic() + seconds, Senders()
    try:
        with commits_without_waiting():
            senders.look_at_line()
            while time.monotonic() < ends:
                most = 1 if senders.probes else BATCH
                batch = claim(now=timezone.now(), most=most)
                if not batch:
                    return False
                is_through = deliver(batch, senders, until=min(ends, time.monotonic() + BATCH_SECONDS))
                if is_through and len(batch) < most and batch[0].tries == 1:  # nothing else was due; the sweep finds newer ones
                    return False
    finally:
        senders.close()
    return Message.objects.due(now=timezone.now()).exists()


def deliver(batch: list[Message], senders: Senders, *, until: float = math.inf) -> bool:
    """Ask the gates, then send and record one by one; messages not begun by `until` wait again, without counting a try: False then.

    Outside any transaction: a mail server may take its time. The gates are asked for the whole batch, and their conditions are
    checked again as each message is sent: a withdrawal before that moment stops it. Costs 2 queries a message, 1 for links and the
    gates'.
    """
    now, left = timezone.now(), list(batch)
    try:
        verdicts = ask(batch, now)
        found = links.found_in("".join(f"{message.text}{message.html}{message.headers}" for message in batch))
        while left and (len(left) == len(batch) or time.monotonic() < until):
            message = left.pop(0)
            verdict = verdicts.get(message.pk)
            if message.tries > MAX_TRIES:
                settle(message, MessageState.PARKED, "No sender outlived it.")
            elif verdict is None:
                try_later(message, "Its gate failed.")
            elif isinstance(verdict, Never):
                settle(message, MessageState.HELD_BACK, verdict.reason)
            elif isinstance(verdict, NotYet):
                Message.objects.filter(pk=message.pk).update(lease_until=None, due_at=verdict.until, tries=F("tries") - 1)
            elif still_holds(message):
                if not hand_over(message, senders, found):
                    break  # the line does not serve: the rest waits, untried
            else:
                turn_back(message)
    finally:
        if left and len(left) < len(batch):  # if the first one took a minute, another worker may have leased the rest
            ours = Message.objects.filter(pk__in=[message.pk for message in left], lease_until=left[0].lease_until)
            ours.update(lease_until=None, tries=F("tries") - 1)
    return not left


def turn_back(message: Message) -> None:
    """Messages withdrawn in the meantime stay withdrawn; those that their gate no longer allows are held back now."""
    waiting = Message.objects.filter(pk=message.pk, state=MessageState.WAITING).first()
    verdict = ask([waiting], timezone.now()).get(waiting.pk) if waiting else None
    if isinstance(verdict, Never):
        settle(message, MessageState.HELD_BACK, verdict.reason)
    elif waiting:  # the gate changed again, or failed
        try_later(message, "Its gate changed its mind.")


def hand_over(message: Message, senders: Senders, found: dict[int, Link]) -> bool:
    """Deliver `message` and record the result; False when the line to the mail server does not serve: then nobody's message is tried.

    Costs 1 query, and those of `bounced` where the recipient does not exist.
    """
    match senders[message.channel].deliver(message, found):
        case Delivered():
            message.state, message.sent_at, message.lease_until, message.last_answer = MessageState.SENT, timezone.now(), None, ""
            bulk.update([message], ("state", "sent_at", "lease_until", "last_answer"))  # in a third of the time that a queryset takes
            if message.channel in OVER_THE_LINE:
                senders.line_works()
        case Failed(reason):
            try_later(message, reason)
        case Unknown(reason):
            settle(message, MessageState.UNCERTAIN, reason)
        case NotOurs():
            turn_back_if_ours(message)
        case LineDown(reason, at_message, is_refusal):
            senders.probes = senders.says_well = True
            give_back(message, reason, at_message=at_message, is_refusal=is_refusal)
            return False
        case Rejected(reason, bounce):
            senders.says_well = True
            return not reject(message, reason, bounce)
    return True


def give_back(message: Message, reason: str, *, at_message: bool, is_refusal: bool) -> None:
    """`message` waits again, untried, and the line is paused; one that alone meets the answer for a day is parked."""
    if not at_message:
        line.pause(reason, is_refusal=is_refusal, now=timezone.now())
        Message.objects.filter(pk=message.pk).update(lease_until=None, last_answer=reason[:300], tries=F("tries") - 1)
    elif not line.refused_us(message, reason, is_refusal=is_refusal):
        settle(message, MessageState.PARKED, reason)


def turn_back_if_ours(message: Message) -> None:
    """A message whose lease another worker has is theirs; one that its gate turned against while the server was slow is turned back."""
    if Message.objects.filter(pk=message.pk, lease_until=message.lease_until).exists():
        turn_back(message)


def reject(message: Message, reason: str, bounce: Bounce) -> bool:
    """True when the refusal is one of several in a row with the same answer: that says more of the server, and the line is paused."""
    with transaction.atomic():
        settle(message, MessageState.REFUSED, reason, bounce=bounce)
        for note in bounced if bounce == Bounce.HARD else ():
            note(message)
        code, _space, words = reason.partition(" ")
        is_answer = message.channel in OVER_THE_LINE and code.isdigit()
        enhanced = ENHANCED.match(words)
        if is_answer and line.same_again(message, f"{code} {enhanced[0].strip() if enhanced else ''}"):
            line.pause(reason, is_refusal=True, now=timezone.now())
            return True
    return False


def try_later(message: Message, why: str) -> None:
    if message.tries >= MAX_TRIES:
        return settle(message, MessageState.PARKED, why)
    wait = BACKOFF[min(message.tries, len(BACKOFF)) - 1]
    Message.objects.filter(pk=message.pk).update(lease_until=None, due_at=timezone.now() + wait, last_answer=why[:300])
    return None


def settle(message: Message, state: MessageState, answer: str, **facts: object) -> None:
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(state=state, lease_until=None, last_answer=answer[:300], **facts)
        for note in kept_here if state == MessageState.HELD_BACK else ():
            note(message)
    if state != MessageState.SENT:
        log.warning("message %s is %s: %s", message.pk, state, answer[:300])

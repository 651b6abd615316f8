"""The outbox: a message is a row first (ARCHITECTURE, "Messages").

`queue` writes the row in the verb's transaction, rendered, with its Message-ID. The worker takes a lease on a few rows,
asks their gates whether they may go, hands each over outside any transaction and records what came of it: at least once,
never lost, each copy equal byte for byte. Celery only rings the bell; the sweep of every few seconds is the guarantee.
"""

import itertools
import logging
import math
import re
import smtplib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from fleetportal.core import links
from fleetportal.core.audit import label, record
from fleetportal.core.db import unhurried_commits
from fleetportal.core.db.prepared import Place, PreparedUpdate
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import bell
from fleetportal.core.outbox.smtp import Mail, close, handed_over
from fleetportal.core.outbox.verdicts import Never, NotYet, ask, gates, still_holds
from fleetportal.core.registry import Registry

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
MAX_TRIES = 5
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
SLICE_SECONDS = 2.0
BATCH, BATCH_SECONDS = 20, 10.0  # leased at once, and how long they are worked on: well below the lease
GAPS = re.compile(r"\n{3,}")  # what a condition of a template leaves behind


class Priority(models.IntegerChoices):
    FIRST = 0, "sign-in codes, what somebody waits for at a counter"
    NORMAL = 5, "answers to what somebody just did"
    BULK = 9, "invitations, campaigns"


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    HELD_BACK = "held_back", _("held back")  # the gate said never
    REFUSED = "refused", _("refused by the mail server")
    UNCERTAIN = "uncertain", _("uncertain")  # the line broke after the text was handed over
    PARKED = "parked", _("parked")  # tried five times


class Bounce(models.TextChoices):
    NONE = "", _("none")
    SOFT = "soft", _("delayed")
    HARD = "hard", _("returned")


# Called with a message whose recipient the mail server does not know; in the transaction that settles it. Filled from above.
bounced: Registry[Callable[["Message"], None]] = Registry("who is told of returned messages")


class Recipient(Protocol):
    """Who gets a message: the address, the language, and the id the gate asks about."""

    language: str

    @property
    def pk(self) -> Any: ...

    @property
    def email(self) -> str: ...


TROUBLE = (State.PARKED, State.REFUSED, State.UNCERTAIN)


class NotInTrouble(Refused):
    """Only a message that was parked, refused or lost on the way is sent again by hand."""

    code = "not_in_trouble"


class MessageQuerySet(models.QuerySet["Message"]):
    def in_trouble(self) -> "MessageQuerySet":
        """Messages that nobody will send unless somebody looks at them."""
        return self.filter(state__in=TROUBLE)

    def due(self, *, now: datetime) -> "MessageQuerySet":
        """Waiting messages whose time has come and whom nobody is sending."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state=State.WAITING, due_at__lte=now)

    def hold_back(self, why: str) -> int:
        """How many messages of this set had not left and now never will: what they tell is no longer so. Costs 1 query."""
        return self.filter(state=State.WAITING).update(state=State.HELD_BACK, last_answer=why[:300])

    def about(self, obj: models.Model) -> "MessageQuerySet":
        return self.filter(about_type=label(obj), about_id=obj.pk)

    def to(self, recipient: models.Model) -> "MessageQuerySet":
        return self.filter(recipient_type=label(recipient), recipient_id=recipient.pk)


class Message(models.Model):
    """One message to one recipient."""

    key = models.CharField(max_length=120, unique=True)  # what, for whom, which step: sent once however often it is asked for
    template = models.CharField(max_length=80)
    gate = models.CharField(max_length=30)
    purpose = models.CharField(max_length=20, blank=True)
    recipient = models.EmailField(max_length=254)
    recipient_type = models.CharField(max_length=60, blank=True)  # whose id it is: a person's or a user's
    recipient_id = models.BigIntegerField(null=True, db_index=True)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    attachments = models.JSONField(default=list)  # {"name", "type", "text"}: calendar files
    message_id = models.CharField(max_length=200)
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    priority = models.SmallIntegerField(choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_answer = models.CharField(max_length=300, blank=True)
    bounce = models.CharField(max_length=4, choices=Bounce, default=Bounce.NONE, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], name="message_due", condition=Q(state=State.WAITING)),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    @property
    def filled_html(self) -> str:
        """The HTML part as the recipient reads it, links included. Costs 1 query where there are links."""
        return links.fill_in(self.html)

    def send_again(self, *, by: Any) -> None:
        """The message waits again, with all its tries. Raises NotInTrouble. Costs 2 queries, and a bell on commit."""
        with transaction.atomic():
            waiting = {"state": State.WAITING, "tries": 0, "due_at": timezone.now(), "lease_until": None}
            if not Message.objects.in_trouble().filter(pk=self.pk).update(**waiting):
                raise NotInTrouble(_("This message is not stuck: it waits, was sent or was held back."))
            record("message.sent_again", self, by=by, facts={"state": str(self.state)})
            bell.ring("core.send_outbox")

    def as_email(self, found: dict[int, links.Link] | None = None) -> Mail:
        """The message as it is handed over; equal byte for byte each time. Costs 1 query for its links, none where they were `found`."""
        found = links.found_in(self.text + self.html + str(self.headers)) if found is None else found
        headers = {name: links.fill_in(value, found) for name, value in self.headers.items()}
        headers |= {
            "Message-ID": self.message_id,
            "Date": self.queued_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Content-Language": self.language,
        }
        mail = Mail(self.subject, links.fill_in(self.text, found), to=[self.recipient], headers=headers)
        mail.seed = self.pk
        if self.html:
            mail.attach_alternative(links.fill_in(self.html, found), "text/html")
        for part in self.attachments:
            mail.attach(part["name"], part["text"], part["type"])
        return mail


def sender_domain() -> str:
    """The domain we write from: a Message-ID of another one looks forged."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]


def queue(
    template: str,
    *,
    to: Recipient,
    about: models.Model,
    gate: str,
    key: str,
    context: Mapping[str, Any] | None = None,
    purpose: str = "",
    due_at: datetime | None = None,
    priority: Priority = Priority.NORMAL,
    attachments: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    address: str = "",
) -> Message:
    """The message made from `<template>.subject.txt`, `.txt` and `.html` in the recipient's language; one that `key` has already stays.

    Links stand in it as `{{ link.placeholder }}`. Goes to `address`, else to the recipient's own. Costs 1 query, and a bell
    on commit. Call it inside the verb's transaction; raises RuntimeError outside one and KeyError for an unknown gate.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A message belongs into the transaction of what it tells.")
    gates[gate]
    now = timezone.now()
    language = to.language or settings.LANGUAGE_CODE
    with translation.override(language):
        words = {**(context or {}), "recipient": to, "about": about, "base_url": settings.BASE_URL, "LANGUAGE_CODE": language}
        subject = " ".join(render_to_string(f"{template}.subject.txt", words).split())
        text = GAPS.sub("\n\n", render_to_string(f"{template}.txt", words)).strip() + "\n"
        html = render_to_string(f"{template}.html", words)
    message = Message(
        key=key,
        template=template,
        gate=gate,
        purpose=purpose,
        recipient=address or to.email,
        recipient_type=label(to) if isinstance(to, models.Model) else "",
        recipient_id=to.pk,
        language=language,
        subject=subject[:200],
        text=text,
        html=html,
        headers=dict(headers or {}),
        attachments=[dict(part) for part in attachments],
        message_id=make_msgid(domain=sender_domain()),
        about_type=label(about),
        about_id=about.pk,
        priority=priority,
        due_at=due_at or now,
        queued_at=now,
    )
    # One statement that also tells the id: a row that has the key stays as it is.
    Message.objects.bulk_create([message], update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    bell.ring("core.send_outbox")
    return message


def claim(*, now: datetime) -> list[Message]:
    """The most urgent due messages, at most BATCH, leased for a minute so that nobody else sends them. Costs 2 queries.

    One that was tried before comes alone: each of its tries is its own, and who ended a worker takes no other along to be parked.
    """
    with transaction.atomic():
        due = Message.objects.due(now=now).order_by("priority", "due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due[:BATCH])
        batch = list(itertools.takewhile(lambda message: not message.tries, rows)) or rows[:1]
        if batch:
            Message.objects.filter(pk__in=[message.pk for message in batch]).update(lease_until=now + LEASE, tries=F("tries") + 1)
        for message in batch:
            message.lease_until, message.tries = now + LEASE, message.tries + 1
        return batch


def send_due(*, seconds: float = SLICE_SECONDS) -> bool:
    """Send what is due for at most `seconds`; True when something is left. One connection to the mail server serves them all.

    What came of a message may be lost in a crash of the database server: the message then goes once more, the same bytes.
    """
    ends = time.monotonic() + seconds
    mailer = get_connection()
    try:
        with unhurried_commits():
            while time.monotonic() < ends:
                batch = claim(now=timezone.now())
                if not batch:
                    return False
                deliver(batch, mailer, until=min(ends, time.monotonic() + BATCH_SECONDS))
    finally:
        close(mailer)
    return Message.objects.due(now=timezone.now()).exists()


def deliver(batch: list[Message], mailer: Any, *, until: float = math.inf) -> None:
    """Ask the gates, then hand over and record one by one; what was not begun at `until` waits again, untried.

    Outside any transaction: a mail server may take its time. The gates are asked for the whole batch, and their conditions once
    more as each message goes: what was withdrawn before that moment stops it. Costs 2 queries a message, 1 for links and the gates'.
    """
    now, left = timezone.now(), list(batch)
    try:
        verdicts = ask(batch, now)
        found = links.found_in("".join(f"{message.text}{message.html}{message.headers}" for message in batch))
        while left and (len(left) == len(batch) or time.monotonic() < until):
            message = left.pop(0)
            verdict = verdicts.get(message.pk)
            if message.tries > MAX_TRIES:
                settle(message, State.PARKED, "No sender outlived it.")
            elif verdict is None:
                try_later(message, "Its gate failed.")
            elif isinstance(verdict, Never):
                settle(message, State.HELD_BACK, verdict.reason)
            elif isinstance(verdict, NotYet):
                Message.objects.filter(pk=message.pk).update(lease_until=None, due_at=verdict.until, tries=F("tries") - 1)
            elif still_holds(message):
                hand_over(message, mailer, found)
            else:
                turn_back(message)
    finally:
        if left and len(left) < len(batch):  # where the first one took a minute, others may lease them by now
            ours = Message.objects.filter(pk__in=[message.pk for message in left], lease_until=left[0].lease_until)
            ours.update(lease_until=None, tries=F("tries") - 1)


def turn_back(message: Message) -> None:
    """What was held back while others went stays so; what its gate has turned against since it was asked is held back now."""
    waiting = Message.objects.filter(pk=message.pk, state=State.WAITING).first()
    verdict = ask([waiting], timezone.now()).get(waiting.pk) if waiting else None
    if isinstance(verdict, Never):
        settle(message, State.HELD_BACK, verdict.reason)
    elif waiting:  # it changed its mind again, or failed
        try_later(message, "Its gate changed its mind.")


def hand_over(message: Message, mailer: Any, found: dict[int, links.Link]) -> None:
    try:
        mailer.open()  # where it is not: else Django connects and leaves for each message
        mailer.send_messages([message.as_email(found)])
    except smtplib.SMTPServerDisconnected as error:
        close(mailer)
        return settle(message, State.UNCERTAIN, f"The line broke: {error}") if handed_over(error) else try_later(message, str(error))
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        return refused(message, mailer, code, answer, bounce=Bounce.HARD)
    except smtplib.SMTPResponseException as error:
        return refused(message, mailer, error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        close(mailer)
        return try_later(message, f"{type(error).__name__}: {error}")
    sent(pk=message.pk, now=timezone.now())
    return None


def refused(message: Message, mailer: Any, code: int, answer: bytes | str, *, bounce: Bounce = Bounce.NONE) -> None:
    """4xx: the server asks us to come again; 5xx: it never will take this message; with `bounce`, because nobody lives there."""
    close(mailer)
    words = f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    if 400 <= code < 500:
        return try_later(message, words)
    with transaction.atomic():
        settle(message, State.REFUSED, words, bounce=bounce)
        for tell in bounced if bounce == Bounce.HARD else ():
            tell(message)
    return None


def try_later(message: Message, why: str) -> None:
    if message.tries >= MAX_TRIES:
        return settle(message, State.PARKED, why)
    wait = BACKOFF[min(message.tries, len(BACKOFF)) - 1]
    Message.objects.filter(pk=message.pk).update(lease_until=None, due_at=timezone.now() + wait, last_answer=why[:300])
    return None


sent = PreparedUpdate(
    lambda pk: Message.objects.filter(pk=pk),
    {"state": State.SENT, "sent_at": Place("now", Message._meta.get_field("sent_at")), "lease_until": None, "last_answer": ""},
    pk=Message._meta.pk,
)


def settle(message: Message, state: State, answer: str, **facts: Any) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, lease_until=None, last_answer=answer[:300], **facts)
    if state != State.SENT:
        log.warning("message %s is %s: %s", message.pk, state, answer[:300])

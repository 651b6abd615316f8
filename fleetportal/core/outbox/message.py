"""A stored message: its content, recipient, channel and state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleetportal.core import links
from fleetportal.core.audit import label, record
from fleetportal.core.db import fold
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import bell
from fleetportal.core.registry import Registry


class Priority(models.IntegerChoices):
    FIRST = 0, "sign-in codes, what somebody waits for at a counter"
    NORMAL = 5, "answers to what somebody just did"
    BULK = 9, "invitations, campaigns"


class MessageChannel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("letter")
    WEBHOOK = "webhook", _("webhook")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    HELD_BACK = "held_back", _("held back")  # the gate said never
    REFUSED = "refused", _("refused by the mail server")
    UNCERTAIN = "uncertain", _("uncertain")  # the connection broke after the text was sent
    PARKED = "parked", _("failed")  # tried for a day


class Bounce(models.TextChoices):
    NONE = "", _("none")
    SOFT = "soft", _("delayed")
    HARD = "hard", _("bounced")


LEASE = timedelta(minutes=3)  # longer than a batch and the slowest answer to a text take together; a slow conversation renews it
TROUBLE = (MessageState.PARKED, MessageState.REFUSED, MessageState.UNCERTAIN)


class NotInTrouble(Refused):
    """Only a message that was parked, rejected or lost can be sent again by hand."""

    code = "not_in_trouble"


class MayAsk(Protocol):
    """The rights of a signed-in user."""

    def may_everywhere(self, codename: str) -> bool: ...


# By the label of the row concerned (a company, a person): the ids of those where a user holds a right. Filled from above.
concerned: Registry[Callable[[Any, str], Any]] = Registry("what messages concern")


class MailLine(models.Model):
    """The line to the mail server, over which e-mail and SMS leave: one row, since the first trouble. Its verbs are in `outbox.line`."""

    name = models.CharField(max_length=10, primary_key=True)
    paused_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)  # when it last worked, looked at once for a worker's slice
    streak_answer = models.CharField(max_length=40, blank=True)  # the same refusal for several recipients in a row
    streak = models.JSONField(default=list)  # the messages that met it

    def __str__(self) -> str:
        return self.name


AGAIN = {"state": MessageState.WAITING, "tries": 0, "lease_until": None, "bounce": Bounce.NONE, "refused_us_at": None}
OVER_THE_LINE = (MessageChannel.EMAIL, MessageChannel.SMS)


class MessageQuerySet(models.QuerySet["Message"]):
    def where(self, user: MayAsk, *, may: str) -> "MessageQuerySet":
        """Messages that concern a row where `user` holds `may`; all messages where the user holds it everywhere.

        Only the latter see messages that concern no particular row. Costs 1 query immediately.
        """
        if user.may_everywhere(may):
            return self
        reach = Q(pk__in=())
        for name in concerned.names():
            reach |= Q(concerns_type=name, concerns_id__in=concerned[name](user, may))
        return self.filter(reach)

    def in_trouble(self) -> "MessageQuerySet":
        """Messages that will not be sent unless somebody acts."""
        return self.filter(state__in=TROUBLE)

    def due(self, *, now: datetime) -> "MessageQuerySet":
        """Waiting messages that are due and not leased."""
        waiting = self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state=MessageState.WAITING, due_at__lte=now)
        return waiting.exclude(Exists(MailLine.objects.filter(paused_until__gt=now)), channel__in=OVER_THE_LINE)

    def about(self, obj: models.Model) -> "MessageQuerySet":
        return self.filter(about_type=label(obj), about_id=obj.pk)

    def to(self, recipient: models.Model) -> "MessageQuerySet":
        return self.filter(recipient_type=label(recipient), recipient_id=recipient.pk)

    def hold_back(self, why: str) -> int:
        """Withdraw the unsent messages of this set, because they are no longer true; how many there were. Costs 1 query."""
        return self.filter(state=MessageState.WAITING).update(state=MessageState.HELD_BACK, last_answer=why[:300])

    def erase(self) -> int:
        """Erase the recipient and the content of these messages; key, state and the row concerned are kept. Costs 1 query."""
        return self.update(recipient="", recipient_folded="", subject="", text="", html="", headers={}, attachments=[])


class Message(models.Model):
    """One message to one recipient."""

    key = models.CharField(max_length=120, unique=True)  # what, for whom, which step: sent only once however often it is queued
    template = models.CharField(max_length=80)
    gate = models.CharField(max_length=30)
    purpose = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=7, choices=MessageChannel, default=MessageChannel.EMAIL)
    recipient = models.CharField(max_length=254)  # an address of that channel: e-mail, telephone number, postal address, URL
    recipient_folded = models.CharField(max_length=254, editable=False)  # folded for look-ups: the gates compare it
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
    concerns_type = models.CharField(max_length=60, blank=True)  # the row that decides who sees it: mostly a company
    concerns_id = models.BigIntegerField(null=True)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.WAITING)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_answer = models.CharField(max_length=300, blank=True)
    refused_us_at = models.DateTimeField(null=True)  # since when the server, asked about this message, says no to us
    bounce = models.CharField(max_length=4, choices=Bounce, default=Bounce.NONE, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], name="message_due", condition=Q(state=MessageState.WAITING)),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
            models.Index(fields=["message_id"], name="message_by_message_id"),  # what comes in names what it answers
            models.Index(fields=["recipient_id", "sent_at"], name="message_promotion", condition=Q(purpose__gt="")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    def save(self, **kwargs: Any) -> None:
        self.recipient_folded = fold(self.recipient)
        super().save(**kwargs)

    @property
    def filled_html(self) -> str:
        """The HTML part with its links filled in. Costs 1 query where there are links."""
        return links.fill_in(self.html)

    def send_again(self, *, by: object) -> None:
        """Queue the message again, with all its tries. Raises NotInTrouble. Costs 2 queries, and a bell on commit."""
        with transaction.atomic():
            waiting = {**AGAIN, "due_at": timezone.now()}
            if not Message.objects.in_trouble().filter(pk=self.pk).update(**waiting):
                raise NotInTrouble(_("This message can’t be sent again: it is waiting, has been sent or was held back."))
            record("message.sent_again", self, by=by, facts={"state": str(self.state)})
            bell.ring("core.send_outbox")

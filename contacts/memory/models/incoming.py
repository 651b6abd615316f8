"""A message that came in by e-mail: a row before anything is done about it."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contacts.people.models.person import Person, fold_address
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class IncomingKind(models.TextChoices):
    BOUNCE = "bounce", _("not delivered")
    AUTO_REPLY = "auto_reply", _("automatic reply")
    REPLY = "reply", _("reply")
    CALENDAR_REPLY = "calendar_reply", _("reply from a calendar")
    UNSUBSCRIBE = "unsubscribe", _("wants no more e-mails")
    OTHER = "other", _("message")


class IncomingState(models.TextChoices):
    WAITING = "waiting", _("waiting to be sorted")
    PLACED = "placed", _("on a timeline")
    NOTED = "noted", _("nothing to do")  # a bounce of nobody we know, an absence of a stranger, a newsletter
    DISCARDED = "discarded", _("discarded")


class MailSorted(Refused):
    """Somebody has placed or discarded the message already."""

    code = "mail_sorted"


class NoCompanyOfPerson(Refused):
    """The person has no role at any company, and a line on a timeline belongs to one."""

    code = "no_company_of_person"


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Whose message it is, is not known yet, so it belongs to no centre: whoever may sort mail anywhere sees all that wait."""
        return self.filter(state=IncomingState.WAITING) if user.may(may) else self.none()

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="sort_mail")

    def same_as(self, digest: str, message_id: str, sender: str) -> Self:
        """The message that came before: the same bytes, or the same Message-ID of the same sender."""
        same_id = Q(message_id=message_id, sender_folded=fold_address("email", sender)) if message_id else Q()
        return self.filter(Q(digest=digest) | same_id if message_id else Q(digest=digest))

    def in_order(self) -> Self:
        return self.order_by("received_at", "pk")


class IncomingMail(models.Model):
    """One message as it was understood; only ever shown as text. What came in twice is one row."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of its bytes
    message_id = models.CharField(max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=IncomingKind)
    sender = models.CharField(_("from"), max_length=254, blank=True)
    sender_folded = models.CharField(max_length=254, blank=True, editable=False, db_index=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    answers_to = models.JSONField(default=list)  # Message-IDs of the letters before it, the nearest first
    failures = models.JSONField(default=list)  # of a bounce: address, status, verdict of each recipient
    calendar = models.JSONField(default=list)  # of a reply from a calendar: uid, sequence, attendee and answer of each entry
    away_until = models.DateField(_("away until"), null=True, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="incoming_mail")
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="incoming_mail")
    state = models.CharField(_("state"), max_length=9, choices=IncomingState, default=IncomingState.WAITING)
    why = models.CharField(_("why"), max_length=200, blank=True)  # it was discarded
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # as the sender says
    sorted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sorted_at = models.DateTimeField(null=True, blank=True)

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("incoming e-mail")
        verbose_name_plural = _("incoming e-mails")
        constraints = [
            models.UniqueConstraint(fields=["message_id", "sender_folded"], condition=~Q(message_id=""), name="one_incoming_mail_once"),
        ]
        indexes = [models.Index(fields=["received_at", "id"], name="incoming_mail_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.subject or str(self.get_kind_display())

    def save(self, **kwargs: object) -> None:
        self.sender_folded = fold_address("email", self.sender)
        super().save(**kwargs)  # type: ignore[arg-type]  # Django's own keywords

    @property
    def domain(self) -> str:
        """The sender's domain, folded."""
        return self.sender_folded.rpartition("@")[2]

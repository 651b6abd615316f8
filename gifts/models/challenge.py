import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from contacts.models import Channel
from fleetportal.core import audit
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, Priority
from fleetportal.core.outbox.queueing import MessageDraft, queue
from gifts import codes
from gifts.models.programme import Programme

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DIGITS = 6
TRIES = 3
STAYS = timedelta(minutes=15)
KEPT = timedelta(days=1)


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def open(self, *, now: datetime) -> Self:
        """Challenges that still take an answer."""
        return self.filter(used_at=None, tries__lt=TRIES, expires_at__gt=now)

    def forget_old(self, *, now: datetime) -> int:
        """How many were dropped, with the words of their messages: what was typed is personal data and needed for minutes."""
        old = self.filter(expires_at__lt=now - KEPT)
        told = Message.objects.filter(about_type=audit.label(Challenge), about_id__in=old.values("pk"))
        told.erase()
        return old.delete()[0]


class Challenge(models.Model):
    """What somebody typed on a claim page, kept for minutes until the code sent to that address comes back."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="challenges")
    first_name = models.CharField(max_length=80)
    channel = models.CharField(max_length=9, choices=Channel)
    address = models.CharField(max_length=254)
    plate = models.CharField(max_length=16)
    language = models.CharField(max_length=8)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="challenge_by_end")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.made_at:%H:%M}"

    @classmethod
    def ask(cls, programme: Programme, *, first_name: str, channel: str, address: str, plate: str) -> tuple["Challenge", Link]:
        """A new challenge, with its code on the way, and the link to the page that takes the answer. Costs 5 queries."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        now = timezone.now()
        with transaction.atomic():
            challenge = cls.objects.create(
                programme=programme,
                first_name=first_name,
                channel=channel,
                address=address,
                plate=plate,
                language=translation.get_language() or settings.LANGUAGE_CODE,
                code_hash="",
                made_at=now,
                expires_at=now + STAYS,
            )
            cls.objects.filter(pk=challenge.pk).update(code_hash=challenge.hash_of(code))
            queue(
                MessageDraft(
                    "gifts/mail/code",
                    to=Claimant(challenge),
                    about=challenge,
                    gate="service",
                    key=f"challenge:{challenge.pk}",
                    context={"code": code, "minutes": int(STAYS.total_seconds() // 60), "programme": programme},
                    priority=Priority.FIRST,
                )
            )
            audit.record("voucher.code_sent", programme, by=None, facts={"challenge": challenge.pk})
            return challenge, Link.objects.make("challenge", challenge.pk, expires_at=challenge.expires_at)

    def hash_of(self, code: str) -> str:
        return codes.mark_hash("challenge", self.pk, code)

    def answer(self, code: str, *, now: datetime) -> bool:
        """True when `code` is right, the third try at the latest, and the challenge is used up by it. Costs 1 or 2 queries.

        One conditional statement counts the try before anything is compared: a thousand answers at once are three.
        """
        open_now = Challenge.objects.open(now=now).filter(pk=self.pk)
        if not open_now.update(tries=F("tries") + 1):
            return False
        right = Challenge.objects.filter(pk=self.pk, code_hash=self.hash_of(code), used_at=None)
        return bool(right.update(used_at=now))

    @property
    def masked(self) -> str:
        """The address, so that its owner knows which one it is and nobody else learns it."""
        head, at, host = self.address.partition("@")
        return f"{head[:1]}…{at}{host}" if at else f"…{self.address[-3:]}"


class Claimant:
    """Who a code goes to: an address, not yet a person."""

    pk: Any = None

    def __init__(self, challenge: Challenge) -> None:
        self.language = challenge.language
        self.name: str | _StrPromise = challenge.first_name or _("driver")
        self.email = (
            challenge.address if challenge.channel == Channel.EMAIL else settings.SMS_GATEWAY.format(number=challenge.address.lstrip("+"))
        )

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone

from contacts.models import Channel, Person
from contacts.people.mailboxes import mailbox
from gifts import codes
from gifts.models.programme import Programme

DIGITS = 6
TRIES = 3
STAYS = timedelta(minutes=15)
KEPT = timedelta(days=1)


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def open(self, *, now: datetime) -> Self:
        """Challenges that can still be answered."""
        return self.filter(used_at=None, tries__lt=TRIES, expires_at__gt=now)

    def sent_to(self, person: Person) -> Self:
        """Challenges whose code went to a mailbox or number of `person`, however it was typed. Costs 2 queries; they are kept a day."""
        known = {mailbox(value) for value in person.addresses.values_list("value", flat=True)}
        return self.filter(pk__in=[pk for pk, address in self.values_list("pk", "address") if mailbox(address) in known])


class Challenge(models.Model):
    """The data typed on a claim page, kept for minutes until the code sent to the address is entered."""

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

    def hash_of(self, code: str) -> str:
        return codes.mark_hash("challenge", self.pk, code)

    def answer(self, code: str, *, now: datetime) -> bool:
        """True when `code` is correct, within three tries; this uses up the challenge. Costs 1 or 2 queries.

        One conditional statement counts the try before the comparison, so that a thousand simultaneous answers are still only three
        tries.
        """
        open_now = Challenge.objects.open(now=now).filter(pk=self.pk)
        if not open_now.update(tries=F("tries") + 1):
            return False
        right = Challenge.objects.filter(pk=self.pk, code_hash=self.hash_of(code), used_at=None)
        return bool(right.update(used_at=now))

    @property
    def masked(self) -> str:
        """The address, masked so that only its owner recognises it."""
        head, at, host = self.address.partition("@")
        return f"{head[:1]}…{at}{host}" if at else f"…{self.address[-3:]}"

"""The code that proves an address typed on a claim page."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from fleetportal.core import audit
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.queueing import queue
from gifts.letters import code_letter
from gifts.models import Challenge, Programme
from gifts.models.challenge import DIGITS, KEPT, STAYS, ChallengeQuerySet


def challenge(programme: Programme, *, first_name: str, channel: str, address: str, plate: str) -> tuple[Challenge, Link]:
    """Make a challenge and queue its code; the link to the page for entering it. Costs 5 queries."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    now = timezone.now()
    with transaction.atomic():
        made = Challenge.objects.create(
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
        Challenge.objects.filter(pk=made.pk).update(code_hash=made.hash_of(code))
        queue(code_letter(made, code))
        audit.record("voucher.code_sent", programme, by=None, facts={"challenge": made.pk})
        return made, Link.objects.make("challenge", made.pk, expires_at=made.expires_at)


def forget_old(*, now: datetime) -> int:
    """Delete old challenges and the text of their messages, which is personal data needed only for minutes; how many."""
    return erase(Challenge.objects.filter(expires_at__lt=now - KEPT))


def erase(challenges: ChallengeQuerySet) -> int:
    """Delete `challenges` with the recipient and text of their messages, of which none is sent any more; how many. Costs 4 queries."""
    with transaction.atomic():
        messages = Message.objects.filter(about_type=audit.label(Challenge), about_id__in=challenges.values("pk"))
        messages.hold_back("What was typed on the claim page was erased.")
        messages.erase()
        return challenges.delete()[0]

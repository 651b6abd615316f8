"""What drivers get by message: the voucher's personal link, and the code that proves an address."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from contacts.models import Channel, Person
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Priority
from fleetportal.core.outbox.queueing import MessageDraft
from gifts import codes
from gifts.models import Challenge, Voucher
from gifts.models.challenge import STAYS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def voucher_letter(voucher: Voucher, person: Person, *, link: Link, address: str) -> MessageDraft:
    """The personal link to `voucher`; queued once for each address, however often it is asked for."""
    return MessageDraft(
        "gifts/mail/voucher",
        to=person,
        about=voucher,
        gate="service",
        key=f"voucher:{voucher.pk}:{codes.mark_hash('mail', address)}",
        context={"voucher": voucher, "link": link},
        address=address,
    )


def code_letter(challenge: Challenge, code: str) -> MessageDraft:
    """The code of `challenge`, to the address that it proves."""
    return MessageDraft(
        "gifts/mail/code",
        to=Claimant(challenge),
        about=challenge,
        gate="service",
        key=f"challenge:{challenge.pk}",
        context={"code": code, "minutes": int(STAYS.total_seconds() // 60), "programme": challenge.programme},
        priority=Priority.FIRST,
    )


class Claimant:
    """Who a code goes to: an address, not yet a person."""

    pk: Any = None

    def __init__(self, challenge: Challenge) -> None:
        self.language = challenge.language
        self.name: str | _StrPromise = challenge.first_name or _("driver")
        self.email = (
            challenge.address if challenge.channel == Channel.EMAIL else settings.SMS_GATEWAY.format(number=challenge.address.lstrip("+"))
        )

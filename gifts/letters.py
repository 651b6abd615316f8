"""Messages to drivers: the voucher's personal link, and the code that proves an address."""

from django.utils.translation import gettext

from accounts.models import Centre, Company
from contacts.models import Channel, Person
from fleetportal.core.audit import label
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import MessageChannel, Priority
from fleetportal.core.outbox.queueing import MessageDraft
from gifts import codes
from gifts.models import Challenge, Voucher
from gifts.models.challenge import STAYS


def voucher_letter(voucher: Voucher, person: Person, *, link: Link, address: str) -> MessageDraft:
    """The personal link to `voucher`; queued once for each address, however often it is requested."""
    return MessageDraft(
        "gifts/mail/voucher",
        to=person,
        about=voucher,
        concerns=(label(Company), voucher.company_id) if voucher.company_id else (label(Centre), voucher.programme.centre_id),
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
        concerns=(label(Centre), challenge.programme.centre_id),
        gate="service",
        key=f"challenge:{challenge.pk}",
        context={"code": code, "minutes": int(STAYS.total_seconds() // 60), "programme": challenge.programme},
        priority=Priority.FIRST,
        address=challenge.address,
        channel=MessageChannel.EMAIL if challenge.channel == Channel.EMAIL else MessageChannel.SMS,
    )


class Claimant:
    """The recipient of a code, who is not yet a person in the database."""

    pk: object = None
    email = ""

    def __init__(self, challenge: Challenge) -> None:
        self.language = challenge.language
        self.name = challenge.first_name or gettext("driver")

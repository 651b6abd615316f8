"""Tells the driver about a voucher, and adds it to the company's timeline."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from contacts.memory.models.interaction import line_of
from contacts.models import Channel, Person
from fleetportal.core.db.together import Step, write
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.queueing import queue
from gifts.letters import voucher_letter
from gifts.models import Voucher
from gifts.models.programme import READABLE, end_on_earth

if TYPE_CHECKING:
    from accounts.models import User


def add_to_timeline(voucher: Voucher, kind: str, *, about: models.Model, by: "User | None", at: datetime | None = None) -> None:
    """Add a line to the company's timeline; none while the company is not known. It touches no reasons; `at` is the moment, if it was
    earlier. Costs 1 query."""
    if line := line_about(voucher, kind, about=about, by=by, at=at):
        write(*line)


def line_about(voucher: Voucher, kind: str, *, about: models.Model, by: "User | None", at: datetime | None = None) -> list[Step]:
    """What `add_to_timeline` writes, for a verb that writes it together with its own rows."""
    if voucher.company is None:
        return []
    who: dict[str, Any] = {"company": voucher.company, "person": voucher.person, "by": by}
    return line_of(kind, about=about, channel=Channel.IN_PERSON, happened_at=at, touches=False, **who)


def open_link(voucher: Voucher) -> Link:
    """The personal link, made where there is none yet. Costs 1 query, 2 when it is new."""
    return voucher.link or Link.objects.make("voucher", voucher.pk, expires_at=end_on_earth(voucher.valid_until) + READABLE)


def send(voucher: Voucher, person: Person, *, address: str = "") -> Message:
    """The message with the personal link to `person`; sent once for each address, however often it is called.

    Call it inside the verb's transaction.
    """
    return queue(voucher_letter(voucher, person, link=open_link(voucher), address=address or person.email))

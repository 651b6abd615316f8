"""Hands out gifts from a centre's stock, and takes them back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Centre, Company
from contacts import hospitality as ledger
from contacts.memory.models.interaction import record as record_interaction
from contacts.models import Channel, Outcome, Person
from fleetportal.core import audit
from gifts.models import AlreadyUndone, Gift, HandOut, NothingInStock, Stock

if TYPE_CHECKING:
    from accounts.models import User


def hand_out(gift: Gift, person: Person, *, company: Company, centre: Centre, by: "User | None", now: datetime | None = None) -> HandOut:
    """Give `gift` to `person` from the stock of `centre`; it counts for the year and for `company`. `now` is the moment, if it was
    earlier.

    Raises NothingInStock, NothingAllowed, CapReached; nothing has changed then. Costs 12 queries.
    """
    with transaction.atomic():
        now = now or timezone.now()
        if not Stock.objects.filter(centre=centre, gift=gift).take_items():
            raise NothingInStock(_("“%(gift)s” is out of stock at %(centre)s.") % {"gift": gift, "centre": centre})
        given = HandOut.objects.create(
            gift=gift, centre=centre, person=person, company=company, value_cents=gift.value_cents, handed_out_by=by, handed_out_at=now
        )
        ledger.receive(person, company=company, cents=gift.value_cents, kind="gift.handed_out", about=given, on=centre.today(now), at=now)
        audit.record("gift.handed_out", given, by=by, facts={"gift": gift.pk, "person": person.pk, "company": company.pk}, at=now)
        met: dict[str, Any] = {"outcome": Outcome.REACHED, "is_real_contact": True, "happened_at": now}
        record_interaction("gift.handed_out", company=company, person=person, about=given, by=by, channel=Channel.IN_PERSON, **met)
        return given


def take_back(given: HandOut, *, by: "User | None") -> None:
    """Return the gift to stock; its value no longer counts. Raises AlreadyUndone. Costs 9 queries."""
    with transaction.atomic():
        now = timezone.now()
        if not HandOut.objects.not_undone().filter(pk=given.pk).update(undone_at=now, undone_by=by):
            raise AlreadyUndone(_("This has already been undone."))
        Stock.objects.filter(centre=given.centre_id, gift=given.gift_id).update(quantity=F("quantity") + 1)
        ledger.take_back([given], now=now)
        audit.record("gift.hand_out_undone", given, by=by)
        if given.company:
            sides: dict[str, Any] = {"company": given.company, "person": given.person}
            record_interaction("gift.hand_out_undone", **sides, about=given, by=by, channel=Channel.IN_PERSON)

"""Claiming a voucher: it then belongs to one driver and counts towards their allowance and their yearly cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts import hospitality as ledger
from contacts.models import Person
from fleetportal.core import audit
from fleetportal.core.db import lock
from gifts.actions.telling import add_to_timeline, open_link
from gifts.codes import mark_hash
from gifts.models import Allowance, Claim, DriverHasOne, Programme, Voucher, VoucherState

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ClaimantDetails:
    """The details that the claimant typed, and the marks by which a driver is recognised again."""

    first_name: str = ""
    company_or_plate: str = ""  # as typed
    marks: Sequence[str] = ()


def claim(
    voucher: Voucher,
    person: Person,
    *,
    company: Company | None,
    by: "User | None",
    said: ClaimantDetails = ClaimantDetails(),
    now: datetime | None = None,
) -> Claim:
    """Claim `voucher` for `person`: by the driver (`by=None`), or by staff on their behalf. `now` is the moment, if it was earlier.

    Raises VoucherTaken, VoucherExpired, VoucherRevoked, DriverHasOne, CapReached; nothing has changed then. Costs 17 queries.
    """
    with transaction.atomic():
        lock(person)  # the cap depends on their employers, which staff may be changing at the same time
        now = now or timezone.now()
        day = voucher.programme.centre.today(now)
        period, marks = voucher.programme.period_of(day), sorted({person_mark(person), *said.marks})
        if not Allowance.objects.take_one_each(voucher.programme, period, marks):
            raise driver_has_one(voucher.programme)
        free = Voucher.objects.filter(Q(person=None) | Q(person=person), pk=voucher.pk).claimable(on=voucher.today(now))
        if not free.update(state=VoucherState.CLAIMED, person=person, company=company):
            raise Voucher.objects.get(pk=voucher.pk).refusal_to_claim(person)
        before, (voucher.state, voucher.person, voucher.company) = voucher.person_id, (VoucherState.CLAIMED, person, company)
        made = Claim.objects.create(
            voucher=voucher, person=person, period=period, marks=marks, first_name=said.first_name, company_or_plate=said.company_or_plate,
            claimed_by=by, claimed_at=now,
        )  # fmt: skip
        ledger.receive(person, company=company, cents=voucher.value_cents, kind="voucher.claimed", about=voucher, on=day, at=now)
        changes = {"state": (VoucherState.FREE, VoucherState.CLAIMED), "person": (before, person.pk)}
        audit.record("voucher.claimed", voucher, by=by, changes=changes, facts={"way": voucher.issue.way}, at=now)
        add_to_timeline(voucher, "voucher.claimed", about=made, by=by, at=now)
        open_link(voucher)
        return made


def driver_has_one(programme: Programme) -> DriverHasOne:
    """The refusal for a driver who has taken all their vouchers in this period."""
    message = _("One voucher per driver: a voucher has already been claimed with these details in this period.")
    return DriverHasOne(message, facts={"centre": programme.centre.name, "phone": programme.centre.phone})


def person_mark(person: Person) -> str:
    """The mark of a known person."""
    return mark_hash("person", person.pk)

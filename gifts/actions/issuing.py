"""Issues vouchers: as cards, for a claim page, or for one known driver."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Company
from contacts.models import Driver
from fleetportal.core import audit
from fleetportal.core.links import Link
from gifts import codes
from gifts.models import Issue, Programme, Voucher, VoucherState, Way
from gifts.models.programme import MAX_AT_ONCE, READABLE, end_on_earth

if TYPE_CHECKING:
    from accounts.models import User


def issue(
    programme: Programme,
    way: str,
    count: int,
    *,
    by: "User | None",
    company: Company | None = None,
    driver: Driver | None = None,
    now: datetime | None = None,
) -> Issue:
    """`count` new free vouchers: as cards (for the drivers of `company`, or for anybody), for the claim page, or for one known
    `driver`. `now` is the moment, if it was earlier.

    Costs 5 queries, 1 more for each thousand. Raises ValueError above MAX_AT_ONCE.
    """
    if not 1 <= count <= MAX_AT_ONCE:
        raise ValueError(f"{count} vouchers at once")
    now = now or timezone.now()
    day = programme.centre.today(now)
    company = driver.company if driver else company
    with transaction.atomic():
        issued = Issue.objects.create(
            programme=programme,
            way=way,
            count=count,
            company=company,
            issued_by=by,
            issued_at=now,
            valid_until=day + timedelta(days=programme.valid_days),
        )
        _open_links(issued, _make_vouchers(issued, person_id=driver.person_id if driver else None))
        audit.record("vouchers.issued", issued, by=by, facts={"programme": programme.pk, "count": count, "way": str(way)}, at=now)
        return issued


def _make_vouchers(issued: Issue, *, person_id: int | None) -> list[Voucher]:
    nonces = [secrets.token_bytes(codes.NONCE_BYTES) for _one in range(issued.count)]
    made = [
        Voucher(
            programme=issued.programme,
            issue=issued,
            nonce=nonce,
            code_hash=codes.code_hash(codes.code_of(nonce)),
            value_cents=issued.programme.value_cents,
            valid_until=issued.valid_until,
            company_id=issued.company_id,
            person_id=person_id,
        )
        for nonce in nonces
    ]
    return Voucher.objects.bulk_create(made, batch_size=1000)


def _open_links(issued: Issue, vouchers: list[Voucher]) -> None:
    """Make the links that cards, the claim page or a known driver need."""
    pks = [voucher.pk for voucher in vouchers]
    ends_at = end_on_earth(issued.valid_until)
    if issued.way == Way.CARDS:
        Link.objects.make_many("claim", pks, expires_at=ends_at)
    elif issued.way == Way.POOL:
        Link.objects.get_or_make("pool", issued.programme_id)
    elif issued.way == Way.PERSONAL:
        Link.objects.make_many("voucher", pks, expires_at=ends_at + READABLE)


def card_links(issued: Issue) -> models.QuerySet[Link]:
    """The links on the unclaimed cards of an issue, in their order."""
    free = Voucher.objects.filter(issue=issued, state=VoucherState.FREE).values("pk")
    return Link.objects.filter(scope="claim", subject_id__in=free, revoked_at=None).order_by("subject_id")

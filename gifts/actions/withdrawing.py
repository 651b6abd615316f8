"""Ends vouchers: withdrawn by staff, given back by the driver, or expired."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from accounts.staff.models.centre import dates_on_earth
from contacts import hospitality as ledger
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.links import Link
from gifts.actions.telling import add_to_timeline
from gifts.models import Allowance, Claim, Programme, Voucher, VoucherState

if TYPE_CHECKING:
    from accounts.models import User


def revoke(voucher: Voucher, *, by: "User | None", reason: str) -> None:
    """Revoke the voucher, and release its share of the driver's allowance and cap.

    Raises VoucherSpent, VoucherExpired, VoucherRevoked; nothing has changed then. Costs 12 queries.
    """
    with transaction.atomic():
        now = timezone.now()
        lock(voucher)
        if voucher.state not in (VoucherState.FREE, VoucherState.CLAIMED):
            raise voucher.refusal_to_revoke()
        before = voucher.state
        facts: dict[str, object] = {"state": VoucherState.REVOKED, "revoked_at": now, "revoked_by": by, "revoked_because": reason}
        Voucher.objects.filter(pk=voucher.pk, state=before).update(**facts)
        for field, value in facts.items():
            setattr(voucher, field, value)
        Link.objects.filter(scope="claim", subject_id=voucher.pk).revoke(now=now)
        _release(voucher, now)
        audit.record("voucher.revoked", voucher, by=by, changes={"state": (before, VoucherState.REVOKED), "reason": (None, reason)})
        add_to_timeline(voucher, "voucher.revoked", about=voucher, by=by)


def _release(voucher: Voucher, now: datetime) -> None:
    claim = Claim.objects.filter(voucher=voucher).first()
    if claim:
        Allowance.objects.give_back(voucher.programme_id, claim.period, claim.marks)
        ledger.take_back([voucher], now=now)


def expire_due(*, now: datetime, limit: int = 500) -> int:
    """Mark at most `limit` vouchers as expired, so that their value no longer counts; how many.

    Each once its last day has ended at every wash where it can be used. Safe to run in several workers at once. Costs 1 query where
    there are none, otherwise 6 for each programme.
    """
    expired = 0
    _earliest, latest = dates_on_earth(now)
    about = Voucher.objects.run_out(on=latest).values("programme")
    for programme in Programme.objects.filter(pk__in=about).select_related("centre").order_by("pk"):
        due = Voucher.objects.filter(programme=programme).run_out(on=programme.today(now)).order_by("pk")
        with transaction.atomic():
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True, of=("self",))
            rows = list(due[: limit - expired])
            Voucher.objects.filter(pk__in=[row.pk for row in rows]).update(state=VoucherState.EXPIRED)
            ledger.take_back([row for row in rows if row.state == VoucherState.CLAIMED], now=now)
            audit.record_many("voucher.expired", [(row, {"state": (row.state, VoucherState.EXPIRED)}) for row in rows], by=None)
        expired += len(rows)
    return expired

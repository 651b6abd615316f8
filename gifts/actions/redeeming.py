"""Redeems vouchers at the wash, or undoes that."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Centre
from fleetportal.core import audit, days
from fleetportal.core.db.prepared import PreparedUpdate
from fleetportal.core.db.together import Updated, write
from gifts.actions.telling import add_to_timeline, line_about
from gifts.models import (
    NobodysVoucher,
    NotRedeemed,
    Redemption,
    RedemptionKept,
    Voucher,
    VoucherExpired,
    VoucherForeign,
    VoucherRefused,
    VoucherRevoked,
    VoucherSpent,
    VoucherState,
)
from gifts.models.redemption import RedemptionQuerySet
from gifts.models.voucher import day_in_words

if TYPE_CHECKING:
    from accounts.models import User


UNDONE_WITHIN = timedelta(minutes=2)  # by whoever redeemed it, without a reason
SLIP = "undone at once by whoever redeemed it"


def redeem(voucher: Voucher, *, by: "User | None", wash: Centre, now: datetime | None = None) -> Redemption:
    """Redeem `voucher` at `wash`; the redemption. `now` is the moment, if it was earlier.

    Raises VoucherSpent, VoucherExpired, VoucherRevoked, VoucherForeign, NobodysVoucher; nothing has changed then. Costs 1 query; on
    SQLite 5.
    """
    now = now or timezone.now()
    day = wash.today(now)
    redemption = Redemption(voucher=voucher, wash=wash, redeemed_by=by, redeemed_at=now)
    changes = {"state": (VoucherState.CLAIMED, VoucherState.REDEEMED)}
    with transaction.atomic(savepoint=False):  # a refusal below has written nothing that must be rolled back
        entry = audit.entry_of("voucher.redeemed", voucher, by=by, changes=changes, facts={"wash": wash.pk}, at=now)
        line = line_about(voucher, "voucher.redeemed", about=redemption, by=by, at=now)
        if write(Updated(spend, {"voucher": voucher.pk, "wash": wash.pk, "day": day}), redemption, *entry, *line):
            voucher.state = VoucherState.REDEEMED
            return redemption
    raise refusal(Voucher.objects.with_names().get(pk=voucher.pk), at=wash, on=day)  # read again, for where and when it was used


spend = PreparedUpdate(
    lambda voucher, wash, day: Voucher.objects.filter(pk=voucher).redeemable(at=wash, on=day),
    to={"state": VoucherState.REDEEMED},
    voucher=Voucher._meta.pk,
    wash=Centre._meta.pk,
    day=Voucher.valid_until.field,
)


def refusal(voucher: Voucher, *, at: Centre, on: date) -> VoucherRefused:
    """Why `voucher`, in its current state, can't be redeemed at `at`. Costs 1 to 2 queries."""
    if not voucher.programme.centres.filter(pk=at.pk).exists():
        places = ", ".join(voucher.programme.centres.values_list("name", flat=True))
        return VoucherForeign(_("This voucher is for a different car wash: %s.") % places)
    if voucher.state == VoucherState.REDEEMED:
        return spent(voucher, now=timezone.now())
    if voucher.state == VoucherState.REVOKED:
        return VoucherRevoked(_("Withdrawn on %s.") % day_in_words(timezone.localtime(voucher.revoked_at, at.zone).date()))
    if voucher.state == VoucherState.EXPIRED or voucher.has_expired(on=on):
        return VoucherExpired(_("Was valid until %s.") % day_in_words(voucher.valid_until))
    return NobodysVoucher(_("Nobody has claimed this voucher yet."))


def spent(voucher: Voucher, *, now: datetime) -> VoucherSpent:
    """The refusal of a voucher that was used, with when and where. Costs 1 query."""
    redemption = Redemption.objects.not_undone().filter(voucher=voucher).select_related("wash", "redeemed_by").first()
    if redemption is None:  # just undone: trying again will work
        return VoucherSpent(_("Already redeemed."))
    when = timezone.localtime(redemption.redeemed_at, redemption.wash.zone)
    time = days.clock(when)
    words = _("Already redeemed today at %s.") % time
    if when.date() != redemption.wash.today(now):
        words = _("Already redeemed on %(day)s at %(time)s.") % {"day": day_in_words(when.date()), "time": time}
    return VoucherSpent(words, facts={"redemption": redemption, "wash": redemption.wash.name, "by": str(redemption.redeemed_by or "")})


def undo(redemption: Redemption, *, by: "User | None", reason: str) -> Voucher:
    """Undo the redemption: the voucher is claimed again; if its last day has passed, it expires by itself.

    Raises NotRedeemed where somebody undid it before. Costs 6 queries.
    """
    return take_back(Redemption.objects.filter(pk=redemption.pk), redemption, by=by, reason=reason)


def undo_slip(redemption: Redemption, *, by: "User") -> Voucher:
    """What `undo` does, by whoever redeemed it a moment ago: a tap on the wrong car, within UNDONE_WITHIN and without a reason.

    Raises NotRedeemed where somebody undid it before, RedemptionKept after that time or for what somebody else redeemed.
    """
    own = Redemption.objects.filter(pk=redemption.pk, redeemed_by=by, redeemed_at__gt=timezone.now() - UNDONE_WITHIN)
    if not own.exists():
        raise RedemptionKept(_("This can no longer be undone here. Please ask the people who manage the vouchers."))
    return take_back(own, redemption, by=by, reason=SLIP)


def take_back(rows: RedemptionQuerySet, redemption: Redemption, *, by: "User | None", reason: str) -> Voucher:
    """The voucher of `redemption`, the one row of `rows` as long as it may be undone, claimed again."""
    with transaction.atomic():
        undone = {"undone_at": timezone.now(), "undone_by": by, "undone_because": reason}
        if not rows.not_undone().update(**undone):
            raise NotRedeemed(_("This has already been undone."))
        Voucher.objects.filter(pk=redemption.voucher_id, state=VoucherState.REDEEMED).update(state=VoucherState.CLAIMED)
        voucher = Voucher.objects.with_names().get(pk=redemption.voucher_id)
        changes = {"state": (VoucherState.REDEEMED, VoucherState.CLAIMED), "reason": (None, reason)}
        audit.record("voucher.redemption_undone", voucher, by=by, changes=changes, facts={"redemption": redemption.pk})
        add_to_timeline(voucher, "voucher.redemption_undone", about=redemption, by=by)
        return voucher

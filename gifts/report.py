"""The report on a programme's vouchers, as figures and as an SVG chart."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from fleetportal.core import money
from gifts.models import Claim, Issue, Programme, Redemption, VoucherState

MONTHS = 12


@dataclass(frozen=True)
class ReportBar:
    """One bar of the chart: its figure, its length in thousandths, and its rate of the previous bar."""

    label: str
    count: int
    length: int
    rate: str = ""
    url: str = ""


@dataclass(frozen=True)
class Report:
    """The figures of one programme; they always add up to the number issued."""

    states: dict[str, int]
    given_cents: int
    open_cents: int
    months: list[dict[str, Any]]

    @property
    def issued(self) -> int:
        return sum(self.states.values())

    @property
    def claimed(self) -> int:
        """Ever claimed, including those since used or expired. Revoked ones only count as issued."""
        return self.states[VoucherState.CLAIMED] + self.states[VoucherState.REDEEMED]

    @property
    def finding(self) -> str:
        """The chart's main result as a sentence."""
        if not self.issued:
            return _("No vouchers have been issued yet")
        used = self.states[VoucherState.REDEEMED]
        facts = {"used": used, "issued": self.issued, "value": money.display(self.given_cents)}
        return _("%(used)s of %(issued)s vouchers were redeemed for a wash, worth %(value)s in total") % facts

    @property
    def bars(self) -> list[ReportBar]:
        used = self.states[VoucherState.REDEEMED]
        lost = self.states[VoucherState.EXPIRED] + self.states[VoucherState.REVOKED]
        return [
            self._bar(_("Issued"), self.issued),
            self._bar(_("Claimed"), self.claimed, _rate(self.claimed, self.issued, _("of those issued"))),
            self._bar(_("Redeemed"), used, _rate(used, self.claimed, _("of those claimed"))),
            self._bar(_("Expired or withdrawn"), lost, _rate(lost, self.issued, _("of those issued"))),
        ]

    def _bar(self, label: str, count: int, rate: str = "") -> ReportBar:
        return ReportBar(label, count, count * 1000 // self.issued if self.issued else 0, rate)

    @property
    def rows(self) -> list[tuple[str, int, str]]:
        """The table below the chart: state, number, value."""
        return [(str(VoucherState(state).label), count, "") for state, count in self.states.items()]


def _rate(part: int, whole: int, text: str) -> str:
    return f"{part * 100 / whole:.0f}% {text}" if whole else ""


def report_of(programme: Programme) -> Report:
    """The report of one programme. Costs 4 queries."""
    counted: dict[str, Any] = {
        row["state"]: row for row in programme.vouchers.order_by().values("state").annotate(count=Count("pk"), cents=Sum("value_cents"))
    }
    states = {str(state): counted.get(state, {}).get("count", 0) for state in VoucherState}
    out = sum(counted.get(state, {}).get("cents") or 0 for state in (VoucherState.FREE, VoucherState.CLAIMED))
    return Report(states, counted.get(VoucherState.REDEEMED, {}).get("cents") or 0, out, by_month(programme))


def by_month(programme: Programme) -> list[dict[str, Any]]:
    """Issued, claimed and used in each of the last twelve months with any activity, newest first. Costs 3 queries."""
    zone = programme.centre.zone
    kinds = {
        "issued": (Issue.objects.filter(programme=programme), "issued_at", Sum("count")),
        "claimed": (Claim.objects.filter(voucher__programme=programme), "claimed_at", Count("pk")),
        "used": (Redemption.objects.not_undone().filter(voucher__programme=programme), "redeemed_at", Count("pk")),
    }
    months: dict[Any, dict[str, Any]] = {}
    for kind, (rows, moment, total) in kinds.items():
        for row in rows.order_by().annotate(month=TruncMonth(moment, tzinfo=zone)).values("month").annotate(total=total):
            months.setdefault(row["month"].date(), {"issued": 0, "claimed": 0, "used": 0})[kind] = row["total"]
    return [{"month": month, **months[month]} for month in sorted(months, reverse=True)[:MONTHS]]

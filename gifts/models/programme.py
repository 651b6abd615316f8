from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Company, in_reach
from accounts.staff.models.centre import dates_on_earth
from fleetportal.core import audit
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User

VALID_DAYS = 90
MAX_AT_ONCE = 1000
KEPT_AFTER_PERIOD = timedelta(days=31)  # what was counted of drivers
# How long a personal link still shows its voucher after the last day of use.
READABLE = timedelta(days=180)


def end_on_earth(day: date) -> datetime:
    """The moment at which `day` has ended everywhere on earth: links are valid until then; the page checks whether the voucher has
    expired."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)


class Period(models.TextChoices):
    MONTH = "month", _("per month")
    QUARTER = "quarter", _("per quarter")
    YEAR = "year", _("per year")
    ALWAYS = "always", _("in total")


def periods_of(day: date) -> dict[str, str]:
    """The names of the month, the quarter and the year of `day`."""
    return {Period.MONTH: f"{day:%Y-%m}", Period.QUARTER: f"{day.year}-Q{(day.month + 2) // 3}", Period.YEAR: str(day.year)}


class Way(models.TextChoices):
    """How a voucher gets to its driver."""

    CARDS = "cards", _("printed cards")
    POOL = "pool", _("claim page")
    PERSONAL = "personal", _("personal link")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Programmes run by a centre on which `user` holds `may`."""
        return self.filter(centre__in=Centre.objects.where(user, may=may))

    def running(self, *, now: datetime) -> "list[Programme]":
        """Programmes that issue vouchers today, by the date at the centre that runs each, with that date. Costs 1 query."""
        earliest, latest = dates_on_earth(now)
        about = self.filter(Q(ends_on=None) | Q(ends_on__gte=earliest), starts_on__lte=latest).select_related("centre")
        return [programme for programme in about if programme.runs(programme.centre.today(now))]


class Programme(models.Model):
    """A voucher programme: value, period and washes of its vouchers, and the allowance of a driver."""

    name = models.CharField(_("name"), max_length=60)
    details = models.CharField(
        _("description"), max_length=120, blank=True, help_text=_("What the driver sees, for example “Shine, 9 minutes”")
    )
    value_cents = models.BigIntegerField(_("value"))
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, verbose_name=_("run by"), related_name="programmes")
    centres = models.ManyToManyField(Centre, verbose_name=_("can be redeemed at"), related_name="programmes_redeemable")
    starts_on = models.DateField(_("runs from"))
    ends_on = models.DateField(_("runs until"), null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(_("voucher validity in days"), default=VALID_DAYS)
    per_driver = models.PositiveSmallIntegerField(_("vouchers per driver"), default=1)
    period = models.CharField(_("period"), max_length=7, choices=Period, default=Period.MONTH)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher programme")
        verbose_name_plural = _("voucher programmes")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(value_cents__gte=0), name="programme_value_not_negative"),
            models.CheckConstraint(condition=Q(per_driver__gte=1), name="programme_gives_at_least_one"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="programme_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def enter(cls, *, by: "User | None", centres: Iterable[Centre], **facts: Any) -> "Programme":
        """A new programme. Costs 5 queries."""
        with transaction.atomic():
            programme = cls.objects.create(**facts)
            programme.centres.set(centres)
            audit.record("programme.entered", programme, by=by, facts={"centre": programme.centre_id})
            return programme

    def edit(self, *, by: "User | None", centres: Iterable[Centre], shown: dict[str, object] | None = None, **values: Any) -> None:
        """Save the values that differ from those shown; issued vouchers keep the value and the last day printed on them.

        Raises EditedMeanwhile; nothing has changed then.
        """
        with transaction.atomic():
            before = sorted(self.centres.values_list("pk", flat=True))
            after = sorted(centre.pk for centre in centres)
            audit.edit(self, values, action="programme.edited", by=by, shown=shown)
            if before != after:
                self.centres.set(centres)
                audit.record("programme.centres_changed", self, by=by, facts={"before": before, "after": after})

    def runs(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    def period_of(self, day: date) -> str:
        """The name of the period of `day`: "2026-12", "2026-Q4", "2026", "always"."""
        return periods_of(day).get(self.period, Period.ALWAYS.value)

    @property
    def claim_page(self) -> Link | None:
        """The link of the programme's claim page, which exists from the first issue for it. Costs 1 query."""
        return Link.objects.valid_for("pool", self.pk)

    @cached_property
    def washes(self) -> list[Centre]:
        """The washes where its vouchers can be used, by name. Costs 1 query."""
        return list(self.centres.order_by("name"))

    def today(self, now: datetime) -> date:
        """The date to compare with the last day of its vouchers: the earliest at any wash where they can be used.

        A wash uses its own date; a voucher has expired when its last day has ended at every wash. Costs 1 query.
        """
        return min(wash.today(now) for wash in self.washes or [self.centre])

    def end_of(self, day: date) -> datetime:
        """The moment at which `day` has ended at every wash where its vouchers can be used. Costs 1 query."""
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
        return max(midnight.replace(tzinfo=wash.zone) for wash in self.washes or [self.centre])


class IssueQuerySet(models.QuerySet["Issue"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(programme__in=Programme.objects.where(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Issues for anybody, or for a company in reach."""
        return self.filter(Q(company=None) | Q(company__in=in_reach(user, may="meet_customers")))


class Issue(models.Model):
    """Vouchers that were issued together."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="issues")
    way = models.CharField(_("issued as"), max_length=8, choices=Way)
    count = models.PositiveIntegerField(_("how many"))
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("for the drivers of")
    )
    valid_until = models.DateField(_("valid until"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher batch")
        verbose_name_plural = _("voucher batches")

    def __str__(self) -> str:
        return f"{self.count} × {self.programme}"


class AllowanceQuerySet(models.QuerySet["Allowance"]):
    def take_one_each(self, programme: Programme, period: str, marks: Iterable[str]) -> bool:
        """Take one voucher for each of the driver's `marks` in that period; True where all had one left. Costs 2 queries a mark.

        Marks are updated in order, so that two simultaneous claims can't deadlock. Roll back where it returns False.
        """
        for mark in sorted(set(marks)):
            row, _new = self.get_or_create(programme=programme, period=period, mark=mark)
            if not self.filter(pk=row.pk, taken__lt=programme.per_driver).update(taken=F("taken") + 1):
                return False
        return True

    def give_back(self, programme_id: int, period: str, marks: Iterable[str]) -> None:
        """Give one voucher back for each mark. Costs 1 query."""
        self.filter(programme=programme_id, period=period, mark__in=list(marks), taken__gt=0).update(taken=F("taken") - 1)

    def is_left(self, programme: Programme, period: str, mark: str, *, beside: int = 0) -> bool:
        """True while the driver known by `mark` has one left `beside` those they hold unclaimed; decides nothing. Costs 1 query."""
        left = programme.per_driver - beside
        return left > 0 and not self.filter(programme=programme, period=period, mark=mark, taken__gte=left).exists()

    def forget_old(self, *, now: datetime) -> int:
        """Delete the counts of periods that have been over for a month: nothing is taken or given back in them; how many. 1 query.

        Those of programmes without a period end a month after the programme.
        """
        today = timezone.localdate(now)
        since = today - KEPT_AFTER_PERIOD
        kept = {name for day in (since, today, today + timedelta(days=1)) for name in periods_of(day).values()}
        over = Q(period=Period.ALWAYS, programme__ends_on__lt=since) | ~Q(period__in=[*kept, Period.ALWAYS])
        return self.filter(over).delete()[0]


class Allowance(models.Model):
    """The number of vouchers of a programme that one driver took in one period, by one mark (number, plate, person)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="allowances")
    period = models.CharField(max_length=10)
    mark = models.CharField(max_length=64)  # a keyed hash
    taken = models.PositiveSmallIntegerField(default=0)

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "period", "mark"], name="one_allowance_for_a_mark")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.period}: {self.taken}"

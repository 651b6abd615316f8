"""The history of tiers and phases: what the rule found and why, and what a person decided instead, until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company, Phase, StandingBasis, Tier
from accounts.customers.models.touched import TouchedCompany
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.staff.models.user import User


class Axis(models.TextChoices):
    TIER = "tier", _("Tier")
    PHASE = "phase", _("Phase")


CHOICES: dict[str, Sequence[tuple[str, Any]]] = {Axis.TIER: Tier.choices, Axis.PHASE: Phase.choices}


class NoSuchStanding(Refused):
    """The value is no tier or phase, no reason is given, or the last day is past."""

    code = "no_such_standing"


@dataclass(frozen=True, slots=True)
class Settled:
    """What the rule says of one company on one axis, and why; `facts` fill the words of the reason."""

    axis: str
    value: str
    reason: str
    facts: Mapping[str, object]


class StandingQuerySet(models.QuerySet["Standing"]):
    def decided(self, *, on: date) -> Self:
        """Decisions of people that hold on that day."""
        return self.filter(reason=Standing.DECIDED, until__gte=on)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Standing(models.Model):
    """One change of a company's tier or phase, with its reason; never edited, but a decision can be ended before its last day."""

    DECIDED = "decided"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="standings")
    axis = models.CharField(max_length=5, choices=Axis)
    value = models.CharField(max_length=8, blank=True)
    before = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=24)  # of the rule, or DECIDED
    facts = models.JSONField(default=dict)
    given_reason = models.CharField(_("reason"), max_length=300, blank=True)  # of a person
    until = models.DateField(_("holds until"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier or phase")
        verbose_name_plural = _("tiers and phases")
        indexes = [models.Index(fields=["company", "axis", "-at"], name="standing_by_company")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason="decided") | models.Q(until__isnull=False), name="decision_has_an_end")
        ]

    def __str__(self) -> str:
        return f"{self.axis} {self.value}"

    @property
    def label(self) -> object:
        """The value in words."""
        return dict(CHOICES[self.axis]).get(self.value, "–")

    @classmethod
    def decide(cls, company: Company, axis: str, value: str, *, given_reason: str, until: date, by: "User | None") -> "Standing":
        """A person's decision: it holds until that day, whatever the rule says. Raises NoSuchStanding. Costs 7 queries."""
        if value not in dict(CHOICES[axis]) or not given_reason.strip() or until < timezone.localdate():
            raise NoSuchStanding(_("Choose a value, a reason and a last day that is still ahead."))
        with transaction.atomic():
            lock(company)
            before = getattr(company, axis)
            cls.objects.filter(company=company, axis=axis).decided(on=timezone.localdate()).update(until=yesterday())
            decision = cls.objects.create(
                company=company, axis=axis, value=value, before=before, reason=cls.DECIDED, given_reason=given_reason, until=until, by=by
            )
            put(company, {axis: value, f"{axis}_basis": StandingBasis.PERSON})
            changes = {axis: (before, value), "reason": (None, given_reason)}
            audit.record("company.standing_decided", company, by=by, changes=changes, facts={"until": until.isoformat()})
            TouchedCompany.add(company)
            return decision

    @classmethod
    def leave_to_rule(cls, company: Company, axis: str, *, by: "User | None") -> bool:
        """End a person's decision, so that the rule decides again within seconds; False where there was none. Costs 6 queries."""
        with transaction.atomic():
            lock(company)
            ended = cls.objects.filter(company=company, axis=axis).decided(on=timezone.localdate()).update(until=yesterday())
            if not ended and getattr(company, f"{axis}_basis") == StandingBasis.RULE:
                return False
            put(company, {f"{axis}_basis": StandingBasis.RULE})
            audit.record("company.standing_left_to_rule", company, by=by, facts={"axis": axis})
            TouchedCompany.add(company)
            return True


def put(company: Company, values: Mapping[str, str]) -> None:
    """Store these values on the company. Costs 1 query."""
    for field, value in values.items():
        setattr(company, field, value)
    Company.objects.filter(pk=company.pk).update(**values)


def yesterday() -> date:
    return date.fromordinal(timezone.localdate().toordinal() - 1)


def settle(companies: Sequence[Company], found: Mapping[int, Iterable[Settled]]) -> int:
    """Store what the rule found for the locked `companies`, with a row for each change; how many changed.

    What a person decided, or was entered with the company, stays. Costs 1 query, 3 where anything changed.
    """
    decided = set(
        Standing.objects.filter(company__among=[one.pk for one in companies])
        .decided(on=timezone.localdate())
        .values_list("company", "axis")
    )
    changed, rows, now = {}, [], timezone.now()
    for company in companies:
        for one in found.get(company.pk, ()):
            before, basis = getattr(company, one.axis), getattr(company, f"{one.axis}_basis")
            if (company.pk, one.axis) in decided or is_entered(one.axis, before, basis):
                continue
            if before == one.value and basis != StandingBasis.PERSON:
                continue
            setattr(company, one.axis, one.value)
            setattr(company, f"{one.axis}_basis", StandingBasis.RULE)
            changed[company.pk] = company
            reason = {"reason": one.reason, "facts": dict(one.facts)}
            rows.append(bulk.new(Standing, company=company, axis=one.axis, value=one.value, before=before, at=now, **reason))
    if changed:
        Company.objects.bulk_update(changed.values(), ["tier", "tier_basis", "phase", "phase_basis"], batch_size=500)
        bulk.add(rows)
    return len(changed)


def is_entered(axis: str, value: str, basis: str) -> bool:
    """True for a value that came with the company: it is known, the rule only estimates."""
    return not basis and value not in ("", Phase.PROSPECT)

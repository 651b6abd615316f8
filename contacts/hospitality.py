"""The hospitality ledger: the value in cents of what a person received in a year, limited by the strictest cap that applies.

One conditional UPDATE of the year's sum decides, so that two simultaneous gifts cannot exceed a cap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Company, in_reach
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number, Unit, declare
from contacts.people.models.person import Person
from contacts.people.models.roles import GROUPS
from fleetportal.core import audit, money
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

CAP = declare(  # source: § 4(5) no. 1 EStG
    "gift_cap_cents",
    default=50_00,
    unit=Unit.CENTS,
    lowest=0,
    highest=1_000_00,
    subject=gettext_lazy("Gifts"),
    name=gettext_lazy("Limit per person and year"),
    about=gettext_lazy("What a person may receive from us in a year at most, gifts and vouchers together."),
    weight=70,
)
PUBLIC_BODY_CAP = declare(  # source: § 71 BBG
    "gift_cap_public_body_cents",
    default=0,
    unit=Unit.CENTS,
    lowest=0,
    highest=1_000_00,
    subject=gettext_lazy("Gifts"),
    name=gettext_lazy("Limit for people at public bodies"),
    about=gettext_lazy("What somebody who works for a public body may receive from us in a year at most."),
    weight=72,
)


class CapReached(Refused):
    """The gift would exceed the person's cap for the year."""

    code = "cap_reached"


class NothingAllowed(CapReached):
    """The cap is zero: nothing may be given at all."""

    code = "nothing_allowed"


class GiftPolicy(models.Model):
    """A company's own limit on what its people may receive in a year. Ours are CAP and PUBLIC_BODY_CAP."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="gift_policy")
    cap_cents = models.BigIntegerField(gettext_lazy("limit per person and year"))
    wording = models.CharField(gettext_lazy("wording of the policy"), max_length=200, blank=True)

    class Meta:
        verbose_name = gettext_lazy("gift policy")
        verbose_name_plural = gettext_lazy("gift policies")
        constraints = [models.CheckConstraint(condition=Q(cap_cents__gte=0), name="gift_cap_not_negative")]

    def __str__(self) -> str:
        return f"{self.company_id}: {money.display(self.cap_cents)}"


@dataclass(frozen=True)
class Cap:
    """The strictest cap that applies to a person, and whose rule it is."""

    cents: int
    words: str | Promise


@dataclass(frozen=True)
class GiftYear:
    """What a person has received in one year, and may still receive."""

    cap: Cap
    received_cents: int

    @property
    def left_cents(self) -> int:
        return max(0, self.cap.cents - self.received_cents)

    @property
    def is_allowed_anything(self) -> bool:
        return self.cap.cents > 0

    def allows(self, cents: int) -> bool:
        return cents <= self.left_cents


class YearSum(models.Model):
    """The sum that one person received in one year; only changed by conditional updates."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="received_sums")
    year = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "year"], name="one_sum_for_a_person_and_year"),
            models.CheckConstraint(condition=Q(cents__gte=0), name="year_sum_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}: {self.cents}"


class ReceivedQuerySet(models.QuerySet["Received"]):
    def where(self, user: "User", *, may: str) -> "ReceivedQuerySet":
        return self.filter(company__in=in_reach(user, may=may))

    def not_taken_back(self) -> "ReceivedQuerySet":
        """Entries that count, because they were not taken back."""
        return self.filter(taken_back_at=None)

    def about(self, rows: Iterable[models.Model]) -> "ReceivedQuerySet":
        rows = list(rows)
        return self.filter(about_type=audit.label(rows[0]), about_id__in=[row.pk for row in rows]) if rows else self.none()


class Received(models.Model):
    """One line of the ledger: a person received something of that value, for that company."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="received")
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField()
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)

    objects = ReceivedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about_type", "about_id"], condition=Q(taken_back_at=None), name="one_ledger_line_for_a_thing")
        ]
        indexes = [models.Index(fields=["person", "year"], name="received_by_person_year")]

    def __str__(self) -> str:
        return f"{self.kind} {money.display(self.cents)}"


def receive(
    person: Person, *, company: Company | None, cents: int, kind: str, about: models.Model, on: date, at: datetime | None = None
) -> Received:
    """Add an entry if the year's sum of `person` stays within the cap; call inside the verb's transaction. `at` is the moment, if it
    was earlier.

    Raises NothingAllowed where the cap is zero, CapReached where the sum would exceed it. Costs 5 queries, 6 the first time in a year.
    """
    cap = cap_of(person, company=company, on=on)
    YearSum.objects.get_or_create(person=person, year=on.year)
    if not YearSum.objects.filter(person=person, year=on.year, cents__lte=cap.cents - cents).update(cents=F("cents") + cents):
        raise refusal(person, cap, received=received_in(person, on.year), asked=cents)
    return Received.objects.create(
        person=person, company=company, kind=kind, year=on.year, cents=cents, about_type=audit.label(about), about_id=about.pk,
        at=at or timezone.now(),
    )  # fmt: skip


def take_back(rows: Iterable[models.Model], *, now: datetime) -> int:
    """Take back the entries about `rows`, so that they no longer count; how many there were. Costs 1 query, 3 for each entry."""
    taken = 0
    for line in Received.objects.not_taken_back().about(rows).order_by("person_id", "pk"):
        if Received.objects.not_taken_back().filter(pk=line.pk).update(taken_back_at=now):
            YearSum.objects.filter(person=line.person_id, year=line.year).update(cents=F("cents") - line.cents)
            taken += 1
    return taken


def received_in(person: Person, year: int) -> int:
    return YearSum.objects.filter(person=person, year=year).values_list("cents", flat=True).first() or 0


def gift_year(person: Person, *, company: Company | None, on: date) -> GiftYear:
    """What `person` may still receive this year. Costs 3 queries."""
    return GiftYear(cap_of(person, company=company, on=on), received_in(person, on.year))


def cap_of(person: Person, *, company: Company | None, on: date) -> Cap:
    """The strictest of our caps on that day and the rules of every company for which the person works today. Costs 2 queries."""
    companies = {row.pk: row for row in employers(person, company)}
    caps = [Cap(CAP.on(on), gettext_lazy("our gift policy"))]
    if any(row.is_public_body for row in companies.values()):
        caps.append(Cap(PUBLIC_BODY_CAP.on(on), gettext_lazy("the gift policy for public bodies")))
    for policy in GiftPolicy.objects.filter(company__in=companies):
        caps.append(Cap(policy.cap_cents, _company_rule(policy, companies[policy.company_id], company)))
    return min(caps, key=lambda cap: cap.cents)


def count_at_cap(number: Number, on: date, at: CentreQuerySet) -> int:
    """The people of companies at these centres who may receive nothing more that year by `number` alone. Costs 1 query."""
    companies = Company.objects.filter(centre__in=at)
    if number == PUBLIC_BODY_CAP:
        companies = companies.filter(is_public_body=True)
    first, *more = [role.objects.running(on=on).filter(company__in=companies).values("person") for role in GROUPS.values()]
    people, cap = Person.objects.filter(pk__in=first.union(*more)), number.on(on)
    if cap > 0:
        people = people.filter(pk__in=YearSum.objects.filter(year=on.year, cents__gte=cap).values("person"))
    return people.count()


def _company_rule(policy: GiftPolicy, holder: Company, at_hand: Company | None) -> str:
    """Names only the given company: another employer may be out of the reader's reach."""
    if at_hand is None or holder.pk != at_hand.pk:
        return _("the employer’s gift policy")
    return policy.wording or _("the gift policy of %(company)s") % {"company": holder.name}


def employers(person: Person, company: Company | None) -> models.QuerySet[Company]:
    """The companies for which the person works today, and the given one, found from the person's roles."""
    today = timezone.localdate()
    first, *more = [role.objects.running(on=today).filter(person=person).values_list("company") for role in GROUPS.values()]
    if company:
        more.append(Company.objects.filter(pk=company.pk).values_list("pk"))
    return Company.objects.filter(pk__in=first.union(*more, all=True))


def refusal(person: Person, cap: Cap, *, received: int, asked: int) -> CapReached:
    """The refusal with the rule, the company, and the sum so far."""
    if cap.cents == 0:
        return NothingAllowed(
            _("%(person)s can’t be given anything: %(rule)s doesn’t allow gifts.") % {"person": person.name, "rule": cap.words}
        )
    facts: dict[str, object] = {
        "person": person.name,
        "received": money.display(received),
        "cap": money.display(cap.cents),
        "asked": money.display(asked),
        "rule": cap.words,
    }
    message = _("%(person)s has received %(received)s this year; another %(asked)s would exceed the %(cap)s limit (%(rule)s).") % facts
    return CapReached(message, facts={"left_cents": max(0, cap.cents - received), "cap_cents": cap.cents})


def move_sums(duplicate: Person, kept: Person) -> list[tuple[models.Model, audit.Changes]]:
    """Adds up the sums in a merge, so that duplicate rows never double a cap."""
    moved: list[tuple[models.Model, audit.Changes]] = []
    for old in YearSum.objects.filter(person=duplicate).order_by("year"):
        total, _new = YearSum.objects.get_or_create(person=kept, year=old.year)
        YearSum.objects.filter(pk=total.pk).update(cents=F("cents") + old.cents)
        YearSum.objects.filter(pk=old.pk).update(cents=0)
        moved += [(total, {"cents": (total.cents, total.cents + old.cents)}), (old, {"cents": (old.cents, 0)})]
    return moved

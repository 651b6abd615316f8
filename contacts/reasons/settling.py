"""Gathers what is known of many companies and stores their tiers and phases: a bounded number of statements for a thousand."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from accounts.customers.models.standing import Settled, settle
from accounts.models import Company, Phase, ServiceVisit, Tier, Vehicle
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number
from contacts.memory.models.complaint import Complaint
from contacts.people.models.roles import Group
from contacts.reasons.phases import KnownFacts, OneVehicle, phase_of, tier_of
from contacts.reasons.silence import CADENCE
from fleetportal.core.db import locked

CHUNK = 1000
YEAR = relativedelta(months=12)


def settle_all(ids: Iterable[int], *, on: date | None = None) -> int:
    """Compute tier and phase of these companies; how many changed. Costs at most 7 queries for a thousand."""
    ids, on = sorted(set(ids)), on or timezone.localdate()
    return sum(settle_chunk(ids[first : first + CHUNK], on=on) for first in range(0, len(ids), CHUNK))


def settle_chunk(ids: list[int], *, on: date) -> int:
    with transaction.atomic():
        columns = ("tier", "tier_basis", "phase", "phase_basis", "last_contact_at", "entered_at")
        companies = list(locked(Company.objects.filter(pk__among=ids)).only(*columns))
        known = Gathered(ids, on)
        return settle(companies, {company.pk: settled(company, known) for company in companies})


def settled(company: Company, known: "Gathered") -> list[Settled]:
    """What the rule says; the phase by the cadence of the tier that the company then has."""
    here = known.facts_of(company, company.tier)
    tier = tier_of(here)
    return [tier, phase_of(known.facts_of(company, company.tier or tier.value))]


class Gathered:
    """What is known of many companies on a day. Costs 3 queries."""

    def __init__(self, ids: list[int], on: date) -> None:
        self.on = on
        self.vehicles: dict[int, list[OneVehicle]] = defaultdict(list)
        dates = Vehicle.objects.filter(company__among=ids).values_list("company", "delivered_on", "contract_ends_on", "given_back_on")
        for company, delivered, ends, returned in dates.iterator():
            self.vehicles[company].append(OneVehicle(delivered, ends, returned))
        self.visits = {row["company"]: row for row in visits_of(ids, on)}
        open_ones = Complaint.objects.filter(company__among=ids).open().order_by().values_list("company")
        self.complaints: dict[int, datetime] = dict(open_ones.annotate(Min("entered_at")))
        self.cadence = {tier: relativedelta(months=number.on(on)) for tier, number in CADENCE[Group.DECISION_MAKER].items()}

    def facts_of(self, company: Company, tier: str) -> KnownFacts:
        """What is known of one company, with the cadence of `tier`. No query."""
        visits: dict[str, Any] = self.visits.get(company.pk, {})
        complaint = self.complaints.get(company.pk)
        return KnownFacts(
            self.on,
            self.vehicles.get(company.pk, ()),
            first_visit=visits.get("first"),
            last_visit=visits.get("last"),
            visits=visits.get("lately", 0),
            visits_before=visits.get("before", 0),
            complaint_since=timezone.localtime(complaint).date() if complaint else None,
            heard_on=timezone.localtime(company.last_contact_at or company.entered_at).date(),
            cadence=self.cadence[tier],
        )


def visits_of(ids: list[int], on: date) -> Any:
    """The first and last visit of each company, and how many in the last twelve months and the twelve before."""
    rows = ServiceVisit.objects.filter(company__among=ids, visited_on__lte=on).order_by().values("company")
    lately, before = Q(visited_on__gt=on - YEAR), Q(visited_on__gt=on - YEAR - YEAR, visited_on__lte=on - YEAR)
    return rows.annotate(
        first=Min("visited_on"), last=Max("visited_on"), lately=Count("pk", filter=lately), before=Count("pk", filter=before)
    )


COUNTED_AT_ONCE = 2000  # companies that a preview looks at


def count_in(standing: Phase | Tier, number: Number, on: date, centres: CentreQuerySet) -> int:
    """How many companies of these centres have that tier or phase by the rule that day; of very many, an estimate from 2,000.

    Costs 5 queries, whatever the number of companies.
    """
    ids = list(Company.objects.filter(centre__in=centres).order_by("pk").values_list("pk", flat=True))
    every = max(1, -(-len(ids) // COUNTED_AT_ONCE))
    some = ids[::every]
    rows = Company.objects.filter(pk__among=some).only("tier", "last_contact_at", "entered_at")
    known = Gathered(some, on)
    return every * sum(standing in (found.value for found in settled(company, known)) for company in rows)

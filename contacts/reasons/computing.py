"""Makes the reasons that the rules find and withdraws those they no longer find, company by company in chunks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Centre, Company
from accounts.staff.models.centre import day_in
from contacts.people.models.roles import GROUPS, DecisionMaker
from contacts.reasons.models import Reason, points_of
from contacts.reasons.rule import FoundReason, Rule, rules
from contacts.reasons.switches import Switches
from fleetportal.core.db import can_lock

CHUNK = 1000
# The order in which decision-makers are suggested where nobody has the responsibility.
RANK = {kind: rank for rank, kind in enumerate(("fleet_manager", "owner", "managing_director", "branch_manager", "other"))}


class ReasonRow(NamedTuple):
    """A reason found by a rule, with the values of its row."""

    key: str
    rule: str
    company_id: int
    person_id: int | None
    vehicle_id: int | None
    group: str
    due_on: date | None
    facts: dict[str, object]
    weight: int

    def as_reason(self, *, on: date, pk: int | None = None) -> Reason:
        """The row as a model instance, not saved."""
        return Reason(pk=pk, found_on=on, **self._asdict())


WRITTEN = [field for field in ReasonRow._fields if field not in ("key", "rule", "company_id")]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a computation changed."""

    made: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Difference") -> "Difference":
        return Difference(self.made + other.made, self.changed + other.changed, self.withdrawn + other.withdrawn)


def look_again(ids: list[int], *, now: datetime | None = None) -> Difference:
    """Recompute the reasons of these companies, on each centre's current date."""
    now = now or timezone.now()
    days = {zone: day_in(zone, now) for zone in Centre.objects.values_list("time_zone", flat=True).distinct()}
    total = Difference()
    for day in set(days.values()):
        zones = [zone for zone, its_day in days.items() if its_day == day]
        here = ids if len(zones) == len(days) else list(_ids_in(ids, zones))
        for first in range(0, len(here), CHUNK):
            total += compute(here[first : first + CHUNK], on=day)
    return total


def _ids_in(ids: list[int], zones: list[str]) -> Iterable[int]:
    return Company.objects.filter(pk__in=ids, centre__time_zone__in=zones).values_list("pk", flat=True)


def compute(ids: list[int], *, on: date) -> Difference:
    """Recompute the reasons of these companies for that day. One transaction; two queries for each rule and at most 9.

    The companies are locked, so that the later of two computations wins.
    """
    with transaction.atomic():
        companies = Company.objects.filter(pk__in=ids)
        locked = companies.order_by("pk").select_for_update(no_key=True) if can_lock() else companies
        worth = {pk: Worth(tier, phase, centre) for pk, tier, phase, centre in locked.values_list("pk", "tier", "phase", "centre_id")}
        wanted = {row.key: row for row in rows(companies, worth, on=on)}
        stored = Reason.objects.filter(company__in=ids).values_list("pk", *ReasonRow._fields)
        standing = {row[0]: (pk, ReasonRow(*row)) for pk, *row in stored}
        made = [row.as_reason(on=on) for key, row in wanted.items() if key not in standing]
        changed = [row.as_reason(on=on, pk=standing[key][0]) for key, row in wanted.items() if key in standing and standing[key][1] != row]
        gone = [pk for key, (pk, _row) in standing.items() if key not in wanted]
        Reason.objects.bulk_create(made, batch_size=1000)
        Reason.objects.bulk_update(changed, WRITTEN, batch_size=500)
        Reason.objects.filter(pk__in=gone).delete()
        return Difference(len(made), len(changed), len(gone))


class Worth(NamedTuple):
    """What decides how much a reason at a company counts, and which rules apply there."""

    tier: str
    phase: str
    centre: int


def rows(
    companies: Any, worth: Mapping[int, Worth], *, on: date, switches: Switches | None = None, also_off: bool = False
) -> Iterable[ReasonRow]:
    """The reasons found for `companies` on that day by the rules that apply there, with the person to contact; `also_off` adds those of
    rules that are switched off there."""
    suggest = Suggestions(companies, on)
    switches = switches or Switches()
    places = {(one.centre, one.tier) for one in worth.values()}
    for rule in rules:
        if also_off or any(switches.of(rule, *place).is_on for place in places):
            yield from rows_of(rule, companies, worth, suggest, switches, on=on, also_off=also_off)


def rows_of(
    rule: Rule, companies: Any, worth: Mapping[int, Worth], suggest: "Suggestions", switches: Switches, *, on: date, also_off: bool
) -> Iterable[ReasonRow]:
    for found in rule.find(companies, on=on):
        tier, phase, centre = worth[found.company]
        switch = switches.of(rule, centre, tier)
        if switch.is_on or also_off:
            points = points_of(tier=tier, phase=phase, group=found.group, value=switch.points, due_on=found.due_on, on=on)
            further = sum(points for _words, points in rule.factors(found.facts))
            weighed = {} if switch.points == rule.value else {"points": switch.points}
            yield ReasonRow(
                key=key_of(rule, found),
                rule=rule.name,
                company_id=found.company,
                person_id=found.person or suggest(rule, found.company),
                vehicle_id=found.vehicle,
                group=str(found.group),
                due_on=found.due_on,
                facts={**found.facts, **weighed},
                weight=sum(points.values()) + further,
            )


def key_of(rule: Rule, found: FoundReason) -> str:
    """The unique key of this reason; a person who was only suggested is not part of it."""
    return f"{rule.name}:{found.company}:{found.person or ''}:{found.vehicle or ''}:{found.occasion}"[:140]


class Suggestions:
    """The person to contact at each company: the one with the responsibility, otherwise the one of highest rank. Costs 1 query per
    group."""

    def __init__(self, companies: Any, on: date) -> None:
        self.companies, self.on = companies, on
        self.known: dict[str, dict[int, list[tuple[int, int, list[str]]]]] = {}

    def __call__(self, rule: Rule, company: int) -> int | None:
        return self.person(rule.asks, company, topic=rule.topic) if rule.asks else None

    def person(self, group: str, company: int, *, topic: str = "") -> int | None:
        """The one of `group` to contact at `company`; None where nobody is known. 1 query for the first of a group."""
        if group not in self.known:
            self.known[group] = self._read(group)
        people = self.known[group].get(company, [])
        return min(((topic not in topics, rank, person) for rank, person, topics in people), default=(0, 0, None))[2]

    def _read(self, group: str) -> dict[int, list[tuple[int, int, list[str]]]]:
        model = GROUPS[group]
        kind = "kind" if model is DecisionMaker else "job_title"
        found = defaultdict(list)
        roles = model._default_manager.running(on=self.on).filter(company__in=self.companies.values("pk"))
        for company, person, ranked, topics in roles.values_list("company_id", "person_id", kind, "responsibilities"):
            found[company].append((RANK.get(ranked, len(RANK)), person, topics))
        return found

"""The rule of tier and phase: pure functions of what is known of a company on a day.

No figures of turnover and margin are kept yet, so the tier is estimated from the fleet and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy

from accounts.models import Axis, Phase, Tier
from accounts.staff.models.policy import Number, Unit, declare
from contacts.reasons.spans import (
    COMPLAINT_DAYS,
    FEWER_VISITS,
    FLEET_DOWN,
    LOST,
    LOYAL_DELIVERIES,
    LOYAL_SINCE,
    LOYAL_SPAN,
    LOYAL_VISITS,
    NEW,
    SILENT_TIMES,
    WITHOUT_SUCCESSOR,
    span,
)

from accounts.customers.models.standing import Settled  # isort: skip

SMALLEST_FLEET = 3  # of which a share is worth saying
FEWEST_VISITS = 2  # in the year before, for fewer to mean anything


def threshold(key: str, tier: Tier, vehicles: int, weight: int) -> Number:
    """Declare from how many vehicles on a company without known turnover and margin has `tier`."""
    return declare(
        key,
        default=vehicles,
        unit=Unit.VEHICLES,
        lowest=1,
        highest=10_000,
        subject=gettext_lazy("Tier"),
        name=tier.label,
        about=gettext_lazy(
            "Where no turnover and margin are known, a company with this many vehicles from us is estimated to have this tier."
        ),
        weight=weight,
    )


THRESHOLDS = {
    Tier.DIAMOND: threshold("tier_diamond_vehicles", Tier.DIAMOND, 100, weight=60),
    Tier.PLATINUM: threshold("tier_platinum_vehicles", Tier.PLATINUM, 40, weight=61),
    Tier.GOLD: threshold("tier_gold_vehicles", Tier.GOLD, 15, weight=62),
    Tier.SILVER: threshold("tier_silver_vehicles", Tier.SILVER, 5, weight=63),
    Tier.BRONZE: threshold("tier_bronze_vehicles", Tier.BRONZE, 1, weight=64),
}


@dataclass(frozen=True, slots=True)
class OneVehicle:
    """The dates of one vehicle, present or past."""

    delivered: date | None = None
    contract_ends: date | None = None
    returned: date | None = None

    def is_ours(self, on: date) -> bool:
        """True where the company has the vehicle on that day, as far as is known."""
        return (self.delivered is None or self.delivered <= on) and (self.returned is None or self.returned > on)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of a company on the day `on`."""

    on: date
    vehicles: Sequence[OneVehicle] = ()
    first_visit: date | None = None
    last_visit: date | None = None
    visits: int = 0  # in the last twelve months
    visits_before: int = 0  # in the twelve months before
    complaint_since: date | None = None  # of the oldest that is open
    heard_on: date | None = None  # the last real contact, or the day of entry
    cadence: relativedelta = field(default_factory=lambda: relativedelta(months=6))

    @property
    def fleet(self) -> int:
        return sum(vehicle.is_ours(self.on) for vehicle in self.vehicles)

    @property
    def deliveries(self) -> list[date]:
        """The days of deliveries so far, each once."""
        return sorted({one.delivered for one in self.vehicles if one.delivered and one.delivered <= self.on})


def tier_of(known: KnownFacts) -> Settled:
    """The tier, estimated from the fleet; none without a vehicle."""
    fleet = known.fleet
    tier = next((tier for tier, number in THRESHOLDS.items() if fleet >= number.on(known.on)), "")
    return Settled(Axis.TIER, str(tier), "fleet" if tier else "no_fleet", {"vehicles": fleet})


def phase_of(known: KnownFacts) -> Settled:
    """The phase, by the first rule that applies: prospect, lost, at risk, loyal, repeat, new."""
    if not any(one.delivered is None or one.delivered <= known.on for one in known.vehicles) and known.first_visit is None:
        return said(Phase.PROSPECT, "nothing_bought")
    if (gone := lost_since(known)) is not None:
        return said(Phase.LOST, "lost", since=gone)
    steady = loyal(known) or repeat(known)
    if steady:
        return at_risk(known) or steady
    first = min(filter(None, [*known.deliveries, known.first_visit]), default=None)
    recent = first is not None and first > known.on - span(NEW, known.on)
    return said(Phase.NEW, "new" if recent else "bought_once", **({"since": first} if first else {}))


def lost_since(known: KnownFacts) -> date | None:
    """Since when the company has had no vehicle of ours and no visit, where that is long enough."""
    since = known.on - span(LOST, known.on)
    if known.fleet or any(one.delivered and one.delivered > since and not one.returned for one in known.vehicles):
        return None
    last = max(filter(None, [known.last_visit, *(one.returned for one in known.vehicles)]), default=None)
    return last if last is not None and last <= since else None


def loyal(known: KnownFacts) -> Settled | None:
    """Loyal by deliveries, or by years with running contracts and visits; None where neither holds."""
    on = known.on
    lately = [day for day in known.deliveries if day > on - span(LOYAL_SPAN, on)]
    if len(lately) >= LOYAL_DELIVERIES.on(on):
        return said(Phase.LOYAL, "deliveries", count=len(lately), months=LOYAL_SPAN.on(on))
    since = min(filter(None, [*known.deliveries, known.first_visit]), default=None)
    running = any(one.is_ours(on) and one.contract_ends and one.contract_ends >= on for one in known.vehicles)
    if since and since <= on - span(LOYAL_SINCE, on) and running and known.visits >= LOYAL_VISITS.on(on):
        return said(Phase.LOYAL, "long_customer", since=since, count=known.visits)
    return None


def repeat(known: KnownFacts) -> Settled | None:
    """A repeat customer by a second delivery, a second contract, or visits in two years; None where nothing says so."""
    contracts = {one.contract_ends for one in known.vehicles if one.contract_ends}
    if len(known.deliveries) > 1:
        return said(Phase.REPEAT, "second_delivery", count=len(known.deliveries))
    if len(contracts) > 1:
        return said(Phase.REPEAT, "second_contract", count=len(contracts))
    if known.first_visit and known.last_visit and known.first_visit.year != known.last_visit.year:
        return said(Phase.REPEAT, "two_years")
    return None


def at_risk(known: KnownFacts) -> Settled | None:
    """The first reason why a steady customer may leave."""
    on = known.on
    if known.complaint_since and (on - known.complaint_since).days >= COMPLAINT_DAYS.on(on):
        return said(Phase.AT_RISK, "complaint", since=known.complaint_since)
    gap, forgotten = span(WITHOUT_SUCCESSOR, on), on - span(LOST, on)
    ended = [one.contract_ends for one in known.vehicles if one.contract_ends and forgotten < one.contract_ends <= on - gap]
    if ended and not any(day >= max(ended) - gap for day in known.deliveries):
        return said(Phase.AT_RISK, "no_successor", since=max(ended))
    before = sum(one.is_ours(on - relativedelta(months=12)) for one in known.vehicles)
    if before >= SMALLEST_FLEET and known.fleet * 100 <= before * (100 - FLEET_DOWN.on(on)):
        return said(Phase.AT_RISK, "fleet_down", before=before, vehicles=known.fleet)
    if known.visits_before >= FEWEST_VISITS and known.visits * 100 < known.visits_before * FEWER_VISITS.on(on):
        return said(Phase.AT_RISK, "fewer_visits", before=known.visits_before, count=known.visits)
    if known.heard_on and known.heard_on <= on - known.cadence * SILENT_TIMES.on(on):
        return said(Phase.AT_RISK, "silence", since=known.heard_on, times=SILENT_TIMES.on(on))
    return None


def said(phase: Phase, reason: str, **facts: date | int) -> Settled:
    """`phase` with the rule that gave it, its days in ISO form as the database keeps them."""
    return Settled(
        Axis.PHASE, str(phase), reason, {name: fact.isoformat() if isinstance(fact, date) else fact for name, fact in facts.items()}
    )

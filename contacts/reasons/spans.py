"""The numbers of the rule of phases: how long, how many, from when on. Each is a dated policy."""

from datetime import date
from functools import partial

from dateutil.relativedelta import relativedelta
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.policy import Number, Unit, declare


def declared(unit: Unit, lowest: int, highest: int, key: str, default: int, name: Promise, about: Promise, *, weight: int) -> Number:
    """Declare a number of the rule of phases, which administrators may change between `lowest` and `highest`."""
    subject = _("Phase")
    return declare(key, default=default, unit=unit, lowest=lowest, highest=highest, subject=subject, name=name, about=about, weight=weight)


months = partial(declared, Unit.MONTHS, 1, 120)
days = partial(declared, Unit.DAYS, 1, 365)
count = partial(declared, Unit.COUNT, 1, 20)
count_from_two = partial(declared, Unit.COUNT, 2, 20)
percent = partial(declared, Unit.PERCENT, 5, 100)

NEW = months(
    "phase_new_months",
    12,
    _("New customer"),
    _("A company counts as recently won for this long after its first delivery or visit."),
    weight=70,
)
LOYAL_SPAN = months(
    "phase_loyal_span_months", 48, _("Loyal: period for deliveries"), _("Deliveries in this period count towards loyalty."), weight=71
)
LOYAL_DELIVERIES = count_from_two(
    "phase_loyal_deliveries",
    3,
    _("Loyal: deliveries"),
    _("A company with this many deliveries in the period is loyal."),
    weight=72,
)
LOYAL_SINCE = months(
    "phase_loyal_since_months",
    24,
    _("Loyal: customer for"),
    _("A customer for this long, with running contracts and enough visits, is loyal."),
    weight=73,
)
LOYAL_VISITS = count(
    "phase_loyal_visits", 2, _("Loyal: visits"), _("A long-standing customer is loyal with this many visits in twelve months."), weight=74
)
COMPLAINT_DAYS = days(
    "phase_risk_complaint_days",
    14,
    _("At risk: open complaint"),
    _("A steady customer is at risk when a complaint has been open for this long."),
    weight=75,
)
WITHOUT_SUCCESSOR = months(
    "phase_risk_successor_months",
    3,
    _("At risk: no successor"),
    _("A steady customer is at risk when a contract ended this long ago and no new vehicle followed."),
    weight=76,
)
FLEET_DOWN = percent(
    "phase_risk_fleet_percent",
    30,
    _("At risk: smaller fleet"),
    _("A steady customer is at risk when the fleet from us has shrunk by this share in twelve months."),
    weight=77,
)
FEWER_VISITS = percent(
    "phase_risk_visits_percent",
    50,
    _("At risk: fewer visits"),
    _("A steady customer is at risk when there were fewer visits in twelve months than this share of those in the year before."),
    weight=78,
)
SILENT_TIMES = count(
    "phase_risk_silence_times",
    2,
    _("At risk: silence"),
    _("A steady customer is at risk after silence of this many times the cadence of its decision-makers."),
    weight=79,
)
LOST = months(
    "phase_lost_months",
    18,
    _("Lost customer"),
    _("A company without a vehicle from us and without a visit for this long is lost."),
    weight=80,
)

RISKS = frozenset(one.key for one in (COMPLAINT_DAYS, WITHOUT_SUCCESSOR, FLEET_DOWN, FEWER_VISITS, SILENT_TIMES))
LOYALTY = frozenset(one.key for one in (LOYAL_SPAN, LOYAL_DELIVERIES, LOYAL_SINCE, LOYAL_VISITS))


def span(number: Number, on: date) -> relativedelta:
    """The months of `number` on that day."""
    return relativedelta(months=number.on(on))

"""What the pages of contact rounds show: a round's progress, its stops by day, its results, who was left out, the next call."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from contacts.memory.models.interaction import REAL_CONTACT, Outcome
from contacts.people.models.roles import GROUPS
from contacts.rounds.actions.planning import candidate_of, obstacles_in
from contacts.rounds.holding import holders
from contacts.rounds.models import ContactRound, RoundQuerySet, Stop, StopQuerySet
from contacts.rounds.sifting import LEFT_OUT, LeftOut, Obstacles
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 60  # stops on the page of a round, until all are asked for
ALL = 1000
LOOKED_AT = 30  # stops among which the next call is looked for

done = Q(state=Stop.State.DONE)
waiting = Q(state=Stop.State.OPEN)


@dataclass(frozen=True)
class Tally:
    """How often something happened, with the length of its bar."""

    count: int
    words: str
    width: int


@dataclass(frozen=True)
class CallerLine:
    """How far one caller is."""

    user_id: int
    name: str
    done: int
    all: int


class Figures:
    """The sums of one round, over the stops that its reader may see. 3 queries."""

    def __init__(self, stops: StopQuerySet) -> None:
        self.stops = stops

    @cached_property
    def sums(self) -> dict[str, int]:
        counts = {
            "done": Count("pk", filter=done),
            "tried": Count("pk", filter=waiting & Q(tries__gt=0)),
            "open": Count("pk", filter=waiting),
        }
        return self.stops.order_by().aggregate(**counts)

    @property
    def planned(self) -> int:
        return self.sums["done"] + self.sums["open"]

    @property
    def untried(self) -> int:
        return self.sums["open"] - self.sums["tried"]

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Class, start and width of each part of the bar, which is 400 long."""
        sums, at, found = self.sums, 0.0, []
        for name, count in (("a", sums["done"]), ("b", sums["tried"]), ("c", self.untried)):
            width = round(400 * count / self.planned, 1) if self.planned else 0
            if width:
                found.append((name, at, max(width - 1.4, 0.4)))
            at = round(at + width, 1)
        return found

    @cached_property
    def results(self) -> list[Tally]:
        """How the stops that are done ended, most first."""
        rows = self.stops.filter(done).order_by().values_list("outcome").annotate(count=Count("pk")).order_by("-count", "outcome")
        counts = [(Outcome(outcome).label, count) for outcome, count in rows if outcome]
        most = max((count for _label, count in counts), default=1)
        return [Tally(count, str(label), round(120 * count / most)) for label, count in counts]

    @cached_property
    def by_caller(self) -> list[CallerLine]:
        planned = self.stops.filter(done | waiting).order_by("assigned_to__last_name", "assigned_to")
        rows = planned.values_list("assigned_to", "assigned_to__first_name", "assigned_to__last_name")
        counted = rows.annotate(finished=Count("pk", filter=done), count=Count("pk"))
        return [CallerLine(user, f"{first} {last}".strip(), finished, count) for user, first, last, finished, count in counted if user]


def left_out_of(stops: StopQuerySet) -> list[tuple[LeftOut, list[Stop]]]:
    """Those who were left out, by reason, most first; where another centre has them, with its name. 1 query,
    2 more for those."""
    rows = stops.left_out().select_related("company", "person", "contact_round").order_by("why", "order")
    groups = [(LEFT_OUT[why], list(found)) for why, found in groupby(rows, key=lambda stop: stop.why) if why in LEFT_OUT]
    for why, found in groups:
        if why.code == "held":
            others = holders(found[0].contact_round, {stop.person_id for stop in found if stop.person_id})
            for stop in found:
                stop.holder = others.get(stop.person_id or 0, "")
    return sorted(groups, key=lambda pair: -len(pair[1]))


def by_day(stops: list[Stop]) -> Iterator[tuple[date | None, list[Stop], str]]:
    """The stops of each day, with how many are done or to be made."""
    for day, found in groupby(stops, key=lambda stop: stop.day):
        rows = list(found)
        finished = sum(not stop.is_open for stop in rows)
        words = _("%(done)d of %(all)d done") % {"done": finished, "all": len(rows)}
        yield day, rows, words


def in_list(rounds: RoundQuerySet, user: "User") -> RoundQuerySet:
    """`rounds` with the sums of the list, over the stops at companies that `user` serves."""
    seen = Q(stops__in=Stop.objects.visible_to(user))
    finished = Q(stops__state=Stop.State.DONE)
    return rounds.for_list().annotate(
        planned=Count("stops", filter=seen & ~Q(stops__state=Stop.State.LEFT_OUT)),
        finished=Count("stops", filter=seen & finished),
        reached=Count("stops", filter=seen & finished & Q(stops__outcome__in=REAL_CONTACT)),
        next_on=Min("stops__day", filter=seen & Q(stops__state=Stop.State.OPEN)),
    )


# --- the call screen ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextCall:
    """Whom to call now; `why_not` is set where they may not be contacted any more."""

    stop: Stop
    job: str
    phones: list[str]
    why_not: LeftOut | None


def calls_of(contact_round: ContactRound, user: "User") -> StopQuerySet:
    """The stops of `user` in that round that wait, in order."""
    return contact_round.stops.callable_by(user).open().filter(assigned_to=user).in_order()


def next_calls(stops: StopQuerySet, *, on: date) -> list[Stop]:
    """The first of `stops` who may be contacted now. Costs 5 queries."""
    rows = list(stops.select_related("company", "person", "contact_round")[:LOOKED_AT])
    if not rows:
        return []
    known = known_of(rows, on)
    return [stop for stop in rows if not known.why_not(candidate_of(stop, stop.person_id))]


def known_of(rows: list[Stop], on: date) -> Obstacles:
    first = rows[0].contact_round
    return obstacles_in(first, [candidate_of(stop, stop.person_id) for stop in rows], on=on)


def call_for(stop: Stop, *, on: date) -> NextCall:
    """What the call screen shows of a stop: name, job, numbers that are not private. Costs 7 queries."""
    code = known_of([stop], on).why_not(candidate_of(stop, stop.person_id))
    why_not = LEFT_OUT[code] if code else None
    titles = GROUPS[stop.group]._default_manager.running(on=on).filter(person=stop.person_id, company=stop.company_id)
    job = titles.order_by("pk").values_list("job_title", flat=True).first() or ""
    phones = stop.person.work_phones if stop.person and not code else []
    return NextCall(stop, str(job), phones, why_not)


def on_day(day: date | None, on: date) -> str:
    """The heading of a day: today, tomorrow, or the day itself."""
    if day is None:
        return ""
    near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get((day - on).days)
    return f"{near}, {days.day_and_month(day)}" if near else days.full(day)

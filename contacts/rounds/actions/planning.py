"""Verbs that make contact rounds: plan one, copy one, let those in again who were left out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Assignment, Company
from contacts.arbiter.models import Release
from contacts.memory.models.complaint import working_days_after
from contacts.people.models.person import Person
from contacts.reasons.computing import Suggestions
from contacts.rounds.actions.callers import callers_of, keep_open, let_call
from contacts.rounds.holding import held_for, let_go, occasion_of
from contacts.rounds.models import ContactRound, Stop
from contacts.rounds.sifting import FINAL, Candidate, Obstacles, sift
from fleetportal.core import audit
from fleetportal.core.db import bulk, locked
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

COPIED = ("goal", "channel", "calls_a_day", "centre", "opening", "script")


class NobodyToCall(Refused):
    """Nobody of those chosen can be contacted; the page says why of each."""

    code = "nobody_to_call"
    status = 422


def plan(facts: Mapping[str, Any], candidates: Sequence[Candidate], *, callers: "Sequence[User]", by: "User", on: date) -> ContactRound:
    """A new round of `by` with a stop for each candidate, shared out among `callers` and over the days; whoever cannot be contacted is
    kept as left out, with the reason.

    Raises NobodyToCall. Costs 31 queries, whatever the number of candidates.
    """
    with transaction.atomic():
        contact_round = ContactRound.objects.create(owner=by, **facts)
        hold(one.person for one in candidates)
        planned = draw_up(contact_round, candidates, [user.pk for user in callers], on=on)
        if not planned.stops:
            raise NobodyToCall(_("Nobody of those chosen can be contacted now."))
        audit.record("round.planned", contact_round, by=by, facts={"centre": contact_round.centre_id, "chosen": len(candidates)})
        for user in callers:
            let_call(contact_round, user, by=by)
        held_for(contact_round, [(one.person, one.company) for one, _user, _day in planned.stops], by=by)  # all: their rows are locked
        add_stops(contact_round, planned, by=by)
        return contact_round


def hold(people: Iterable[int | None]) -> None:
    """Lock these people, so that no other round takes them between the check and the stop. Costs 1 query."""
    list(locked(Person.objects.filter(pk__among=sorted({pk for pk in people if pk is not None}))).values_list("pk", flat=True))


@dataclass(frozen=True)
class Planned:
    """What becomes of the candidates: (candidate, caller, day) of each stop, and who is left out with the code of the reason."""

    stops: Sequence[tuple[Candidate, int, date]]
    left_out: Sequence[tuple[Candidate, str]]

    @property
    def last_on(self) -> date | None:
        """The day of the last stop."""
        return max((day for _candidate, _user, day in self.stops), default=None)


def draw_up(contact_round: ContactRound, candidates: Sequence[Candidate], callers: Sequence[int], *, on: date) -> Planned:
    """Who would be contacted when and by whom in the round, which need not be saved yet; changes nothing. Costs at most 6 queries."""
    occasion = occasion_of(contact_round) if contact_round.centre_id else None  # a preview may not know its centre yet
    sifted = sift(candidates, channel=contact_round.channel, on=on, occasion=occasion)
    if not callers:
        return Planned([], [*((one, "no_caller") for one in sifted.chosen), *sifted.left_out])
    companies = [one.company for one in sifted.chosen]
    running = Assignment.objects.responsible().running(on=on).filter(company__among=companies, user__in=sorted(callers))
    keeper = dict(running.values_list("company", "user"))
    shared = shared_out([keeper.get(one.company) for one in sifted.chosen], sorted(callers))
    days = days_for(shared, contact_round, on=on)
    rows = list(zip(sifted.chosen, shared, days, strict=True))
    late = [(one, "no_day") for one, _user, day in rows if day is None]
    return Planned([(one, user, day) for one, user, day in rows if day is not None], [*late, *sifted.left_out])


def add_stops(contact_round: ContactRound, planned: Planned, *, by: "User") -> None:
    """Save a stop for everybody, also for those who are left out. Costs 6 queries."""
    stops = [stop_of(contact_round, one, number, day=day, user=user) for number, (one, user, day) in enumerate(planned.stops, start=1)]
    for number, (one, code) in enumerate(planned.left_out, start=len(stops) + 1):
        stops.append(stop_of(contact_round, one, number, person=None if code == "twice" else one.person, why=code))
    bulk.add(stops)
    audit.record_many("stop.planned", [(stop, {}) for stop in stops], by=by, own=[stop.entry_facts for stop in stops])


def stop_of(contact_round: ContactRound, one: Candidate, number: int, **facts: Any) -> Stop:
    return bulk.new(
        Stop,
        contact_round=contact_round,
        company_id=one.company,
        person_id=facts.get("person", one.person),
        group=str(one.group),
        order=number,
        day=facts.get("day"),
        assigned_to_id=facts.get("user"),
        rule=one.rule,
        facts=one.facts,
        reason_key=one.reason_key,
        state=Stop.State.LEFT_OUT if facts.get("why") else Stop.State.OPEN,
        why=facts.get("why", ""),
    )


def shared_out(keepers: Sequence[int | None], callers: Sequence[int]) -> list[int]:
    """A caller for each stop: whoever looks after the company, where they call in the round, else whoever has fewest."""
    load = Counter(keeper for keeper in keepers if keeper is not None)
    shared = []
    for keeper in keepers:
        user = keeper if keeper is not None else min(callers, key=lambda caller: (load[caller], caller))
        load[user] += keeper is None
        shared.append(user)
    return shared


def days_for(
    users: Iterable[int], contact_round: ContactRound, *, on: date, taken: Mapping[tuple[int, date], int] | None = None
) -> Iterator[date | None]:
    """The day of each stop: the first working day of the period on which its caller has not yet as many as a day holds."""
    first = max(contact_round.starts_on, on)
    load: Counter[tuple[int, date]] = Counter(taken or {})
    begins: dict[int, date] = {}
    for user in users:
        day = begins.get(user) or working_days_after(first - timedelta(days=1))
        while load[user, day] >= contact_round.calls_a_day:
            day = working_days_after(day)
        begins[user] = day
        load[user, day] += 1
        yield day if day <= contact_round.ends_on else None


def check_again(contact_round: ContactRound, *, by: "User", on: date) -> tuple[int, int]:
    """Put those in who were left out for a reason that holds no longer, and leave those out who wait and may not be contacted any more;
    how many of both. Raises RoundClosed. Costs at most 31 queries."""
    with transaction.atomic():
        keep_open(contact_round)
        rows = list(contact_round.stops.exclude(state=Stop.State.DONE).exclude(why__in=FINAL).order_by("order"))
        suggest = Suggestions(Company.objects.filter(pk__among=[stop.company_id for stop in rows if stop.why == "nobody"]), on)
        asked = {stop: suggest.person(stop.group, stop.company_id) if stop.why == "nobody" else stop.person_id for stop in rows}
        taken = set(contact_round.stops.exclude(person=None).values_list("person", flat=True))
        asked = {stop: person for stop, person in asked.items() if person == stop.person_id or person not in taken}
        hold(asked.values())
        again = [candidate_of(stop, person) for stop, person in asked.items()]
        known = obstacles_in(contact_round, again, on=on)
        codes = {stop: known.why_not(candidate_of(stop, person)) for stop, person in asked.items()}
        out = [(stop, {"state": Stop.State.LEFT_OUT, "why": code}) for stop, code in codes.items() if code and stop.is_open]
        back = [(stop, asked[stop]) for stop, code in codes.items() if not code and not stop.is_open]
        left = len(audit.edit_many(out, action="stop.left_out", by=by))
        let_go([stop for stop, _values in out], because=Release.GIVEN_UP, by=by)
        return open_again(contact_round, back, by=by, on=on), left


def obstacles_in(contact_round: ContactRound, candidates: Sequence[Candidate], *, on: date) -> Obstacles:
    """What keeps these people from being contacted in that round now, whose own stops and holds count for nobody."""
    occasion = occasion_of(contact_round)
    return Obstacles(candidates, channel=contact_round.channel, on=on, but=contact_round, occasion=occasion)


def candidate_of(stop: Stop, person: int | None) -> Candidate:
    return Candidate(stop.company_id, person, stop.group)


def open_again(contact_round: ContactRound, stops: "Sequence[tuple[Stop, int | None]]", *, by: "User", on: date) -> int:
    """Open these stops of the locked round that were left out, each with its person, on the next days that are free; how many there
    was a day for."""
    callers = {user.pk: user for user in callers_of(contact_round)}
    people = Person.objects.in_bulk([person for _stop, person in stops if person])
    standing = contact_round.stops.open().values_list("assigned_to", "day")
    shared = shared_out([None] * len(stops), sorted(callers)) if callers else []
    days = days_for(shared, contact_round, on=on, taken=Counter((user, day) for user, day in standing if user and day))
    values = {"state": Stop.State.OPEN, "why": ""}
    opened = [
        (stop, {**values, "person": people[person], "day": day, "assigned_to": callers[user]})
        for (stop, person), user, day in zip(stops, shared, days, strict=False)
        if day and person
    ]
    placed = {stop.pk for stop, _values in opened}
    held_for(contact_round, [(person, stop.company_id) for stop, person in stops if stop.pk in placed], by=by)
    return len(audit.edit_many(opened, action="stop.put_back", by=by))


def copy(contact_round: ContactRound, *, name: str, starts_on: date, ends_on: date, by: "User", on: date) -> ContactRound:
    """The round once more, for another period: the same people, as far as they can be contacted now, and the same callers.

    Raises NobodyToCall. Costs as much as `plan`.
    """
    facts = {field: getattr(contact_round, field) for field in COPIED}
    stops = contact_round.stops.visible_to(by).exclude(person=None).order_by("order")
    candidates = [Candidate(stop.company_id, stop.person_id, stop.group, stop.rule, stop.facts, stop.reason_key) for stop in stops]
    callers = [grant.user for grant in contact_round.callers.select_related("user").filter(user__is_active=True).order_by("pk")]
    values = {**facts, "name": name, "starts_on": starts_on, "ends_on": ends_on}
    return plan(values, candidates, callers=callers or [by], by=by, on=on)

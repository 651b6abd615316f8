"""One user's day: people to contact and why, the calendar, open tasks, recent events.

Everything is ordered and limited in SQL, so the page costs the same for forty vehicles and for four hundred thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import Assignment, Company, CompanyIds, in_reach
from contacts.consent.models import addresses_with_consents
from contacts.memory import timeline
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.task import Task
from contacts.people.models.roles import Group
from contacts.reasons.models import Reason
from contacts.reasons.rule import Words
from contacts.today import statements
from contacts.today.statements import BESIDE, CONTACTS_A_DAY
from fleetportal.core.registry import Registry
from fleetportal.core.web.pages import whole_number

if TYPE_CHECKING:
    from accounts.models import User

MINUTES_EACH = 8
SHOWN = 12
SOON, LATE = timedelta(days=7), timedelta(days=14)
NEW = timedelta(days=7)  # since it was found, a reason is new: it waits for somebody who was away for a day


@dataclass(frozen=True)
class CalendarLine:
    """A line of the day's calendar; with `at` None it lasts all day."""

    at: datetime | None
    title: str
    words: Words = ""
    url: str = ""


@dataclass(frozen=True)
class Moved:
    """A line of what happened since yesterday; `tone` is "" or stop."""

    at: datetime
    icon: str
    words: Words
    title: str = ""
    url: str = ""
    tone: str = ""


# (user, day) -> appointments; (user, since) -> events. Filled from above, each with a fixed number of queries.
appointments: Registry[Callable[["User", date], list[CalendarLine]]] = Registry("appointments of the day")
moved: Registry[Callable[["User", datetime], list[Moved]]] = Registry("what moved since yesterday")


@dataclass(frozen=True)
class StandIn:
    """A colleague for whom the user is the stand-in today."""

    user_id: int
    name: str
    until: date | None


class Day:
    """One user's day. Properties are loaded on first access, each with a fixed number of queries."""

    def __init__(self, user: "User", *, group: str = "", colleague: str = "", now: datetime | None = None) -> None:
        self.user = user
        self.now = timezone.localtime(now or timezone.now())
        self.on = self.now.date()
        self.group = group
        self.colleague = whole_number(colleague)
        said = {group: group in Group.values, colleague: bool(self.colleague)}
        self.not_understood = [word for word, is_known in said.items() if word and not is_known]

    # --- whom to speak to -------------------------------------------------------------------------------------------------

    @cached_property
    def reach(self) -> CompanyIds:
        """The companies whose reasons are shown: those that the user serves, or those of them assigned to the chosen colleague."""
        served = in_reach(self.user, may="serve_customers")
        if not self.colleague or not isinstance(served, RawSQL):
            return served
        theirs = Assignment.objects.responsible().running(on=self.on).filter(user=self.colleague)
        companies = Company.objects.filter(pk__in=served).filter(pk__in=theirs.values("company"))
        return RawSQL(*companies.values("pk").query.sql_with_params())

    @cached_property
    def cards(self) -> dict[int, str]:
        """Today's cards, each a reason's id with its group: one for each person, or for each empty chair of a company. All that are
        due, and as many others as there is time for. 1 query."""
        return {pk: group for pk, group, _is_due in self.cards_and_due}

    @cached_property
    def cards_and_due(self) -> list[tuple[int, str, bool]]:
        """The cards, and whether any of the reasons on each is due. 1 query."""
        if self.not_understood:
            return []  # a word that is no choice matches nothing
        cards: dict[tuple[object, ...], tuple[int, str, bool]] = {}
        found = statements.cards(reach=self.reach, on=self.on, user=self.user.pk)
        for pk, company, person, group, rule, due_on, found_on, entered_at in found:
            which = (person,) if person else (company, rule, group)
            first, its_group, is_due = cards.get(which, (pk, group, False))
            cards[which] = (first, its_group, is_due or self.is_due(due_on, found_on, timezone.localdate(entered_at)))
        most = max(CONTACTS_A_DAY - self.done, SHOWN)
        return [card for at, card in enumerate(cards.values()) if at < most or card[2]]

    def is_due(self, due_on: date | None, found_on: date, entered_on: date) -> bool:
        """True for a reason whose date is near, or that is new; others can wait, however long they do.

        What is found as soon as a company is entered is no news: a whole list of customers was brought, and nothing happened.
        """
        is_near = due_on is not None and self.on - LATE <= due_on <= self.on + SOON
        return is_near or (found_on > self.on - NEW and found_on > entered_on + timedelta(days=1))

    @property
    def due(self) -> int:
        """How many of the cards are due."""
        return sum(1 for _pk, _group, is_due in self.cards_and_due if is_due)

    @cached_property
    def done(self) -> int:
        """The number of cards that this user has dealt with today. 1 query."""
        midnight = timezone.make_aware(datetime.combine(self.on, time.min))
        return sum(count for (count,) in statements.done(user=self.user.pk, since=midnight))

    @property
    def count(self) -> int:
        return len(self.cards)

    @property
    def ticks(self) -> list[str]:
        """A mark for each card of the day: done, now, to come."""
        return ["is-done"] * self.done + ["is-now"] * min(self.due, 1) + [""] * (self.due - 1)

    @property
    def minutes_left(self) -> int:
        return self.due * MINUTES_EACH

    @cached_property
    def groups(self) -> list[tuple[Group, int]]:
        """How many of today's cards each group has."""
        groups = list(self.cards.values())
        return [(group, groups.count(group)) for group in Group]

    def queue(self, *, limit: int = SHOWN, first: int | None = None) -> list[Reason]:
        """Up to `limit` of today's cards of the chosen group, with everything that a closed card shows, most valuable first,
        including `first`.

        1 query; 2 where `first` has to be added.
        """
        ids = [pk for pk, group in self.cards.items() if not self.group or group == self.group]
        wanted = ids[:limit]
        if first is not None and first not in wanted and self.may_open(first):
            wanted = [*ids[: limit - 1], first]
        return statements.queue(ids=wanted, on=self.on, user=self.user.pk)  # already checked to be in reach and open

    def may_open(self, reason_id: int) -> bool:
        """True where the reason is open and in reach, whatever the filters. 1 query."""
        return Reason.objects.visible_to(self.user).open(on=self.on, to=self.user).filter(pk=reason_id).exists()

    def opened(self, reason: Reason) -> Reason:
        """`reason`, from the queue, with the addresses of its person and their consents. 2 queries where there is a person."""
        if reason.person:
            prefetch_related_objects([reason.person], addresses_with_consents())
        return reason

    def others(self, reason: Reason) -> list[Reason]:
        """Other reasons for the same person, at whichever company. 1 query."""
        if reason.person_id is None:
            return []
        return statements.others(reach=self.reach, on=self.on, user=self.user.pk, person=reason.person_id, but=reason.pk)

    def past(self, reason: Reason) -> list[timeline.Shown]:
        """The last two interactions with the person, else with the company. 1 query."""
        seen = in_reach(self.user, may="see_customers")
        rows = Interaction.objects.filter(company__in=seen, company=reason.company_id).for_timeline()
        if reason.person_id:
            rows = rows.filter(person=reason.person_id)
        return [timeline.Shown(row, timeline.words_for(row)) for row in rows[:2]]

    @cached_property
    def stand_ins(self) -> list[StandIn]:
        """The colleagues for whom the user is the stand-in today. Costs 1 query."""
        found = statements.stand_ins(on=self.on, user=self.user.pk)
        return [StandIn(pk, f"{first} {last}".strip(), until) for pk, first, last, until in found if pk != self.user.pk]

    # --- beside it --------------------------------------------------------------------------------------------------------

    @cached_property
    def appointments(self) -> list[CalendarLine]:
        found = [line for source in appointments for line in source(self.user, self.on)]
        return sorted(found, key=lambda line: line.at or self.now.replace(hour=0, minute=0))

    @property
    def next_appointment(self) -> CalendarLine | None:
        return next((line for line in self.appointments if line.at and line.at > self.now), None)

    @cached_property
    def late_complaints(self) -> list[Complaint]:
        """Complaints at companies in reach whose answer was promised for an earlier day. 1 query."""
        return statements.overdue_complaints(reach=in_reach(self.user, may="serve_customers"), on=self.on)

    @cached_property
    def tasks(self) -> list[Task]:
        """The user's open tasks and those that fell to them, the most urgent first; one more than is shown, to know whether there are
        more. 2 queries."""
        reach, centres = in_reach(self.user, may="serve_customers"), sorted(self.user.rights.centres("serve_customers"))
        own = statements.tasks(reach=reach, user=self.user.pk)
        fell = statements.fallen_tasks(reach=reach, on=self.on, user=self.user.pk, centres=centres)
        return sorted([*own, *fell], key=lambda task: (task.due_on, task.pk))[: BESIDE + 1]

    @property
    def has_more_tasks(self) -> bool:
        return len(self.tasks) > BESIDE

    @cached_property
    def moved(self) -> list[Moved]:
        """What customers did since yesterday morning, newest first. 1 query and the registered ones."""
        since = timezone.make_aware(datetime.combine(self.on - timedelta(days=1), time.min))
        lines = [_moved(row) for row in statements.incoming(reach=in_reach(self.user, may="serve_customers"), since=since)]
        lines += [line for source in moved for line in source(self.user, since)]
        return sorted(lines, key=lambda line: line.at, reverse=True)[: BESIDE + 2]


def _moved(row: Interaction) -> Moved:
    line = timeline.words_for(row)
    who = str(row.person) if row.person else ""
    text = ": ".join(filter(None, [" ".join(filter(None, [who, str(line.what), str(line.rest)])), row.text]))
    return Moved(row.happened_at, line.icon, text, title=row.company.name, url=line.url, tone="stop" if line.tone == "stop" else "")

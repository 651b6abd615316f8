"""Tasks and annual meetings of each company, held, due, fixed or proposed."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from contacts.memory.actions import meetings
from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES, MeetingState
from contacts.models import Meeting, Person, Task
from demo import phrases
from demo.cast import DECIDES
from demo.companies import Account, moment
from demo.days import weekdays
from demo.rows import DemoBatch
from fleetportal.core.db import bulk

YEAR = 365
# Of how many companies, by number, one has a meeting ahead, and what becomes of it. A sales manager takes part in so many.
AHEAD = ((8, 1, MeetingState.FIXED), (12, 4, MeetingState.PROPOSED), (30, 7, MeetingState.CANCELLED))
MOST_AHEAD, PROPOSED = 25, 3


class MeetingAhead(NamedTuple):
    """A meeting of a company with one of its decision-makers that is to be arranged."""

    wanted: MeetingState
    made: Account
    person: Person
    leader: User


class Diary:
    """Makes tasks and meetings of one account after the other."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self.minutes = ANNUAL_MEETING_MINUTES.on(on)
        self.ahead: list[MeetingAhead] = []
        self.of_leader = Counter[int]()

    def add(self, made: Account, batch: DemoBatch) -> None:
        if made.phase == "lost":
            return
        self.batch = batch
        self.tasks(made)
        deciders = made.known[DECIDES]
        if deciders and made.phase != "prospect":
            self.meetings(made, deciders[0].person)

    def tasks(self, made: Account) -> None:
        """An open task for one in five companies, a closed one for one in seven."""
        chance, anybody = made.chance, next((known[0].person for known in made.known.values() if known), None)
        if made.manager is None:
            return
        facts = {"company": made.row, "person": anybody, "owner": made.manager}
        if made.happens(5, 0):
            due_on = self.on + timedelta(days=chance.randrange(-3, 12))
            planned_at = moment(self.on - timedelta(days=4 + chance.randrange(10)), chance)
            self.batch.tasks.append(bulk.new(Task, title=chance.choice(phrases.TASKS), due_on=due_on, planned_at=planned_at, **facts))
        if made.happens(7, 1):
            due_on = self.on - timedelta(days=5 + chance.randrange(90))
            planned_at, closed_at = moment(due_on - timedelta(days=9), chance), moment(due_on, chance)
            result = chance.choice(phrases.RESULTS)
            task = bulk.new(Task, title=chance.choice(phrases.TASKS), due_on=due_on, planned_at=planned_at, **facts)
            self.batch.tasks.append(task)
            self.batch.done.append((task, result, closed_at))

    def meetings(self, made: Account, person: Person) -> None:
        """Held last year or the year before, or never; some have one ahead."""
        if made.number % 6 < 5:
            back = 40 + made.chance.randrange(300) if made.number % 6 < 4 else YEAR + 5 + made.chance.randrange(500)
            if made.entered_on < self.on - timedelta(days=back):
                self.held(made, person, self.on - timedelta(days=back))
        wanted = next((state for one_in, number, state in AHEAD if made.happens(one_in, number)), None)
        leader = made.leader
        if wanted and leader and self.of_leader[leader.pk] < MOST_AHEAD:
            self.of_leader[leader.pk] += 1
            self.ahead.append(MeetingAhead(wanted, made, person, leader))

    def held(self, made: Account, person: Person, on: date) -> None:
        meeting = bulk.new(Meeting,
            company=made.row, location=made.house.centre.name, lasts_minutes=self.minutes, decision_maker=person,
            account_manager=made.manager, director=made.leader, starts_at=at(on, 10), entered_at=at(on, 10),
            minutes=made.chance.choice(phrases.MINUTES),
        )  # fmt: skip
        self.batch.held.append(meeting)

    def arrange(self) -> None:
        """Arrange the meetings ahead, as staff do: no two with the same sales manager, or the same person, at one time."""
        free, taken = defaultdict[int, Iterator[datetime]](self.hours), set[tuple[int, datetime]]()
        for wanted, made, person, leader in self.ahead:
            sides = {
                "decision_maker": person,
                "account_manager": made.manager,
                "director": leader,
                "location": made.house.centre.name,
            }
            theirs = (moment for moment in free[leader.pk] if (person.pk, moment) not in taken)
            times = [next(theirs) for _one in range(PROPOSED if wanted == MeetingState.PROPOSED else 1)]
            taken.update((person.pk, moment) for moment in times)
            if wanted == MeetingState.PROPOSED:
                meetings.propose(made.company, times, by=made.manager, **sides)
                continue
            meeting = meetings.arrange(made.company, times[0], by=made.manager, **sides)
            if wanted == MeetingState.CANCELLED:
                meetings.cancel(meeting, by=made.manager)

    def hours(self) -> Iterator[datetime]:
        """When meetings begin, from in three days on."""
        return (at(on, hour) for on in weekdays(self.on + timedelta(days=3)) for hour in range(9, 16))


def at(on: date, hour: int) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=timezone.get_default_timezone())

"""Tasks and annual meetings of each company, held, due, fixed or proposed."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES
from contacts.models import Interaction, Meeting, Person, Task
from demo import phrases
from demo.cast import DECIDES
from demo.companies import Account, moment
from demo.rows import DemoBatch
from fleetportal.core.db import bulk

YEAR = 365


class Diary:
    """Makes tasks and meetings of one account after the other."""

    def __init__(self, *, on: date, director: User) -> None:
        self.on, self.director = on, director
        self.minutes = ANNUAL_MEETING_MINUTES.on(on)

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
        """Held last year or the year before, or never; for some the next one is fixed, proposed, or was cancelled."""
        if made.number % 6 < 5:
            back = 40 + made.chance.randrange(300) if made.number % 6 < 4 else YEAR + 5 + made.chance.randrange(500)
            if made.entered_on < self.on - timedelta(days=back):
                self.held(made, person, self.on - timedelta(days=back))
        ahead = self.on + timedelta(days=3 + made.chance.randrange(25))
        if made.happens(8, 1):
            self.meeting(made, person, state="fixed", starts_at=at(ahead, 10), revision=1)
        elif made.happens(12, 4):
            times = [at(ahead + timedelta(days=days), 14).isoformat() for days in (0, 2, 7)]
            self.meeting(made, person, state="proposed", proposed_times=times)
        elif made.happens(30, 7):
            self.meeting(made, person, state="cancelled", starts_at=at(self.on - timedelta(days=20), 11), revision=2)

    def held(self, made: Account, person: Person, on: date) -> None:
        minutes = made.chance.choice(phrases.MINUTES)
        meeting = self.meeting(made, person, state="held", starts_at=at(on, 10), minutes=minutes, revision=1)
        contact = bulk.new(Interaction,
            company=made.row, person=person, kind="meeting.held", channel="in_person", is_real_contact=True, text=minutes,
            happened_at=at(on, 10), by=made.manager,
        )  # fmt: skip
        self.batch.held.append((meeting, contact))

    def meeting(self, made: Account, person: Person, **facts: object) -> Meeting:
        sides = {"decision_maker": person, "account_manager": made.manager, "director": self.director}
        meeting = bulk.new(Meeting, company=made.row, place=made.house.centre.name, lasts_minutes=self.minutes, **sides, **facts)
        self.batch.meetings.append(meeting)
        return meeting


def at(on: date, hour: int) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=timezone.get_default_timezone())

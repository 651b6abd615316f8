"""What was promised and agreed for each company: tasks, and the annual meetings held, due, fixed or proposed."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES
from contacts.models import Interaction, Meeting, Task
from demo import phrases
from demo.cast import DECIDES
from demo.companies import Account, moment
from demo.rows import Tables
from fleetportal.core.audit import Entry

YEAR = 365


class Diary:
    """Writes tasks and meetings of one account after the other."""

    def __init__(self, tables: Tables, *, on: date, director: int) -> None:
        self.tables, self.on, self.director = tables, on, director

    def add(self, made: Account) -> None:
        if made.phase == "lost":
            return
        self.tasks(made)
        deciders = made.known[DECIDES]
        if deciders and made.phase != "prospect":
            self.meetings(made, deciders[0].person)

    def tasks(self, made: Account) -> None:
        """For one company of five something to do about these days, for one of seven something done."""
        chance, anybody = made.chance, next((known[0].person for known in made.known.values() if known), None)
        if made.manager is None:
            return
        facts = {"company_id": made.pk, "person_id": anybody, "owner_id": made.manager.pk}
        if made.happens(5, 0):
            due_on = self.on + timedelta(days=chance.randrange(-3, 12))
            planned_at = moment(self.on - timedelta(days=4 + chance.randrange(10)), chance)
            self.task(title=chance.choice(phrases.TASKS), due_on=due_on, planned_at=planned_at, **facts)
        if made.happens(7, 1):
            due_on = self.on - timedelta(days=5 + chance.randrange(90))
            planned_at, closed_at = moment(due_on - timedelta(days=9), chance), moment(due_on, chance)
            done = {"state": "closed", "closed_at": closed_at, "result": chance.choice(phrases.RESULTS)}
            self.task(title=chance.choice(phrases.TASKS), due_on=due_on, planned_at=planned_at, **facts, **done)

    def task(self, **facts: object) -> None:
        pk = self.tables[Task].add(**facts)
        planned = {"object_type": "contacts.task", "object_id": pk, "actor_id": facts["owner_id"], "at": facts["planned_at"]}
        self.tables[Entry].add(action="task.planned", facts={"company": facts["company_id"], "owner": facts["owner_id"]}, **planned)

    def meetings(self, made: Account, person: int) -> None:
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

    def held(self, made: Account, person: int, on: date) -> None:
        minutes = made.chance.choice(phrases.MINUTES)
        pk = self.meeting(made, person, state="held", starts_at=at(on, 10), minutes=minutes, revision=1)
        self.tables[Interaction].add(
            company_id=made.pk, person_id=person, kind="meeting.held", channel="in_person", is_real_contact=True, text=minutes,
            happened_at=at(on, 10), by_id=made.manager.pk if made.manager else None, about_type="contacts.meeting", about_id=pk,
        )  # fmt: skip

    def meeting(self, made: Account, person: int, **facts: object) -> int:
        manager = made.manager.pk if made.manager else None
        sides = {"decision_maker_id": person, "account_manager_id": manager, "director_id": self.director}
        return self.tables[Meeting].add(
            company_id=made.pk, place=made.house.centre.name, lasts_minutes=ANNUAL_MEETING_MINUTES.on(self.on), **sides, **facts
        )


def at(on: date, hour: int) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=timezone.get_default_timezone())

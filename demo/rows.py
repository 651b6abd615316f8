"""The rows of a batch of demo companies, entered through the models' verbs, each at its own time in the past."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Generic, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.customers.actions import companies
from accounts.customers.models.touched import gathering
from accounts.models import Address, Assignment, Company, User, Vehicle
from contacts.memory.actions import meetings
from contacts.models import Consent, Holder, Interaction, Meeting, Person, PersonAddress, Role, Task, VehicleDriver
from contacts.people.actions import people
from fleetportal.core.db import bulk

Row = TypeVar("Row", bound=models.Model)


class DatedRows(Generic[Row]):
    """New rows of one model with their times of entry, in that order."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.at: list[datetime] = []

    def add(self, row: Row, *, at: datetime) -> Row:
        self.rows.append(row)
        self.at.append(at)
        return row


class DemoBatch:
    """Rows waiting to be entered, which may refer to each other. Rows without a user of their own are entered by `by`."""

    def __init__(self, *, by: User) -> None:
        self.by = by
        self.companies: list[Company] = []
        self.company_addresses: DatedRows[Address] = DatedRows()
        self.assignments: DatedRows[Assignment] = DatedRows()
        self.people: list[Person] = []
        self.addresses: list[PersonAddress] = []
        self.consents: list[Consent] = []
        self.roles: defaultdict[type[Role], DatedRows[Role]] = defaultdict(DatedRows)
        self.vehicles: list[Vehicle] = []
        self.holders: DatedRows[Holder] = DatedRows()
        self.drives: DatedRows[VehicleDriver] = DatedRows()
        self.contacts: list[Interaction] = []
        self.tasks: list[Task] = []
        self.done: list[tuple[Task, str, datetime]] = []  # the result of a task, and its time
        self.held: list[Meeting] = []

    def enter(self) -> None:
        """Enter all rows, in the order of their dependencies."""
        with transaction.atomic(), gathering(), bulk.uncollected():
            companies.enter_many(self.companies, by=self.by)
            Address.enter_many(self.company_addresses.rows, by=self.by, at=self.company_addresses.at)
            Assignment.enter_many(self.assignments.rows, by=self.by, at=self.assignments.at)
            people.enter_many(self.people, self.addresses, by=self.by)
            for model, roles in self.roles.items():
                model.take_up_many(roles.rows, by=self.by, at=roles.at)
            Vehicle.enter_many(self.vehicles, by=self.by)
            Holder.hand_over_many(self.holders.rows, by=self.by, at=self.holders.at)
            VehicleDriver.let_drive_many(self.drives.rows, by=self.by, at=self.drives.at)
            self.enter_history()

    def enter_history(self) -> None:
        """Enter interactions, tasks and meetings, each by its own user."""
        for by, consents in by_whom(self.consents, "recorded_by"):
            Consent.enter_many(consents, by=by)
        for by, contacts in by_whom(self.contacts, "by"):
            Interaction.log_many(contacts, by=by, at=[contact.happened_at for contact in contacts])
        for by, tasks in by_whom(self.tasks, "owner"):
            Task.plan_many(tasks, by=by)
        for task, result, at in self.done:
            task.close(result=result, by=task.owner, now=at)
        for by, held in by_whom(self.held, "account_manager"):
            meetings.hold_many(held, by=by, at=[meeting.entered_at for meeting in held])


def by_whom(rows: Iterable[Row], relation: str) -> Iterable[tuple[User | None, Sequence[Row]]]:
    """(user, those of `rows` with that user in `relation`), in order of first appearance."""
    grouped: dict[int | None, tuple[User | None, list[Row]]] = {}
    for row in rows:
        user = getattr(row, relation)
        grouped.setdefault(user.pk if user else None, (user, []))[1].append(row)
    return grouped.values()


def morning(on: date) -> datetime:
    """A plausible time of entry on that day."""
    return datetime.combine(on, time(9), tzinfo=timezone.get_default_timezone())


def check_at_once() -> None:
    """Let the database check foreign keys with each statement: its list of deferred checks would grow with the demo."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

"""Compares a batch of rows with the database: plans what each would make, and writes it in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import models

from accounts.models import Centre, Company, User, Vehicle
from contacts.models import Person
from fleetportal.core.db import can_lock, locked
from intake.models import Import, Verdict
from intake.nouns.company import Companies
from intake.nouns.drafts import Draft, worst
from intake.nouns.person import People
from intake.nouns.registry import nouns
from intake.nouns.vehicle import Vehicles
from intake.reading.company import CompanyFacts
from intake.reading.jsontypes import Json
from intake.reading.rows import Row
from intake.reading.vehicle import VehicleFacts
from intake.writing import Writing

MAY = "serve_customers"
AT_ONCE = 2000  # rows of a batch: a second where only the rows themselves are locked meanwhile
AT_ONCE_ALONE = 500  # where all other writers wait for the whole batch


def judged_at_once() -> int:
    """The number of rows in a batch of the dry run, which locks nothing and writes its own rows in a tenth of a second."""
    return AT_ONCE


def rows_at_once() -> int:
    """The number of rows in a batch that is taken. A batch costs about seventy statements, whatever its number of rows."""
    return AT_ONCE if can_lock() else AT_ONCE_ALONE


def share(left: int, most: int) -> int:
    """How many of the rows that are `left` each of two processes gets at once, so that neither waits for the other at the end."""
    return min(most, max(left // 2 + 1, most // 4, 1))


@dataclass(frozen=True)
class Importer:
    """The user and centre of an import, with the rights read once for a slice."""

    user: User | None
    centre: Centre | None

    @property
    def companies(self) -> models.QuerySet[Company]:
        return Company.objects.all() if self.user is None else Company.objects.where(self.user, may=MAY)

    @property
    def people(self) -> models.QuerySet[Person]:
        return Person.objects.all() if self.user is None else Person.objects.where(self.user, may=MAY)


@dataclass(slots=True)
class RowPlan:
    """The plan for one row: its verdict, and the result for each noun ("new", "changed", "same")."""

    row: Row
    verdict: str
    makes: dict[str, str] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)

    def to_json(self) -> Json:
        return {**self.makes, **({"people": self.people} if self.people else {})}


class Batch:
    """Rows of one sheet, looked up together."""

    def __init__(self, run: Import, importer: Importer, rows: Sequence[Row], *, today: date, writes: bool) -> None:
        """`writes`: the rows that stand are locked before they are looked at, parents first, each kind in pk order."""
        self.run, self.importer, self.today = run, importer, today
        good = [row for row in rows if not row.is_rejected]
        read: Callable[[models.QuerySet[Any]], models.QuerySet[Any]] = locked if writes else in_order
        self.companies = Companies(importer.companies, importer.centre, good, owner=run.company, today=today, read=read)
        known = [pk for pk in self.companies.drafts if pk is not None] + ([run.company_id] if run.company_id else [])
        self.vehicles = Vehicles(importer.companies, good, known, read=read)
        self.people = People(importer.companies, importer.people, importer.centre, good, known, today=today, read=read)
        self.people.load_vehicles(self.vehicles.drafts)
        self.further = {noun.subject.name: noun.drafts(importer, good) for noun in nouns if noun.drafts}
        self.plans = [self.plan(row) for row in rows]

    def plan(self, row: Row) -> RowPlan:
        """Plan the row and draft everything that it would write."""
        plan = RowPlan(row, Verdict.REJECTED)
        for name, drafts in self.further.items() if not row.is_rejected else ():
            if (state := drafts.outcome(row)) is not None:
                return plan if row.is_rejected else RowPlan(row, state, {name: state})
        company = self.companies.company_of(row) if not row.is_rejected else None
        vehicle = self.vehicle(row, company)
        if row.is_rejected:
            return plan
        if vehicle is not None:
            plan.makes["vehicle"] = vehicle.state
        if company is not None:
            plan.makes["company"] = company.state
        plan.people = self.people.people_of(row, company, vehicle)
        for draft in (company, vehicle):
            if draft is not None and draft.changes and draft.staged is None:
                draft.staged = row.staged
        about_person = plan.people and not row.said.leads
        main = plan.makes.get("vehicle") or (plan.people[0] if about_person else plan.makes.get("company", "same"))
        of_company = [company.state] if company is not None and company.staged in (None, row.staged) else []
        others = worst([*of_company, *plan.people])
        plan.verdict = main if main != "same" else "changed" if others != "same" else "same"
        return plan

    def vehicle(self, row: Row, company: Draft[Company] | None) -> Draft[Vehicle] | None:
        """The vehicle of the row; None where it names none, or where the row is rejected for it."""
        facts = row.one(VehicleFacts)
        if facts is None or row.is_rejected:
            return None
        if company is None:
            row.reject("company.none")
            return None
        return self.vehicles.vehicle_of(facts, company, row)

    def write(self) -> None:
        """Everything that was drafted, with its history and the trace for the undo. Call it inside the verb's transaction."""
        Writing(self.run, self.importer.user, self.companies, self.vehicles, self.people, self.further.values()).write()


def in_order(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.order_by("pk")


def companies_alone(rows: Iterable[Row]) -> list[Row]:
    """The rows without whatever else they say: the company each names, and to whom it belongs."""
    return [replace(row, said=row.said.only(CompanyFacts)) for row in rows]

"""A batch of rows against the base: what each would make, and, in one transaction, the making of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Assignment, Centre, Company, CompanyPair, TouchedCompany, User, Vehicle
from contacts.models import GROUPS, Person, PersonPair
from fleetportal.core import audit
from fleetportal.core.db import bulk, fold, locked, search
from intake.models import Import, Made, Verdict
from intake.nouns.company import Companies
from intake.nouns.drafts import Draft, worst
from intake.nouns.person import People
from intake.nouns.registry import Traces, nouns
from intake.nouns.vehicle import Vehicles
from intake.reading.company import CompanyFacts
from intake.reading.jsontypes import Json
from intake.reading.rows import Row
from intake.reading.vehicle import VehicleFacts

MAY = "serve_customers"


@dataclass(frozen=True)
class Importer:
    """Who imports, and where to: reach is read once for a slice."""

    user: User | None
    centre: Centre | None

    @property
    def companies(self) -> models.QuerySet[Company]:
        return Company.objects.all() if self.user is None else Company.objects.where(self.user, may=MAY)

    @property
    def people(self) -> models.QuerySet[Person]:
        return Person.objects.all() if self.user is None else Person.objects.where(self.user, may=MAY)

    @property
    def works_for_own(self) -> bool:
        """True for an account manager: what they bring in is theirs to look after."""
        return self.user is not None and self.centre is not None and self.centre.pk not in self.user.rights.centres(MAY)


@dataclass(slots=True)
class Plan:
    """What one row would do: its verdict, and for each noun what becomes of it ("new", "changed", "same")."""

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

    def plan(self, row: Row) -> Plan:
        """What the row would do; everything about it is drafted."""
        plan = Plan(row, Verdict.REJECTED)
        for name, drafts in self.further.items() if not row.is_rejected else ():
            if (state := drafts.of(row)) is not None:
                return plan if row.is_rejected else Plan(row, state, {name: state})
        company = self.companies.of(row) if not row.is_rejected else None
        vehicle = self.vehicle(row, company)
        if row.is_rejected:
            return plan
        if vehicle is not None:
            plan.makes["vehicle"] = vehicle.state
        if company is not None:
            plan.makes["company"] = company.state
        plan.people = self.people.of(row, company, vehicle)
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
        return self.vehicles.of(facts, company, row)

    # --- the making --------------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Everything that was drafted, with history, search and the trace for the undo. Call inside the verb's transaction."""
        by, origin = self.importer.user, {"import": self.run.pk}
        self.made: Traces = [trace for drafts in self.further.values() for trace in drafts.write(by=by, origin=origin)]
        self.write_companies()
        self.write_vehicles()
        self.write_people()
        self.write_roles()
        bulk.write(Made, ("row_id", "what", "object_id"), self.made)
        self.touch()

    def create(self, what: str, drafts: Iterable[Draft[Any]], *, action: str = "") -> list[Any]:
        """The new rows among `drafts`, now saved, with their history."""
        new = [draft for draft in drafts if draft.is_new]
        if not new:
            return []
        bulk.add([draft.obj for draft in new])
        self.made += [(draft.staged, what, draft.obj.pk) for draft in new if draft.staged]
        if action:
            audit.record_many(action, [(draft.obj, {}) for draft in new], by=self.importer.user, facts={"import": self.run.pk})
        return [draft.obj for draft in new]

    def change(self, drafts: Iterable[Draft[Any]], *, action: str) -> list[Any]:
        """The changed rows among `drafts`, now saved, with before and after in the history."""
        changed = [draft for draft in drafts if draft.changes and not draft.is_new]
        if not changed:
            return []
        model = type(changed[0].obj)
        entries: list[tuple[Any, audit.Changes]] = []
        fields: set[str] = set()
        for draft in changed:
            before = {name: getattr(draft.obj, name) for name in draft.changes}
            for name, value in draft.changes.items():
                setattr(draft.obj, name, value)
            fields.update(name.removesuffix("_id") if name == "parent_id" else name for name in draft.changes)
            pairs = {name: (before[name], value) for name, value in draft.changes.items() if not name.endswith("_folded")}
            entries.append((draft.obj, pairs))
        model._default_manager.bulk_update([draft.obj for draft in changed], sorted(fields), batch_size=300)
        history = audit.record_many(action, entries, by=self.importer.user, facts={"import": self.run.pk})
        self.made += [(draft.staged, "entry", entry) for draft, entry in zip(changed, history, strict=True) if draft.staged]
        return [draft.obj for draft in changed]

    def write_companies(self) -> None:
        parents = self.companies.settle_parents()
        for child, parent in parents:
            if child.is_new:
                child.obj.parent = parent.obj
        new = self.create("company", self.companies.new, action="company.entered")
        CompanyPair.find([company.pk for company in new])
        for child, parent in parents:
            if not child.is_new:
                child.changes["parent_id"] = parent.obj.pk
        for draft in self.companies.drafts.values():
            if "name" in draft.changes:
                draft.changes["name_folded"] = fold(draft.changes["name"])[:200]
        owner = [self.companies.owner_draft] if self.companies.owner_draft else []
        changed = self.change([*self.companies.drafts.values(), *owner], action="company.edited")
        search.add(company.search_row for company in new)
        search.index(company.search_row for company in changed)
        user = self.importer.user
        if new and user is not None and self.importer.works_for_own:
            staged = {id(draft.obj): draft.staged for draft in self.companies.new if draft.staged}
            assignments = [Assignment(company=company, user=user, starts_on=self.today) for company in new]
            Assignment.objects.bulk_create(assignments)
            self.made += [(staged[id(one.company)], "assignment", one.pk) for one in assignments if id(one.company) in staged]
            audit.record_many(
                "company.assigned",
                [(company, {}) for company in new],
                by=user,
                facts={"user": user.pk, "import": self.run.pk},
            )

    def write_vehicles(self) -> None:
        new = self.create("vehicle", self.vehicles.new, action="vehicle.entered")
        changed = self.change(self.vehicles.drafts.values(), action="vehicle.edited")
        search.add(vehicle.search_row for vehicle in new)
        search.index(vehicle.search_row for vehicle in changed)

    def write_people(self) -> None:
        new = self.create("person", self.people.new, action="person.entered")
        changed = self.change([known.draft for known in self.people.people.values()], action="person.edited")
        self.create("address", self.people.addresses)
        PersonPair.find([person.pk for person in new])
        self.index_people(new, {person.pk for person in changed})

    def index_people(self, new: list[Person], changed: set[int]) -> None:
        """Search finds them: new ones by what was just written, those that stood before by all their addresses."""
        shown: dict[int, list[str]] = {person.pk: [] for person in new}
        for address in (draft.obj for draft in self.people.addresses):
            if address.person_id not in shown:
                changed.add(address.person_id)
            elif not address.is_private:
                shown[address.person_id].append(address.value)
        search.add(person.search_row_with(shown[person.pk]) for person in new)
        if changed:
            search.index(person.search_row for person in Person.objects.filter(pk__in=changed).prefetch_related("addresses"))

    def write_roles(self) -> None:
        for group, model in GROUPS.items():
            drafts = [draft for key, draft in self.people.roles.items() if key[0] == group]
            self.create(group, drafts, action=f"{model.group}.taken_up")
            self.change(drafts, action=f"{model.group}.edited")
        holders: list[Draft[Any]] = [draft for standing in self.people.holders.values() for draft in standing]
        self.change(holders, action="holder.ended")
        self.create("holder", holders, action="vehicle.handed_over")
        self.create("drive", self.people.drives.values(), action="vehicle.driven")

    def touch(self) -> None:
        """What is derived from these companies is due again."""
        ids = {draft.obj.pk for draft in [*self.companies.drafts.values(), *self.companies.new] if draft.changes or draft.is_new}
        ids |= {draft.obj.company_id for draft in [*self.vehicles.drafts.values(), *self.vehicles.new] if draft.changes or draft.is_new}
        ids |= {draft.obj.company_id for draft in self.people.roles.values() if draft.is_new}
        now = timezone.now()
        bulk.write(TouchedCompany, ("company_id", "at"), [(pk, now) for pk in sorted(ids)])


def in_order(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.order_by("pk")


def companies_alone(rows: Iterable[Row]) -> list[Row]:
    """The rows without whatever else they say: the company each names, and to whom it belongs."""
    return [replace(row, said=row.said.only(CompanyFacts)) for row in rows]

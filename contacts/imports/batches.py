"""A batch of rows against the base: what each would make, and, in one transaction, the making of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Assignment, Centre, Company, TouchedCompany, User
from contacts.imports.companies import Companies
from contacts.imports.drafts import Draft, worst
from contacts.imports.people import People
from contacts.imports.records import Record
from contacts.imports.vehicles import Vehicles
from contacts.models import GROUPS, Import, Made, Person, StagedRow, Verdict
from fleetportal.core import audit, search
from fleetportal.core.db import fold

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


@dataclass
class Plan:
    """What one row would do."""

    record: Record
    verdict: str
    makes: dict[str, Any]


class Batch:
    """Rows of one sheet, looked up together."""

    def __init__(self, run: Import, importer: Importer, records: Sequence[Record], *, today: date) -> None:
        self.run, self.importer, self.today = run, importer, today
        good = [record for record in records if not record.is_rejected]
        self.companies = Companies(importer.companies, importer.centre, good, owner=run.company, today=today)
        known = [pk for pk in self.companies.drafts if pk is not None] + ([run.company_id] if run.company_id else [])
        self.vehicles = Vehicles(importer.companies, good, known)
        self.people = People(importer.companies, importer.people, importer.centre, good, known, today=today)
        self.people.load_vehicles(self.vehicles.drafts)
        self.plans = [self.plan(record) for record in records]

    def plan(self, record: Record) -> Plan:
        if record.is_rejected:
            return Plan(record, Verdict.REJECTED, {})
        company = self.companies.of(record)
        if record.is_rejected:
            return Plan(record, Verdict.REJECTED, {})
        makes: dict[str, Any] = {}
        vehicle = None
        if "vehicle" in record.values:
            if company is None:
                record.reject("company", _("The row names no company."), _("Fill in the company, or say whose vehicles these are."))
                return Plan(record, Verdict.REJECTED, {})
            vehicle = self.vehicles.of(record, company)
            if vehicle is None:
                return Plan(record, Verdict.REJECTED, {})
            makes["vehicle"] = vehicle.state
        if company is not None:
            makes["company"] = company.state
        people = self.people.of(record, company, vehicle)
        for draft in (company, vehicle):
            if draft is not None and draft.changes and draft.staged is None:
                draft.staged = record.staged
        if people:
            makes["people"] = people
        main = makes.get("vehicle") or (
            people[0] if record.values.get("people") and "leads" not in record.values else makes.get("company", "same")
        )
        others = worst([*([makes["company"]] if company is not None and company.staged in (None, record.staged) else []), *people])
        verdict = main if main != "same" else "changed" if others != "same" else "same"
        return Plan(record, verdict, makes)

    # --- the making --------------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Everything that was drafted, with history, search and the trace for the undo. Call inside the verb's transaction."""
        self.made: list[Made] = []
        self.write_companies()
        self.write_vehicles()
        self.write_people()
        self.write_roles()
        Made.objects.bulk_create(self.made, batch_size=2000)
        self.touch()

    def create(self, what: str, drafts: Iterable[Draft[Any]], *, action: str = "") -> list[Any]:
        """The new rows among `drafts`, now saved, with their history."""
        new = [draft for draft in drafts if draft.is_new]
        if not new:
            return []
        model = type(new[0].obj)
        model._default_manager.bulk_create([draft.obj for draft in new], batch_size=1000)
        self.made += [Made(row_id=draft.staged, what=what, object_id=draft.obj.pk) for draft in new if draft.staged]
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
        self.made += [
            Made(row_id=draft.staged, what="entry", object_id=entry.pk)
            for draft, entry in zip(changed, history, strict=True)
            if draft.staged
        ]
        return [draft.obj for draft in changed]

    def write_companies(self) -> None:
        new = self.create("company", self.companies.new, action="company.entered")
        for draft in self.companies.drafts.values():
            if "name" in draft.changes:
                draft.changes["name_folded"] = fold(draft.changes["name"])[:200]
        owner = [self.companies.owner_draft] if self.companies.owner_draft else []
        changed = self.change([*self.companies.drafts.values(), *owner], action="company.edited")
        search.index([company.search_row for company in [*new, *changed]])
        user = self.importer.user
        if new and user is not None and self.importer.works_for_own:
            staged = {id(draft.obj): draft.staged for draft in self.companies.new if draft.staged}
            assignments = [Assignment(company=company, user=user, starts_on=self.today) for company in new]
            Assignment.objects.bulk_create(assignments)
            self.made += [
                Made(row_id=staged[id(one.company)], what="assignment", object_id=one.pk)
                for one in assignments
                if id(one.company) in staged
            ]
            audit.record_many(
                "company.assigned",
                [(company, {}) for company in new],
                by=user,
                facts={"user": user.pk, "import": self.run.pk},
            )

    def write_vehicles(self) -> None:
        for draft in self.vehicles.new:
            draft.obj.company = draft.obj.company  # the company has its number now
        new = self.create("vehicle", self.vehicles.new, action="vehicle.entered")
        changed = self.change(self.vehicles.drafts.values(), action="vehicle.edited")
        search.index([vehicle.search_row for vehicle in [*new, *changed]])

    def write_people(self) -> None:
        new = self.create("person", self.people.new, action="person.entered")
        changed = self.change([known.draft for known in self.people.people.values()], action="person.edited")
        for draft in self.people.addresses:
            draft.obj.person = draft.obj.person
        self.create("address", self.people.addresses)
        touched = {person.pk for person in [*new, *changed]} | {draft.obj.person_id for draft in self.people.addresses}
        self.index_people(touched)

    def index_people(self, ids: set[int]) -> None:
        people = Person.objects.filter(pk__in=ids).prefetch_related("addresses") if ids else []
        search.index([person.search_row for person in people])

    def write_roles(self) -> None:
        for group, model in GROUPS.items():
            drafts = [draft for key, draft in self.people.roles.items() if key[0] == group]
            for draft in drafts:
                if draft.is_new:
                    draft.obj.person, draft.obj.company = draft.obj.person, draft.obj.company
            self.create(group, drafts, action=f"{model.group}.taken_up")
            self.change(drafts, action=f"{model.group}.edited")
        holders: list[Draft[Any]] = [draft for standing in self.people.holders.values() for draft in standing]
        self.change(holders, action="holder.ended")
        for holder in holders:
            if holder.is_new:
                holder.obj.vehicle, holder.obj.user = holder.obj.vehicle, holder.obj.user
        self.create("holder", holders, action="vehicle.handed_over")
        for drive in self.people.drives.values():
            if drive.is_new:
                drive.obj.vehicle, drive.obj.driver = drive.obj.vehicle, drive.obj.driver
        self.create("drive", self.people.drives.values(), action="vehicle.driven")

    def touch(self) -> None:
        """What is derived from these companies is due again."""
        ids = {draft.obj.pk for draft in [*self.companies.drafts.values(), *self.companies.new] if draft.changes or draft.is_new}
        ids |= {draft.obj.company_id for draft in [*self.vehicles.drafts.values(), *self.vehicles.new] if draft.changes or draft.is_new}
        ids |= {draft.obj.company_id for draft in self.people.roles.values() if draft.is_new}
        TouchedCompany.objects.bulk_create([TouchedCompany(company_id=pk, at=timezone.now()) for pk in sorted(ids)])


def staged_records(rows: Iterable[StagedRow]) -> list[Record]:
    """The records of rows that were judged."""
    return [Record(row.sheet, row.row, row.cells, row.values, [], row.pk, row.fingerprint) for row in rows]

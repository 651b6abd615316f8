"""What a batch has drafted, written through the bulk verbs of the nouns; each row that was made or changed leaves a trace for the undo."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from accounts.customers.actions import companies
from accounts.customers.models.touched import gathering
from accounts.models import Assignment, Company, User, Vehicle
from contacts.models import GROUPS, AlreadyHeld, Holder, PersonAddress, Role, VehicleDriver
from contacts.people.actions import people
from fleetportal.core import audit
from fleetportal.core.db import bulk
from intake.models import Import, Made
from intake.nouns.company import Companies
from intake.nouns.drafts import Draft
from intake.nouns.person import People
from intake.nouns.registry import Drafts, Traces
from intake.nouns.vehicle import Vehicles

Row = TypeVar("Row", bound=models.Model)


class Writing:
    """The drafts of one batch on their way into the base, those above first. Use it inside the verb's transaction."""

    def __init__(
        self, run: Import, by: User | None, companies: Companies, vehicles: Vehicles, people: People, further: Iterable[Drafts]
    ) -> None:
        """`further` are the drafts of nouns that write themselves."""
        self.by, self.origin = by, {"import": run.pk}
        self.companies, self.vehicles, self.people, self.further = companies, vehicles, people, further
        self.traces: Traces = []

    def write(self) -> None:
        """All of them, with a trace of each for the undo; each company is touched once."""
        with gathering():
            self.traces += [trace for drafts in self.further for trace in drafts.write(by=self.by, origin=self.origin)]
            self.write_companies()
            self.write_vehicles()
            self.write_people()
            self.write_roles()
            self.hand_over()
            self.let_drive()
        bulk.write(Made, ("row_id", "what", "object_id"), self.traces)

    # --- the nouns ---------------------------------------------------------------------------------------------------------

    def write_companies(self) -> None:
        """New companies and what changed, with what belongs to what; also the assignments to the importer."""
        for child, parent in self.companies.settle_parents():
            if child.is_new:
                child.obj.parent = parent.obj
            else:
                child.changes["parent"] = parent.obj
        new = new_of(self.companies.new)
        companies.enter_many(objects(new), by=self.by, origin=self.origin)
        self.trace("company", new)
        self.trace_assignments(new)
        known = list(self.companies.drafts.values())
        edited, _refused = companies.edit_many(edits(known), by=self.by, origin=self.origin)
        self.trace_edits(known, edited)

    def trace_assignments(self, new: list[Draft[Company]]) -> None:
        """Those by which the importer looks after what they brought in. Costs 1 query where there may be any."""
        if new and self.by is not None:
            staged = {draft.obj.pk: draft.staged for draft in new}
            for pk, company in Assignment.objects.filter(company__among=list(staged)).values_list("pk", "company"):
                self.leave_trace(staged[company], "assignment", pk)

    def write_vehicles(self) -> None:
        """New vehicles and what changed."""
        new = new_of(self.vehicles.new)
        Vehicle.enter_many(objects(new), by=self.by, origin=self.origin)
        self.trace("vehicle", new)
        known = list(self.vehicles.drafts.values())
        self.trace_edits(known, Vehicle.edit_many(edits(known), by=self.by, origin=self.origin))

    def write_people(self) -> None:
        """New people with their addresses, what changed, and further addresses."""
        new = new_of(self.people.new)
        of_new = [draft for draft in self.people.addresses if draft.obj.person_id is None]
        further = [draft for draft in self.people.addresses if draft.obj.person_id is not None]
        people.enter_many(objects(new), objects(of_new), by=self.by, origin=self.origin)
        self.trace("person", new)
        self.trace("address", of_new)
        known = [known.draft for known in self.people.people.values()]
        self.trace_edits(known, people.edit_many(edits(known), by=self.by, origin=self.origin))
        entered = {id(address) for address in PersonAddress.enter_many(objects(further), by=self.by, origin=self.origin)}
        self.trace("address", [draft for draft in further if id(draft.obj) in entered])

    def write_roles(self) -> None:
        """New roles of each group and what changed."""
        for group, model in GROUPS.items():
            drafts = [draft for key, draft in self.people.roles.items() if key[0] == group]
            self.take_up(group, model, new_of(drafts))
            known = [draft for draft in drafts if not draft.is_new]
            self.trace_edits(known, model.edit_many(edits(known), by=self.by, origin=self.origin))

    def take_up(self, group: str, model: type[Role], new: list[Draft[Role]]) -> None:
        """New roles; where somebody gave the person the same one a moment ago, vehicles go to that."""
        taken_up = model.take_up_many(objects(new), by=self.by, origin=self.origin)
        for draft, role in zip(new, taken_up, strict=True):
            if role is not draft.obj:
                draft.obj.pk = role.pk
        self.trace(group, [draft for draft, role in zip(new, taken_up, strict=True) if role is draft.obj])

    def hand_over(self) -> None:
        """New holders, and the end of those before them."""
        new = new_of(draft for drafts in self.people.holders.values() for draft in drafts)
        handed_over = Holder.hand_over_many(objects(new), by=self.by, origin=self.origin)
        for draft, handed in zip(new, handed_over, strict=True):
            if isinstance(handed, AlreadyHeld) or not handed.is_new:
                continue  # somebody handed it over a moment ago: what they said stays
            if handed.entry is not None:
                self.leave_trace(draft.staged, "entry", handed.entry)
            self.leave_trace(draft.staged, "holder", handed.holder.pk)

    def let_drive(self) -> None:
        new = new_of(self.people.drives.values())
        driven = VehicleDriver.let_drive_many(objects(new), by=self.by, origin=self.origin)
        self.trace("drive", [draft for draft, drive in zip(new, driven, strict=True) if drive is draft.obj])

    # --- traces ------------------------------------------------------------------------------------------------------------

    def trace(self, what: str, drafts: Iterable[Draft[Any]]) -> None:
        for draft in drafts:
            self.leave_trace(draft.staged, what, draft.obj.id)

    def trace_edits(self, drafts: Iterable[Draft[Row]], edited: Iterable[audit.Edited[Row]]) -> None:
        staged = {id(draft.obj): draft.staged for draft in drafts if draft.changes}
        for one in edited:
            self.leave_trace(staged[id(one.row)], "entry", one.entry)

    def leave_trace(self, staged: int | None, what: str, number: int) -> None:
        """By the number of the staged row; a draft of no row leaves none."""
        if staged is not None:
            self.traces.append((staged, what, number))


def new_of(drafts: Iterable[Draft[Row]]) -> list[Draft[Row]]:
    return [draft for draft in drafts if draft.is_new]


def objects(drafts: Iterable[Draft[Row]]) -> list[Row]:
    return [draft.obj for draft in drafts]


def edits(drafts: Iterable[Draft[Row]]) -> list[tuple[Row, Mapping[str, Any]]]:
    """What is to change in rows that are there: (row, values) each."""
    return [(draft.obj, draft.changes) for draft in drafts if draft.changes and not draft.is_new]

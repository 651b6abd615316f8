"""Service visits from a workshop's list: a row for each order or for each job of one, with vehicle, day, mileage, work and amount.

Rows with one order number are one visit with job lines. "Amount" is that of the whole order; where a list states an amount for each
line instead, each line keeps its own, and the visit has their sum. A visit is known again by the centre and its order number: a later
list changes what it says otherwise, and adds jobs. The vehicle must be known: no visit makes one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.vehicle import fold_plate
from accounts.models import JobLine, ServiceVisit, User, Vehicle
from contacts.memory.actions import service_visits
from intake.models import ENTRY
from intake.nouns.drafts import CHANGED, NEW, SAME, Draft
from intake.nouns.registry import Importing, Keys, Noun, Product, Traces
from intake.reading import cells
from intake.reading import fields as f
from intake.reading.facts import Facts, Said
from intake.reading.fields import Field
from intake.reading.kinds import Evidence, SheetKind, Subject
from intake.reading.problems import CellProblem
from intake.reading.reader import SheetReader
from intake.reading.rows import Row, brief
from intake.reading.vehicle import mileage

NAME, JOB_LINE, VISITS = "service_visit", "job_line", "visits"
TOLD = ("visited_on", "mileage_km", "amount_cents")  # what a row says of a visit beside its order number, its vehicle and its jobs
NOTHING = (None, "")
MOST, LONGEST_ORDER, LONGEST_JOB, MOST_JOBS = 10_000_000, 40, 200, 50
PARTED = re.compile(r"\s*[;\n|]\s*")
FIELDS = (
    Field("service_visit.visited_on", _("Service visit: date"), f.DATE),
    Field("service_visit.order_number", _("Service visit: order number"), f.ID),
    Field("service_visit.amount", _("Service visit: amount"), f.MONEY),
    Field("service_visit.job", _("Service visit: work done"), many=True),
    Field("service_visit.job_amount", _("Service visit: amount of one line"), f.MONEY),
)


@dataclass(slots=True)
class VisitFacts(Facts):
    name_in_json: ClassVar[str] = NAME

    visited_on: date | None = None
    order_number: str = ""
    vin: str = ""
    plate: str = ""
    mileage_km: int | None = None
    amount_cents: int | None = None
    line_cents: int | None = None  # of the one job of the row
    jobs: list[str] = field(default_factory=list)


# --- reading -----------------------------------------------------------------------------------------------------------------


def leads(found: Evidence) -> bool:
    """True for a list with an order number and a vehicle in each row."""
    return "service_visit.order_number" in found.keys and bool({"vehicle.plate", "vehicle.vin"} & found.keys)


def read(reader: SheetReader, row: Row) -> None:
    """One visit; the row is rejected where it names no order, no day or no vehicle."""
    facts = VisitFacts(
        visited_on=reader.day(row, "service_visit.visited_on"),
        order_number=reader.text(row, "service_visit.order_number")[:LONGEST_ORDER],
        vin=reader.value(row, "vehicle.vin", cells.vin) or "",
        plate=reader.value(row, "vehicle.plate", cells.plate) or "",
        mileage_km=mileage(reader, row),
        amount_cents=reader.value(row, "service_visit.amount", cents, stops=False),
    )
    facts.jobs = jobs_of(reader, row)
    facts.line_cents = reader.value(row, "service_visit.job_amount", cents, stops=False)
    if facts.line_cents is not None:  # it is that of the whole line
        facts.jobs = ["; ".join(facts.jobs)[:LONGEST_JOB]] if facts.jobs else []
    row.said.put(VisitFacts, facts)
    for said, reason in ((facts.order_number, "order.none"), (facts.visited_on, "date.none"), (facts.vin or facts.plate, "vehicle.none")):
        if not said and not row.is_rejected:
            row.reject(reason)


def cents(cell: object) -> int | None:
    """The amount in cents, None for an empty cell. Raises CellProblem where it is no number, or too large to be one of a workshop."""
    found = cells.number(cell)
    if found is not None and abs(found) > MOST:
        raise CellProblem("number.range", most=MOST)
    return None if found is None else round(found * 100)


def jobs_of(reader: SheetReader, row: Row) -> list[str]:
    """What was done: the parts of each cell, a line each."""
    texts = (cells.text_of(row.cell(column.index)) for column in reader.columns.get("service_visit.job", ()))
    return [job[:LONGEST_JOB] for text in texts for job in PARTED.split(text) if not cells.is_blank(job)][:MOST_JOBS]


def keys_of(row: Row, _company_key: str, _owner: str) -> Keys:
    """Within a file a visit is known by its order number."""
    facts = row.one(VisitFacts)
    return (brief(f"order:{facts.order_number}"), "") if facts and facts.order_number else ("", "")


# --- drafts ------------------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class VisitDraft(Draft[ServiceVisit]):
    """A visit, new or with what is to change in it."""

    jobs: list[str] = field(default_factory=list)  # that it has, or will have
    added: dict[str, int | None] = field(default_factory=dict)  # job: the staged row that adds it to a visit that is there
    cents: dict[str, int] = field(default_factory=dict)  # by job, of those lines that have an amount
    lines: dict[str, JobLine] = field(default_factory=dict)  # by job, those that are there
    dearer: dict[str, int | None] = field(default_factory=dict)  # job: the staged row that states another amount for its line

    def fill(self, facts: VisitFacts, row: Row) -> str:
        """What becomes of the visit by one more row about it."""
        told = ((name, getattr(facts, name)) for name in TOLD)
        changes = [self.put(name, value) for name, value in told]
        jobs = [job for job in dict.fromkeys(facts.jobs) if job not in self.jobs]
        self.jobs += jobs
        self.added |= dict.fromkeys(jobs, row.staged)
        changes.append(self.fill_line(facts, row))
        if any(changes) and self.staged is None:
            self.staged = row.staged
        return CHANGED if jobs or any(changes) else SAME

    def fill_line(self, facts: VisitFacts, row: Row) -> bool:
        """True where the row says an amount of its line that was not known. The visit has the sum, unless another total was stated."""
        if facts.line_cents is None or not facts.jobs or self.cents.get(facts.jobs[0]) == facts.line_cents:
            return False
        (job,) = facts.jobs
        before = sum(self.cents.values()) if self.cents else None
        self.cents[job] = facts.line_cents
        if job in self.lines:
            self.dearer[job] = row.staged
        if self.changes.get("amount_cents", self.obj.amount_cents) in (None, before):
            self.put("amount_cents", sum(self.cents.values()))
        return True


class ServiceVisits:
    """The visits of a batch."""

    def __init__(self, importing: Importing, rows: Iterable[Row]) -> None:
        """Costs 3 queries where rows contain visits."""
        facts = [one for row in rows if (one := row.one(VisitFacts)) is not None]
        self.centre = importing.centre
        self.vehicles: dict[str, Vehicle] = {}
        self.visits: dict[str, VisitDraft] = {}  # by order number
        if facts and self.centre is not None:
            self.load(importing, facts)

    def load(self, importing: Importing, facts: list[VisitFacts]) -> None:
        vins, plates = {one.vin for one in facts if one.vin}, {fold_plate(one.plate) for one in facts if one.plate}
        asked = Q(vin__among=vins) | Q(plate_folded__among=plates, given_back_on=None)
        in_reach = Vehicle.objects.filter(asked, company__in=importing.companies.values("pk"))
        for vehicle in in_reach.order_by(F("given_back_on").asc(nulls_last=True), "pk"):  # one that is still driven comes last and wins
            for key in filter(None, (vehicle.vin, "" if vehicle.given_back_on else vehicle.plate_folded)):
                self.vehicles[key] = vehicle
        known = ServiceVisit.objects.filter(centre=self.centre, order_number__among={one.order_number for one in facts})
        for visit in known.prefetch_related("lines"):
            lines = {line.text: line for line in visit.lines.all()}
            known_cents = {text: line.amount_cents for text, line in lines.items() if line.amount_cents is not None}
            self.visits[visit.order_number] = VisitDraft(visit, is_new=False, jobs=[*lines], cents=known_cents, lines=lines)

    def outcome(self, row: Row) -> str | None:
        """What becomes of the visit of the row; None where the row mentions none. Rejects a row whose vehicle is not known."""
        facts = row.one(VisitFacts)
        if facts is None:
            return None
        vehicle = self.vehicles.get(facts.vin) or self.vehicles.get(fold_plate(facts.plate))
        if vehicle is None or self.centre is None:
            row.reject("vehicle.unknown", value=facts.vin or facts.plate)
            return NEW
        draft = self.visits.get(facts.order_number)
        if draft is None:
            self.visits[facts.order_number] = self.draft(facts, vehicle, row)
            return NEW
        if draft.obj.vehicle_id != vehicle.pk:
            row.reject("order.other", value=facts.order_number)
            return SAME
        return draft.fill(facts, row)

    def draft(self, facts: VisitFacts, vehicle: Vehicle, row: Row) -> VisitDraft:
        """A new visit to `vehicle`, as the row tells it, each job once."""
        told = {name: getattr(facts, name) for name in TOLD}
        visit = ServiceVisit(company_id=vehicle.company_id, vehicle=vehicle, centre=self.centre, order_number=facts.order_number, **told)
        draft = VisitDraft(visit, is_new=True, staged=row.staged, jobs=list(dict.fromkeys(facts.jobs)))
        draft.fill_line(facts, row)
        return draft

    def write(self, *, by: User | None, origin: dict[str, int]) -> Traces:
        """Enters and edits them; a trace of each for the undo. Call in a transaction."""
        new = [draft for draft in self.visits.values() if draft.is_new]
        known = [draft for draft in self.visits.values() if not draft.is_new]
        service_visits.enter_many([(draft.obj, {job: draft.cents.get(job) for job in draft.jobs}) for draft in new], by=by, origin=origin)
        traces = [(draft.staged, NAME, draft.obj.pk) for draft in new]
        staged = {draft.obj.pk: draft for draft in known}
        edits = [(draft.obj, draft.changes) for draft in known if draft.changes]
        edited = service_visits.edit_many(edits, by=by, origin=origin)
        traces += [(staged[one.row.pk].staged, ENTRY, one.entry) for one in edited]
        added = [(draft.obj, {job: draft.cents.get(job) for job in draft.added}) for draft in known if draft.added]
        lines = service_visits.add_jobs_many(added, by=by, origin=origin)
        traces += [(staged[line.visit_id].added[line.text], JOB_LINE, line.pk) for line in lines]
        dearer = [(draft.lines[job], {"amount_cents": draft.cents[job]}) for draft in known for job in draft.dearer]
        edited_lines = service_visits.edit_lines_many(dearer, by=by, origin=origin)
        traces += [(staged[one.row.visit_id].dearer[one.row.text], ENTRY, one.entry) for one in edited_lines]
        return [(row, what, number) for row, what, number in traces if row is not None]


def joins(row: Row, described: Said) -> bool | None:
    """A row with the order number of an earlier one adds to its visit; None where the two contradict each other."""
    mine, theirs = row.one(VisitFacts), described.one(VisitFacts)
    if mine is None or theirs is None:
        return None
    other = [name for name in (*TOLD, "vin") if getattr(mine, name) != getattr(theirs, name)]
    if any(getattr(mine, name) not in NOTHING and getattr(theirs, name) not in NOTHING for name in other):
        return None
    if mine.plate and theirs.plate and fold_plate(mine.plate) != fold_plate(theirs.plate):
        return None
    if mine.jobs == theirs.jobs and None not in (mine.line_cents, theirs.line_cents) and mine.line_cents != theirs.line_cents:
        return None
    return not set(mine.jobs) <= set(theirs.jobs) or any(getattr(theirs, name) in NOTHING for name in other)


def leave(visits: Sequence[ServiceVisit], *, by: User | None, origin: Mapping[str, object]) -> None:
    """Their entries leave the timeline."""
    service_visits.leave_timeline(visits)


NOUN = Noun(
    Subject(
        NAME,
        VisitFacts,
        FIELDS,
        kinds=(
            SheetKind(
                VISITS,
                NAME,
                label=_("service visits"),
                looks_like=_("a list of service visits"),
                leads=leads,
                read=read,
                tells_of=frozenset((NAME, "vehicle")),
                needs=frozenset(("service_visit.order_number",)),
                order=3,
                refused_as="no_orders",
                identity=frozenset(("vehicle.plate", "vehicle.vin")),
            ),
        ),
        neutral={"day": "service_visit.visited_on"},
    ),
    keys=keys_of,
    new=lambda count: ngettext("%(count)s new service visit", "%(count)s new service visits", count) % {"count": count},
    columns_of_keys={"order": "service_visit.order_number"},
    made={
        NAME: Product(ServiceVisit, company="company", put_back=service_visits.edit_many, removed=leave, parts=(JobLine,)),
        JOB_LINE: Product(JobLine, company="visit__company", put_back=service_visits.edit_lines_many, removed=service_visits.note_removed),
    },
    joins=joins,
    drafts=ServiceVisits,
)

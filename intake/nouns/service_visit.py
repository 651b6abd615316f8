"""Service visits from a workshop's list: a row for each order, with its vehicle, day, mileage, work done and amount.

A visit is known again by the centre and its order number, and never changed by a file. The vehicle must be known: no visit makes one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.vehicle import fold_plate
from accounts.models import JobLine, ServiceVisit, User, Vehicle
from intake.nouns.registry import Importing, Keys, Noun, Product, Traces
from intake.reading import cells
from intake.reading import fields as f
from intake.reading.facts import Facts
from intake.reading.fields import Field
from intake.reading.kinds import Evidence, SheetKind, Subject
from intake.reading.problems import CellProblem
from intake.reading.reader import SheetReader
from intake.reading.rows import Row, brief
from intake.reading.vehicle import mileage

NAME, VISITS = "service_visit", "visits"
MOST, LONGEST_ORDER, LONGEST_JOB, MOST_JOBS = 10_000_000, 40, 200, 50
PARTED = re.compile(r"\s*[;\n|]\s*")
FIELDS = (
    Field("service_visit.visited_on", _("Service visit: date"), f.DATE),
    Field("service_visit.order_number", _("Service visit: order number"), f.ID),
    Field("service_visit.amount", _("Service visit: amount"), f.MONEY),
    Field("service_visit.job", _("Service visit: work done"), many=True),
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
        jobs=jobs_of(reader, row),
    )
    row.said.put(VisitFacts, facts)
    for said, reason in ((facts.order_number, "order.none"), (facts.visited_on, "date.none"), (facts.vin or facts.plate, "vehicle.none")):
        if not said and not row.is_rejected:
            row.reject(reason)


def cents(cell: object) -> int | None:
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
    return (brief(f"order:{facts.order_number.casefold()}"), "") if facts and facts.order_number else ("", "")


# --- drafts ------------------------------------------------------------------------------------------------------------------


class ServiceVisits:
    """The visits of a batch."""

    def __init__(self, importing: Importing, rows: Iterable[Row]) -> None:
        """Costs 2 queries where rows contain visits."""
        facts = [one for row in rows if (one := row.one(VisitFacts)) is not None]
        self.centre = importing.centre
        self.new: list[tuple[int | None, ServiceVisit, list[str]]] = []
        self.vehicles: dict[str, Vehicle] = {}
        self.known: dict[str, int] = {}  # order number: the vehicle of its visit
        if facts and self.centre is not None:
            self.load(importing, facts)

    def load(self, importing: Importing, facts: list[VisitFacts]) -> None:
        vins, plates = {one.vin for one in facts if one.vin}, {fold_plate(one.plate) for one in facts if one.plate}
        asked = Q(vin__among=vins) | Q(plate_folded__among=plates, given_back_on=None)
        for vehicle in Vehicle.objects.filter(asked, company__in=importing.companies.values("pk")).order_by("-given_back_on", "pk"):
            for key in filter(None, (vehicle.vin, "" if vehicle.given_back_on else vehicle.plate_folded)):
                self.vehicles[key] = vehicle
        orders = {one.order_number for one in facts}
        visits = ServiceVisit.objects.filter(centre=self.centre, order_number__in=orders)
        self.known = dict(visits.values_list("order_number", "vehicle"))

    def of(self, row: Row) -> str | None:
        """What becomes of the visit of the row; None where the row mentions none. Rejects a row whose vehicle is not known."""
        facts = row.one(VisitFacts)
        if facts is None:
            return None
        vehicle = self.vehicles.get(facts.vin) or self.vehicles.get(fold_plate(facts.plate))
        if vehicle is None or self.centre is None:
            row.reject("vehicle.unknown", value=facts.vin or facts.plate)
        elif facts.order_number in self.known:
            if self.known[facts.order_number] == vehicle.pk:
                return "same"
            row.reject("order.other", value=facts.order_number)
        else:
            self.draft(facts, vehicle, row)
        return "new"

    def draft(self, facts: VisitFacts, vehicle: Vehicle, row: Row) -> None:
        told = {name: getattr(facts, name) for name in ("visited_on", "order_number", "mileage_km", "amount_cents")}
        visit = ServiceVisit(company_id=vehicle.company_id, vehicle=vehicle, centre=self.centre, **told)
        self.known[facts.order_number] = vehicle.pk
        self.new.append((row.staged, visit, facts.jobs))

    def write(self, *, by: User | None, origin: dict[str, int]) -> Traces:
        """Enters them; a trace of each for the undo. Call in a transaction."""
        if not self.new:
            return []
        ServiceVisit.enter_many([(visit, jobs) for _staged, visit, jobs in self.new], by=by, origin=origin)
        return [(staged, NAME, visit.pk) for staged, visit, _jobs in self.new if staged is not None]


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
    made={NAME: Product(ServiceVisit, company="company", parts=(JobLine,))},
    drafts=ServiceVisits,
)

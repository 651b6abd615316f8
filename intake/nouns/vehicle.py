"""Finds the vehicles named by rows, within reach, or drafts them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.vehicle import count_fleets, fold_plate
from accounts.models import Company, Use, User, Vehicle
from fleetportal.core.db import bulk, fold
from intake.nouns.drafts import Draft
from intake.nouns.registry import Keys, Noun, Product
from intake.reading import fields as f
from intake.reading import leading, lists
from intake.reading.cells import fails_check
from intake.reading.fields import Field
from intake.reading.kinds import ADDRESS, SheetKind, Subject
from intake.reading.rows import Row, brief
from intake.reading.sheets import VEHICLES
from intake.reading.vehicle import VehicleFacts

FACTS = frozenset(
    ("vin", "make", "model", "powertrain", "use", "delivered_on", "contract", "contract_ends_on", "given_back_on", "external_id")
)


class Vehicles:
    """The vehicles of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        rows: Iterable[Row],
        companies: Iterable[int],
        *,
        read: Callable[[QuerySet[Any]], QuerySet[Any]],
    ) -> None:
        self.by: dict[str, dict[Any, list[Draft[Vehicle]]]] = {name: defaultdict(list) for name in ("vin", "plate", "id")}
        self.new: list[Draft[Vehicle]] = []
        self.drafts: dict[int, Draft[Vehicle]] = {}
        facts = [one for row in rows if (one := row.one(VehicleFacts)) is not None]
        vins = {one.vin for one in facts if one.vin}
        plates = {fold_plate(one.plate) for one in facts if one.plate}
        ids = {one.external_id for one in facts if one.external_id}
        if not facts:
            return
        same = Q(vin__among=vins) | Q(plate_folded__among=plates, given_back_on=None)
        standing = list(Vehicle.objects.filter(same).values_list("pk", flat=True))  # apart: SQLite would ask for each plate at each company
        found = set(Vehicle.objects.filter(pk__among=standing, company__in=reach.values("pk")).values_list("pk", flat=True))
        if ids:
            found.update(Vehicle.objects.filter(company__among=list(companies), external_id__among=ids).values_list("pk", flat=True))
        for vehicle in read(Vehicle.objects.filter(pk__among=found).select_related("company")):
            self.put(Draft(vehicle, is_new=False))

    def put(self, draft: Draft[Vehicle]) -> Draft[Vehicle]:
        """Remembers the draft by VIN, plate and number of the source; a returned vehicle has no plate any more."""
        vehicle = draft.obj
        if vehicle.id:
            self.drafts[vehicle.id] = draft
        else:
            self.new.append(draft)
        if vehicle.vin:
            self.by["vin"][vehicle.vin].append(draft)
        if vehicle.plate_folded and vehicle.given_back_on is None:
            self.by["plate"][vehicle.plate_folded].append(draft)
        if vehicle.external_id:
            self.by["id"][(id(vehicle.company) if vehicle.company_id is None else vehicle.company_id, vehicle.external_id)].append(draft)
        return draft

    def vehicle_of(self, facts: VehicleFacts, company: Draft[Company], row: Row) -> Draft[Vehicle] | None:
        """The vehicle of the row, drafted if need be; None where the row is rejected for it."""
        found = self.find(facts, company)
        if self.clashes(found, facts, company, row):
            return None
        if found is not None and found.obj.given_back_on is not None:
            row.note("vehicle.history", value=str(found.obj), day=found.obj.given_back_on.isoformat())
            return None  # history: the row says nothing new about it
        if found is not None and succeeds(found, facts):
            row.reject("vehicle.successor", value=facts.plate, vehicle=found.obj.title)
            return None
        if found is None:
            found = Draft(bulk.new(Vehicle, company=company.obj, use=Use.FUNCTIONAL), is_new=True, staged=row.staged)
            self.fill(found, facts, row)
            return self.put(found)
        self.fill(found, facts, row)
        return found

    def find(self, facts: VehicleFacts, company: Draft[Company]) -> Draft[Vehicle] | None:
        """By source number, VIN, or plate of a current vehicle, in the order shown on the page: the company's own first, what it gave back
        next, then that of another company."""
        owner = company.obj.id or id(company.obj)
        by_id, by_vin = self.by["id"].get((owner, facts.external_id), []), self.by["vin"].get(facts.vin, [])
        known = [draft for draft in (*by_id, *by_vin, *self.by["plate"].get(fold_plate(facts.plate), [])) if not draft.obj.given_back_on]
        mine = (draft for draft in known if is_at(draft, company))
        past = (draft for draft in (*by_id, *by_vin) if is_at(draft, company) and repeats(draft.obj, facts))
        theirs = () if facts.given_back_on else known
        return next(chain(mine, past, theirs), None)

    def clashes(self, found: Draft[Vehicle] | None, facts: VehicleFacts, company: Draft[Company], row: Row) -> bool:
        """True where the row contradicts what is stored, and was rejected for it."""
        if found is not None and not is_at(found, company):
            row.reject("company.other", value=str(found.obj), company=found.obj.company.name)
            return True
        if found is not None and facts.vin and found.obj.vin != facts.vin and not is_doubtful(found.obj.vin):
            row.reject("vin.other", value=facts.vin, vehicle=found.obj.plate or found.obj.external_id, vin=found.obj.vin)
            return True
        plate = fold_plate(facts.plate)
        others = [draft for draft in self.by["plate"].get(plate, ()) if draft is not found and is_at(draft, company)]
        if (begun := begun_after(found, facts)) is not None:
            row.reject("date.before_delivery", value=str(facts.given_back_on or facts.delivered_on), day=begun.isoformat())
            return True
        if plate and others and not facts.given_back_on:
            other = others[0].obj
            row.reject("plate.other", value=facts.plate, vin=other.vin or other.external_id or other.title)
            return True
        return False

    def fill(self, draft: Draft[Vehicle], facts: VehicleFacts, row: Row) -> None:
        """What the row says otherwise goes into the draft. A mileage is only ever raised; a lower or much higher one is noted."""
        for name, value in facts.told():
            if name in FACTS:
                draft.put(name, value)
        if facts.plate and fold_plate(facts.plate) != draft.obj.plate_folded:
            draft.put("plate", facts.plate)
            if draft.is_new:
                draft.obj.plate_folded = fold_plate(facts.plate)
        known = draft.obj.mileage_km
        if facts.mileage_km is not None and facts.mileage_km > (known or -1):
            draft.put("mileage_km", facts.mileage_km)
            if known and facts.mileage_km >= known * TENFOLD and known > NEW_KM:
                row.note("mileage.much_higher", value=str(facts.mileage_km), known=known)
        elif facts.mileage_km is not None and known is not None and facts.mileage_km < known:
            much = known >= facts.mileage_km * TENFOLD
            row.note("mileage.much_lower" if much else "mileage.lower", value=str(facts.mileage_km), known=known)


def is_doubtful(vin: str) -> bool:
    """True for a VIN that an import takes only with a remark, so that a list may correct it; also where there is none."""
    return len(vin) != VIN_SIGNS or fails_check(vin)


VIN_SIGNS = 17
TENFOLD = 8  # from here on a digit too many is likelier than the distance
NEW_KM = 1_000
MUCH_LATER = timedelta(days=180)


def repeats(vehicle: Vehicle, facts: VehicleFacts) -> bool:
    """True where the row tells once more of a vehicle that was given back, not of its next life at the same company."""
    back = vehicle.given_back_on
    if facts.given_back_on or back is None:
        return True
    if facts.delivered_on:
        return facts.delivered_on <= back
    return facts.contract_ends_on is None or facts.contract_ends_on <= (vehicle.contract_ends_on or back)


def succeeds(draft: Draft[Vehicle], facts: VehicleFacts) -> bool:
    """True where the row is about another vehicle that bears the plate now: another make or model, delivered later or hardly driven;
    one of the same model where both hold."""
    known = draft.obj
    if draft.is_new or (facts.vin and facts.vin == known.vin) or (facts.external_id and facts.external_id == known.external_id):
        return False
    later = known.contract_ends_on or (known.delivered_on + MUCH_LATER if known.delivered_on else None)
    delivered_later = bool(facts.delivered_on and later and facts.delivered_on > later)
    hardly_driven = bool(facts.mileage_km is not None and known.mileage_km and facts.mileage_km * 2 < known.mileage_km)
    if differ(facts.make, known.make) or differ(facts.model, known.model):
        return delivered_later or hardly_driven
    return delivered_later and hardly_driven


def differ(one: str, other: str) -> bool:
    """True where both say something, and neither is a part of the other: "320d" and "320d Touring" are the same."""
    mine, theirs = fold(one), fold(other)
    return bool(mine and theirs) and mine not in theirs and theirs not in mine


def begun_after(found: Draft[Vehicle] | None, facts: VehicleFacts) -> date | None:
    """The delivery, where what the row and the record say together would return the vehicle before it; None where it would not."""
    if found is None:
        return None
    delivered, back = facts.delivered_on or found.obj.delivered_on, facts.given_back_on or found.obj.given_back_on
    return delivered if delivered and back and back < delivered and found.obj.given_back_on is None else None


def is_at(draft: Draft[Vehicle], company: Draft[Company]) -> bool:
    """True where the vehicle is the company's; either may be new."""
    vehicle = draft.obj
    return vehicle.company is company.obj or bool(vehicle.company_id and vehicle.company_id == company.obj.id)


# --- what files say about vehicles -------------------------------------------------------------------------------------------

FIELDS = (
    Field("vehicle.id", _("Vehicle: ID in the source system"), f.ID),
    Field("vehicle.plate", _("Plate"), f.PLATE),
    Field("vehicle.plate_part", _("Plate: one of its parts"), f.TEXT, many=True),
    Field("vehicle.vin", _("VIN"), f.VIN),
    Field("vehicle.make", _("Make")),
    Field("vehicle.model", _("Model")),
    Field("vehicle.make_model", _("Make and model")),
    Field("vehicle.powertrain", _("Powertrain")),
    Field("vehicle.use", _("Personal or functional")),
    Field("vehicle.delivered_on", _("Delivery"), f.DATE),
    Field("vehicle.registered_on", _("First registration"), f.DATE),
    Field("vehicle.contract", _("Kind of contract")),
    Field("vehicle.contract_ends_on", _("Contract end"), f.DATE),
    Field("vehicle.mileage_km", _("Mileage in km"), f.COUNT),
    Field("vehicle.given_back_on", _("Returned"), f.DATE),
    Field("vehicle.status", _("In use or returned")),
)
IDENTITY = frozenset(("vehicle.plate", "vehicle.vin", "vehicle.id"))
BESIDE = {"phone": "company.phone", "mobile": "person.mobile", "email": "person.email"}


def keys_of(row: Row, _company_key: str, owner: str) -> Keys:
    """A vehicle is known within a file by its number in the source, VIN or plate."""
    facts = row.one(VehicleFacts)
    if facts is None:
        return "", ""
    plate = f"plate:{fold_plate(facts.plate)}" if facts.plate else ""
    if facts.external_id and not facts.vin:
        return brief(f"id:{facts.external_id}|{owner}"), plate
    return (f"vin:{facts.vin}", plate) if facts.vin else (plate, "")


def recount(vehicles: Sequence[Vehicle], *, by: User | None, origin: Mapping[str, object]) -> None:
    """Update the companies' fleet sizes."""
    count_fleets(vehicle.company_id for vehicle in vehicles)


def conflicts(edits: Sequence[tuple[Vehicle, Mapping[str, object]]], gone: Collection[int], /) -> set[int]:
    """Those of which another vehicle of the company has the plate or VIN by now. Costs 1 query where either would change."""
    asked = [(vehicle, set(known_by(vehicle.company_id, values))) for vehicle, values in edits]
    marks = {mark for _vehicle, mine in asked for mark in mine}
    same = Q(plate_folded__among={plate for _company, plate, _vin in marks if plate})
    same |= Q(vin__among={vin for _company, _plate, vin in marks if vin})
    known: defaultdict[tuple[int, str, str], set[int]] = defaultdict(set)
    for pk, company, plate, vin in Vehicle.objects.active().filter(same).values_list("pk", "company", "plate_folded", "vin"):
        for mark in ((company, plate, ""), (company, "", vin)) if pk not in gone else ():
            known[mark].add(pk)
    taken = {vehicle.pk for vehicle, mine in asked if any(known[mark] - {vehicle.pk} for mark in mine)}
    return taken | {vehicle.pk for vehicle, values in edits if returned_too_early(vehicle, values)}


def returned_too_early(vehicle: Vehicle, values: Mapping[str, object]) -> bool:
    """True where the vehicle would have been returned before its delivery with these values."""
    delivered, back = (values.get(name, getattr(vehicle, name)) for name in ("delivered_on", "given_back_on"))
    return isinstance(delivered, date) and isinstance(back, date) and back < delivered


def known_by(company: int, values: Mapping[str, object]) -> Iterator[tuple[int, str, str]]:
    """(company, plate or "", VIN or "") for each of the two that the values hold."""
    if values.get("plate"):
        yield company, fold_plate(str(values["plate"])), ""
    if values.get("vin"):
        yield company, "", str(values["vin"])


NOUN = Noun(
    Subject(
        "vehicle",
        VehicleFacts,
        FIELDS,
        kinds=(
            SheetKind(
                VEHICLES,
                "vehicle",
                label=_("vehicles, with their companies and drivers"),
                looks_like=_("a fleet list"),
                leads=leading.is_about_vehicles,
                read=lists.read_fleet,
                tells_of=frozenset(("company", "vehicle", "person", "drivers")),
                needs=IDENTITY | {"vehicle.plate_part"},
                order=2,
                has_owner=True,
                refused_as="no_identity",
                identity=IDENTITY,
            ),
        ),
        neutral={
            **ADDRESS,
            "id": "vehicle.id",
            "phone": "company.phone",
            "mobile": "person.mobile",
            "email": "person.email",
            "type": "vehicle.model",
        },
    ),
    keys=keys_of,
    new=lambda count: ngettext("%(count)s new vehicle", "%(count)s new vehicles", count) % {"count": count},
    columns_of_keys={"plate": "vehicle.plate", "vin": "vehicle.vin", "id": "vehicle.id"},
    made={
        "vehicle": Product(
            Vehicle,
            company="company",
            put_back=Vehicle.edit_many,
            conflicts=conflicts,
            removed=recount,
        )
    },
)

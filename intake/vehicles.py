"""Finds the vehicles that rows name, within reach, or drafts them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models.vehicle import fold_plate
from accounts.models import Company, Use, Vehicle
from fleetportal.core.db import bulk
from intake.drafts import Draft
from intake.records import Record, brief

FACTS = frozenset(
    ("vin", "make", "model", "powertrain", "use", "delivered_on", "contract", "contract_ends_on", "given_back_on", "external_id")
)
DATES = ("delivered_on", "contract_ends_on", "given_back_on")


def keys_of(record: Record, company_key: str) -> tuple[str, str]:
    """(by what the vehicle is known within a file, its plate where that is not it)."""
    facts = record.values["vehicle"]
    plate = f"plate:{fold_plate(facts['plate'])}" if facts.get("plate") else ""
    if facts.get("external_id") and not facts.get("vin"):
        return brief(f"id:{facts['external_id']}|{company_key}"), plate
    if facts.get("vin"):
        return f"vin:{facts['vin']}", plate
    return plate, ""


class Vehicles:
    """The vehicles of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        records: Iterable[Record],
        companies: Iterable[int],
        *,
        read: Callable[[QuerySet[Any]], QuerySet[Any]],
    ) -> None:
        self.by: dict[str, dict[Any, list[Draft[Vehicle]]]] = {name: defaultdict(list) for name in ("vin", "plate", "id")}
        self.new: list[Draft[Vehicle]] = []
        self.drafts: dict[int, Draft[Vehicle]] = {}
        facts = [record.values["vehicle"] for record in records if "vehicle" in record.values]
        vins = {one["vin"] for one in facts if one.get("vin")}
        plates = {fold_plate(one["plate"]) for one in facts if one.get("plate")}
        ids = {one["external_id"] for one in facts if one.get("external_id")}
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
        vehicle = draft.obj
        if vehicle.pk:
            self.drafts[vehicle.pk] = draft
        else:
            self.new.append(draft)
        if vehicle.vin:
            self.by["vin"][vehicle.vin].append(draft)
        if vehicle.plate_folded and vehicle.given_back_on is None:
            self.by["plate"][vehicle.plate_folded].append(draft)
        if vehicle.external_id:
            self.by["id"][(id(vehicle.company) if vehicle.company_id is None else vehicle.company_id, vehicle.external_id)].append(draft)
        return draft

    def of(self, record: Record, company: Draft[Company]) -> Draft[Vehicle] | None:
        """The vehicle of the row, drafted if need be; None where the row is rejected for it."""
        facts = dict(record.values["vehicle"])
        found = self.find(facts, company)
        if self.clashes(found, facts, company, record):
            return None
        if found is None:
            found = Draft(bulk.new(Vehicle, company=company.obj, use=Use.FUNCTIONAL), is_new=True, staged=record.staged)
            self.fill(found, facts)
            return self.put(found)
        self.fill(found, facts)
        return found

    def find(self, facts: dict[str, Any], company: Draft[Company]) -> Draft[Vehicle] | None:
        """In the order that the page shows: number in the source, VIN, plate of a vehicle not yet given back."""
        owner = company.obj.pk or id(company.obj)
        by_id = self.by["id"].get((owner, facts.get("external_id", "")), [])
        if by_id:
            return by_id[0]
        for found in (self.by["vin"].get(facts.get("vin", ""), []), self.by["plate"].get(fold_plate(facts.get("plate", "")), [])):
            mine = [
                draft
                for draft in found
                if draft.obj.company is company.obj or (draft.obj.company_id and draft.obj.company_id == company.obj.pk)
            ]
            standing = [draft for draft in mine or found if draft.obj.given_back_on is None] or mine or found
            if standing:
                return standing[0]
        return None

    def clashes(self, found: Draft[Vehicle] | None, facts: dict[str, Any], company: Draft[Company], record: Record) -> bool:
        """True where the row contradicts what stands, and was rejected for it."""
        if found is not None and not (
            found.obj.company is company.obj or (found.obj.company_id and found.obj.company_id == company.obj.pk)
        ):
            if found.obj.given_back_on is not None:
                return False
            words = {"company": found.obj.company.name}
            record.reject(
                "company",
                _("This vehicle belongs to %(company)s.") % words,
                _("Mark it as returned there first, or correct the company."),
                value=str(found.obj),
            )
            return True
        if found is not None and facts.get("vin") and found.obj.vin and found.obj.vin != facts["vin"]:
            words = {"vehicle": found.obj.plate or found.obj.external_id, "vin": found.obj.vin}
            cure = _("Correct the VIN, or mark the old vehicle as returned first.")
            record.reject("vin", _("%(vehicle)s already has a different VIN: %(vin)s.") % words, cure, value=facts["vin"])
            return True
        plate = fold_plate(facts.get("plate", ""))
        others = [
            draft
            for draft in self.by["plate"].get(plate, ())
            if draft is not found
            and (draft.obj.company is company.obj or (draft.obj.company_id and draft.obj.company_id == company.obj.pk))
        ]
        if plate and others and not facts.get("given_back_on"):
            cure = _("Keep one of the two, or mark the old vehicle as returned first.")
            record.reject(
                "plate",
                _("Another vehicle of this company already has this plate: %(vin)s.")
                % {"vin": others[0].obj.vin or others[0].obj.external_id or others[0].obj.title},
                cure,
                value=facts["plate"],
            )
            return True
        return False

    def fill(self, draft: Draft[Vehicle], facts: dict[str, Any]) -> None:
        for name, value in facts.items():
            if name in FACTS:
                draft.put(name, date.fromisoformat(value) if name in DATES else value)
        plate = facts.get("plate", "")
        if plate and fold_plate(plate) != draft.obj.plate_folded:
            draft.put("plate", plate)
            if draft.is_new:
                draft.obj.plate_folded = fold_plate(plate)
            else:
                draft.changes["plate_folded"] = fold_plate(plate)
        if facts.get("mileage_km") is not None and facts["mileage_km"] > (draft.obj.mileage_km or -1):
            draft.put("mileage_km", facts["mileage_km"])

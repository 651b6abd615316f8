"""A vehicle that several sheets of one file describe: who drives it here, when its contract ends there."""

from typing import Any

from accounts.customers.models.vehicle import fold_plate
from contacts.people.models.person import fold_name
from fleetportal.core.db import fold
from intake.records import KNOWN_BY, Record

FIRST_STANDS = ("make", "model", "powertrain", "contract", "use")  # words that two sheets rarely spell alike
MUST_AGREE = ("vin", "external_id", "delivered_on", "contract_ends_on", "given_back_on")
WHOSE = ("name", "vat_number", "postcode", "external_id", "country", "domain")  # by what the owner is known


def add(record: Record, described: dict[str, Any]) -> bool | None:
    """What `record` says joins what an earlier row of another sheet `described`: whose vehicle it is, it has from there.

    True where it tells anything new, False where it does not, None where the two contradict each other; nothing has changed then.
    """
    mine, theirs = record.values["vehicle"], described.get("vehicle", {})
    if contradict(record.values, described):
        return None
    for name in FIRST_STANDS:
        if theirs.get(name):
            mine.pop(name, None)
    if "company" not in record.values and "company" in described:
        record.values["company"] = {name: described["company"][name] for name in WHOSE if name in described["company"]}
    return bool(record.values.get("people")) or any(theirs.get(name) != value for name, value in mine.items() if name != "plate")


def contradict(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """True where both name different owners, numbers, days or holders."""
    mine_vehicle, their_vehicle = mine["vehicle"], theirs.get("vehicle", {})
    if any(mine_vehicle.get(name) and their_vehicle.get(name) and mine_vehicle[name] != their_vehicle[name] for name in MUST_AGREE):
        return True
    plates = {fold_plate(one["plate"]) for one in (mine_vehicle, their_vehicle) if one.get("plate")}
    owners, others = mine.get("company", {}), theirs.get("company", {})
    shared = [name for name in KNOWN_BY if owners.get(name) and others.get(name)]
    other_owner = any(fold(owners[name]) != fold(others[name]) for name in shared)
    holders = {
        fold_name(person.get("first_name", ""), person.get("last_name", ""))
        for one in (mine, theirs)
        for person in one.get("people", ())
        if person.get("holds")
    }
    return len(plates) > 1 or other_owner or len(holders) > 1


def together(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What two rows say about one vehicle."""
    vehicle = {**after.get("vehicle", {}), **before.get("vehicle", {})}
    people = [*before.get("people", ()), *after.get("people", ())]
    return {**after, **before, "vehicle": vehicle, "people": people}

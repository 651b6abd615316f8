"""A vehicle that several sheets of one file describe: who drives it here, when its contract ends there."""

from dataclasses import replace

from accounts.customers.models.vehicle import fold_plate
from contacts.people.models.person import fold_name
from fleetportal.core.db import fold
from intake.reading.choices import DRIVER
from intake.reading.company import CompanyFacts
from intake.reading.facts import Facts, Said
from intake.reading.person import PersonFacts
from intake.reading.rows import Row
from intake.reading.vehicle import VehicleFacts

FIRST_STANDS = ("make", "model", "powertrain", "contract", "use")  # words that two sheets rarely spell alike
MUST_AGREE = ("vin", "external_id", "delivered_on", "contract_ends_on", "given_back_on")
EVERY_FACT = (*MUST_AGREE, "make", "model", "mileage_km", "powertrain", "contract")  # use follows from who is named
KNOWN_BY = ("name", "vat_number", "external_id", "domain")
WHOSE = ("name", "vat_number", "postcode", "external_id", "country", "domain")  # by what the owner is known


def add(row: Row, mine: VehicleFacts, described: Said) -> bool | None:
    """What `row` says joins what an earlier row of another sheet `described`: whose vehicle it is, it has from there.

    True where it says anything new, False where it does not, None where the two contradict each other; nothing has changed then.
    """
    if contradict(row.said, described):
        return None
    theirs = described.one(VehicleFacts) or VehicleFacts()
    for name in FIRST_STANDS:
        if getattr(theirs, name):
            setattr(mine, name, "")
    owner = described.one(CompanyFacts)
    if row.one(CompanyFacts) is None and owner is not None:
        row.said.put(CompanyFacts, owner.only(*WHOSE))
    return bool(row.all(PersonFacts)) or any(getattr(theirs, name) != value for name, value in mine.told() if name != "plate")


def add_people(row: Row, mine: VehicleFacts, described: Said) -> bool | None:
    """Who else drives the vehicle that an earlier row of the same sheet `described` with the same facts: a row for each user.

    True where it names somebody else, False where it does not, None where the facts contradict each other.
    """
    theirs = described.one(VehicleFacts)
    if theirs is None or any(one != other for one, other in both_say(mine, theirs, EVERY_FACT)):
        return None
    owners = both_say(row.one(CompanyFacts), described.one(CompanyFacts), KNOWN_BY)
    if any(fold(one) != fold(other) for one, other in owners) or plates_differ(row.said, described):
        return None
    known = {fold_name(one.first_name, one.last_name) for one in described.all(PersonFacts)}
    others = [one for one in row.all(PersonFacts) if fold_name(one.first_name, one.last_name) not in known or not one.is_named]
    row.said.put(PersonFacts, *(replace(one, group=DRIVER, holds=False, drives=True) if one.holds else one for one in others))
    return bool(others)


def plates_differ(mine: Said, theirs: Said) -> bool:
    plates = {fold_plate(one.plate) for said in (mine, theirs) for one in said.all(VehicleFacts) if one.plate}
    return len(plates) > 1


def contradict(mine: Said, theirs: Said) -> bool:
    """True where the two have different owners, numbers, dates or holders."""
    holders = {fold_name(one.first_name, one.last_name) for said in (mine, theirs) for one in said.all(PersonFacts) if one.holds}
    owners, others = mine.one(CompanyFacts), theirs.one(CompanyFacts)
    other_owner = any(fold(one) != fold(other) for one, other in both_say(owners, others, KNOWN_BY))
    other_facts = any(one != other for one, other in both_say(mine.one(VehicleFacts), theirs.one(VehicleFacts), MUST_AGREE))
    return other_facts or plates_differ(mine, theirs) or other_owner or len(holders) > 1


def both_say(mine: Facts | None, theirs: Facts | None, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The values that both have for these names."""
    pairs = ((getattr(mine, name, None), getattr(theirs, name, None)) for name in names)
    return [(one, other) for one, other in pairs if one and other]


def together(before: Said, after: Said) -> Said:
    """The values of two rows about one vehicle; the first row's where both have one."""
    joined = Said(leads=before.leads or after.leads)
    for kind in dict.fromkeys((*before.kinds, *after.kinds)):
        joined.put(kind, *(before.all(kind) or after.all(kind)))
    first, second = before.one(VehicleFacts), after.one(VehicleFacts)
    if first is not None and second is not None:
        joined.put(VehicleFacts, first.over(second))
    joined.put(PersonFacts, *before.all(PersonFacts), *after.all(PersonFacts))
    return joined

"""What a row says about a vehicle."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar

from intake.reading import cells
from intake.reading.choices import GONE, HERE, ORDERED, choice
from intake.reading.facts import Facts
from intake.reading.makes import make_of, spelt
from intake.reading.problems import CellProblem
from intake.reading.reader import LIMITS, SheetReader
from intake.reading.rows import Row
from intake.reading.states import state_of

YEAR = re.compile(r"^(?:19|20)\d\d[\s/]+(?=\D)")
AHEAD = timedelta(days=3 * 365)
CONTRACT_AHEAD = timedelta(days=25 * 365)
NEAR = 12  # years
MOST_KM = 2_000_000  # more, and somebody filled the cell with nines


@dataclass(slots=True)
class VehicleFacts(Facts):
    name_in_json: ClassVar[str] = "vehicle"

    external_id: str = ""
    plate: str = ""
    vin: str = ""
    make: str = ""
    model: str = ""
    delivered_on: date | None = None
    contract_ends_on: date | None = None
    given_back_on: date | None = None
    mileage_km: int | None = None
    powertrain: str = ""
    contract: str = ""
    use: str = ""

    @property
    def is_known_again(self) -> bool:
        return bool(self.vin or self.plate or self.external_id)


def read_vehicle(reader: SheetReader, row: Row) -> VehicleFacts:
    """The vehicle of the row; the row is rejected where its days contradict each other."""
    facts = VehicleFacts(
        external_id=reader.limited(row, "vehicle.id", "external_id"),
        plate=plate_of(reader, row),
        vin=vin_of(reader, row),
    )
    if not facts.is_known_again:
        row.problems = [replace(problem, stops=True) if problem.kind in ("vin", "plate") else problem for problem in row.problems]
    facts.make, facts.model = make_and_model(reader, row)
    delivered, registered = begins(reader, row, "vehicle.delivered_on"), begins(reader, row, "vehicle.registered_on")
    facts.delivered_on = delivered or registered
    facts.contract_ends_on = ends(reader, row, "vehicle.contract_ends_on")
    facts.given_back_on = ends(reader, row, "vehicle.given_back_on")
    check_days(reader, row, facts)
    settle_by_status(reader, row, facts)
    settle_planned_return(reader, row, facts)
    facts.mileage_km = mileage(reader, row)
    facts.powertrain = chosen(reader, row, "powertrain")
    facts.contract = chosen(reader, row, "contract")
    facts.use = chosen(reader, row, "use")
    return facts


def chosen(reader: SheetReader, row: Row, name: str) -> str:
    """The choice that the cell means; "" with a note where its words are none we know, or where they ask themselves."""
    text = reader.text(row, f"vehicle.{name}")
    found = choice(name, text) if "?" not in text else ""
    if text and not found and not cells.is_nobody(text):
        row.note("choice.unknown", column=reader.first(f"vehicle.{name}").index, value=text)
    return found


# --- by what it is known ---------------------------------------------------------------------------------------------------


def plate_of(reader: SheetReader, row: Row) -> str:
    """The plate, put together where each of its parts has a column of its own; "" with a note where it is none."""
    parts = reader.columns.get("vehicle.plate_part", [])
    if not parts:
        note_none(reader, row, "vehicle.plate")
        return reader.value(row, "vehicle.plate", cells.plate, stops=False) or ""
    texts = [cells.line_of(row.cell(column.index)) for column in parts]
    if not any(texts):
        return ""
    if not all(texts):
        row.note("plate.part", column=parts[0].index, value=" ".join(texts))
        return ""
    return reader.read_cell(row, parts[0], lambda _cell: cells.plate(cells.plate_of_parts(texts)), stops=False) or ""


def vin_of(reader: SheetReader, row: Row) -> str:
    """The VIN; that of an old vehicle, trailer or machine may be shorter. "" with a note where it is none."""
    note_none(reader, row, "vehicle.vin")
    text = cells.short_vin(reader.cell(row, "vehicle.vin"))
    if text:
        row.note("vin.short", column=reader.first("vehicle.vin").index, value=text, count=len(text))
        return text
    found = reader.value(row, "vehicle.vin", cells.vin, stops=False) or ""
    if cells.fails_check(found):
        row.note("vin.check", column=reader.first("vehicle.vin").index, value=found)
    return found


def note_none(reader: SheetReader, row: Row, key: str) -> None:
    """Says that a machine wrote a word for nothing where a vehicle is identified."""
    text = cells.line_of(reader.cell(row, key))
    if text.lower() in cells.NOTHING:
        row.note("choice.unknown", column=reader.first(key).index, value=text)


# --- days ------------------------------------------------------------------------------------------------------------------


def begins(reader: SheetReader, row: Row, key: str) -> date | None:
    """The day on which something begins; None with a note where it lies too far ahead for a delivery."""
    found = reader.day(row, key, stops=False)
    return plausible(reader, row, key, found, AHEAD, "date.delivery")


def ends(reader: SheetReader, row: Row, key: str) -> date | None:
    """The day on which something ends, of a month its last; None with a note where it lies too far ahead for a contract."""
    found = reader.day(row, key, ends=True, stops=False)
    return plausible(reader, row, key, found, CONTRACT_AHEAD, "date.contract")


def plausible(reader: SheetReader, row: Row, key: str, found: date | None, ahead: timedelta, reason: str) -> date | None:
    """The day, or None with a note where it lies further ahead than that."""
    if found is None or found <= reader.today + ahead:
        return found
    today, near = reader.today, likely_year(found, reader.today)
    facts = {"year": found.year, "years": found.year - today.year, "near": near}

    def refuse(_cell: object) -> date:
        raise CellProblem(f"{reason}_near" if near else f"{reason}_far", **facts)

    return reader.value(row, key, refuse, stops=False)


def likely_year(found: date, today: date) -> int:
    """The year with two digits changed over, where that lies near, else 0."""
    digits = str(found.year)
    candidates = (int(digits[:2] + digits[3] + digits[2]), int(f"20{digits[2:]}"))
    return next((year for year in candidates if abs(year - today.year) <= NEAR), 0)


def settle_by_status(reader: SheetReader, row: Row, facts: VehicleFacts) -> None:
    """Where the list says whether a vehicle is in use, that decides: a return on a day gone by was planned, or it took place."""
    text = reader.text(row, "vehicle.status")
    said = state_of("status", text, reader.first("vehicle.status").title) if text else ""
    back, end, reason = facts.given_back_on, facts.contract_ends_on, ""
    if said == HERE and back and back <= reader.today:
        facts.given_back_on, facts.contract_ends_on = None, end or back
        reason = "date.in_use_left_out" if end else "date.in_use"
    elif said == GONE and not back and end and end <= reader.today:
        facts.given_back_on = end
        reason = "date.given_back"
    elif said == GONE and not back:
        reason = "date.given_back_when"
    elif said == ORDERED and not facts.delivered_on:
        reason = "date.ordered"
    elif text and not said and not cells.is_nobody(text):
        reason = "status.unknown"
    if reason:
        row.note(reason, column=reader.first("vehicle.status").index, value=text)


def settle_planned_return(reader: SheetReader, row: Row, facts: VehicleFacts) -> None:
    """A vehicle that goes back on a day to come is here: that day is the end of its contract."""
    back = facts.given_back_on
    if back and back > reader.today:
        facts.given_back_on = None
        facts.contract_ends_on = facts.contract_ends_on or back
        key = "vehicle.given_back_on"
        row.note("date.planned_return", column=reader.first(key).index, value=reader.text(row, key))


def check_days(reader: SheetReader, row: Row, facts: VehicleFacts) -> None:
    """Nothing ends before it begins: one of the two days is wrong, and nobody but the sender knows which."""
    begun = facts.delivered_on
    for name, end in (("contract_ends_on", facts.contract_ends_on), ("given_back_on", facts.given_back_on)):
        if begun and end and end < begun:
            key = f"vehicle.{name}" if reader.text(row, f"vehicle.{name}") else "vehicle.given_back_on"
            row.reject("date.before_delivery", column=reader.first(key).index, value=reader.text(row, key), day=begun.isoformat())
            return


# --- the rest --------------------------------------------------------------------------------------------------------------


def mileage(reader: SheetReader, row: Row) -> int | None:
    """The mileage in kilometres, reckoned from miles where the title or the cell says so."""
    key = "vehicle.mileage_km"
    if key not in reader.columns:
        return None
    found = reader.value(row, key, lambda cell: cells.count(cell, most=MOST_KM), stops=False)
    in_miles = cells.says_miles(reader.first(key).title) or cells.says_miles(reader.text(row, key))
    return round(found * cells.KM_IN_A_MILE) if found and in_miles else found


def make_and_model(reader: SheetReader, row: Row) -> tuple[str, str]:
    """Make and model, from one column or two; exchanged columns are put right, with a note."""
    together = reader.text(row, "vehicle.make_model")
    if together:
        make, model = make_of(together)
        if not make and YEAR.match(together):  # "2022 Ford F-150"
            make, model = make_of(YEAR.sub("", together))
        return make[: LIMITS["make"]], model[: LIMITS["model"]] or ("" if make else together[: LIMITS["model"]])
    make, model = reader.limited(row, "vehicle.make", "make"), reader.limited(row, "vehicle.model", "model")
    if make and model and not make_of(make)[0] and make_of(model)[0] and not make_of(model)[1]:
        row.note("make.swapped", column=reader.first("vehicle.make").index, value=f"{make}; {model}")
        make, model = model, make
    make = spelt(make)[: LIMITS["make"]] if make else ""
    doubled, rest = make_of(model) if make else ("", model)
    return make, rest if doubled == make and rest else model

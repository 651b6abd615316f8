"""One row of a recognised sheet, as facts about a company, a vehicle and people, with everything that is wrong about it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from contacts.models import Group
from fleetportal.core.sheets import Unreckoned
from intake.reading import cells, choices, dates, names, places, reaching
from intake.reading.guesses import COMPANIES, MIXED, PEOPLE, VEHICLES
from intake.reading.makes import make_of, spelt
from intake.reading.problems import CellProblem, Problem

YEAR = re.compile(r"^(?:19|20)\d\d[\s/]+(?=\D)")
AHEAD = timedelta(days=3 * 365)
CONTRACT_AHEAD = timedelta(days=25 * 365)
AMERICA = "US"
NAMED_BY = ("person.name", "person.last_name")
HERE, GONE = "here", "gone"
KNOWN_BY = frozenset(("name", "vat_number", "external_id", "domain"))
LIMITS = {
    "name": 160,
    "street": 160,
    "city": 100,
    "postcode": 16,
    "make": 60,
    "model": 100,
    "job_title": 100,
    "external_id": 80,
    "first_name": 80,
    "last_name": 80,
}


@dataclass
class Record:
    """What a row says. `values` is ready for JSON: company, vehicle, people; `problems` name column and cell."""

    sheet: int
    row: int
    cells: Sequence[Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    staged: int | None = None  # the staged row it came from
    fingerprint: str = ""
    region: str = ""  # the country whose telephone numbers it holds

    @property
    def is_rejected(self) -> bool:
        return bool(self.problems) and any(problem.stops for problem in self.problems)

    def reject(self, code: str, message: str, cure: str = "", *, column: int | None = None, value: str = "") -> None:
        self.problems.append(Problem(code, message, cure, column, value))

    def note(self, code: str, message: str, cure: str = "", *, column: int | None = None, value: str = "") -> None:
        self.problems.append(Problem(code, message, cure, column, value, stops=False))


class Reader:
    """Reads the rows of one sheet by the meaning of its columns."""

    def __init__(self, sheet: dict[str, Any], *, today: date, home: str) -> None:
        self.sheet, self.today = sheet, today
        self.kind = sheet["kind"]
        self.country = sheet["country"] or ""
        self.home = self.country or home
        self.columns = [column for column in sheet["columns"] if column["key"]]
        self.places: dict[str, list[dict[str, Any]]] = {}
        self.is_american = not self.country and any(column["order"] == dates.MONTH_FIRST for column in self.columns)
        self.others: dict[int, dict[str, list[dict[str, Any]]]] = {}  # the columns of a row's further people
        for column in self.columns:
            places = self.others.setdefault(column["of"], {}) if column.get("of") else self.places
            places.setdefault(column["key"], []).append(column)

    def read(self, number: int, row: Sequence[Any]) -> Record:
        """The record of the row; nothing is looked up."""
        record = Record(self.sheet["place"], number, row)
        self.check(record)
        if record.is_rejected:
            return record
        company = self.company(record)
        record.region = company.get("country") or (AMERICA if self.is_american else self.home) or "DE"
        if self.kind == VEHICLES:
            self.vehicle(record)
            self.drivers(record)
        elif self.kind == MIXED and not self.is_company(record):
            self.person_of_mixed(record, company)
            company = record.values.get("company", {})
        elif self.kind in (PEOPLE, COMPANIES):
            self.contact(record)
        if company and not (self.kind == MIXED and "people" in record.values):
            record.values["company"] = company
            if self.kind in (COMPANIES, MIXED):
                record.values["leads"] = "company"
        self.must_name(record)
        return record

    # --- cells -------------------------------------------------------------------------------------------------------------

    def check(self, record: Record) -> None:
        for column in self.columns:
            place = column["place"]
            if place < len(record.cells):
                self.take(record, column, cells.check)
                if isinstance(record.cells[place], Unreckoned):
                    message = _("The file doesn’t contain the result of this formula, so the cell is treated as empty.")
                    cure = _("Open the file in your spreadsheet program, save it and upload it again.")
                    record.note("formula", message, cure, column=place)

    def cell(self, record: Record, key: str) -> Any:
        """The first filled cell of that meaning, "" where there is none."""
        for column in self.places.get(key, ()):
            value = record.cells[column["place"]] if column["place"] < len(record.cells) else ""
            if value != "" and value is not None:
                return value
        return ""

    def take(self, record: Record, column: dict[str, Any], read: Callable[[Any], Any], *, stops: bool = True) -> Any:
        """What `read` makes of the cell; a problem is put down where it makes nothing of it."""
        value = record.cells[column["place"]] if column["place"] < len(record.cells) else ""
        try:
            return read(value)
        except CellProblem as wrong:
            text = cells.BROKEN.sub("\ufffd", cells.line_of(value))[:120]
            record.problems.append(Problem(wrong.code, wrong.message, wrong.cure, column["place"], text, stops=stops))
            return None

    def value(self, record: Record, key: str, read: Callable[[Any], Any], *, stops: bool = True) -> Any:
        return self.take(record, self.places[key][0], read, stops=stops) if key in self.places else None

    def text(self, record: Record, key: str) -> str:
        if key not in self.places:
            return ""
        text = cells.line_of(self.cell(record, key))
        return "" if cells.is_blank(text) else text

    def limited(self, record: Record, key: str, name: str) -> str:
        """The text; cut, with a note, where it is longer than we keep."""
        text, limit = self.text(record, key), LIMITS[name]
        if len(text) > limit:
            message = _("The text has %(count)s characters; only the first %(limit)s are kept.") % {"count": len(text), "limit": limit}
            record.note("long", message, column=self.places[key][0]["place"], value=text[:120])
        return text[:limit]

    # --- companies ---------------------------------------------------------------------------------------------------------

    def company(self, record: Record) -> dict[str, Any]:
        facts: dict[str, Any] = {"name": self.company_name(record), "external_id": self.limited(record, "company.id", "external_id")}
        self.place_of_company(record, facts)
        known = facts.get("country") or self.home
        facts["vat_number"] = self.value(record, "company.vat", lambda cell: cells.vat_number(cell, country=known)) or ""
        if facts["vat_number"] and not facts.get("country"):
            prefix = facts["vat_number"][:2]
            facts["country"] = "GR" if prefix == "EL" else prefix if prefix.isalpha() else ""
        if not facts.get("country") and (facts["name"] or facts["vat_number"]):
            facts["country"] = self.country
        facts["website"] = reaching.website(self.cell(record, "company.website"))
        facts["domain"] = reaching.domain(self.cell(record, "company.domain"))
        facts["parent"] = self.text(record, "company.parent")[:160] if not looks_like_code(self.text(record, "company.parent")) else ""
        facts["sector"] = choices.choice("sector", self.text(record, "company.sector"))
        facts["employees"] = self.value(record, "company.employees", lambda cell: cells.count(cell, most=10_000_000), stops=False)
        self.reach_of_company(record, facts)
        told = {name: value for name, value in facts.items() if value not in ("", None)}
        return told if KNOWN_BY & told.keys() else {}  # a telephone number alone names nobody

    def company_name(self, record: Record) -> str:
        name = self.text(record, "company.name").strip(" ,;")
        if cells.is_nobody(name) and name.casefold() not in ("pool", "open", "free"):
            return ""
        name = name or self.sheet.get("owner", "")
        if len(name) > LIMITS["name"]:
            cure = _("Shorten the text.")
            record.reject(
                "long",
                _("The name has %(count)s characters; the limit is 160.") % {"count": len(name)},
                cure,
                column=self.places["company.name"][0]["place"],
                value=name[:120],
            )
        return name[: LIMITS["name"]]

    def place_of_company(self, record: Record, facts: dict[str, Any]) -> None:
        if "company.address" in self.places:
            facts.update(places.split_address(cells.text_of(self.cell(record, "company.address"))))
        street, more = self.text(record, "company.street"), self.text(record, "company.street2")
        if "\n" in cells.text_of(self.cell(record, "company.street")) and "company.postcode" not in self.places:
            facts.update(places.split_address(cells.text_of(self.cell(record, "company.street"))))
        elif street:
            facts["street"] = ", ".join(part for part in (street, more) if part)
        facts["city"] = self.text(record, "company.city") or facts.get("city", "")
        if facts["city"] and not self.text(record, "company.postcode") and any(sign.isdigit() for sign in facts["city"]):
            postcode, city = places.split_city(facts["city"])
            facts["postcode"], facts["city"] = postcode or facts.get("postcode", ""), city
        facts["postcode"] = self.postcode(record, facts) or facts.get("postcode", "")
        text = self.text(record, "company.country")
        if text:
            facts["country"] = places.country(text)
            if not facts["country"] and facts["name"]:
                record.note(
                    "country",
                    _("We don’t know a country with this name."),
                    column=self.places["company.country"][0]["place"],
                    value=text[:60],
                )
        for name in ("street", "city", "postcode"):
            facts[name] = facts.get(name, "")[: LIMITS[name]]

    def postcode(self, record: Record, facts: dict[str, Any]) -> str:
        """The postcode; five digits again where a spreadsheet took its first zero away; nothing where it became a date."""
        value = self.cell(record, "company.postcode")
        text = cells.line_of(value)
        if not text or cells.is_blank(text):
            return ""
        if (not isinstance(value, int) and dates.looks_like_date(value)) or len(text) > LIMITS["postcode"]:
            record.note(
                "postcode",
                _("This is not a postcode; it was left out."),
                column=self.places["company.postcode"][0]["place"],
                value=text[:60],
            )
            return ""
        known = facts.get("country") or self.home
        sure = isinstance(value, int) or bool(facts.get("country"))  # typed as a number, or saved as text after it had lost its zero
        if sure and text.isdigit() and len(text) == 4 and known in ("DE", "IT", "FR", "ES", "US"):
            return text.zfill(5)
        return text

    def reach_of_company(self, record: Record, facts: dict[str, Any]) -> None:
        if "company.phone" in self.places:
            good, bad = reaching.phones(self.cell(record, "company.phone"), region=facts.get("country") or self.home)
            facts["phone"] = good[0] if good else ""
            self.note_bad(record, "company.phone", bad, "phone")
        if "company.email" in self.places:
            good, bad = reaching.emails(self.cell(record, "company.email"))
            facts["email"] = good[0] if good else ""
            self.note_bad(record, "company.email", bad, "email")

    def note_bad(self, record: Record, key: str, bad: Sequence[str], code: str, *, column: int | None = None) -> None:
        if bad:
            said, cure = (
                (_("This is not a telephone number; it was left out."), _("Enter it with its country code, for example +49 40 123456."))
                if code == "phone"
                else (_("This is not an e-mail address; it was left out."), _("Enter it in the form name@company.example."))
            )
            place = self.places[key][0]["place"] if column is None else column
            record.note(code, said, cure, column=place, value="; ".join(bad)[:120])

    # --- vehicles ----------------------------------------------------------------------------------------------------------

    def vehicle(self, record: Record) -> None:
        facts: dict[str, Any] = {
            "external_id": self.limited(record, "vehicle.id", "external_id"),
            "plate": self.value(record, "vehicle.plate", cells.plate) or "",
            "vin": self.value(record, "vehicle.vin", cells.vin) or "",
        }
        facts["make"], facts["model"] = self.make_and_model(record)
        delivered = self.value(record, "vehicle.delivered_on", lambda cell: self.day(cell, "vehicle.delivered_on"))
        registered = self.value(record, "vehicle.registered_on", lambda cell: self.day(cell, "vehicle.registered_on"))
        facts["delivered_on"] = delivered or registered
        facts["contract_ends_on"] = self.value(record, "vehicle.contract_ends_on", lambda cell: self.day(cell, "vehicle.contract_ends_on"))
        facts["given_back_on"] = self.value(record, "vehicle.given_back_on", lambda cell: self.day(cell, "vehicle.given_back_on"))
        self.by_status(record, facts)
        self.still_here(record, facts)
        self.in_order(record, facts)
        facts["mileage_km"] = self.mileage(record)
        facts["powertrain"] = choices.choice("powertrain", self.text(record, "vehicle.powertrain"))
        facts["contract"] = choices.choice("contract", self.text(record, "vehicle.contract"))
        facts["use"] = choices.choice("use", self.text(record, "vehicle.use"))
        record.values["vehicle"] = {name: as_json(value) for name, value in facts.items() if value not in ("", None)}

    def by_status(self, record: Record, facts: dict[str, Any]) -> None:
        """Where the list says whether a vehicle is in use, that decides: a return on a day gone by was planned, or it took place."""
        said, back, end = choices.choice("status", self.text(record, "vehicle.status")), facts["given_back_on"], facts["contract_ends_on"]
        message = ""
        if said == HERE and back and back <= self.today:
            facts["given_back_on"], facts["contract_ends_on"] = None, end or back
            message = _("Its status says the vehicle is in use, so the return date was taken as the contract end.")
        elif said == GONE and not back and end and end <= self.today:
            facts["given_back_on"] = end
            message = _("Its status says the vehicle has been returned, so the contract end was taken as the return date.")
        elif said == GONE and not back:
            message = _("Its status says the vehicle has been returned, but there is no return date, so it counts as in use.")
        if message:
            text = self.text(record, "vehicle.status")
            record.note("date", message, column=self.places["vehicle.status"][0]["place"], value=text[:120])

    def still_here(self, record: Record, facts: dict[str, Any]) -> None:
        """A vehicle that goes back on a day to come is here: that day is the end of its contract."""
        back = facts["given_back_on"]
        if back and back > self.today:
            facts["given_back_on"] = None
            facts["contract_ends_on"] = facts["contract_ends_on"] or back
            message = _("This day is in the future, so it is used as the contract end.")
            text, place = self.text(record, "vehicle.given_back_on"), self.places["vehicle.given_back_on"][0]["place"]
            record.note("date", message, column=place, value=text[:120])

    def in_order(self, record: Record, facts: dict[str, Any]) -> None:
        """Nothing ends before it begins: one of the two days is wrong, and nobody but the sender knows which."""
        for name in ("contract_ends_on", "given_back_on"):
            if facts["delivered_on"] and facts[name] and facts[name] < facts["delivered_on"]:
                key = f"vehicle.{name}" if self.text(record, f"vehicle.{name}") else "vehicle.given_back_on"
                message = _("This day is before the delivery on %(day)s.") % {
                    "day": formats.date_format(facts["delivered_on"], "SHORT_DATE_FORMAT")
                }
                text = self.text(record, key)[:120]
                record.reject("date", message, _("Correct one of the two dates."), column=self.places[key][0]["place"], value=text)
                return

    def mileage(self, record: Record) -> int | None:
        """The mileage in kilometres, reckoned from miles where the title or the cell says so."""
        if "vehicle.mileage_km" not in self.places:
            return None
        found: int | None = self.value(record, "vehicle.mileage_km", lambda cell: cells.count(cell, most=9_999_999), stops=False)
        title = self.places["vehicle.mileage_km"][0]["title"]
        in_miles = cells.says_miles(title) or cells.says_miles(self.text(record, "vehicle.mileage_km"))
        return round(found * cells.KM_IN_A_MILE) if found and in_miles else found

    def day(self, cell: object, key: str) -> date | None:
        column = self.places[key][0]
        ends = key in ("vehicle.contract_ends_on", "vehicle.given_back_on")
        found = dates.parse(cell, order=column["order"] or dates.DAY_FIRST, today=self.today, ends=ends)
        if found and key in ("vehicle.delivered_on", "vehicle.registered_on") and found > self.today + AHEAD:
            years = found.year - self.today.year
            raise CellProblem(
                "date", _("The delivery is %(years)s years in the future.") % {"years": years}, likely_year(found, self.today)
            )
        if found and ends and found > self.today + CONTRACT_AHEAD:
            raise CellProblem("date", _("The contract doesn’t end until %(year)s.") % {"year": found.year}, likely_year(found, self.today))
        return found

    def make_and_model(self, record: Record) -> tuple[str, str]:
        together = self.text(record, "vehicle.make_model")
        if together:
            make, model = make_of(together)
            if not make and YEAR.match(together):  # "2022 Ford F-150"
                make, model = make_of(YEAR.sub("", together))
            return make[: LIMITS["make"]], model[: LIMITS["model"]] or ("" if make else together[: LIMITS["model"]])
        make, model = self.limited(record, "vehicle.make", "make"), self.limited(record, "vehicle.model", "model")
        make = spelt(make)[: LIMITS["make"]] if make else ""
        doubled, rest = make_of(model) if make else ("", model)
        return make, rest if doubled == make and rest else model

    def drivers(self, record: Record) -> None:
        """Who is named beside the vehicle: the holder of a personal car, drivers of a functional vehicle, further drivers."""
        vehicle, people = record.values["vehicle"], []
        main = self.named_person(record)
        if main and any(column.get("says_contact") for key in NAMED_BY for column in self.places.get(key, ())):
            people.append({**main, **decides(main)})
        elif main:
            by_title = any(column["says_driver"] for column in self.places.get("person.name", ()))
            van = choices.is_van(f"{vehicle.get('make', '')} {vehicle.get('model', '')}")
            personal = vehicle.get("use") == "personal" if vehicle.get("use") else not (by_title and van)
            vehicle.setdefault("use", "personal" if personal else "functional")
            people.append({**main, "group": Group.USER if personal else Group.DRIVER, "holds": personal, "drives": not personal})
            people += self.share_out(people[-1], self.more_drivers(record, (self.places.get("person.name") or [{}])[0], skip=1))
        elif number := self.number_only(record):
            people.append({"external_id": number, "group": Group.USER, "holds": True, "drives": False})
            vehicle.setdefault("use", "personal")
        people += [
            {**other, "group": Group.DRIVER, "drives": True} if not contact else {**other, **decides(other)}
            for other, contact in self.companions(record)
        ]
        for column in self.places.get("drivers", ()):
            people += self.more_drivers(record, column)
        record.values["people"] = [{key: as_json(value) for key, value in person.items()} for person in people]

    def more_drivers(self, record: Record, column: dict[str, Any], *, skip: int = 0) -> list[dict[str, Any]]:
        """Whom the cell names, without the first `skip`."""
        place = column.get("place", len(record.cells))
        text = cells.text_of(record.cells[place] if place < len(record.cells) else "")
        found = []
        if not skip:
            self.note_brackets(record, column, text)
        for one in names.several(text)[skip:20]:
            if "@" in one or not any(sign.isalpha() for sign in one):
                record.note("name", _("No name found here; no contact was created."), column=place, value=one[:120])
                continue
            name = names.split(one, order=column["order"] or names.FIRST_LAST)
            if name and self.fits(record, column, name):
                found.append({**named(name), "group": Group.DRIVER, "drives": True})
        return found

    def share_out(self, main: dict[str, Any], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The `others` of a cell, each with its address where the cells beside it hold one for each name."""
        one_column = len(self.places.get("person.phone", ())) + len(self.places.get("person.mobile", ())) == 1
        for key in ("emails", "phones") if one_column else ("emails",):
            if others and len(main.get(key, ())) == len(others) + 1:
                for other, address in zip(others, main[key][1:], strict=True):
                    other[key] = [address]
                main[key] = main[key][:1]
        return others

    def number_only(self, record: Record) -> str:
        """The staff number where no column of the sheet names who drives; another sheet may."""
        if {"person.name", "person.first_name", "person.last_name", "drivers"} & self.places.keys():
            return ""
        text = self.limited(record, "person.id", "external_id")
        return "" if cells.is_nobody(text) else text

    # --- people ------------------------------------------------------------------------------------------------------------

    def named_person(self, record: Record) -> dict[str, Any]:
        """The person that the person columns name, with addresses; empty where nobody is named."""
        name = self.name(record)
        emails, phones = (
            self.addresses(record, "person.email"),
            self.addresses(record, "person.phone") + self.addresses(record, "person.mobile"),
        )
        if not name and not emails and self.kind != VEHICLES:
            return {}
        if self.kind == VEHICLES and not name:
            self.note_nobody(record, [*emails, *phones])
            return {}
        person: dict[str, Any] = named(name)
        person["emails"], person["phones"] = list(dict.fromkeys(emails)), list(dict.fromkeys(phones))
        person["private_phones"] = self.addresses(record, "person.private_phone")
        person["external_id"] = self.limited(record, "person.id", "external_id")
        person["job_title"] = self.limited(record, "person.job_title", "job_title")
        person["born_on"] = self.born_on(record)
        person["language"] = choices.language(self.text(record, "person.language"))
        return {key: as_json(value) for key, value in person.items() if value not in ("", None, [])}

    def companions(self, record: Record) -> list[tuple[dict[str, Any], bool]]:
        """The row's further people that have columns of their own, each with whether its title says that they are to be contacted."""
        found = []
        for columns in self.others.values():
            reader = copy(self)
            reader.places = columns
            person = reader.named_person(record)
            if person:
                found.append((person, any(column.get("says_contact") for key in NAMED_BY for column in columns.get(key, ()))))
        return found

    def note_nobody(self, record: Record, addresses: Sequence[str]) -> None:
        """Says what was left out because the row names nobody whose it is."""
        text = (
            self.text(record, "person.name")
            or " ".join(self.text(record, key) for key in ("person.first_name", "person.last_name")).strip()
        )
        column = next((columns[0]["place"] for key in NAMED_BY if (columns := self.places.get(key))), None)
        if names.is_pool(text) and not cells.is_nobody(text):
            record.note("name", _("No name found here; no contact was created."), column=column, value=text[:120])
        if addresses:
            message, cure = _("This row has contact details but no name, so the details were left out."), _("Add the name.")
            record.note("name", message, cure, column=column, value="; ".join(addresses)[:120])

    def note_brackets(self, record: Record, column: dict[str, Any], text: str) -> None:
        """Says which remark beside a name is not kept: "Anna Kern (from March)"."""
        if remarks := names.REMARK.findall(text):
            record.note(
                "name", _("The note in brackets next to the name was left out."), column=column["place"], value=" ".join(remarks)[:120]
            )

    def name(self, record: Record) -> names.Name:
        first, middle, last = (self.text(record, f"person.{part}_name") for part in ("first", "middle", "last"))
        title = " ".join(part for part in (self.salutation(record), self.text(record, "person.title")) if part)[:40]
        if names.is_pool(f"{first} {last}".strip()) or (cells.is_nobody(last or first) and not (first and last)):
            return names.Name()
        if last or first:
            if not last and self.text(record, "person.name"):
                whole = names.split(self.text(record, "person.name"))
                last = whole.last if whole.last != first else ""
            found = names.Name(" ".join(part for part in (first, middle) if part), last, title)
            place = (self.places.get("person.last_name") or self.places["person.first_name"])[0]
            return found if self.fits(record, place, found) else names.Name()
        column = self.places.get("person.name", [{}])[0]
        text = self.text(record, "person.name")
        if not text or cells.is_nobody(text) or not any(sign.isalpha() for sign in text):
            return names.Name()
        people = names.several(text)
        if not people:
            return names.Name()
        self.note_brackets(record, column, text)
        found = names.split(people[0], order=column.get("order") or names.FIRST_LAST)
        found = names.Name(found.first, found.last, title or found.title)
        return found if self.fits(record, column, found) else names.Name()

    def salutation(self, record: Record) -> str:
        text = self.text(record, "person.salutation")
        return names.ADDRESSES.get(text.casefold(), text) if len(text) <= 20 else ""

    def fits(self, record: Record, column: dict[str, Any], name: names.Name) -> bool:
        longest = max(len(name.first), len(name.last))
        if longest > LIMITS["last_name"]:
            message = _("The name has %(count)s characters; the limit is 80.") % {"count": longest}
            record.reject("long", message, _("Shorten the text."), column=column["place"], value=f"{name.first} {name.last}"[:120])
        return longest <= LIMITS["last_name"]

    def addresses(self, record: Record, key: str) -> list[str]:
        found: list[str] = []
        for column in self.places.get(key, ()):
            value = record.cells[column["place"]] if column["place"] < len(record.cells) else ""
            if value in ("", None):
                continue
            good, bad = reaching.emails(value) if key == "person.email" else self.phones(record, value)
            found += good
            self.note_bad(record, key, bad, "email" if key == "person.email" else "phone", column=column["place"])
        return found[:6]

    def phones(self, record: Record, value: Any) -> tuple[list[str], list[str]]:
        """Numbers as the row's country writes them; where only the order of day and month told it, ours may stand there too."""
        good, bad = reaching.phones(value, region=record.region)
        if bad and self.is_american:
            return reaching.phones(value, region=self.home or "DE")
        return good, bad

    def born_on(self, record: Record) -> date | None:
        found = None
        if "person.born_on" in self.places:
            order = self.places["person.born_on"][0]["order"] or dates.DAY_FIRST
            found = self.value(record, "person.born_on", lambda cell: dates.parse(cell, order=order, today=self.today), stops=False)
        elif "person.birth_year" in self.places:
            parts = [self.text(record, f"person.birth_{part}") for part in ("year", "month", "day")]
            if all(part.isdigit() for part in parts):
                found = self.value(record, "person.birth_year", lambda _cell: dates.make(*map(int, parts)), stops=False)
        if found and found > self.today:
            found = found.replace(year=found.year - 100) if found.year - 100 > 1900 else None
        return found

    def contact(self, record: Record) -> None:
        """The person of a row of people, or the contact in a row of companies."""
        person, people = self.named_person(record), []
        if person:
            text = self.text(record, "person.group") or person.get("job_title", "")
            person["group"] = choices.choice("group", text) or Group.DECISION_MAKER
            if person["group"] == Group.DECISION_MAKER:
                person["kind"] = choices.decider(person.get("job_title", ""))
            people.append(person)
        people += [{**other, **decides(other)} for other, _contact in self.companions(record)]
        if people:
            record.values["people"] = people

    def is_company(self, record: Record) -> bool:
        said = cells.flag(self.cell(record, "company.flag"))
        return said if said is not None else not self.text(record, "company.parent")

    def person_of_mixed(self, record: Record, facts: dict[str, Any]) -> None:
        """A row of a person in a sheet that holds companies and people alike; "belongs to" is the company."""
        name = names.split(facts.get("name", ""))
        if not name:
            return
        person = {**named(name), "group": Group.DECISION_MAKER, "kind": choices.decider(self.text(record, "person.job_title"))}
        if facts.get("email"):
            person["emails"] = [facts["email"]]
        if facts.get("phone"):
            person["phones"] = [facts["phone"]]
        record.values["people"] = [person]
        if facts.get("parent"):
            record.values["company"] = {"name": facts["parent"]}

    # --- what a row must name ----------------------------------------------------------------------------------------------

    def must_name(self, record: Record) -> None:
        """Rejects a row that names nothing we could keep."""
        if record.is_rejected:
            return
        if self.kind == VEHICLES:
            if not any(record.values["vehicle"].get(name) for name in ("vin", "plate", "external_id")):
                record.reject(
                    "identity",
                    _("The row has no plate, VIN or ID, so the vehicle can’t be identified."),
                    _("Fill in the plate or the VIN."),
                )
            return
        company, people = record.values.get("company", {}), record.values.get("people", [])
        if self.kind == PEOPLE and not people:
            record.reject("name", _("The row doesn’t name a person."), _("Fill in the last name or the e-mail address."))
        elif not people and not company.get("name"):
            record.reject("name", _("The row doesn’t name a company."), _("Fill in the name."))


def decides(person: dict[str, Any]) -> dict[str, Any]:
    """The role of somebody whom a list names as a contact."""
    return {"group": Group.DECISION_MAKER, "kind": choices.decider(person.get("job_title", ""))}


def named(name: names.Name) -> dict[str, Any]:
    return {key: value for key, value in (("first_name", name.first), ("last_name", name.last), ("title", name.title)) if value}


def likely_year(found: date, today: date) -> str:
    """The year with two digits changed over, where that lies near."""
    digits = str(found.year)
    for candidate in (digits[:2] + digits[3] + digits[2], f"20{digits[2:]}"):
        if abs(int(candidate) - today.year) <= 12:
            return _("Did you mean %(year)s?") % {"year": candidate}
    return _("Check the year.")


def looks_like_code(text: str) -> bool:
    return len(text) >= 12 and " " not in text and any(sign.isdigit() for sign in text)


def as_json(value: object) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def brief(key: str) -> str:
    """`key`, or where it is too long to be kept its digest."""
    return key if len(key) <= 64 else f"#{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def fingerprint(signature: str, company: str, row: Sequence[object]) -> str:
    """What a row is known by where nothing else tells: the layout, the company and all its cells."""
    text = "\x1f".join([signature, company, *map(str, row)])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]

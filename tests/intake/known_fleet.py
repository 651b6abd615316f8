"""A fleet that we know, written as other houses write lists: what comes back can be compared with what went in, cell by cell."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.factories.sheets import make_xlsx

Record = Mapping[str, Any]
Facts = dict[str, object]
COMPANIES = [
    ("Hansa Hochbau AG", "DE", "Ringstraße 3", "20457", "Hamburg", "+49 40 7654321", "post@hansa-hochbau.example"),
    ("Bäckerei Jäger KG", "DE", "Am Wall 12", "28195", "Bremen", "+49 421 556677", "info@jaeger.example"),
    ("Nordlicht Pflege GmbH", "DE", "Deichweg 5", "24103", "Kiel", "+49 431 998877", "kontakt@nordlicht.example"),
    ("Süddach Spenglerei e.K.", "DE", "Mühlgasse 9", "80331", "München", "+49 89 4455667", "buero@sueddach.example"),
]
CARS = [("Volkswagen", "Passat"), ("BMW", "320d"), ("Škoda", "Octavia"), ("Ford", "Transit"), ("Audi", "A4"), ("Mercedes-Benz", "Vito")]
PEOPLE = [("Anna", "Kern"), ("Thomas", "Berg"), ("Jürgen", "Ott"), ("Claudia", "Lang"), ("Stefan", "Voß"), ("Monika", "Haid")]


def records(count: int = 12) -> list[Record]:
    """Vehicles, each with whose it is and who drives it."""
    return [record(number) for number in range(count)]


def record(number: int) -> Record:
    name, country, street, postcode, city, phone, email = COMPANIES[number % len(COMPANIES)]
    make, model = CARS[number % len(CARS)]
    first, last = PEOPLE[(number * 5 + number // 6) % len(PEOPLE)]
    return {
        "company.name": name, "company.country": country, "company.street": street, "company.postcode": postcode,
        "company.city": city,
        "company.phone": phone, "company.email": email, "company.id": f"K-{10001 + number % len(COMPANIES)}",
        "vehicle.plate": f"HH-KF {101 + number}", "vehicle.vin": f"WVWZZZ1KZ8W{100001 + number}", "vehicle.make": make,
        "vehicle.model": model,
        "vehicle.delivered_on": date(2023 + number % 3, 1 + number % 12, 13 + number % 15),
        "vehicle.contract_ends_on": date(2027 + number % 3, 1 + number % 12, 13 + number % 15),
        "vehicle.mileage_km": 12345 + number * 1111,
        "person.first_name": first, "person.last_name": last,
        "person.email": f"{first[0]}.{last}{number}@mail.example".lower().replace("ß", "ss"),
        "person.mobile": f"+49 171 {2345600 + number}",
    }  # fmt: skip


@dataclass(frozen=True)
class Style:
    """How a house writes days, numbers and telephones."""

    day: str = "%d.%m.%Y"
    thousands: str = "."
    national: bool = False  # numbers without the country's code

    def cell(self, key: str, one: Record) -> str:
        value = one[key]
        if isinstance(value, date):
            return value.strftime(self.day)
        if isinstance(value, int):
            return f"{value:,}".replace(",", self.thousands)
        if self.national and key in ("company.phone", "person.mobile"):
            return "0" + value.removeprefix("+49 ")
        return str(value)


Write = Callable[[Style, Record], str]


@dataclass(frozen=True)
class Part:
    """One column: the facts it holds, and how its cell is written."""

    keys: tuple[str, ...]
    write: Write


def plain(key: str) -> Part:
    return Part((key,), lambda style, one: style.cell(key, one))


PARTS: dict[str, Part] = {
    key: plain(key)
    for key in record(0)
    if key not in ("company.country",)
} | {
    "postcode city": Part(("company.postcode", "company.city"), lambda _style, one: f"{one['company.postcode']} {one['company.city']}"),
    "address": Part(
        ("company.street", "company.postcode", "company.city"),
        lambda _, one: f"{one['company.street']}, {one['company.postcode']} {one['company.city']}",
    ),
    "make model": Part(("vehicle.make", "vehicle.model"), lambda _, one: f"{one['vehicle.make']} {one['vehicle.model']}"),
    "first last": Part(("person.first_name", "person.last_name"), lambda _, one: f"{one['person.first_name']} {one['person.last_name']}"),
    "last, first": Part(("person.first_name", "person.last_name"), lambda _, one: f"{one['person.last_name']}, {one['person.first_name']}"),
}  # fmt: skip
NOISE = "noise"  # a column that says nothing we keep


@dataclass
class Layout:
    """A list as some house writes it: (title, the part below it or NOISE) from left to right, and what else the file has."""

    columns: Sequence[tuple[str, str]]
    style: Style = field(default_factory=Style)
    above: Sequence[Sequence[str]] = ()
    total: str = ""
    footer: str = ""
    repeats_titles: bool = False
    encoding: str = "utf-8"
    delimiter: str = ";"
    workbook: bool = False

    def lines(self, fleet: Sequence[Record]) -> list[list[str]]:
        titles = [title for title, _part in self.columns]
        rows = [self.row(one, number) for number, one in enumerate(fleet)]
        if self.repeats_titles and len(rows) > 4:
            rows.insert(len(rows) // 2, titles)
        body = [*self.above, titles, *rows]
        if self.total:
            body.append([self.total, *[""] * (len(titles) - 2), str(len(rows))])
        return [*body, *([[], [self.footer]] if self.footer else [])]

    def row(self, one: Record, number: int) -> list[str]:
        return [f"Notiz {'abc'[number % 3]}" if part == NOISE else PARTS[part].write(self.style, one) for _title, part in self.columns]

    def content(self, fleet: Sequence[Record]) -> tuple[bytes, str]:
        """(the file, its name)."""
        lines = self.lines(fleet)
        if self.workbook:
            return make_xlsx({"Liste": lines}).getvalue(), "list.xlsx"
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(lines)
        return text.getvalue().encode(self.encoding), "list.csv"

    def facts(self, one: Record) -> Facts:
        """What the columns say about one record."""
        keys = {key for _title, part in self.columns if part != NOISE for key in PARTS[part].keys}
        return {key: value.isoformat() if isinstance(value := one[key], date) else value for key in keys}


def flat(said: Mapping[str, Any]) -> Facts:
    """What was read of a row, by the same keys; what follows from other facts is left out."""
    found: Facts = {f"company.{name}": value for name, value in said.get("company", {}).items() if name != "country"}
    found["company.id"] = found.pop("company.external_id", None)
    found |= {f"vehicle.{name}": value for name, value in said.get("vehicle", {}).items() if name != "use"}
    people = said.get("people", [])
    for name in ("first_name", "last_name"):
        found[f"person.{name}"] = people[0].get(name) if people else None
    found["person.email"] = (people[0].get("emails") or [None])[0] if people else None
    found["person.mobile"] = (people[0].get("phones") or [None])[0] if people else None
    if len(people) > 1:
        found["person.more"] = len(people)
    return {key: value for key, value in found.items() if value not in (None, "")}

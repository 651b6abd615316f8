"""Reads the company facts of a row."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import Cell
from intake.reading import cells, dates, places, reaching, telephones
from intake.reading.choices import choice
from intake.reading.facts import Facts
from intake.reading.reader import LIMITS, SheetReader
from intake.reading.rows import Row, looks_like_code
from intake.reading.wordlists import lists

MOST_EMPLOYEES = 10_000_000
FIVE_DIGITS = ("DE", "IT", "FR", "ES", "US")  # whose postcodes have
FOUR_DIGITS = frozenset(("AT", "CH", "LI", "BE", "LU", "DK", "NO", "HU", "SI"))
FOUR = re.compile(r"\d{4}")
DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?")  # no company is called so
NAMES_OF_COMPANIES = ("pool", "open", "free")  # words for nobody that some company bears as its name


@dataclass(slots=True)
class CompanyFacts(Facts):
    name_in_json: ClassVar[str] = "company"

    name: str = ""
    external_id: str = ""
    domain: str = ""
    vat_number: str = ""
    parent: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    sector: str = ""
    employees: int | None = None

    @property
    def names_one(self) -> bool:
        """True where a company is named; a telephone number alone names nobody."""
        return bool(self.name or self.vat_number or self.external_id or self.domain)

    def only(self, *names: str) -> "CompanyFacts":
        """Of these facts the named ones alone."""
        return CompanyFacts(**{name: getattr(self, name) for name in names})


def read_company(reader: SheetReader, row: Row) -> CompanyFacts:
    """The company that the row names, with its facts; where nothing names one, the facts are empty."""
    facts = CompanyFacts(name=company_name(reader, row), external_id=reader.limited(row, "company.id", "external_id"))
    read_address(reader, row, facts)
    prefix = reader.text(row, "company.vat_country")
    known = facts.country or (prefix if len(prefix) == 2 else "") or reader.home
    facts.vat_number = (
        reader.value(row, "company.vat", lambda cell: cells.vat_number(with_prefix(cell, prefix), country=known), stops=False) or ""
    )
    if cells.INN_AND_KPP.match(text := reader.text(row, "company.vat")):
        row.note("vat.second", column=reader.first("company.vat").index, value=text)
    if reader.address_is_a_persons:
        leave_out_address(reader, row, facts)
    found, row.region = settle_country(reader, row, facts)
    if facts.name or facts.vat_number:
        facts.country = found
    facts.website = known_or_noted(reader, row, "company.website", reaching.website)
    facts.domain = known_or_noted(reader, row, "company.domain", reaching.domain)
    if facts.domain and not facts.website and (facts.name or facts.vat_number):
        facts.website = website_of(facts.domain)
    facts.parent = known_or_noted(reader, row, "company.parent", lambda text: "" if looks_like_code(text) else text)[: LIMITS["name"]]
    facts.sector = known_or_noted(reader, row, "company.sector", lambda text: choice("sector", text))
    facts.employees = reader.value(row, "company.employees", lambda cell: cells.count(cell, most=MOST_EMPLOYEES), stops=False)
    read_reach(reader, row, facts)
    return facts if facts.names_one else CompanyFacts()


def known_or_noted(reader: SheetReader, row: Row, key: str, read: Callable[[str], str]) -> str:
    """What `read` makes of the cell's words; "" with a note where they say something that it does not know."""
    text = reader.text(row, key)
    found = read(text)
    if text and not found and not cells.is_nobody(text):
        row.note("choice.unknown", column=reader.first(key).index, value=text)
    return found


def website_of(domain: str) -> str:
    """The website that a company's domain leads to, "" without one."""
    return f"https://{domain}" if domain else ""


def with_prefix(cell: Cell, prefix: str) -> Cell:
    """The VAT number with the country that has a column of its own."""
    text = cells.line_of(cell)
    return f"{prefix}{text}" if prefix and text and not text[:2].isalpha() else cell


def leave_out_address(reader: SheetReader, row: Row, facts: CompanyFacts) -> None:
    """In a list of people an address that follows the person's name may be a home: it never becomes the company's."""
    said = ", ".join(part for part in (facts.street, facts.postcode, facts.city, facts.country) if part)
    facts.street = facts.postcode = facts.city = facts.country = ""
    if said:
        column = next((reader.first(key).index for key in ADDRESSED if key in reader.columns), None)
        row.note("address.whose", column=column, value=said)


ADDRESSED = ("company.address", "company.street")


def settle_country(reader: SheetReader, row: Row, facts: CompanyFacts) -> tuple[str, str]:
    """(country, country of its telephone numbers) of a row: what it states, else what its numbers, its postcode and the file tell."""
    number = cells.line_of(reader.cell(row, "company.phone"))
    said = facts.country or country_of(facts.vat_number) or (telephones.country_of(number) if number.startswith("+") else "")
    if said:
        return said, reader.region(said)
    if reader.home in FIVE_DIGITS and FOUR.fullmatch(facts.postcode):
        near = towns().get(fold(facts.city), "") or only([code for code in reader.sheet.dials if code in FOUR_DIGITS])
        return near, near
    return reader.country, reader.region("")


def only(codes: list[str]) -> str:
    """The one code of a list, "" where there are none or several."""
    return codes[0] if len(codes) == 1 else ""


@cache
def towns() -> dict[str, str]:
    """Towns whose postcodes have four digits, to their country."""
    return {fold(town): code for code, found in lists("cities").items() for town in found}


def country_of(vat_number: str) -> str:
    """The country that a VAT number begins with."""
    prefix = vat_number[:2]
    return "GR" if prefix == "EL" else prefix if prefix.isalpha() else ""


def company_name(reader: SheetReader, row: Row) -> str:
    """The name, or that of the sheet’s owner; "" for a word that means nobody, or a day. The row is rejected for too long a one."""
    name = (reader.text(row, "company.legal_name") or reader.text(row, "company.name")).strip(" ,;")
    if (cells.is_nobody(name) and name.casefold() not in NAMES_OF_COMPANIES) or DAY.fullmatch(name):
        return ""
    name = name or reader.owner
    if len(name) > LIMITS["name"]:
        row.reject("long.company_name", column=reader.first("company.name").index, value=name, count=len(name))
    return name[: LIMITS["name"]]


def read_address(reader: SheetReader, row: Row, facts: CompanyFacts) -> None:
    """Street, postcode, city and country, from columns of their own or taken apart."""
    street = reader.text(row, "company.street")
    lines = cells.text_of(reader.cell(row, "company.street"))
    if "company.address" in reader.columns:
        text = cells.text_of(reader.cell(row, "company.address"))
        beside = reader.text(row, "company.city") or reader.text(row, "company.postcode")
        if beside and "," not in text and "\n" not in text:
            facts.street = text  # what it lacks has columns of its own
        else:
            put_address(facts, text)
    if "\n" in lines and "company.postcode" not in reader.columns:
        put_address(facts, lines)
    elif street:
        facts.street = ", ".join(part for part in (street, reader.text(row, "company.street2")) if part)
    facts.city = reader.text(row, "company.city") or facts.city
    if facts.city and not reader.text(row, "company.postcode") and any(sign.isdigit() for sign in facts.city):
        postcode, facts.city = places.split_city(facts.city)
        facts.postcode = postcode or facts.postcode
    read_country(reader, row, facts)
    facts.postcode = postcode_of(reader, row, facts) or facts.postcode
    for name in ("street", "city", "postcode"):
        text = getattr(facts, name)
        if len(text) > LIMITS[name]:
            row.note("long.cut", value=text, count=len(text), limit=LIMITS[name])
            setattr(facts, name, text[: LIMITS[name]])


def put_address(facts: CompanyFacts, text: str) -> None:
    for name, value in places.split_address(text).items():
        setattr(facts, name, value)


def read_country(reader: SheetReader, row: Row, facts: CompanyFacts) -> None:
    text = reader.text(row, "company.country")
    if text:
        facts.country = places.country(text)
        if not facts.country and facts.name:
            row.note("country.unknown", column=reader.first("company.country").index, value=text[:60])


def postcode_of(reader: SheetReader, row: Row, facts: CompanyFacts) -> str:
    """The postcode; five digits again where a spreadsheet took its first zero away; nothing where it became a date."""
    value = reader.cell(row, "company.postcode")
    text = cells.line_of(value)
    if not text or cells.is_blank(text):
        return ""
    if (
        (not isinstance(value, int) and dates.looks_like_date(value))
        or len(text) > LIMITS["postcode"]
        or not any(sign.isdigit() for sign in text)
    ):
        row.note("postcode.none", column=reader.first("company.postcode").index, value=text[:60])
        return ""
    return with_zeros(reader, row, facts, text, is_number=isinstance(value, int))


def with_zeros(reader: SheetReader, row: Row, facts: CompanyFacts, text: str, *, is_number: bool) -> str:
    """Five digits again where a postcode lost its first zeros; as it is, with a note, where nothing shows that it did."""
    country = facts.country or reader.home
    if country not in FIVE_DIGITS or not text.isdigit() or not SHORTEST.get(country, 4) <= len(text) < 5:
        return text
    city = fold(facts.city)
    abroad = city in towns() or FOUR_DIGITS.intersection(reader.sheet.dials)
    if facts.country or (is_number and not abroad) or any(city == town or city.startswith(f"{town} ") for town in zeros(country)):
        return text.zfill(5)
    if not abroad:
        row.note("postcode.short", column=reader.first("company.postcode").index, value=text)
    return text


SHORTEST = {"IT": 2, "US": 3}  # digits of a postcode without its zeros, where not four


@cache
def zeros(country: str) -> frozenset[str]:
    """Towns of the country whose postcodes begin with a zero."""
    return frozenset(map(fold, lists("zeros").get(country, ())))


def read_reach(reader: SheetReader, row: Row, facts: CompanyFacts) -> None:
    """The first telephone number and e-mail address of the company; further ones are noted."""
    phones: list[str] = []
    for column in reader.columns.get("company.phone", ()):
        if (value := row.cell(column.index)) != "":
            phones += reader.phones(row, value, column=column.index)
    emails: list[str] = []
    for column in reader.columns.get("company.email", ()):
        good, bad = reaching.emails(row.cell(column.index))
        emails += good
        reader.note_bad(row, bad, "email.none", column=column.index)
    facts.phone, facts.email = "".join(phones[:1]), "".join(emails[:1])
    for key, found in (("company.phone", phones), ("company.email", emails)):
        note_further(reader, row, key, list(dict.fromkeys(found)))


def note_further(reader: SheetReader, row: Row, key: str, found: Sequence[str]) -> None:
    """Says which further numbers or addresses are not kept: a company has one of each."""
    if len(found) > 1:
        row.note("further.left_out", column=reader.first(key).index, value="; ".join(found[1:]))

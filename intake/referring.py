"""What rows name by a number only, and another sheet of the same file describes."""

from collections.abc import Iterable, Mapping, Sequence

from intake.models import Import, Verdict
from intake.nouns.company import key_of as company_key
from intake.reading.company import CompanyFacts
from intake.reading.facts import Said
from intake.reading.jsontypes import Json
from intake.reading.person import PersonFacts
from intake.reading.rows import Row, brief, number_key
from intake.reading.sheets import COMPANIES, MIXED, Sheet
from intake.reading.vehicle import VehicleFacts

IDENTITY = ("name", "vat_number", "postcode", "external_id", "country")  # by what a company described elsewhere is known


def refer_to_companies(run: Import, rows: Iterable[Row]) -> None:
    """Companies that rows name by number or VAT number only get the facts of the sheet that describes them. Costs 2 queries at most."""
    by_number, by_vat = asked_companies(rows)
    taken = run.rows.exclude(verdict=Verdict.REJECTED)
    if by_number:
        describe(by_number, taken.filter(other_key__among=by_number).values_list("other_key", "values"))
    describing = [sheet.index for sheet in run.sheets if sheet.kind in (COMPANIES, MIXED)] if by_vat else []
    if describing:
        describe(by_vat, taken.filter(sheet__in=describing, company_key__among=by_vat).values_list("company_key", "values"))


def describe(asked: Mapping[str, list[Row]], found: Iterable[tuple[str, Json]]) -> None:
    """The rows that asked for a company get by what it is known, from the row that names it."""
    for key, values in found:
        described = Said.from_json(values).one(CompanyFacts)
        if described is None or not described.name:
            continue
        for row in asked[key]:
            row.said.put(CompanyFacts, described.only(*IDENTITY))


def asked_companies(rows: Iterable[Row]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """Rows that name a company by its number only, and by its VAT number only, each by the key of the row that describes it."""
    by_number: dict[str, list[Row]] = {}
    by_vat: dict[str, list[Row]] = {}
    for row in rows:
        facts = row.one(CompanyFacts)
        if not facts or facts.name or row.is_rejected:
            continue
        if facts.vat_number:
            by_vat.setdefault(f"vat:{facts.vat_number}", []).append(row)
        elif facts.external_id:
            by_number.setdefault(number_key(facts.external_id), []).append(row)
    return by_number, by_vat


def asked_people(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Vehicles that name a person by the number only, by the key of the row that describes them."""
    asked: dict[str, list[Row]] = {}
    for row in rows:
        people = row.all(PersonFacts)
        if row.one(VehicleFacts) is not None and len(people) == 1 and not people[0].is_named:
            asked.setdefault(brief(f"pid:{people[0].external_id}"), []).append(row)
    return asked


def refer_to_people(run: Import, sheet: Sheet, rows: Iterable[Row]) -> set[int]:
    """People whom vehicles name by number only become who another sheet says they are. The numbers of rows where that was so.

    Costs 1 query at most.
    """
    asked = asked_people(rows)
    if not asked:
        return set()
    described = run.rows.filter(key__among=asked).exclude(verdict=Verdict.REJECTED).values_list("key", "values")
    found: dict[str, list[Said]] = {}
    for key, values in described:
        said = Said.from_json(values)
        if len(said.all(PersonFacts)) == 1:
            found.setdefault(key, []).append(said)
    return {row.number for key, named in asked.items() for row in named if put_person(sheet, row, who(row, found.get(key, [])))}


def who(row: Row, described: Sequence[Said]) -> Said | None:
    """Whom the row means of those with the number: at its own company, where several companies gave it."""
    here = row.one(CompanyFacts)
    if len(described) < 2 or here is None:
        return described[0] if len(described) == 1 else None
    return next((one for one in described if (there := one.one(CompanyFacts)) and company_key(there) == company_key(here)), None)


def put_person(sheet: Sheet, row: Row, described: Said | None) -> bool:
    """True where the person of the row is known from another sheet."""
    person = row.all(PersonFacts)[0]
    if described is None:
        row.note("name.number_only", column=sheet.index_of("person.id"), value=person.external_id)
        row.said.put(PersonFacts)
        return False
    named = described.all(PersonFacts)[0]
    for name in ("first_name", "last_name", "title"):
        setattr(person, name, getattr(named, name))
    company = described.one(CompanyFacts)
    if row.one(CompanyFacts) is None and company is not None:
        row.said.put(CompanyFacts, company.only(*IDENTITY))
    return True

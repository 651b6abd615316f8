"""Which rows of an import can be taken at the same time: those that name nothing in common, so that none finds what another makes."""

from collections.abc import Iterator, Sequence

from accounts.customers.models.vehicle import fold_plate
from contacts.models import Channel
from contacts.people.models.person import fold_address
from fleetportal.core.db import fold
from intake.nouns.person import folded_name
from intake.reading import reaching
from intake.reading.company import CompanyFacts
from intake.reading.facts import Facts
from intake.reading.person import PersonFacts
from intake.reading.rows import Row
from intake.reading.vehicle import VehicleFacts

KNOWN: frozenset[type[Facts]] = frozenset((CompanyFacts, VehicleFacts, PersonFacts))
OWNER = "owner"  # of rows that name no company: theirs is the one that was chosen for the file, or none
PARENTS = "parents"  # who belongs to whom is one rule over all companies


def parted(rows: Sequence[Row], *, most: int) -> tuple[list[Row], list[Row]]:
    """Two lists of rows, in their order, of at most `most` each: no row of one names what a row of the other names.

    The first begins with the first row; rows that fit into neither are in none. The second is empty where everything hangs together.
    """
    together = groups(rows) if all(KNOWN.issuperset(row.said.kinds) for row in rows) else [[*range(len(rows))]]
    if len(together[0]) > most:
        return list(rows[:most]), []
    first, second = set[int](), set[int]()
    for group in together:
        for half in (first, second):
            if len(half) + len(group) <= most:
                half.update(group)
                break
    return [rows[at] for at in sorted(first)], [rows[at] for at in sorted(second)]


def groups(rows: Sequence[Row]) -> list[list[int]]:
    """The places of rows that hang together, in the order of the first of each."""
    above = list(range(len(rows)))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = place = above[above[place]]
        return place

    named: dict[str, int] = {}
    for at, row in enumerate(rows):
        for name in names(row):
            one, other = top(at), top(named.setdefault(name, at))
            above[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for at in range(len(rows)):
        found.setdefault(top(at), []).append(at)
    return list(found.values())


def names(row: Row) -> Iterator[str]:
    """Everything by which a row finds what is there, makes something that another can find, or makes a pair of duplicates."""
    company = row.one(CompanyFacts)
    yield from names_of_company(company) if company else (OWNER,)
    for vehicle in row.all(VehicleFacts):
        yield from named("vin", vehicle.vin)
        yield from named("plate", fold_plate(vehicle.plate))
        yield from named("vehicle", vehicle.external_id)
    for person in row.all(PersonFacts):
        yield from names_of_person(person)
        if company is None or not company.name:
            yield from named("person", folded_name(person))


def names_of_company(company: CompanyFacts) -> Iterator[str]:
    """By what another row finds this company, or the one it belongs to."""
    yield from named("company", fold(company.name)[:200])
    yield from named("vat", company.vat_number)
    yield from named("number", company.external_id)
    for address in (company.domain, company.website, company.email):
        if (domain := reaching.domain(address)) not in reaching.FREE_MAIL:
            yield from named("domain", domain)
    if company.parent:
        yield PARENTS
        yield f"company:{fold(company.parent)[:200]}"


def names_of_person(person: PersonFacts) -> Iterator[str]:
    """By what another row finds this person, or takes them for a duplicate."""
    yield from named("id", person.external_id)
    for email in person.emails:
        yield from named("email", fold(email))
    for phone in (*person.phones, *person.private_phones):
        yield from named("phone", fold_address(Channel.PHONE, phone))
    if person.born_on:
        yield f"born:{person.born_on}|{folded_name(person)}"


def named(kind: str, name: str) -> Iterator[str]:
    if name:
        yield f"{kind}:{name}"

"""What a row of each kind of list holds: a fleet list, a list of companies, one of people, an address book."""

from collections.abc import Callable, Sequence
from copy import copy

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import Cell
from intake.reading import cells, degrees, names
from intake.reading.choices import DECISION_MAKER, decider
from intake.reading.company import CompanyFacts, read_company
from intake.reading.house_layouts import DATEV
from intake.reading.person import PersonFacts, addresses, read_contacts, read_drivers
from intake.reading.reader import SheetReader
from intake.reading.rows import Row
from intake.reading.states import must_be_in_use
from intake.reading.vehicle import VehicleFacts, read_vehicle

Read = Callable[[SheetReader, Row], None]


def read_row(read: Read, reader: SheetReader, number: int, content: Sequence[Cell]) -> Row:
    """The row as `read` understands it; nothing is looked up."""
    row = Row(reader.sheet.index, number, content)
    reader.check(row)
    if not row.is_rejected:
        read(reader, row)
    return row


def read_fleet(reader: SheetReader, row: Row) -> None:
    """A vehicle, whose it is and who drives it."""
    company = company_of(reader, row)
    vehicle = read_vehicle(reader, row)
    row.said.put(VehicleFacts, vehicle)
    row.said.put(PersonFacts, *read_drivers(reader, row, vehicle))
    say_company(row, company)
    if not row.is_rejected and not vehicle.is_known_again:
        row.reject("identity.vehicle")


def read_companies(reader: SheetReader, row: Row) -> None:
    """A company and its contacts; what the row says about the company is true."""
    company = company_of(reader, row)
    row.said.put(PersonFacts, *read_contacts(reader, row))
    if reader.sheet.program == DATEV:
        give_reach(company, row.all(PersonFacts))
    if is_private(reader, row, company):
        row.reject("company.private", column=reader.first("company.name").index, value=company.name)
    if not company.name and "company.address_type" in reader.columns and row.all(PersonFacts):
        row.reject("company.private", value=row.all(PersonFacts)[0].last_name)
    row.said.leads = say_company(row, company)
    must_be_in_use(reader, row)
    must_name(row)


def give_reach(company: CompanyFacts, people: Sequence[PersonFacts]) -> None:
    """DATEV's one telephone and one e-mail address of an account are its contact's where it names one."""
    for person in people[:1]:
        person.phones += [company.phone] if company.phone and not person.phones else []
        person.emails += [company.email] if company.email and not person.emails else []
        company.phone = company.email = ""


def is_private(reader: SheetReader, row: Row, company: CompanyFacts) -> bool:
    """True where the row calls its customer by a person's name: with a form of address or a given name, and no legal form."""
    if not company.name or not ADDRESSED.intersection(reader.columns) or cells.looks_like_company(company.name):
        return False
    named = set(fold(company.name).replace(",", " ").split())
    people = [one for one in row.all(PersonFacts) if one.is_named]
    said = fold(reader.text(row, "person.salutation")).rstrip(".")
    addressed = said in FORMS and said not in cells.COMPANY_WORDS
    if addressed and reader.text(row, "person.first_name") and not any(one.last_name for one in people):
        return True
    if any(one.last_name for one in people):  # a contact: the customer is private where it is the same name
        return any(named == set(fold(f"{one.first_name} {one.last_name}").split()) for one in people)
    if people:  # a given name, whose other half is the customer's
        return any(set(fold(one.first_name).split()) <= named for one in people)
    return addressed and len(named) <= NAMES_OF_ONE


ADDRESSED = frozenset(("person.salutation", "person.first_name"))
FORMS = frozenset(fold(word).rstrip(".") for word in degrees.ADDRESSES)
NAMES_OF_ONE = 4


def read_people(reader: SheetReader, row: Row) -> None:
    """A person and the company they work for."""
    company = company_of(reader, row)
    row.said.put(PersonFacts, *read_contacts(reader, row))
    must_be_in_use(reader, row)
    if is_private(reader, row, company):
        row.reject("company.private", column=reader.first("company.name").index, value=company.name)
    if (
        company.name
        and [one for one in row.all(PersonFacts) if not one.is_named]
        and fold(reader.text(row, "person.name")) == fold(company.name)
    ):
        row.said.put(PersonFacts)
    say_company(row, company)
    named = fold(reader.text(row, "person.name"))
    if not row.is_rejected and not row.all(PersonFacts) and company.name and named == fold(company.name):
        say_reach(reader, row, company)  # the company's own entry in an address book
    elif not row.is_rejected and not row.all(PersonFacts):
        row.reject("name.person")
    elif not company.names_one:
        note_jobs(row)


def note_jobs(row: Row) -> None:
    """Says which job titles are not kept, because they belong to a company and the row leads to none."""
    for person in row.all(PersonFacts):
        if person.job_title:
            row.note("job.left_out", value=person.job_title)


def say_reach(reader: SheetReader, row: Row, company: CompanyFacts) -> None:
    """How a company is reached that stands among people."""
    row.said.put(PersonFacts)
    emails = addresses(reader, row, "person.email")
    phones = addresses(reader, row, "person.phone") + addresses(reader, row, "person.mobile")
    company.email, company.phone = company.email or "".join(emails[:1]), company.phone or "".join(phones[:1])


def read_mixed(reader: SheetReader, row: Row) -> None:
    """A company, or a person and the company they belong to, in a list that holds both."""
    company = company_of(reader, row)
    if is_company(reader, row):
        row.said.leads = say_company(row, company)
    elif name := names.split(company.name.removeprefix(f"{company.parent}, ") if company.parent else company.name):
        person = PersonFacts(group=DECISION_MAKER, kind=decider(reader.text(row, "person.job_title"))).call(name)
        phones = addresses(reader, row, "person.mobile") + addresses(reader, row, "person.phone")
        person.emails = list(dict.fromkeys([*filter(None, [company.email]), *addresses(reader, row, "person.email")]))
        person.phones = list(dict.fromkeys([*filter(None, [company.phone]), *phones]))
        person.job_title = reader.limited(row, "person.job_title", "job_title")
        row.said.put(PersonFacts, person)
        say_company(row, CompanyFacts(name=company.parent))
    must_be_in_use(reader, row)
    must_name(row)


def company_of(reader: SheetReader, row: Row) -> CompanyFacts:
    """The company of the row; read once for rows one below the other whose cells about it are the same."""
    told = [repr(row.cell(index)) for index in reader.of_company]  # 1 is not "1", and not True
    if told == reader.last_company[0]:
        facts, row.region = reader.last_company[1:]
        return copy(facts)
    problems = len(row.problems)
    facts = read_company(reader, row)
    if len(row.problems) == problems and not any(is_blank_word(row.cell(index)) for index in reader.of_company):
        reader.last_company = told, copy(facts), row.region
    return facts


def is_blank_word(cell: Cell) -> bool:
    """True for a word like "NULL": whether it means nothing, other cells of the row tell."""
    return isinstance(cell, str) and cells.line_of(cell).lower() in cells.MACHINE_BLANK


def say_company(row: Row, company: CompanyFacts) -> bool:
    """True where the row names a company, which is said now."""
    if company.names_one:
        row.said.put(CompanyFacts, company)
    return company.names_one


def is_company(reader: SheetReader, row: Row) -> bool:
    said, text = cells.company_flag(reader.cell(row, "company.flag")), reader.text(row, "company.flag")
    if said is None and text:
        row.note("choice.unknown", column=reader.first("company.flag").index, value=text)
    return said if said is not None else not reader.text(row, "company.parent")


def must_name(row: Row) -> None:
    """Rejects a row that names nothing we could keep."""
    company = row.one(CompanyFacts)
    if not row.is_rejected and not row.all(PersonFacts) and not (company and company.name):
        row.reject("name.company")

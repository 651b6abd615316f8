"""What a row says about people: contacts of a company, drivers of a vehicle, whoever else is named beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import ClassVar

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import Cell
from intake.reading import cells, dates, degrees, names, reaching
from intake.reading.choices import DECISION_MAKER, DRIVER, FUNCTIONAL, PERSONAL, USER, choice, decider, is_van, language
from intake.reading.deciders import is_decider
from intake.reading.facts import Facts
from intake.reading.reader import LIMITS, SheetReader
from intake.reading.rows import Row
from intake.reading.sheets import PEOPLE, VEHICLES, ImportColumn
from intake.reading.vehicle import VehicleFacts
from intake.reading.vocabulary import words_of

NAMED_BY = ("person.name", "person.last_name")
NAMED_IN = frozenset(("person.name", "person.first_name", "person.last_name", "drivers"))
MOST_ADDRESSES, MOST_PEOPLE = 6, 20  # of one row
JOINED, LEFT = "person.joined_on", "person.left_on"


@dataclass(slots=True)
class PersonFacts(Facts):
    name_in_json: ClassVar[str] = "people"
    many: ClassVar[bool] = True

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    private_phones: list[str] = field(default_factory=list)
    external_id: str = ""
    job_title: str = ""
    born_on: date | None = None
    joined_on: date | None = None
    left_on: date | None = None
    language: str = ""
    private_emails: list[str] = field(default_factory=list)
    group: str = ""  # the target group of their role
    kind: str = ""  # what a decision-maker decides
    holds: bool = False  # the vehicle of the row
    drives: bool = False

    @property
    def is_named(self) -> bool:
        return bool(self.first_name or self.last_name or self.title)

    def call(self, name: names.Name) -> "PersonFacts":
        """The same facts about somebody of that name."""
        return replace(self, first_name=name.first, last_name=name.last, title=name.title)

    def as_contact(self) -> "PersonFacts":
        """The same person in the role of somebody whom a list names as a contact."""
        return replace(self, group=DECISION_MAKER, kind=decider(self.job_title))


# --- who is named ----------------------------------------------------------------------------------------------------------


def named_person(reader: SheetReader, row: Row) -> PersonFacts | None:
    """The person that the person columns name, with addresses; in a list of people or companies e-mail addresses alone are somebody
    too. None where there is nobody."""
    name = name_of(reader, row)
    emails = addresses(reader, row, "person.email")
    phones = addresses(reader, row, "person.phone") + addresses(reader, row, "person.mobile")
    of_vehicle = reader.sheet.kind == VEHICLES
    if not name and (of_vehicle or not emails):
        note_nobody(reader, row, [*emails, *phones])
        return None
    person = PersonFacts(
        first_name=name.first,
        last_name=name.last,
        title=name.title,
        emails=list(dict.fromkeys(emails)),
        phones=list(dict.fromkeys(phones)),
        private_phones=addresses(reader, row, "person.private_phone"),
        external_id=reader.limited(row, "person.id", "external_id"),
        private_emails=addresses(reader, row, "person.private_email"),
        job_title=job(reader, row) or job_by_title(reader) or job_behind(reader, row),
        born_on=born_on(reader, row),
        joined_on=reader.day(row, JOINED, stops=False),
        left_on=reader.day(row, LEFT, ends=True, stops=False),
        language=known_language(reader, row),
    )
    return unless_left(reader, row, person)


def unless_left(reader: SheetReader, row: Row, person: PersonFacts) -> PersonFacts | None:
    """The person; None, and said in words, for somebody who has left. In a list of people the row is left out for it."""
    joined, left = person.joined_on, person.left_on
    if left is None:
        return person
    is_listed = reader.sheet.kind == PEOPLE
    column, value = reader.first(LEFT).index, reader.text(row, LEFT)
    if joined and left < joined:
        (row.reject if is_listed else row.note)("person.left_before", column=column, value=value, day=joined.isoformat())
        return replace(person, joined_on=None, left_on=None)
    if left > reader.today:
        return person
    reason, say = ("person.left", row.reject) if is_listed else ("person.left_out", row.note)
    say(reason, column=column, value=value, day=left.isoformat())
    return None


def known_language(reader: SheetReader, row: Row) -> str:
    """One of our languages; another one is said and left out."""
    text = reader.text(row, "person.language")
    found = language(text)
    if text and not found:
        row.note("choice.unknown", column=reader.first("person.language").index, value=text)
    return found


def job(reader: SheetReader, row: Row) -> str:
    """The job, also where it stands in a column of titles: "Fleet Manager" below "Dr."."""
    told = reader.limited(row, "person.job_title", "job_title")
    if told and not degrees.are_titles(told):
        return told
    for key in ("person.title", "person.salutation"):
        if holds_job(reader, row, key):
            return reader.limited(row, key, "job_title")
    return ""


def holds_job(reader: SheetReader, row: Row, key: str) -> bool:
    """True for a job in a column "Title": no form of address and no degree that we know, nor anything like one."""
    text = reader.text(row, key)
    called_title = key == "person.title" or (key in reader.columns and fold(reader.first(key).title).startswith("tit"))
    return bool(text) and called_title and not degrees.may_be_titles(text)


def title_of(reader: SheetReader, row: Row) -> str:
    """Form of address and degree, the latter also where it stands in a column of jobs."""
    degree = "" if holds_job(reader, row, "person.title") else reader.text(row, "person.title")
    told = reader.text(row, "person.job_title")
    parts = [salutation(reader, row), degree, told if degrees.are_titles(told) else ""]
    found = " ".join(dict.fromkeys(filter(None, parts)))
    if len(found) > LONGEST_TITLE and "person.title" in reader.columns:
        row.note_once("choice.cut", column=reader.first("person.title").index, value=found)
    return found[:LONGEST_TITLE]


LONGEST_TITLE = 40  # characters


def job_behind(reader: SheetReader, row: Row) -> str:
    """The job behind the name of the first person in the cell: "Tom Berg, Geschäftsführer"."""
    return next(iter(names.jobs_in(reader.text(row, "person.name"))), "")[: LIMITS["job_title"]]


def job_by_title(reader: SheetReader) -> str:
    """The job that the title of the column of names says: "Fuhrparkleiter"."""
    titles = (column.title for key in NAMED_BY for column in reader.columns.get(key, ()))
    return next((title[: LIMITS["job_title"]] for title in titles if names_decider(title)), "")


@lru_cache(maxsize=1024)  # asked of the same titles for each row
def names_decider(title: str) -> bool:
    return is_decider(words_of(title))


def name_of(reader: SheetReader, row: Row) -> names.Name:
    """The name in the columns for first and last name, else in the one for both."""
    first, middle, last = (reader.text(row, f"person.{part}_name") for part in ("first", "middle", "last"))
    title = title_of(reader, row)
    if names.is_pool(f"{first} {last}".strip()) or (cells.is_nobody(last or first) and not (first and last)):
        return names.Name()
    if last or first:
        if not last and reader.text(row, "person.name"):
            whole = names.split(reader.text(row, "person.name"))
            last = whole.last if whole.last != first else ""
        (before, first), (behind, last) = names.without_degrees(first), names.without_degrees(last)
        title = " ".join(part for part in (title, before, behind) if part)[:40]
        found = names.Name(" ".join(part for part in (first, middle) if part), last, title)
        column = (reader.columns.get("person.last_name") or reader.columns["person.first_name"])[0]
        return found if fits(row, column, found) else names.Name()
    return whole_name(reader, row, title)


def whole_name(reader: SheetReader, row: Row, title: str) -> names.Name:
    """The first name in the column for whole names."""
    text = reader.text(row, "person.name")
    if not text or cells.is_nobody(text):
        return names.Name()
    if fold(text) == fold(reader.text(row, "company.name")):
        return names.Name()  # the entry of the company itself
    people, column = names.several(text), reader.first("person.name")
    if not people and (names.is_pool(text) or not any(map(str.isalnum, text))):
        return names.Name()
    if not people or any(sign.isdigit() for sign in people[0]):
        row.note("name.nobody", column=column.index, value=text)
        return names.Name()
    note_remarks(row, column, text, kept="" if job(reader, row) or job_by_title(reader) else job_behind(reader, row))
    found = names.split(people[0], order=column.order or names.FIRST_LAST)
    found = names.Name(found.first, found.last, title or found.title)
    return found if fits(row, column, found) else names.Name()


def salutation(reader: SheetReader, row: Row) -> str:
    text = reader.text(row, "person.salutation")
    if fold(text) in cells.COMPANY_WORDS or holds_job(reader, row, "person.salutation"):
        return ""  # that of the company: "Firma"
    if len(text) > LONGEST_ADDRESS:
        row.note_once("choice.unknown", column=reader.first("person.salutation").index, value=text)
        return ""
    return degrees.ADDRESSES.get(text.casefold(), text)


LONGEST_ADDRESS = 20  # characters of "Herr", "Frau Dr."


def fits(row: Row, column: ImportColumn, name: names.Name) -> bool:
    """True where we can keep the name; the row is rejected where it is too long."""
    longest = max(len(name.first), len(name.last))
    if longest > LIMITS["last_name"]:
        row.reject("long.person_name", column=column.index, value=f"{name.first} {name.last}", count=longest)
    return longest <= LIMITS["last_name"]


def note_remarks(row: Row, column: ImportColumn, text: str, *, kept: str = "") -> None:
    """Says which remark beside a name is not kept: "Anna Kern (from March)", or a job other than the `kept` one."""
    jobs = [job for job in names.jobs_in(text) if job[: LIMITS["job_title"]] != kept]
    if remarks := [*names.REMARK.findall(text), *jobs]:
        row.note("name.brackets", column=column.index, value=" ".join(remarks))


def note_nobody(reader: SheetReader, row: Row, found: Sequence[str]) -> None:
    """Says what was left out because the row names nobody whose it is."""
    column = next((columns[0].index for key in NAMED_BY if (columns := reader.columns.get(key))), None)
    told = [*found, *(text for key in OWN_FACTS if (text := reader.text(row, key)) and not cells.is_nobody(text))]
    if told:
        row.note("name.whose", column=column, value="; ".join(told))


OWN_FACTS = ("person.private_phone", "person.private_email", "person.job_title", "person.born_on")


# --- what is known about them ----------------------------------------------------------------------------------------------


def addresses(reader: SheetReader, row: Row, key: str) -> list[str]:
    """The numbers or e-mail addresses in the columns of that meaning, at most MOST_ADDRESSES; what is none is noted."""
    found: list[str] = []
    for column in reader.columns.get(key, ()):
        value = row.cell(column.index)
        if value != "":
            if key not in ("person.email", "person.private_email"):
                found += reader.phones(row, value, column=column.index)
                continue
            good, bad = reaching.emails(value)
            found += good
            reader.note_bad(row, bad, "email.none", column=column.index)
    note_beyond(row, found, MOST_ADDRESSES, column=reader.first(key).index if key in reader.columns else None)
    return found[:MOST_ADDRESSES]


def note_beyond(row: Row, found: Sequence[str], most: int, *, column: int | None) -> None:
    """Says what is left out because a cell or row holds more than `most` of its kind."""
    if len(found) > most:
        row.note("many.left_out", column=column, value="; ".join(found[most:]), most=most)


def born_on(reader: SheetReader, row: Row) -> date | None:
    """The birthday, in one column or three. A day ahead is taken for the one a hundred years before, if that is after 1900."""
    found = reader.day(row, "person.born_on", stops=False)
    if "person.born_on" not in reader.columns and "person.birth_year" in reader.columns:
        parts = [reader.text(row, f"person.birth_{part}") for part in ("year", "month", "day")]

        def put_together(_cell: Cell) -> date:
            return dates.make(*map(int, parts))

        found = reader.value(row, "person.birth_year", put_together, stops=False) if all(part.isdigit() for part in parts) else None
    if found and found > reader.today:
        said = reader.cell(row, "person.born_on")
        if found.year - 100 <= 1900 or (isinstance(said, str) and IN_FULL.search(said)):
            column = next(columns[0].index for key in BORN if (columns := reader.columns.get(key)))
            row.note("date.birth_ahead", column=column, value=cells.line_of(row.cell(column)))
            return None
        found = found.replace(year=found.year - 100)
    return found


BORN = ("person.born_on", "person.birth_year")
IN_FULL = re.compile(r"20\d\d")  # only a year of two digits may be of the century before


# --- contacts --------------------------------------------------------------------------------------------------------------


def read_contacts(reader: SheetReader, row: Row) -> list[PersonFacts]:
    """The person of a row of people, or the contacts in a row of companies."""
    person, people = named_person(reader, row), []
    if person:
        said = reader.text(row, "person.group")
        person.group = choice("group", said or person.job_title) or DECISION_MAKER
        if said and not choice("group", said):
            row.note("choice.unknown", column=reader.first("person.group").index, value=said)
        people.append(person.as_contact() if person.group == DECISION_MAKER else person)
    return people + [other.as_contact() for other, _contact in companions(reader, row)]


def companions(reader: SheetReader, row: Row) -> list[tuple[PersonFacts, bool]]:
    """The row's further people that have columns of their own, each with whether its title says that they are to be contacted."""
    found = []
    for columns in reader.others.values():
        person = named_person(reader.with_columns(columns), row)
        if person:
            found.append((person, any(column.says_contact for key in NAMED_BY for column in columns.get(key, ()))))
    return found


# --- drivers ---------------------------------------------------------------------------------------------------------------


def read_drivers(reader: SheetReader, row: Row, vehicle: VehicleFacts) -> list[PersonFacts]:
    """Who is named beside the vehicle: the holder of a personal car, drivers of a functional vehicle, further drivers."""
    people = []
    main = named_person(reader, row)
    if main and any(column.says_contact for key in NAMED_BY for column in reader.columns.get(key, ())):
        people.append(main.as_contact())
    elif main:
        people += holder_or_driver(reader, row, vehicle, main)
    elif number := number_only(reader, row):
        people.append(PersonFacts(external_id=number, group=USER, holds=True))
        vehicle.use = vehicle.use or PERSONAL
    for other, contact in companions(reader, row):
        people.append(other.as_contact() if contact else replace(other, group=DRIVER, drives=True))
    for column in reader.columns.get("drivers", ()):
        note_remarks(row, column, cells.text_of(row.cell(column.index)))
        people += drivers_in(row, column)
    return people


def holder_or_driver(reader: SheetReader, row: Row, vehicle: VehicleFacts, main: PersonFacts) -> list[PersonFacts]:
    """The person named first: holder of a personal car, driver of a functional vehicle; anybody else in the same cell drives it too."""
    by_title = any(column.says_driver for column in reader.columns.get("person.name", ()))
    van = is_van(f"{vehicle.make} {vehicle.model}")
    personal = vehicle.use == PERSONAL if vehicle.use else not (by_title and van)
    vehicle.use = vehicle.use or (PERSONAL if personal else FUNCTIONAL)
    first = replace(main, group=USER if personal else DRIVER, holds=personal, drives=not personal)
    column = next(iter(reader.columns.get("person.name", ())), None)
    others = drivers_in(row, column, skip=1) if column else []
    return [first, *share_out(reader, first, others)]


def drivers_in(row: Row, column: ImportColumn, *, skip: int = 0) -> list[PersonFacts]:
    """Whom the cell names, without the first `skip`."""
    found = []
    named = names.several(cells.text_of(row.cell(column.index)))
    note_beyond(row, named, MOST_PEOPLE, column=column.index)
    for one in named[skip:MOST_PEOPLE]:
        if "@" in one or not any(sign.isalpha() for sign in one) or any(sign.isdigit() for sign in one):
            row.note("name.nobody", column=column.index, value=one)
            continue
        name = names.split(one, order=column.order or names.FIRST_LAST)
        if name and fits(row, column, name):
            found.append(PersonFacts(group=DRIVER, drives=True).call(name))
    return found


def share_out(reader: SheetReader, main: PersonFacts, others: list[PersonFacts]) -> list[PersonFacts]:
    """The `others` of a cell, each with its address where the cells beside it hold one for each name."""
    one_column = len(reader.columns.get("person.phone", ())) + len(reader.columns.get("person.mobile", ())) == 1
    for key in ("emails", "phones") if one_column else ("emails",):
        found = getattr(main, key)
        if others and len(found) == len(others) + 1:
            for other, address in zip(others, found[1:], strict=True):
                setattr(other, key, [address])
            setattr(main, key, found[:1])
    return others


def number_only(reader: SheetReader, row: Row) -> str:
    """The staff number where no column of the sheet names who drives; another sheet may."""
    if NAMED_IN & reader.columns.keys():
        return ""
    text = reader.limited(row, "person.id", "external_id")
    return "" if cells.is_nobody(text) else text

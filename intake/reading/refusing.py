"""The sheets that are none that we take, each with its reason; what to send instead is said in `intake.wording`."""

from collections.abc import Sequence

from fleetportal.core.sheets.book import Cell
from intake.reading.cells import bare_plate, text_of
from intake.reading.contents import Contents
from intake.reading.kinds import kinds
from intake.reading.problems import Refusal
from intake.reading.sheets import VEHICLES, Guess
from intake.reading.tables import Table
from intake.reading.vocabulary import COUNT_WORDS, DEAL_WORDS, PERIOD_WORDS, TRIP_WORDS, meanings, words_of
from intake.reading.wordlists import terms

COVER_ROWS = 15
TITLES_SHOWN = 6
ADDRESS = ("company.street", "company.postcode", "company.city", "company.address")
NAMED = ("company.name", "person.name", "person.first_name", "person.last_name", "person.email")
VEHICLE = ("vehicle.plate", "vehicle.plate_part", "vehicle.vin", "vehicle.id", "vehicle.make", "vehicle.model", "vehicle.make_model")
OWNED = ("company.name", "company.vat", "company.id", "person.name", "vehicle.vin", "vehicle.contract_ends_on", "vehicle.delivered_on")
TOLD_APART = (
    *(
        "vehicle.plate",
        "vehicle.plate_part",
        "vehicle.vin",
        "vehicle.id",
        "company.vat",
        "company.email",
        "person.email",
        "person.last_name",
    ),
    *("company.street", "company.city", "company.postcode"),
)


def refusal(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Why the sheet is none that we take; None where it is one."""
    for rule in (
        no_rows,
        side_by_side,
        transposed,
        bookings,
        deals,
        trips,
        fillings,
        bill,
        counts,
        cover,
        nothing_known,
        strangers,
        nameless,
    ):
        if refused := rule(found, table, titles, contents):
            return refused
    return None


def no_rows(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    return None if table.sample else Refusal("no_rows")


def side_by_side(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Two tables beside each other, parted by an empty column: both sides name what only one column can carry, like the company."""
    for gap, content in enumerate(contents):
        if titles[gap] or content.texts:
            continue
        left, right = ({title for title in side if carries_alone(title)} for side in (titles[:gap], titles[gap + 1 :]))
        if left & right:
            sides = [", ".join(in_one_line(title) for title in side if title) for side in (table.titles[:gap], table.titles[gap + 1 :])]
            return Refusal("side_by_side", {"left": sides[0], "right": sides[1]})
    return None


def carries_alone(title: str) -> bool:
    """True for a title whose meaning only one column of a table can carry."""
    means = meanings(title)
    return bool(means) and means[0][1] > 0.9 and means[0][0] in (*TOLD_ONCE, "id", "name")


TOLD_ONCE = ("company.name", "company.id", "company.vat", "vehicle.plate", "vehicle.vin", "vehicle.id", "person.id")


def transposed(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Titles down the first column and a vehicle or company in each other one."""
    down = [words_of(text_of(cells[0])) for _number, cells in table.sample[:TITLES_DOWN] if cells and text_of(cells[0])]
    known = [word for word in dict.fromkeys(down) if (means := meanings(word)) and means[0][0] and means[0][1] > 0.9]
    named = [title for title in titles[1:] if any(key and sure > 0.9 for key, sure in meanings(title))]
    return Refusal("transposed") if len(known) > 1 and len(known) >= len(down) * 0.6 and not named else None


TITLES_DOWN = 30  # rows looked at


def bookings(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Entries of the accounts, each with the account that it stands against."""
    return Refusal("bookings") if any(AGAINST & phrases_in(title) for title in titles) else None


AGAINST = terms("title_words", "booked")


def deals(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    if sum(bool(DEAL_WORDS.search(title)) for title in titles) < 3 or (
        found.kind == VEHICLES and found.has("vehicle.vin", "vehicle.plate")
    ):
        return None
    return Refusal("deals")


def trips(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """True for a log book: start and end, twice over. It has many rows for one vehicle."""
    measured = [index for index in range(len(titles)) if contents[index].date > 0.6 or contents[index].number > 0.8]
    ends = {index for index in measured if TRIP_WORDS.search(titles[index])}
    glued = {index for index in measured if titles[index].startswith(("start", "end", "von ", "bis "))}
    if len(ends | glued) < 3 or found.has("vehicle.vin") or found.has("company.name"):
        return None
    return Refusal("trips")


def fillings(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """A statement of a fuel card: litres and amounts in each row, or the same vehicle again and again on other days for other amounts."""
    if found.kind != VEHICLES or found.has("service_visit.order_number"):
        return None
    said = {index for index, title in enumerate(titles) if FILLED_UP & phrases_in(title) and not found.columns[index].key}
    litres = any(FUEL & phrases_in(titles[index]) and contents[index].number > 0.6 for index in said)
    days = [index for index in range(len(titles)) if contents[index].date > 0.6]
    if litres and len(said) >= MOST_SAID and days:
        return Refusal("fillings")
    counted = [
        index for index in range(len(titles)) if contents[index].number > 0.6 and found.columns[index].key in ("", "vehicle.mileage_km")
    ]
    again = [place for place in repeated(found, table) if len(place) > 1]
    if len(again) * 2 < len(repeated(found, table)) or len(counted) < MOST_SAID:
        return None
    return Refusal("fillings") if differs(again, days) and sum(differs(again, [index]) for index in counted) >= MOST_SAID else None


def repeated(found: Guess, table: Table) -> list[list[Sequence[Cell]]]:
    """The sampled rows of each vehicle."""
    plate, vin = found.index("vehicle.plate"), found.index("vehicle.vin")
    index = vin if plate is None else plate
    rows: dict[str, list[Sequence[Cell]]] = {}
    if index is None:
        return []
    for cells in table.different:
        if text := bare_plate(text_of(cells[index]) if index < len(cells) else ""):
            rows.setdefault(text, []).append(cells)
    return list(rows.values())


def differs(again: Sequence[Sequence[Sequence[Cell]]], columns: Sequence[int]) -> bool:
    """True where most vehicles with several rows have other values of such a column in them."""
    changing = sum(any(len({text_of(row[index]) for row in rows if index < len(row)}) > 1 for index in columns) for rows in again)
    return bool(again) and changing >= len(again) * 0.7


def phrases_in(title: str) -> frozenset[str]:
    """The words of a title, and the title."""
    return frozenset((title, *title.split()))


FILLED_UP = terms("title_words", "filled up")
FUEL = terms("title_words", "fuel")
MOST_SAID = 3  # columns


def bill(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Figures for several periods side by side, and nobody named: a mileage or cost account."""
    of_periods = (index for index, title in enumerate(titles) if PERIOD_WORDS.search(title))
    periods = [index for index in of_periods if contents[index].number > 0.6 or not contents[index].texts]
    if len(periods) < 3 or found.has(*OWNED):
        return None
    return Refusal("bill", {"first": in_one_line(table.titles[periods[0]]), "more": len(periods) - 1})


def counts(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """A number of vehicles in each row, and nothing that identifies one."""
    numbers = [index for index, title in enumerate(titles) if COUNT_WORDS.search(title) and contents[index].number > 0.7]
    if not numbers or found.has(*TOLD_APART):
        return None
    return Refusal("counts", {"title": in_one_line(table.titles[numbers[0]])})


def cover(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """A few words with what they stand for beside them ("Customer", "Hansa Bau AG"): what seem to be titles is the first such pair."""
    keys = [column.key for column in found.columns if column.key]
    others = [title for index, title in enumerate(titles) if title and not found.columns[index].key]
    index = found.index("company.name")
    if keys != ["company.name"] or not others or index is None or table.header_row is None or len(table.sample) > COVER_ROWS:
        return None
    if contents[index].company > 0.3 or any(meanings(title) for title in others):
        return None
    return Refusal("cover")


def nothing_known(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    if found.has(*VEHICLE, *NAMED):
        return None
    if found.has("company.vat"):
        return Refusal("no_names.vat")
    if found.has(*ADDRESS):
        return Refusal("no_names.address")
    shown = [in_one_line(title) for title in table.titles if title][:TITLES_SHOWN]
    return Refusal("unknown.titles", {"titles": ", ".join(shown)}) if shown else Refusal("unknown.untitled")


def strangers(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """Addresses alone, beside titles in a language we do not read: who they belong to is a question, not a list of nameless people."""
    named = (*NAMED[:-1], "person.last_name", "company.vat", "company.id", "company.domain", *VEHICLE)
    if not found.has("person.email") or found.has(*named):
        return None
    unread = [
        title
        for title, content, column in zip(titles, contents, found.columns, strict=True)
        if title and not column.key and content.words > 0.5
    ]
    unread = [title for title in unread if not meanings(title)]
    return Refusal("unknown.titles", {"titles": ", ".join(in_one_line(title) for title in table.titles[:TITLES_SHOWN])}) if unread else None


def nameless(found: Guess, table: Table, titles: Sequence[str], contents: Sequence[Contents]) -> Refusal | None:
    """A sheet must identify its rows: vehicles have a plate or a VIN."""
    kind = kinds[found.kind]
    return Refusal(kind.refused_as) if kind.refused_as and not found.has(*kind.needs) else None


def in_one_line(title: str) -> str:
    return title.replace("\n", " ")

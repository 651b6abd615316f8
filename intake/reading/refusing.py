"""The sheets that are none that we take, each with why and what to send instead."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from intake.reading.contents import Contents
from intake.reading.guesses import VEHICLES, Guess
from intake.reading.tables import Table
from intake.reading.vocabulary import COUNT_WORDS, DEAL_WORDS, PERIOD_WORDS, TRIP_WORDS, meanings

Refusal = tuple[str, str, str] | None
COVER_ROWS = 15


def refusal(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """(code, why, cure) where the sheet is none that we take."""
    for rule in (no_rows, deals, trips, bill, counts, cover, nothing_known, nameless):
        if refused := rule(found, table, words, contents):
            return refused
    return None


def no_rows(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    if table.sample:
        return None
    return "no_rows", _("There are column headings, but no rows below them."), _("Fill in the rows, or delete the sheet.")


def deals(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    if sum(bool(DEAL_WORDS.search(text)) for text in words) < 3 or (found.kind == VEHICLES and found.has("vehicle.vin", "vehicle.plate")):
        return None
    return (
        "deals",
        _("This is a list of deals or opportunities, not of customers or vehicles."),
        _("Export the companies, contacts or vehicles instead."),
    )


def trips(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """Start and end, twice over: a log book. A vehicle stands in many rows of it."""
    ends = [
        place
        for place, text in enumerate(words)
        if TRIP_WORDS.search(text) and (contents[place].date > 0.6 or contents[place].number > 0.8)
    ]
    glued = [
        place
        for place, text in enumerate(words)
        if text.startswith(("start", "end", "von ", "bis ")) and (contents[place].date > 0.6 or contents[place].number > 0.8)
    ]
    if len(set(ends + glued)) < 3 or found.has("vehicle.vin") or found.has("company.name"):
        return None
    return "trips", _("This is a trip log: each row is a journey, not a vehicle."), _("We need a list with one row for each vehicle.")


def bill(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """Figures for several periods side by side, and nobody named: a mileage or cost account."""
    periods = [
        place
        for place, text in enumerate(words)
        if PERIOD_WORDS.search(text) and (contents[place].number > 0.6 or not contents[place].texts)
    ]
    owned = found.has(
        "company.name", "company.vat", "company.id", "person.name", "vehicle.vin", "vehicle.contract_ends_on", "vehicle.delivered_on"
    )
    if len(periods) < 3 or owned:
        return None
    return (
        "bill",
        _(
            "This is a statement of mileage or costs by period (“%(first)s” and %(more)s more columns); it "
            "doesn’t name a company, a user or a contract."
        )
        % {"first": table.titles[periods[0]].replace("\n", " "), "more": len(periods) - 1},
        _("We need a list with one row for each vehicle: company, plate or VIN, driver, contract end."),
    )


def counts(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """A number of vehicles in each row, and nothing that tells one from another."""
    numbers = [place for place, text in enumerate(words) if COUNT_WORDS.search(text) and contents[place].number > 0.7]
    named = found.has(
        "vehicle.plate",
        "vehicle.vin",
        "vehicle.id",
        "company.vat",
        "company.email",
        "person.email",
        "person.last_name",
        "company.street",
        "company.city",
        "company.postcode",
    )
    if not numbers or named:
        return None
    return (
        "counts",
        _("This is a table of totals: each row says how many (“%(title)s”), not which vehicles.")
        % {"title": table.titles[numbers[0]].replace("\n", " ")},
        _("We need a list with one row for each vehicle, with its plate or VIN."),
    )


def cover(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """A few words with what they stand for beside them ("Customer", "Hansa Bau AG"): what seem to be titles is the first such pair."""
    keys = [column.key for column in found.columns if column.key]
    others = [text for place, text in enumerate(words) if text and not found.columns[place].key]
    place = found.place("company.name")
    if keys != ["company.name"] or not others or place is None or table.header_row is None or len(table.sample) > COVER_ROWS:
        return None
    if contents[place].company > 0.3 or any(meanings(text) for text in others):
        return None
    return (
        "cover",
        _("This is a cover page: it describes a list, but it doesn’t contain customers or vehicles."),
        _("We need a list with one row for each customer or vehicle. You can still import the other sheets."),
    )


def nothing_known(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    if found.has(
        "vehicle.plate",
        "vehicle.vin",
        "vehicle.id",
        "vehicle.make",
        "vehicle.model",
        "vehicle.make_model",
        "company.name",
        "person.name",
        "person.first_name",
        "person.last_name",
        "person.email",
    ):
        return None
    titles = [title.replace("\n", " ") for title in table.titles if title][:6]
    if found.has("company.vat"):
        return (
            "no_names",
            _("There are VAT numbers, but there is no column with company names."),
            _("Add a column “Company”, or choose below which column contains the names."),
        )
    if found.has("company.street", "company.postcode", "company.city", "company.address"):
        return "no_names", _("There are addresses, but no column says who they belong to."), _("Add a column “Company” or “Last name”.")
    seen = _("The columns are: %(titles)s.") % {"titles": ", ".join(titles)} if titles else _("There are no column headings.")
    return (
        "unknown",
        _("We didn’t recognise any column with companies, people or vehicles. %(seen)s") % {"seen": seen},
        _("Choose below what the columns mean."),
    )


def nameless(found: Guess, table: Table, words: Sequence[str], contents: Sequence[Contents]) -> Refusal:
    """A sheet of vehicles must tell one from another."""
    if found.kind == VEHICLES and not found.has("vehicle.plate", "vehicle.vin", "vehicle.id"):
        return (
            "no_identity",
            _("No column identifies the vehicles: there is no plate, VIN or ID."),
            _("Add a column “Plate” or “VIN”."),
        )
    return None

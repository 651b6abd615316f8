"""What is said about problems of a file: for each reason that `reading` and the dry run name, what is wrong and what to do."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fleetportal.core import days
from intake.reading.kinds import kinds
from intake.reading.problems import Fact, Problem, Refusal
from intake.reading.sheets import Sheet


class Words(NamedTuple):
    """`seen` fills %(seen)s in the message."""

    message: str | Promise
    cure: str | Promise = ""
    seen: str | Promise = ""


LOOK = _("Check the registration document.")
SHORTEN = _("Shorten the text.")
WRITE_DAY = _("Enter day, month and year, for example 31.12.2027.")
LOOK_AT_YEAR = _("Check the year.")
NO_PERSON = _("No name found here; no contact was created.")
KEEP_ONE = _("Keep only one of the two rows.")
LEFT_EMPTY = _("Not understood, left empty.")
CHECK = _("Check the cell.")
CHECK_STATUS = _("Check the status.")
SHEET_EACH = _("Put each table on a sheet of its own.")
STILL_THERE = _("If they still work there, clear the date.")
NOT_UNDERSTOOD = frozenset(  # reasons for which a row is taken without the cell
    (
        *(
            "number.none",
            "number.range",
            "plate.length",
            "plate.part",
            "plate.several",
            "vin.length",
            "vin.letter_i",
            "vin.letter_o",
            "vin.foreign",
        ),
        *("date.unclear", "date.year", "date.month", "date.day", "date.delivery_near", "date.delivery_far", "vat.invalid"),
        *("date.contract_near", "date.contract_far", "country.unknown"),
    )
)
UNKNOWN = _("We didn’t recognise any column with companies, people or vehicles. %(seen)s")
SAY_BELOW = _("Choose below what the columns mean.")
ONE_ROW_EACH = _("We need a list with one row for each vehicle.")

WORDS: dict[str, Words] = {
    # cells
    "long.cell": Words(_("The cell contains more than %(limit)s characters."), SHORTEN),
    "long.cut": Words(_("The text has %(count)s characters; only the first %(limit)s are kept.")),
    "long.company_name": Words(_("The name has %(count)s characters; the limit is 160."), SHORTEN),
    "long.person_name": Words(_("The name has %(count)s characters; the limit is 80."), SHORTEN),
    "letters.damaged": Words(_("The cell contains a corrupted character."), _("Type the content again, or save the file as UTF-8.")),
    "formula.unreckoned": Words(
        _("The file doesn’t contain the result of this formula, so the cell is treated as empty."),
        _("Open the file in your spreadsheet program, save it and upload it again."),
    ),
    "number.none": Words(_("This is not a number."), _("Use digits only, for example 41820.")),
    "number.range": Words(_("Enter a number from 0 to %(most)s."), CHECK),
    "plate.length": Words(_("A plate must have 2 to 12 letters and digits."), LOOK),
    "plate.several": Words(_("The cell holds %(count)s plates."), _("Give each vehicle a row of its own.")),
    "vin.length": Words(_("A VIN has 17 characters; this one has %(count)s."), LOOK),
    "plate.part": Words(_("A part of the plate is missing."), LOOK),
    "vin.short": Words(
        _("This number has only %(count)s characters, as those of old vehicles, trailers and machines do. It was imported as it is."), LOOK
    ),
    "vin.check": Words(_("The check digit of this VIN is wrong, so one of its characters may be wrong; it was imported as it is."), LOOK),
    "job.left_out": Words(_("A job title belongs to a company, and none is known here; it was left out."), _("Add the company.")),
    "vin.letter_i": Words(_("A VIN never contains %(sign)s; this one has it in position %(place)s."), _("Is it a 1?")),
    "vin.letter_o": Words(_("A VIN never contains %(sign)s; this one has it in position %(place)s."), _("Is it a 0?")),
    "vin.foreign": Words(_("A VIN contains only Latin letters and digits; “%(sign)s” is neither."), LOOK),
    "vat.invalid": Words(_("This is not a valid VAT number: a digit or the country code is wrong."), _("Check an invoice.")),
    "vat.second": Words(_("The cell holds two numbers; only the first, the VAT number, was taken.")),
    "country.unknown": Words(_("We don’t know a country with this name."), CHECK),
    "postcode.none": Words(_("This is not a postcode; it was left out."), CHECK),
    "postcode.short": Words(
        _("Postcodes here have five digits; this one was taken as it is."), _("Add a missing 0, or a column with the country.")
    ),
    "phone.none": Words(
        _("This is not a telephone number; it was left out."), _("Enter it with its country code, for example +49 40 123456.")
    ),
    "phone.country": Words(
        _("Nothing says in which country this number is dialled; it was left out."),
        _("Enter it with its country code, for example +49 40 123456."),
    ),
    "phone.remark": Words(_("The words next to the telephone number were left out."), CHECK),
    "further.left_out": Words(_("A company has one of these; what else the cell holds was left out.")),
    "many.left_out": Words(_("Only the first %(most)s are kept; these were left out.")),
    "email.none": Words(_("This is not an e-mail address; it was left out."), _("Enter it in the form name@company.example.")),
    # days
    "date.unclear": Words(_("This is not a date."), WRITE_DAY),
    "date.year": Words(_("%(year)s is not a plausible year."), _("Enter the year with four digits.")),
    "date.month": Words(_("There is no month %(month)s."), WRITE_DAY),
    "date.day": Words(
        _("There is no day %(day)s in month %(month)s of %(year)s."),
        _("This month ends on day %(last)s. Enter a valid day."),
    ),
    "date.delivery_near": Words(_("The delivery is %(years)s years in the future."), _("Did you mean %(year)s?")),
    "date.delivery_far": Words(_("The delivery is %(years)s years in the future."), LOOK_AT_YEAR),
    "date.contract_near": Words(_("The contract doesn’t end until %(year)s."), _("Did you mean %(year)s?")),
    "date.contract_far": Words(_("The contract doesn’t end until %(year)s."), LOOK_AT_YEAR),
    "date.in_use": Words(_("Its status says the vehicle is in use, so the return date was taken as the contract end."), CHECK_STATUS),
    "date.in_use_left_out": Words(_("Its status says the vehicle is in use, so the return date was left out."), CHECK_STATUS),
    "date.given_back": Words(_("Its status says the vehicle has been returned, so the contract end was taken as the return date.")),
    "date.given_back_when": Words(
        _("Its status says the vehicle has been returned, but there is no return date, so it counts as in use."), CHECK_STATUS
    ),
    "date.ordered": Words(_("Its status says the vehicle is on order, and there is no delivery date."), CHECK_STATUS),
    "status.unknown": Words(_("We don’t know this word for whether a vehicle is in use, so it counts as in use."), CHECK_STATUS),
    "choice.unknown": Words(LEFT_EMPTY, CHECK),
    "choice.cut": Words(_("This is longer than we keep; the end was cut off.")),
    "entry.gone": Words(
        _("The file marks this entry as no longer in use, so the row was left out."), _("If it still counts, clear the cell.")
    ),
    "entry.unknown": Words(_("We don’t know this word for whether an entry is in use, so it was taken."), CHECK_STATUS),
    "make.swapped": Words(_("Make and model were in each other’s columns; they were exchanged."), CHECK),
    "row.hidden": Words(_("This row is hidden in the file."), _("Delete it there if it no longer counts.")),
    "row.struck": Words(_("This row is struck out in the file."), _("Delete it there if it no longer counts, or give its return date.")),
    "row.other_table": Words(
        _("Another table begins in row %(row)s, with headings of its own (%(titles)s), so this row was left out."), SHEET_EACH
    ),
    "row.other_list": Words(
        _("Another table begins in row %(row)s, with headings of its own (%(titles)s). It looks like %(kind)s; this row was left out."),
        SHEET_EACH,
    ),
    "row.cut": Words(_("The table ends here: single cells far below or to the right of it were left out.")),
    "row.short": Words(
        _("This row has %(count)s cells, fewer than there are columns (%(columns)s): its values may be in the wrong columns."),
        CHECK,
    ),
    "date.planned_return": Words(_("This day is in the future, so it is used as the contract end.")),
    "date.birth_ahead": Words(_("Nobody was born on a day in the future; it was left out."), WRITE_DAY),
    "date.before_delivery": Words(_("This day is before the delivery on %(day)s."), _("Correct one of the two dates.")),
    # names
    "name.person": Words(_("The row doesn’t name a person."), _("Fill in the last name or the e-mail address.")),
    "name.company": Words(_("The row doesn’t name a company."), _("Fill in the name.")),
    "name.nobody": Words(NO_PERSON, CHECK),
    "name.placeholder": Words(
        _("Programs write this word for an empty cell, so it was left empty."), _("If it is a name, write it as “Null” or “None”.")
    ),
    "name.whose": Words(_("This row has contact details but no name, so the details were left out."), _("Add the name.")),
    "name.brackets": Words(_("The note next to the name was left out.")),
    "name.number_only": Words(_("No sheet in this file says who this is; no contact was created."), _("Add the name.")),
    "person.no_company": Words(
        _("The row doesn’t say which company, so the person has no role and appears in nobody’s list."), _("Add a column with the company.")
    ),
    "person.left": Words(_("This person left on %(day)s, so the row was left out."), STILL_THERE),
    "person.left_out": Words(_("This person left on %(day)s, so they were left out."), STILL_THERE),
    "person.left_before": Words(_("This day is before the person joined on %(day)s."), _("Correct one of the two dates.")),
    # companies
    "company.private": Words(
        _("This customer is a private person, not a company."), _("Add the person on the company they drive for, or enter them by hand.")
    ),
    "vehicle.history": Words(_("This vehicle was returned on %(day)s. That is past, so nothing was changed.")),
    "vehicle.successor": Words(
        _("%(vehicle)s already has this plate; this row seems to be about another vehicle."),
        _("Mark the old vehicle as returned first, or add the VIN."),
    ),
    "mileage.lower": Words(_("The mileage we have is higher (%(known)s km), so it was kept.")),
    "mileage.much_lower": Words(
        _("The mileage we have is many times higher (%(known)s km); it was kept."),
        _("One of the two has a digit too many or too few: check it."),
    ),
    "mileage.much_higher": Words(
        _("The mileage we had was many times lower (%(known)s km)."), _("One of the two has a digit too many or too few: check it.")
    ),
    "name.other": Words(
        _("We know this person as %(name)s; the name was kept."), _("Change the name on the person’s page if it is a new one.")
    ),
    "fact.kept": Words(_("We have %(known)s here, so that was kept."), _("Change it on the page if the file is right.")),
    "holder.kept": Words(_("%(name)s has this vehicle from today or later, so that was kept."), CHECK),
    "email.further": Words(_("%(name)s is known with another e-mail address; this one was added.")),
    "company.same_name": Words(
        _("Another row of this file has the same name with other details (%(other)s, here %(mine)s)."),
        _("Add the postcode or the VAT number to both rows, so that they can be told apart, or keep one."),
    ),
    "address.whose": Words(_("This address seems to be the person’s own, not the company’s; it was left out.")),
    "company.near": Words(
        _("This would be a new company, but it looks like %(name)s, which is already here."),
        _("If it is the same, write the name as it is there."),
    ),
    "company.none": Words(_("The row doesn’t name a company."), _("Fill in the company, or choose whose vehicles these are.")),
    "company.none_here": Words(_("The row doesn’t name a company."), _("Fill in the company.")),
    "company.namesakes": Words(_("%(count)s companies have this name."), _("Add the VAT number or the postcode.")),
    "company.number_only": Words(
        _("The row identifies its company only by %(value)s, and no company here has it."),
        _("Import the list of companies first, or add a column with their names."),
    ),
    "company.number_beside": Words(
        _("The row identifies its company only by %(value)s, and no company here has it. These columns were left out: %(columns)s."),
        _("If one of them contains the names of the companies, choose that below; otherwise import the list of companies first."),
    ),
    "company.domain_only": Words(_("No company with this internet domain is known yet; the person is imported without a company.")),
    "company.parent": Words(_("%(parent)s already belongs to this company, so it was not set as the parent company.")),
    "company.other": Words(_("This vehicle belongs to %(company)s."), _("Mark it as returned there first, or correct the company.")),
    "company.not_joined": Words(
        _("No other sheet in this file says whose vehicle this is."), _("Add the vehicle there, or correct the plate.")
    ),
    "above.taken": Words(_("Filled in from the rows above.")),
    # vehicles
    "identity.vehicle": Words(
        _("The row has no plate, VIN or ID, so the vehicle can’t be identified."), _("Fill in the plate or the VIN.")
    ),
    "vin.other": Words(
        _("%(vehicle)s already has a different VIN: %(vin)s."), _("Correct the VIN, or mark the old vehicle as returned first.")
    ),
    "plate.other": Words(
        _("Another vehicle of this company already has this plate: %(vin)s."),
        _("Keep one of the two, or mark the old vehicle as returned first."),
    ),
    # service visits
    "order.none": Words(_("The row has no order number."), _("Fill in the order number.")),
    "order.other": Words(_("This order number already belongs to another vehicle."), _("Correct the order number or the vehicle.")),
    "date.none": Words(_("The row has no date."), _("Fill in the date of the visit.")),
    "vehicle.none": Words(_("The row has no plate and no VIN."), _("Fill in the plate or the VIN.")),
    "vehicle.unknown": Words(
        _("We don’t know this vehicle, or you don’t look after its company."), _("Import the vehicle first, or correct the VIN.")
    ),
    "no_orders": Words(_("No column holds the order numbers of the visits."), _("Add a column “Order number”.")),
    # twice in one file
    "twice.plate": Words(_("Row %(row)s has the same plate but different details."), KEEP_ONE),
    "twice.vin": Words(_("Row %(row)s has the same VIN but different details."), KEEP_ONE),
    "twice.id": Words(_("Row %(row)s has the same vehicle number but different details."), KEEP_ONE),
    "twice.cid": Words(_("Row %(row)s has the same company number but different details."), KEEP_ONE),
    "twice.vat": Words(
        _("Row %(row)s has the same VAT number but different details."),
        _("Keep only one of the two rows, or clear the VAT number of the branch."),
    ),
    "twice.order": Words(
        _("Row %(row)s has the same order number but a different vehicle, date, mileage or amount."),
        _("Correct one of the two rows: the amount is that of the whole order."),
    ),
    "twice.entry": Words(_("Row %(row)s has the same entry but different details."), KEEP_ONE),
    "repeat.row": Words(_("Repeats row %(row)s.")),
    # sheets that are not taken
    "no_rows": Words(_("There are column headings, but no rows below them."), _("Fill in the rows, or delete the sheet.")),
    "side_by_side": Words(
        _("Two tables are side by side here: “%(left)s” and “%(right)s”. Which of their rows belong together can’t be told."), SHEET_EACH
    ),
    "transposed": Words(
        _("The headings are in the first column and the entries are side by side."),
        _("Exchange rows and columns (“Paste special, transpose”), so that each vehicle or company has a row of its own."),
    ),
    "deals": Words(
        _("This is a list of deals or opportunities, not of customers or vehicles."),
        _("Export the companies, contacts or vehicles instead."),
    ),
    "bookings": Words(
        _("This is a list of bookings: each row is an entry in the accounts, not a customer or vehicle."),
        _("Export the companies, contacts or vehicles instead."),
    ),
    "trips": Words(_("This is a trip log: each row is a journey, not a vehicle."), ONE_ROW_EACH),
    "bill": Words(
        _(
            "This is a statement of mileage or costs by period (“%(first)s” and %(more)s more columns); "
            "it doesn’t name a company, a user or a contract."
        ),
        _("We need a list with one row for each vehicle: company, plate or VIN, driver, contract end."),
    ),
    "fillings": Words(_("This is a statement of fillings or card payments: each row is a purchase, not a vehicle."), ONE_ROW_EACH),
    "counts": Words(
        _("This is a table of totals: each row says how many (“%(title)s”), not which vehicles."),
        _("We need a list with one row for each vehicle, with its plate or VIN."),
    ),
    "cover": Words(
        _("This is a cover page: it describes a list, but it doesn’t contain customers or vehicles."),
        _("We need a list with one row for each customer or vehicle. You can still import the other sheets."),
    ),
    "no_names.vat": Words(
        _("There are VAT numbers, but there is no column with company names."),
        _("Add a column “Company”, or choose below which column contains the names."),
    ),
    "no_names.address": Words(
        _("There are addresses, but no column says who they belong to."), _("Add a column “Company” or “Last name”.")
    ),
    "unknown.titles": Words(UNKNOWN, SAY_BELOW, _("The columns are: %(titles)s.")),
    "unknown.untitled": Words(UNKNOWN, SAY_BELOW, _("There are no column headings.")),
    "no_identity": Words(_("No column identifies the vehicles: there is no plate, VIN or ID."), _("Add a column “Plate” or “VIN”.")),
}


def words_of(problem: Problem | Refusal) -> tuple[str, str]:
    """(what is wrong, what to do) in the reader's language."""
    if problem.reason.endswith(".said"):  # kept with its words by the first version
        return str(problem.facts["message"]), str(problem.facts["cure"])
    words, facts = WORDS[problem.reason], {name: shown(name, value) for name, value in problem.facts.items()}
    if isinstance(problem, Problem):
        facts["value"] = problem.value
    facts["seen"] = str(words.seen) % facts
    message = str(words.message) % facts
    if isinstance(problem, Problem) and not problem.stops and problem.reason in NOT_UNDERSTOOD:
        message = f"{message} {LEFT_EMPTY}"
    facts["year"] = facts.get("near", "")  # the cure proposes another
    return message, str(words.cure) % facts


def shown(name: str, value: Fact) -> str:
    """The fact as it is read: a day as its ISO text, which only `day` holds, in the reader's order."""
    if name == "kind" and value in kinds:
        return str(kinds[str(value)].looks_like)
    is_day = name == "day" and isinstance(value, str)
    return days.short(date.fromisoformat(str(value))) if is_day else str(value)


def sentence(problem: Problem | Refusal) -> str:
    """What is wrong and what to do, one after the other."""
    return " ".join(filter(None, words_of(problem)))


def in_one_cell(problems: list[Problem], sheet: Sheet) -> str:
    """What is wrong with a row, in one cell of the returned workbook."""
    parts = []
    for problem in problems:
        title = sheet.title(problem.column)
        prefix = f"{title} “{problem.value}”: " if title and problem.value else f"{title}: " if title else ""
        said = f"{prefix}{sentence(problem)}"
        parts.append(said if problem.stops else f"({said})")
    return " ".join(parts)


def refusals_of(sheets: Iterable[Sheet], hidden: Iterable[str] = ()) -> list[str]:
    """Why sheets of a file are not taken, each in a sentence with its cure; those that are `hidden` there last."""
    refused = [(sheet.name, sentence(sheet.refusal)) for sheet in sheets if not sheet.is_taken and sheet.refusal]
    refused += [(name, str(HIDDEN)) for name in hidden]
    return [f"{name}: {words}" if name else words for name, words in refused]


HIDDEN = _("This sheet is hidden in the file, so it was not read. If it counts, show it there and upload the file again.")

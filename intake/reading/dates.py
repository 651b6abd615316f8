"""Reads dates in any form: typed, as a serial number, in words, in any order."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from intake.reading.cells import is_blank, is_nobody
from intake.reading.problems import CellProblem
from intake.reading.wordlists import lists

EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet
LAST_DAY_OF_ALL = 2_958_465  # 31.12.9999
FIRST_SERIAL, LAST_SERIAL = 7_300, 73_500  # 1919 to 2101
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
MONTHS = {name: int(month) for month, names in lists("months").items() for name in names}
TIME = r"(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
ZONED = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})$"
)  # what many systems write for local midnight: 2027-12-31T23:00:00Z
MIDNIGHT = ("00:00", "00:00:00")
YEAR_FIRST = re.compile(rf"^(\d{{4}})[-./ ](\d{{1,2}})[-./ ](\d{{1,2}}){TIME}$")
PACKED = re.compile(r"^(19|20)(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
THREE_NUMBERS = re.compile(rf"^(\d{{1,2}})\s*[-./ ]\s*(\d{{1,2}})\s*[-./ ]\s*(\d{{4}}|\d{{2}})(?:\s*(?:г|года)\.?)?{TIME}$")
WITH_NAME = re.compile(rf"^(\d{{1,2}})\.?[-./ ]*([^\W\d_]+)\.?[-./, ]*(\d{{4}}|\d{{2}})(?:\s*(?:г|года)\.?)?{TIME}$")
NAME_FIRST = re.compile(rf"^([^\W\d_]+)\.?[ -]+(\d{{1,2}})(?:st|nd|rd|th)?,?[ -]+(\d{{4}}){TIME}$", re.IGNORECASE)
SHORT_MONTH_YEAR = re.compile(r"^(0?[1-9]|1[0-2])\s*[-./]\s*(\d{2})$")  # 03/27, on a registration or a contract
QUARTER = re.compile(r"^(?:Q\s*([1-4])|([1-4])\s*\.?\s*(?:Q|Quartal|quarter|trimestre|кв\.?|квартал))\s*[-./ ]?\s*(\d{4})$", re.IGNORECASE)
MONTH_YEAR = re.compile(r"^(\d{1,2})\s*[-./]\s*(\d{4})$")
NAMED_MONTH_YEAR = re.compile(r"^([^\W\d_]+)\.?[-/ ]+(\d{4}|\d{2})$")
WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s*(?=\d)")
NO_DAYS = frozenset((date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(9999, 12, 31)))
ZERO = {
    "31.12.9999",
    "9999-12-31",
    "12/31/9999",
    "31/12/9999",
    "00:00:00",
    "1900-01-00",
    "0.0",
    "00.00.0000",
    "0000-00-00",
    "00/00/0000",
    "0",
    "-",
    "--",
    "n/a",
    "k.a.",
    "offen",
    "unbekannt",
}


def parse(value: object, *, order: str = DAY_FIRST, today: date, ends: bool = False) -> date | None:
    """The day that `value` names, or None where it names none. A month alone is its first day, its last where something `ends`.

    Raises CellProblem.
    """
    if isinstance(value, datetime):
        return real_day(value.date())
    if isinstance(value, date):
        return real_day(value)
    if isinstance(value, bool):
        raise unclear()
    if isinstance(value, (int, float)):
        return from_number(value)
    text = in_house(WEEKDAY.sub("", " ".join(str(value).split())))
    if not text or text.lower() in ZERO or is_blank(text) or is_nobody(text):
        return None
    return from_text(text, order, today, ends)


def in_house(text: str) -> str:
    """A moment with its zone becomes the day it is in the zone of this process, the house's; at midnight it is the day that it names."""
    found = ZONED.match(text)
    if not found or found[2] in MIDNIGHT:
        return text
    zone = "+00:00" if found[3] in ("Z", "UTC") else found[3]
    moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
    return moment.astimezone().date().isoformat()


def real_day(day: date) -> date | None:
    """The day of a typed cell; None for an empty one that is shown as a day, and for "no end"."""
    if day in NO_DAYS:
        return None
    return make(day.year, day.month, day.day)


def from_number(number: float) -> date | None:
    """The day of a number: the serial number of a spreadsheet, or year, month and day in eight digits. None for 0 and for the last
    serial number, which mean no day. Raises CellProblem."""
    if number in (0, LAST_DAY_OF_ALL):
        return None
    packed = PACKED.match(str(int(number)))
    if packed:
        return make(int(packed[1] + packed[2]), int(packed[3]), int(packed[4]))
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return EPOCH + timedelta(days=int(number))
    raise unclear()


def from_text(text: str, order: str, today: date, ends: bool) -> date | None:
    """The day of a text; a month is its first day, or its last where it `ends` something. Raises CellProblem."""
    if found := YEAR_FIRST.match(text):
        return make(*map(int, found.groups()))
    if found := THREE_NUMBERS.match(text):
        first, second, year = int(found[1]), int(found[2]), full_year(found[3], today)
        order = DAY_FIRST if "." in text[: found.start(3)] else order
        swapped = first <= 12 and (order == MONTH_FIRST or (second > 12 and "." not in text))
        day, month = (second, first) if swapped else (first, second)
        return make(year, month, day)
    if found := QUARTER.match(text):
        return whole_month(int(found[3]), int(found[1] or found[2]) * 3 - (0 if ends else 2), ends)
    if found := WITH_NAME.match(text):
        return make(full_year(found[3], today), named_month(found[2]), int(found[1]))
    if found := NAME_FIRST.match(text):
        return make(int(found[3]), named_month(found[1]), int(found[2]))
    if found := MONTH_YEAR.match(text):
        return whole_month(int(found[2]), int(found[1]), ends)
    if found := SHORT_MONTH_YEAR.match(text):
        return whole_month(full_year(found[2], today), int(found[1]), ends)
    if found := NAMED_MONTH_YEAR.match(text):
        return whole_month(full_year(found[2], today), named_month(found[1]), ends)
    if text.isascii() and text.removesuffix(".0").isdigit() and len(text) < 12:
        return from_number(float(text))
    raise unclear()


def named_month(name: str) -> int:
    """The month (1 to 12) of a name in one of the four languages. Raises CellProblem."""
    folded = name.casefold().replace("ä", "a").replace("é", "e").replace("û", "u")
    if folded not in MONTHS:
        raise unclear()
    return MONTHS[folded]


def full_year(year: str, today: date) -> int:
    """Two digits mean the century that lies nearest: up to fifteen years ahead, else behind."""
    if len(year) == 4:
        return int(year)
    century = today.year // 100 * 100
    near = century + int(year)
    return near if near <= today.year + 15 else near - 100


def whole_month(year: int, month: int, ends: bool) -> date:
    """The first day of the month, or its last where it `ends` something. Raises CellProblem."""
    if not 1 <= month <= 12:
        raise unclear()
    return make(year, month, calendar.monthrange(year, month)[1] if ends else 1)


def make(year: int, month: int, day: int) -> date:
    """The day. Raises CellProblem, which says whether year, month or day is wrong; years go from 1900 to 2199."""
    if not 1900 <= year <= 2199:
        raise CellProblem("date.year", year=year)
    if not 1 <= month <= 12:
        raise CellProblem("date.month", month=month)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise CellProblem("date.day", day=day, month=month, year=year, last=last)
    return date(year, month, day)


def unclear() -> CellProblem:
    return CellProblem("date.unclear")


def order_of(values: Iterable[object]) -> str | None:
    """Which comes first in `values`, day or month; None where no value decides it."""
    votes: Counter[str] = Counter()
    for value in values:
        found = THREE_NUMBERS.match(" ".join(str(value).split())) if isinstance(value, str) else None
        if found and int(found[1]) > 12 >= int(found[2]):
            votes[DAY_FIRST] += 1
        elif found and int(found[2]) > 12 >= int(found[1]):
            votes[MONTH_FIRST] += 1
    return votes.most_common(1)[0][0] if votes else None


def looks_like_date(value: object) -> bool:
    """True where `value` names a day beyond doubt; a bare number is none, nor is "4.21", which may be a price."""
    if isinstance(value, (date, datetime)):
        return True
    if not isinstance(value, str) or not any(sign.isdigit() for sign in value) or len(value) > 40:
        return False
    if value.strip().isdigit() or SHORT_MONTH_YEAR.match(value.strip()):
        return False
    try:
        return parse(value, today=date(2026, 1, 1)) is not None
    except CellProblem:
        return False

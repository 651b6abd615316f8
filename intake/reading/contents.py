"""What the cells of a column look like, whatever its title says."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import Cell
from intake.reading import cells, dates, places, reaching, telephones
from intake.reading.degrees import ADDRESSES, INITIALS, goes_on, is_before, is_behind
from intake.reading.makes import make_of
from intake.reading.names import GIVEN, address_of, looks_like_person
from intake.reading.problems import CellProblem
from intake.reading.vocabulary import NO_WORD

MOST = 120  # values looked at
ONE_FOR_MANY = 0.2  # different values in so many rows
BRITISH = re.compile(r"^[A-Z]{2}\d{2} ?[A-Z]{3}$")
PRICE = re.compile(r"^[€$£]|[€$£%]$|^\d{1,3}(?:[.,]\d+)?$|[.,]\d{1,2}$")
ADDRESS_ON_THE_WEB = re.compile(
    r"(?i)^(https?://|www\.)|^[^@\s]+\.(com|net|org|biz|info|eu|de|at|ch|it|ru|su|рф|fr|es|uk|nl|be|pl|cz|io|co|me|us|ca|au|cloud|online|"
    r"shop|app|tech|group|gmbh)(/.*)?$"
)


@dataclass
class Contents:
    """Shares (0 to 1) of the different values in a column that look like a VIN, a plate, a day, …"""

    raw: Sequence[Cell]
    country: str = ""

    @cached_property
    def values(self) -> list[Cell]:
        """The first MOST different cells that are not blank."""
        found: dict[str, Cell] = {}
        for cell in self.raw:
            text = cells.text_of(cell)
            if not cells.is_blank(text):
                found.setdefault(text, cell)
                if len(found) >= MOST:
                    break
        return list(found.values())

    @cached_property
    def texts(self) -> list[str]:
        return [cells.text_of(value) for value in self.values]

    def share(self, hits: Iterable[bool]) -> float:
        return sum(map(bool, hits)) / len(self.texts) if self.texts else 0.0

    @cached_property
    def filled(self) -> float:
        return sum(not cells.is_blank(cells.text_of(cell)) for cell in self.raw) / len(self.raw) if self.raw else 0.0

    @cached_property
    def is_unique(self) -> bool:
        filled = [cells.text_of(cell) for cell in self.raw if not cells.is_blank(cells.text_of(cell))]
        return len(filled) > 1 and len(set(filled)) == len(filled)

    @cached_property
    def is_the_same_for_most(self) -> bool:
        """True where nearly all rows hold the same value: whoever it is about, it is not each row's own."""
        filled = sum(not cells.is_blank(cells.text_of(cell)) for cell in self.raw)
        return filled > 2 and len(self.texts) < max(2, filled * ONE_FOR_MANY)

    @cached_property
    def vin(self) -> float:
        return self.share(cells.looks_like_vin(text) for text in self.texts)

    @cached_property
    def plate(self) -> float:
        return self.share(cells.looks_like_plate(text) for text in self.texts)

    @cached_property
    def platelike(self) -> float:
        return self.share(
            2 <= len(text) <= 14 and any(sign.isdigit() for sign in text) and bool(cells.PLATE_SHAPE.match(text)) for text in self.texts
        )

    @cached_property
    def british(self) -> float:
        """Plates of Great Britain, which no other country's are like."""
        return self.share(bool(BRITISH.match(text)) for text in self.texts)

    @cached_property
    def date(self) -> float:
        return self.share(dates.looks_like_date(value) for value in self.values)

    @cached_property
    def serial(self) -> float:
        """Whole numbers that could be a spreadsheet's days of the last and next decades."""
        return self.share(is_whole(text) and 29_000 <= int(text) <= 62_000 for text in self.texts)

    @cached_property
    def number(self) -> float:
        return self.share(is_number(value) for value in self.values)

    @cached_property
    def price(self) -> float:
        """Sums of money, percentages and other short numbers."""
        return self.share(bool(PRICE.match(text)) for text in self.texts)

    @cached_property
    def is_named(self) -> bool:
        """Names of several words, hardly a digit among them."""
        plain = self.share(not any(sign.isdigit() for sign in text) for text in self.texts)
        return plain > 0.8 and self.share(" " in text for text in self.texts) > 0.5

    @cached_property
    def is_counting(self) -> bool:
        """1, 2, 3 … down the rows."""
        return len(self.texts) > 1 and self.texts == [str(place) for place in range(1, len(self.texts) + 1)]

    @cached_property
    def digits(self) -> float:
        return self.share(text.isdigit() for text in self.texts)

    @cached_property
    def email(self) -> float:
        return self.share("@" in text and " " not in text.strip() for text in self.texts)

    @cached_property
    def url(self) -> float:
        return self.share(bool(ADDRESS_ON_THE_WEB.match(text)) and bool(reaching.DOMAIN.match(text)) for text in self.texts)

    @cached_property
    def code(self) -> float:
        """One word of letters and digits mixed, as keys of other systems are."""
        return self.share(
            len(text) >= 8 and " " not in text and any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
            for text in self.texts
        )

    @cached_property
    def phone(self) -> float:
        return self.share(is_phone(text, self.country) for text in self.texts)

    @cached_property
    def vat(self) -> float:
        return self.share(cells.looks_like_vat(text, self.country) for text in self.texts)

    @cached_property
    def country_name(self) -> float:
        return self.share(bool(places.country(text)) and (len(text) > 2 or text.isupper()) for text in self.texts)

    @cached_property
    def street(self) -> float:
        return self.share(places.looks_like_street(text) for text in self.texts)

    @cached_property
    def company(self) -> float:
        return self.share(cells.looks_like_company(text) for text in self.texts)

    @cached_property
    def person(self) -> float:
        return self.share(looks_like_person(text) for text in self.texts)

    @cached_property
    def known_person(self) -> float:
        """Names of several words, one of them a common given name."""
        return self.share(looks_like_person(text) and any(fold(word) in GIVEN for word in address_of(text)[1]) for text in self.texts)

    @cached_property
    def named(self) -> float:
        """Names that nobody but a person bears: with a common given name, a form of address or initials."""
        return self.share(
            looks_like_person(text)
            and (
                text.split()[0].casefold() in ADDRESSES
                or any(fold(word) in GIVEN or INITIALS.match(word) for word in address_of(text.replace(",", " "))[1])
            )
            for text in self.texts
        )

    @cached_property
    def address(self) -> float:
        """Forms of address and degrees, alone or together: "Frau", "Herr Dr."."""
        return self.share(
            all(word.casefold() in ADDRESSES or is_before(word) or is_behind(word) or goes_on(word) for word in text.split())
            for text in self.texts
        )

    @cached_property
    def given_name(self) -> float:
        return self.share(fold(text) in GIVEN for text in self.texts)

    @cached_property
    def make(self) -> float:
        return self.share(bool(make_of(text)[0]) for text in self.texts)

    @cached_property
    def words(self) -> float:
        """Plain text with a letter in it."""
        return self.share(any(sign.isalpha() for sign in text) for text in self.texts)

    @cached_property
    def lengthy(self) -> float:
        return self.share("\n" in text or len(text) > 60 for text in self.texts)

    @cached_property
    def flag(self) -> float:
        return self.share(cells.flag(text) is not None for text in self.texts)

    @cached_property
    def company_flag(self) -> float:
        return self.share(cells.company_flag(text) is not None for text in self.texts)


def is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 15


def is_number(value: Cell) -> bool:
    """True where the cell is a number, typed or written; a day is none."""
    if isinstance(value, (bool, date, datetime)):
        return False
    if isinstance(value, (int, float)):
        return True
    try:
        return cells.number(value) is not None
    except CellProblem:
        return False


def is_phone(text: str, country: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    if not 6 <= digits <= 40 or len(NO_WORD.sub("", text)) - digits > 8:
        return False
    return bool(telephones.phones(text, region=country or "DE")[0]) and not dates.looks_like_date(text)

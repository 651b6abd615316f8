"""Reads one cell according to its column; raises CellProblem where that is impossible."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from fleetportal.core import vat
from fleetportal.core.db.folding import fold
from intake.reading.problems import CellProblem
from intake.reading.wordlists import alternatives, terms

CELL_CHARACTERS = 32_767
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff\ud800-\udfff]")
MACHINE_BLANK = frozenset(("null", "(null)", "nan", "none"))
NOTHING = MACHINE_BLANK | {"n/a"}
NOBODY = terms("cells", "nobody")
BLANK = frozenset(
    ("", "-", "--", "---", "—", "–", "n/a", "#n/a", "#n/v", "#ref!", "#value!", "#name?", "null", "(null)", "nan", "none", "k.a.", "n.v.")
)


def text_of(cell: object) -> str:
    """The cell's visible text, on one or more lines."""
    if isinstance(cell, str) and cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()  # nearly every cell
    if cell is None or cell is False:
        return "" if cell is None else "0"
    if cell is True:
        return "1"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return format(cell, ".15g")
    text = unicodedata.normalize("NFC", str(cell))
    lines = (" ".join(INVISIBLE.sub("", line).split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def line_of(cell: object) -> str:
    return text_of(cell).replace("\n", " ")


def check(cell: object) -> None:
    """Raises CellProblem where the cell holds what can't be kept."""
    if isinstance(cell, str):
        if len(cell) > CELL_CHARACTERS:
            raise CellProblem("long.cell", limit=CELL_CHARACTERS)
        if BROKEN.search(cell):
            raise CellProblem("letters.damaged")


def is_nobody(text: str) -> bool:
    folded = fold(text)
    return folded.strip(" .()[]") in NOBODY or folded in NOBODY or folded.replace(". ", ".") in NOBODY


def is_blank(text: str) -> bool:
    return not text or (len(text) < 8 and text.strip().lower() in BLANK)


# --- numbers ---------------------------------------------------------------------------------------------------------------

UNIT = re.compile(
    r"(?i)\s*(km|kms|kilometer|kilometri|chilometri|км|mi|miles|stk|eur|€|usd|\$|£|руб\.?|₽|chf)\s*$|^\s*(eur|€|usd|\$|£|chf)\s*"
)
GROUPED = re.compile(r"^[+-]?\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?$")
PLAIN = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")


def number(cell: object) -> float | None:
    """The number in the cell whatever its signs for thousands and decimals, None where it is empty. A lone sign before three digits
    parts thousands ("40.693" km). Raises CellProblem."""
    if isinstance(cell, bool):
        raise no_number()
    if isinstance(cell, (int, float)):
        return cell
    text = line_of(cell)
    while UNIT.search(text):
        text = UNIT.sub("", text).strip()
    if is_blank(text) or is_nobody(text):
        return None
    if GROUPED.match(text):
        decimals = re.search(r"[.,](\d{1,2})$", text)
        whole = text[: decimals.start()] if decimals else text
        return float(re.sub(r"[^\d+-]", "", whole) + (f".{decimals[1]}" if decimals else ""))
    if PLAIN.match(text):
        return float(text.replace(",", "."))
    raise no_number()


KM_IN_A_MILE = 1.609344
MILES = re.compile(r"(?i)\b(?:mi|mls?|miles?|meilen|miglia|мил[ьиья]+)\b")


def says_miles(text: str) -> bool:
    return bool(MILES.search(text))


def no_number() -> CellProblem:
    return CellProblem("number.none")


def count(cell: object, *, most: int) -> int | None:
    """The whole number, None for an empty cell. Raises CellProblem where it is none, or not between 0 and `most`."""
    found = number(cell)
    if found is None:
        return None
    if not 0 <= found <= most:
        raise CellProblem("number.range", most=most)
    return round(found)


YES = terms("cells", "yes")
NO = terms("cells", "no")


def flag(cell: object) -> bool | None:
    text = fold(line_of(cell))
    return True if text in YES else False if text in NO else None


def company_flag(cell: object) -> bool | None:
    """Whether a row is a company: by yes and no, or by the word for what it is ("Individual", "Privatperson")."""
    word = fold(line_of(cell))
    said = flag(cell)
    return said if said is not None else True if word in COMPANY_WORDS else False if word in PERSON_WORDS else None


COMPANY_WORDS = terms("cells", "is a company")
PERSON_WORDS = terms("cells", "is a person")


# --- vehicles --------------------------------------------------------------------------------------------------------------

CYRILLIC_LETTERS = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
VIN_SIGNS = re.compile(r"^[A-HJ-NPR-Z0-9]{17}$")
PLATE_SHAPE = re.compile(r"^(?=.*\d)[^\W_][\w .·•\-–—/|]{0,17}[^\W_]$", re.UNICODE)


BESIDE_PLATE = re.compile(
    r"(?i)\s*[(\[]\s*(?:\d{1,2}\s*[-–/]\s*\d{1,2}|saison[^)\]]*|season[^)\]]*|rus|d|i|a|ch)\s*[)\]]\s*$|(?<=\d)\s*\(?rus\)?\s*$"
)  # the months of a seasonal plate, the sign of its country


SEVERAL = re.compile(r"\s*(?:[/,;+&\n]| und | and | e | и )\s*")


def plate(cell: object) -> str:
    """The plate in capitals with single blanks; "" where there is none. Raises CellProblem."""
    text = line_of(cell)
    if is_blank(text) or is_nobody(text):
        return ""
    text = BESIDE_PLATE.sub("", text)
    several = SEVERAL.split(text_of(cell))
    if len(several) > 1 and all(map(looks_like_plate, several)):
        raise CellProblem("plate.several", count=len(several))
    text = re.sub(r"\s*[–—‐-]+\s*", "-", text.upper()).replace("•", " ").replace("·", " ").strip(" -.:")
    text = " ".join(text.split())
    if is_blank(text) or is_nobody(text):
        return ""
    bare = "".join(sign for sign in text if sign.isalnum())
    if not 2 <= len(bare) <= 12 or len(text) > 16:
        raise CellProblem("plate.length")
    return text


def vin(cell: object) -> str:
    """The VIN in capitals; "" where there is none. Raises CellProblem with what is wrong about it."""
    text = "".join(sign for sign in line_of(cell).upper() if sign not in " -.·*").translate(CYRILLIC_LETTERS)
    if is_blank(text) or is_nobody(text):
        return ""
    if len(text) != 17:
        raise CellProblem("vin.length", count=len(text))
    for position, sign in enumerate(text, start=1):
        if sign in "IOQ":
            raise CellProblem("vin.letter_i" if sign == "I" else "vin.letter_o", sign=sign, place=position)
        if not (sign.isascii() and sign.isalnum()):
            raise CellProblem("vin.foreign", sign=sign)
    return text


WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))


def fails_check(vin: str) -> bool:
    """True for the VIN of a vehicle built in North America, where the ninth sign is a check digit, whose digit is another."""
    if vin[:1] not in "12345" or len(vin) != len(WEIGHTS):
        return False
    return "0123456789X"[sum(VALUES[sign] * weight for sign, weight in zip(vin, WEIGHTS, strict=True)) % 11] != vin[8]


SHORT_VIN = re.compile(r"^(?=.*\d)[A-HJ-NPR-Z0-9]{11,14}$")


def short_vin(cell: object) -> str:
    """The number of an old vehicle, a trailer or a machine, which has fewer than 17 signs; "" where the cell holds none."""
    text = "".join(sign for sign in line_of(cell).upper() if sign not in " -.")
    return text if SHORT_VIN.match(text) else ""


def plate_of_parts(texts: Sequence[str]) -> str:
    """A plate whose parts stand in columns of their own: "HH", "AB", "123" is "HH-AB 123"."""
    first, rest = texts[0].strip(" -"), [text.strip(" -") for text in texts[1:]]
    german = first.isalpha() and len(first) <= 3 and rest[0][:1].isalpha()
    return f"{first}{'-' if german else ' '}{' '.join(rest)}"


def bare_plate(text: str) -> str:
    """A plate or VIN without blanks and hyphens, in Latin letters: equal where two sheets mean the same vehicle."""
    return "".join(sign for sign in text.upper().translate(CYRILLIC_LETTERS) if sign.isalnum())


def looks_like_vin(text: str) -> bool:
    bare = "".join(sign for sign in text.upper() if sign not in " -.").translate(CYRILLIC_LETTERS)
    return bool(VIN_SIGNS.match(bare)) and any(sign.isdigit() for sign in bare) and any(sign.isalpha() for sign in bare)


PLATES = [
    re.compile(pattern)
    for pattern in (
        r"^[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?\d{1,4} ?[EH]?$",  # Germany
        r"^[A-Z]{2} ?-?\d{3} ?-?[A-Z]{2}$",  # Italy, France
        r"^[ABEKMHOPCTYX] ?\d{3} ?[ABEKMHOPCTYX]{2} ?\d{2,3}$",  # Russia
        r"^[A-Z]{2}\d{2} ?[A-Z]{3}$",  # Great Britain
        r"^[A-Z]{1,2}[- ]\d{3,5} ?[A-Z]{0,3}$",  # Austria, Switzerland
        r"^\d{4} ?[A-Z]{3}$",  # Spain
        r"^[A-Z]{2,3} ?\d{4,5}$|^[A-Z]{2} ?\d{3,4}[A-Z]{2}$",  # Poland, Ukraine
        r"^[A-Z]{1,2}-?\d{2,3}-?[A-Z]{1,3}$|^\d{1,2}-?[A-Z]{2,3}-?\d{1,3}$",  # the Netherlands and others
    )
]


def looks_like_plate(text: str) -> bool:
    upper = text.strip().upper().translate(CYRILLIC_LETTERS)
    return any(pattern.match(upper) for pattern in PLATES)


# --- numbers of companies --------------------------------------------------------------------------------------------------

VAT_PREFIX = re.compile(
    r"(?i)^\s*(?:ust\.?-?\s*id(?:nr|-nr)?\.?|vat(?:\s*(?:no|nr|reg)\.?)?|p\.?\s*iva|partita\s+iva|инн|uid|c\.?f\.?)\s*[:.]?\s*(?=[A-Z0-9])"
)
INN_AND_KPP = re.compile(r"^\s*(\d{10})\s*[/\\]\s*\d{9}\s*$")  # the second is of the tax office
NATIONAL = {"RU": (10, 12), "IT": (11,), "DE": (9,), "AT": (9,), "CH": (9,), "GB": (9, 12)}


def vat_number(cell: object, *, country: str = "") -> str:
    """The VAT number with its country in front; "" where there is none. Digits that a spreadsheet took for a number get their zeros back.

    Raises CellProblem.
    """
    text = INN_AND_KPP.sub(r"\1", VAT_PREFIX.sub("", line_of(cell)))
    if is_blank(text) or is_nobody(text):
        return ""
    try:
        return checked_vat(text, country)
    except vat.NoVatNumber:
        pass
    bare = "".join(sign for sign in text if sign.isalnum())
    for length in NATIONAL.get(country, ()):
        if bare.isdigit() and length - 3 <= len(bare) < length:
            try:
                return checked_vat(bare.zfill(length), country)
            except vat.NoVatNumber:
                continue
    raise CellProblem("vat.invalid")


@lru_cache(maxsize=20_000)
def checked_vat(text: str, country: str) -> str:
    return vat.compact(text, country=country)[:20]


def looks_like_vat(text: str, country: str) -> bool:
    """True where `text` is a VAT number with a right check digit; digits alone are one only where the country is known."""
    if not 8 <= sum(sign.isdigit() for sign in text) <= 14 and not text[:2].isalpha():
        return False
    try:
        return bool(checked_vat(text, country)) and (not text.isdigit() or bool(country))
    except vat.NoVatNumber:
        return False


LEGAL_FORM = re.compile(rf"(?i)(?:^|[\s,.(])(?:{alternatives('legal_forms', 'form')})(?=$|[\s,.)])")


def looks_like_company(text: str) -> bool:
    return bool(LEGAL_FORM.search(text)) or "«" in text

"""Telephone numbers as cells hold them: with words around them, extensions, several in one cell.

A wrong number that looks right reaches a stranger. So no letter ever becomes a digit, and a number without its dialling code is none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from intake.reading.cells import is_blank, is_nobody, line_of, text_of

SPLIT = re.compile(r"\s*(?::::|;|\n|\||,(?=\s*(?:\+|0|\(|[^\W\d_]+\.?:))| oder | or | o | или | und | and |(?<=\d)\s*/(?=\s*(?:\+|00)))\s*")
MAY_SPLIT = re.compile(r"\s*[,/]\s*")
AMERICAN = re.compile(r"^(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4}(?: ?(?:x|ext\.?) ?\d+)?$", re.IGNORECASE)
AMERICA = "US"
RUSSIA = "RU"
LABEL = re.compile(
    r"(?i)^(?:(?:tel(?:efon)?|phone|mobile?|mob|handy|cell|cel|fon|ph|work|office|büro|zentrale|ufficio|тел|моб|раб)\b|"
    r"[tmp](?=[.:]))\s*[.:]*\s*"
)
EXTENSION = re.compile(
    r"(?i)[\s,;(\-]*(?:\b(?:app(?:arat)?|dw|durchwahl|nst|nebenstelle|klappe|kl|ext(?:ension|n)?|interno|int|poste|anexo|доб(?:авочный)?|"
    r"вн(?:утр)?)"
    r"|(?<=\d)\s?x)\s*[.:#]*\s*(\d{1,6})\)?$"
)
STEM = re.compile(r"^(.*\d)\s*-\s*(\d{1,4})((?:\s*[/,]\s*-?\s*\d{1,4})+)$")
SECOND_END = re.compile(r"^(\D*(?:\d\D*){8,}?)\s*(/\s*\d{1,3})$")  # "030 1234567 / 12": another end of which nobody knows where it begins
FAX = re.compile(r"(?i)\b(?:tele)?fax\b|факс")
LIST_END = re.compile(r"\d{1,4}")
BRACKETED_WORDS = re.compile(r"[(\[][^()\[\]]*[^\W\d_][^()\[\]]*[)\]]")
NUMBER = re.compile(r"(?:\+|\(\s*\+?|\d)[\d\s()./\-\u2010-\u2015\u00a0+]*\d")
FLOAT = re.compile(r"^(\d{6,15})\.0$")
RUSSIAN_EIGHT = re.compile(r"^8[\s(-]*\d{3}[\s)-]*\d{3}[\s-]?\d{2}[\s-]?\d{2}$")
FICTIONAL = re.compile(r"^7700900\d{3}$|^\d{3}55501\d\d$")  # kept free for examples
SHORTEST = 5  # digits after the country's: less is a dialling code or an extension
WHOLE = 9  # digits: fewer without a leading zero are a local number, whose dialling code is missing
LONGEST = 60


class Numbers(NamedTuple):
    """What a cell holds: numbers in international form, texts that are no number, words beside a number."""

    good: list[str]
    bad: list[str]
    remarks: list[str]


def phones(cell: object, *, region: str = "DE") -> tuple[list[str], list[str]]:
    """(numbers in international form, texts that are no number)."""
    found = read(cell, region=region)
    return found.good, found.bad


def read(cell: object, *, region: str) -> Numbers:
    """The numbers in a cell; `region` is the country whose national numbers they may be, "" where that is not known."""
    found = Numbers([], [], [])
    text = line_of(cell) if not isinstance(cell, str) else text_of(cell)
    for part in parts_of(FLOAT.sub(r"\1", text), region):
        part = part.strip()
        if is_blank(part) or is_nobody(part):
            continue
        numbers, remark = numbers_in(LABEL.sub("", part), region) if any(sign.isdigit() for sign in part) else ([], "")
        if numbers:
            found.good.extend(number for number in numbers if number not in found.good)
            found.remarks.extend([remark] if remark else [])
        else:
            found.bad.append(part)
    return found


def parts_of(text: str, region: str) -> Iterator[str]:
    """The numbers in a cell; a slash or comma parts them only where each part is a whole number by itself."""
    for part in SPLIT.split(text):
        pieces = MAY_SPLIT.split(part)
        if len(pieces) > 1 and all(is_whole_number(LABEL.sub("", piece), region) for piece in pieces):
            yield from pieces
        else:
            yield part


@lru_cache(maxsize=5_000)
def is_whole_number(text: str, region: str) -> bool:
    """True where `text` is a number that exists in `region`, with its dialling code."""
    if not text.startswith(("+", "0", "8", "(")):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region or None))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=50_000)
def numbers_in(text: str, region: str) -> tuple[list[str], str]:
    """(the numbers of one part of a cell, the words beside them): "040 76543-21/-22" holds two, "0171 1234567 (mobil)" one."""
    if len(text) > LONGEST:
        return [], ""
    words = [] if EXTENSION.search(text) else [found.strip("()[] ") for found in BRACKETED_WORDS.findall(text)]
    bare, extension = without_extension(BRACKETED_WORDS.sub(" ", text).strip() if words else text)
    if not STEM.match(bare) and (second := SECOND_END.match(bare)):
        bare, words = second[1], [*words, second[2]]
    place = NUMBER.search(bare)
    if place is None:
        return [], ""
    around = f"{bare[: place.start()]} {bare[place.end() :]}".strip(" ,;:.-/")
    if any(sign.isdigit() for sign in around) or FAX.search(around):
        return [], ""
    remark = " ".join(part for part in (*words, around) if any(sign.isalnum() for sign in part))
    if several := STEM.match(place[0]):
        ends = [several[2], *LIST_END.findall(several[3])]
        numbers = [phone(f"{several[1]}-{end}", region) for end in ends]
        if all(numbers) and not extension:
            return numbers, remark
    found = phone(place[0], region)
    return ([f"{found} ext. {extension}" if extension else found] if found else []), remark


def without_extension(text: str) -> tuple[str, str]:
    """(the number, its extension): "030-1234567 App. 12", "доб. 12", "DW 12"."""
    found = EXTENSION.search(text)
    return (text[: found.start()].rstrip(" ("), found[1]) if found else (text, "")


@lru_cache(maxsize=50_000)
def phone(text: str, region: str) -> str:
    """The number in international form, or "" where it is none, or where its dialling code is missing."""
    if AMERICAN.match(text) and region and phonenumbers.ndd_prefix_for_region(region, True) == "0":
        region = AMERICA  # where an area code begins with 0, this is none
    for attempt in dict.fromkeys((text, text.replace("(0)", ""))):
        found = parsed(attempt, region)
        if found is not None:
            return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)[:40]
    return ""


def parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The number that `text` is in that region, with or without its country code or first zero; None where none exists."""
    digits = "".join(sign for sign in text if sign.isdigit())
    begins = text.lstrip("( ")
    if begins.startswith("+"):
        return existing(text, "")
    if begins.startswith("00"):
        return existing(f"+{digits[2:]}", "")
    if not region:
        return abroad(text, digits)
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    if trunk == "0" and not digits.startswith("0"):
        return with_code(digits, region) or abroad(text, digits) or with_zero(digits, region)
    return existing(text, region) or with_code(digits, region) or abroad(text, digits) or lost_zero(digits, region)


def existing(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The number where it can exist; what is only possible is none, numbers kept free for examples are."""
    try:
        found = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    national = str(found.national_number)
    if len(national) < SHORTEST:
        return None
    return found if phonenumbers.is_valid_number(found) or FICTIONAL.match(national) else None


def with_code(digits: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A mobile number that begins with its country's code and lost its plus: 4915112345678."""
    if not digits.startswith(str(phonenumbers.country_code_for_region(region))):
        return None
    found = existing(f"+{digits}", "")
    return found if found is not None and is_mobile(found) else None


def with_zero(digits: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A number whose first zero a spreadsheet took away; a short one is local, and somebody else's with a zero in front."""
    return existing(f"0{digits}", region) if len(digits) >= WHOLE else None


def lost_zero(digits: str, region: str) -> phonenumbers.PhoneNumber | None:
    """In Italy the zero is a part of the number, which a spreadsheet takes away too."""
    if region != "IT" or digits.startswith(("0", "3")) or len(digits) < WHOLE - 1:
        return None
    return existing(f"0{digits}", region)


def abroad(text: str, digits: str) -> phonenumbers.PhoneNumber | None:
    """ "8" and ten digits as Russians write them, in a list of another country."""
    return existing(f"+7{digits[1:]}", "") if len(digits) == 11 and RUSSIAN_EIGHT.match(text.strip()) else None


def is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


@lru_cache(maxsize=20_000)
def country_of(number: str) -> str:
    """The country of a number with its plus, "" where it names none."""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(found) or phonenumbers.region_code_for_country_code(found.country_code or 0) or ""

"""Ways to reach somebody, as cells hold them: telephone numbers, e-mail addresses, websites; several in one cell at times."""

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from intake.reading.cells import is_blank, is_nobody, line_of, text_of
from intake.reading.wordlists import terms

PHONE_SPLIT = re.compile(r"\s*(?::::|;|\n|\||,(?=\s*(?:\+|0|\(|[^\W\d_]+\.?:))| oder | or | o | или |(?<=\d)\s*/(?=\s*(?:\+|00)))\s*")
PHONE_MAY_SPLIT = re.compile(r"\s*[,/]\s*")
AMERICAN = re.compile(r"^(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[ .-]\d{4}(?: ?(?:x|ext\.?) ?\d+)?$", re.IGNORECASE)
AMERICA = "US"
PHONE_LABEL = re.compile(
    r"(?i)^(?:(?:tel(?:efon)?|phone|mobile?|mob|handy|cell|cel|fon|ph|work|office|büro|zentrale|ufficio|тел|моб|раб)\b|[tmp](?=[.:]))\s*[.:]*\s*"
)
ADDRESS_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
EMAIL_SPLIT = re.compile(r"\s*(?::::|;|,|\n|\||\s)\s*")


def phones(cell: object, *, region: str = "DE") -> tuple[list[str], list[str]]:
    """(numbers in international form, texts that are no number)."""
    good: list[str] = []
    bad: list[str] = []
    for part in phone_parts(line_of(cell) if not isinstance(cell, str) else text_of(cell), region):
        if is_blank(part) or is_nobody(part):
            continue
        found = phone(PHONE_LABEL.sub("", part.strip()), region) if any(sign.isdigit() for sign in part) else ""
        (good if found else bad).append(found or part.strip())
    return list(dict.fromkeys(good)), bad


def phone_parts(text: str, region: str) -> Iterator[str]:
    """The numbers in a cell; a slash or comma parts them only where each part is a whole number by itself."""
    for part in PHONE_SPLIT.split(text):
        pieces = PHONE_MAY_SPLIT.split(part)
        if len(pieces) > 1 and all(is_whole_number(PHONE_LABEL.sub("", piece), region) for piece in pieces):
            yield from pieces
        else:
            yield part


@lru_cache(maxsize=5_000)
def is_whole_number(text: str, region: str) -> bool:
    """True where `text` is a number that exists in `region`, with its dialling code."""
    if not text.startswith(("+", "0", "8", "(")):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


SHORTEST = 5  # digits after the country's: less is a dialling code or an extension


@lru_cache(maxsize=50_000)
def phone(text: str, region: str) -> str:
    """The number in international form, or "" where no rule of a country fits."""
    if len(text) > 60:
        return ""
    if AMERICAN.match(text) and phonenumbers.ndd_prefix_for_region(region, True) == "0":
        region = AMERICA  # where an area code begins with 0, this is none
    for attempt in (text, re.sub(r"\(0\)", "", text)):
        try:
            found = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(found) and len(str(found.national_number)) >= SHORTEST:
            return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)[:40]
    return ""


def emails(cell: object) -> tuple[list[str], list[str]]:
    """(addresses, texts that are no address)."""
    text = text_of(cell)
    if is_nobody(text):
        return [], []
    bracketed = ADDRESS_IN_BRACKETS.findall(text)
    parts = bracketed or EMAIL_SPLIT.split(text)
    good: list[str] = []
    bad: list[str] = []
    for part in parts:
        candidate = part.strip(" .<>()'\"").removeprefix("mailto:").removeprefix("MAILTO:")
        if is_blank(candidate) or is_nobody(part):
            continue
        (good if is_email(candidate) else bad).append(candidate)
    return list(dict.fromkeys(good)), bad


ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9a-z]+"
LETTER = "a-z\u00a1-\uffff"  # hosts in any alphabet, as Django's validator has it
LABEL = rf"[{LETTER}0-9](?:[{LETTER}0-9-]{{0,61}}[{LETTER}0-9])?"
TOP = rf"(?:(?!-)[{LETTER}-]{{2,63}}(?<!-)|xn--[a-z0-9]{{1,59}})"
E_MAIL = re.compile(rf"(?i){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{TOP}")


def is_email(text: str) -> bool:
    """True where mail could be sent there: as the standard for addresses has it, without comments, quotes and bare hosts."""
    return len(text) <= 254 and bool(E_MAIL.fullmatch(text))


DOMAIN = re.compile(r"(?i)^(?:https?://)?(?:www\.)?([a-z0-9äöüß\-]+(?:\.[a-z0-9äöüß\-]+)+)(?:[:/?#].*)?$")
FREE_MAIL = terms("free_mail", "free mail")


def website(cell: object) -> str:
    """The address of a website with its scheme, or ""."""
    text = line_of(cell).split(" ")[0].strip(",;")
    if not DOMAIN.match(text) or len(text) > 190:
        return ""
    return text if text.lower().startswith(("http://", "https://")) else f"https://{text}"


def domain(cell: object) -> str:
    """The bare domain of a website or e-mail address, or ""."""
    text = line_of(cell).lower().strip()
    found = DOMAIN.match(text.rpartition("@")[2] if "@" in text else text)
    return found.group(1) if found else ""

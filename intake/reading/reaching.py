"""Ways to reach somebody, as cells hold them: e-mail addresses and websites; several in one cell at times."""

import re

from intake.reading.cells import is_blank, is_nobody, line_of, text_of
from intake.reading.wordlists import terms

ADDRESS_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
EMAIL_SPLIT = re.compile(r"\s*(?::::|;|,|\n|\||\s)\s*")


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
E_MAIL = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{TOP}")  # of small letters: to ignore case costs 24 ms of each start


def is_email(text: str) -> bool:
    """True where mail could be sent there: as the standard for addresses has it, without comments, quotes and bare hosts."""
    return len(text) <= 254 and bool(E_MAIL.fullmatch(text.lower()))


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

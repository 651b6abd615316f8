"""Makes of vehicles: separated from the model that follows them, in one spelling, even where letters were lost ("Citro?n")."""

import re
from functools import lru_cache

from fleetportal.core.db.folding import fold
from intake.reading.wordlists import spellings

SPELLING = {name.replace("-", " "): make for name, make in spellings("makes").items()}
WORDS = 3


@lru_cache(maxsize=20_000)
def make_of(text: str) -> tuple[str, str]:
    """(make in our spelling, the rest) of a text that begins with a make; ("", text) where it begins with none."""
    tokens = text.split()
    for count in range(min(WORDS, len(tokens)), 0, -1):
        head = fold(" ".join(tokens[:count])).replace("-", " ")
        if head in SPELLING:
            return SPELLING[head], " ".join(tokens[count:])
        if "?" in head and (mended := damaged(head)):
            return mended, " ".join(tokens[count:])
    first, slash, rest = text.partition("/")
    if slash and first and fold(first.strip()).replace("-", " ") in SPELLING:  # "Audi/A3"
        return SPELLING[fold(first.strip()).replace("-", " ")], rest.strip()
    return "", text


def damaged(head: str) -> str:
    """The one make that `head` could have been before letters became question marks, or ""."""
    if sum(sign != "?" for sign in head) < 3:
        return ""
    pattern = re.compile("".join("." if sign == "?" else re.escape(sign) for sign in head))
    fits = {make for name, make in SPELLING.items() if pattern.fullmatch(name)}
    return fits.pop() if len(fits) == 1 else ""


def spelt(make: str) -> str:
    """A make in our spelling where we know it, as it came (but not all in capitals) where we don't."""
    known, rest = make_of(make)
    if known:
        return f"{known} {rest}".strip() if rest else known
    return make.title() if make.isupper() and len(make) > 4 else make

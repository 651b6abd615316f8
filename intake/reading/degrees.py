"""What stands before and behind a name and is no part of it: "Univ.-Prof. Dr. med. dent.", "LL.M.", "jun."."""

import re
from collections.abc import Sequence

from fleetportal.core.db.folding import fold
from intake.reading.wordlists import lists, spellings

PIECES = re.compile(r"[.\-/]+")
ADDRESSES = spellings("forms_of_address")
NEEDS_DOT = frozenset(fold(word).rstrip(".") for word in lists("names")["degree"] if word.endswith("."))
HEADS = frozenset("".join(PIECES.split(fold(word))) for word in lists("names")["degree"])
CAPITALS = frozenset(lists("names")["degree in capitals"])
PARTS = frozenset(map(fold, lists("names")["part of degree"]))
BEHIND = frozenset("".join(PIECES.split(fold(word))) for word in lists("names")["degree behind"])
SUFFIXES = frozenset(fold(word) for word in lists("names")["suffix"])
NOBLE = frozenset(map(fold, lists("names")["noble"]))
INITIALS = re.compile(r"^[^\W\d_a-zа-яё](?:[.-]+[^\W\d_a-zа-яё])*\.?$")
STOPS = ".,;"


def is_before(word: str) -> bool:
    """True for a degree that stands in front of a name, in one word or glued: "Dr.", "Dipl.-Ing.", "Prof.Dr.", "Univ.Doz."."""
    if word in CAPITALS:
        return True
    pieces = [piece for piece in PIECES.split(fold(word.rstrip(","))) if piece]
    if not pieces or INITIALS.match(word):
        return False
    whole = "".join(pieces)
    if len(pieces) == 1 or whole in HEADS:
        return whole in HEADS and (whole not in NEEDS_DOT or word.rstrip(",").endswith("."))
    known = all(piece in HEADS or piece in PARTS for piece in pieces)
    return pieces[0] in HEADS and (known or pieces[0] == "dipl")


def goes_on(word: str) -> bool:
    """True for what follows a degree in front: "rer.", "nat.", "h.c.", "dent."; each piece is known and the word is no name."""
    pieces = [piece for piece in PIECES.split(fold(word.rstrip(","))) if piece]
    return bool(pieces) and all(piece in PARTS for piece in pieces) and ("." in word or word.islower())


def is_behind(word: str) -> bool:
    """True for a degree that stands behind a name; without its dots it must not look like a name: "Ma" and "Mba" are some."""
    bare = word.strip(STOPS)
    whole = "".join(PIECES.split(fold(bare)))
    if whole not in BEHIND:
        return False
    return "." in word or len(whole) > 3 or not (bare[:1].isupper() and bare[1:].islower())


def is_suffix(word: str) -> bool:
    return fold(word.strip(STOPS)) in SUFFIXES


def is_only_degrees(text: str) -> bool:
    """True where nothing but degrees stands between two commas."""
    words = text.split()
    return bool(words) and all(is_behind(word) or (place and goes_on(word)) or is_before(word) for place, word in enumerate(words))


def are_titles(text: str) -> bool:
    """True where every word is a form of address or a degree: "Frau Dr."."""
    words = text.split()
    return bool(words) and all(is_title(word) or (place and goes_on(word)) for place, word in enumerate(words))


def is_title(word: str) -> bool:
    return word.casefold() in ADDRESSES or fold(word) in ADDRESSES or is_before(word)


def may_be_titles(text: str) -> bool:
    """True for what may stand in front of a name though we don't know it: with a known word in it, abbreviated, or short."""
    return len(text) <= SHORT_TITLE or text.endswith(".") or any(is_title(word) or fold(word) in NOBLE for word in text.split())


SHORT_TITLE = 5


def parted(text: str) -> tuple[list[str], list[str], str]:
    """(titles, the words of the bare name, the suffix that belongs to the surname) of a name with all that stands around it."""
    parts = [part.strip() for part in text.split(",")]
    kept = [part for place, part in enumerate(parts) if part and not (place and (is_only_degrees(part) or is_suffix(part)))]
    titles = [part for place, part in enumerate(parts) if place and is_only_degrees(part)]
    suffix = next((part for place, part in enumerate(parts) if place and is_suffix(part)), "")
    words, front = ", ".join(kept).split(), list[str]()
    while len(words) > 1 and (
        fold(words[0]) in ADDRESSES or words[0].casefold() in ADDRESSES or is_before(words[0]) or front_part(front, words[0])
    ):
        front.append(ADDRESSES.get(words[0].casefold(), words[0].rstrip(",")))
        words.pop(0)
    words, behind, last = without_end(words)
    return [*front, *behind, *titles], words, (suffix or last).strip(STOPS)


def front_part(front: Sequence[str], word: str) -> bool:
    return any(is_before(one) for one in front) and goes_on(word)


def without_end(words: list[str]) -> tuple[list[str], list[str], str]:
    """(the words, degrees behind them, the suffix); a surname with initials keeps them: "Rossi M.A."."""
    behind: list[str] = []
    suffix = ""
    while len(words) > 1:
        word = words[-1]
        least = 1 if not INITIALS.match(word) and ("." in word or len(word) > 2) else 2
        if is_suffix(word) and len(words) > 2 and not suffix:
            suffix = word.strip(",")
        elif is_behind(word) and len(words) > least:
            behind.insert(0, word.strip(",;"))
        else:
            break
        words = [*words[:-2], words[-2].rstrip(",")]
    return words, behind, suffix

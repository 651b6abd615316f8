"""When two names of a company are the same name: letters, umlauts, signs and legal form aside."""

import re

from fleetportal.core.db import fold
from fleetportal.core.db.search import without_case

# Only what says how a company is owned. A word that says what it does ("Logistik") is part of its name.
ANYWHERE = frozenset(("gmbh", "mbh", "kgaa", "ohg", "gbr", "gesbr", "ltd", "limited", "srl", "srls", "ооо", "оао", "зао", "пао"))
AT_THE_END = frozenset(  # elsewhere they may be initials: "AB Elektro GmbH" is not "Elektro GmbH"
    (
        *("ag", "kg", "ug", "se", "ek", "ev", "eg", "haftungsbeschrankt", "inc", "llc", "plc", "corp", "llp", "lp", "co"),
        *(
            "spa",
            "snc",
            "sas",
            "sa",
            "sarl",
            "bv",
            "nv",
            "as",
            "aps",
            "ab",
            "oy",
            "sro",
            "kft",
            "doo",
            "lda",
            "sl",
            "sp",
            "z",
            "oo",
            "ао",
            "ип",
            "тоо",
        ),
    )
)
AT_THE_BEGINNING = frozenset(("ао", "ип", "тоо", "чп"))
JOINERS = re.compile(r"(?<=\w)\s+(?:und|and|e|et|i|и)\s+(?=\w)")  # beside "&" and "+", which are no letters
DOTTED = re.compile(r"\b\w(?:\.\s?\w\b)+\.?")  # "s.r.l.", "e. K."
SLASHED = re.compile(r"\b(\w)/(\w)\b")  # "A/S"
WORD = re.compile(r"[^\W_]+")
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def words_of_name(name: str) -> list[str]:
    """The folded words of `name` that tell it from others: without legal form and joining words."""
    text = DOTTED.sub(lambda found: "".join(WORD.findall(found[0])), SLASHED.sub(r"\1\2", fold(name)))
    words = [word for word in WORD.findall(JOINERS.sub(" ", text)) if word not in ANYWHERE]
    while words and words[-1] in AT_THE_END:
        words.pop()
    while words and words[0] in AT_THE_BEGINNING:
        words.pop(0)
    return words


def question_of_name(name: str) -> str:
    """What to search for, to find whatever may have the same key: its telling words as they were typed, umlauts kept."""
    telling = set(words_of_name(name))
    return " ".join(word for word in WORD.findall(without_case(name)) if fold(word) in telling)


def key_of_name(name: str) -> str:
    """The same for each way to write one name: "BRENNER Kaeltetechnik" and "Brenner Kältetechnik GmbH". "" where nothing tells it."""
    key = "".join(words_of_name(name))
    for written, letter in UMLAUTS:
        key = key.replace(written, letter)
    return key

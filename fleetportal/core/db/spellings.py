"""The spellings of a Slavic name: Tichonow, Tikhonov and Тихонов are one. Only questions are respelt, rows hold what was written."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice, product

SHORTEST = 4  # letters of a word that is respelt
MOST = 12  # spellings of one word

GERMAN = {
    **{"а": "a", "б": "b", "в": "w", "г": "g", "д": "d", "е": "e", "ж": "sch", "з": "s", "и": "i", "й": "j", "к": "k", "л": "l"},
    **{"м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "ch", "ц": "z", "ч": "tsch"},
    **{"ш": "sch", "щ": "schtsch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "ju", "я": "ja"},
}
ENGLISH = GERMAN | {
    **{"в": "v", "ж": "zh", "з": "z", "й": "y", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"},
}
PASSPORT = ENGLISH | {"й": "i", "ю": "iu", "я": "ia"}  # as Russian passports have it
# what letters may stand for, the longest first
FROM_GERMAN = {
    **{
        "schtsch": "щ",
        "tsch": "ч",
        "sch": "шж",
        "ch": "х",
        "ja": "я",
        "ju": "ю",
        "jo": "е",
        "je": "е",
        "w": "в",
        "z": "ц",
        "ss": "с",
        "s": "сз",
    },
    **{"j": "й", "y": "ы", "v": "в"},
}
FROM_ENGLISH = {
    **{"shch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "ya": "я", "ia": "я", "yu": "ю", "iu": "ю", "yo": "е", "w": "в"},
    **{"v": "в", "z": "з", "s": "с", "y": "йы", "j": "й"},
}
PLAIN = {**{"a": "а", "b": "б", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "k": "к", "l": "л", "m": "м", "n": "н"}}
PLAIN |= {"o": "о", "p": "п", "r": "р", "t": "т", "u": "у", "c": "к", "q": "к", "x": "кс"}
CYRILLIC = re.compile("[а-я]+")
LATIN = re.compile("[a-z]+")


@lru_cache(maxsize=4096)
def respelt(word: str) -> tuple[str, ...]:
    """Other spellings of the folded `word`; none for one of another script, and for a short one."""
    if len(word) < SHORTEST:
        return ()
    if CYRILLIC.fullmatch(word):
        meant = [word]
    elif LATIN.fullmatch(word):
        meant = [*readings(word, FROM_ENGLISH), *readings(word, FROM_GERMAN)]
    else:
        return ()
    spelt = dict.fromkeys(one for cyrillic in meant for one in (cyrillic, *(written(cyrillic, as_) for as_ in (ENGLISH, GERMAN, PASSPORT))))
    return tuple(one for one in spelt if one != word)[:MOST]


def written(cyrillic: str, letters: Mapping[str, str]) -> str:
    """The Cyrillic word by that table of `letters`. Raises KeyError for a letter that is not in it."""
    return "".join(letters[letter] for letter in cyrillic)


def readings(latin: str, letters: Mapping[str, str]) -> Iterator[str]:
    """The Cyrillic words that `latin` may be, where its letters are read by `letters`: at most four."""
    table = PLAIN | dict(letters)
    parts = re.findall("|".join(sorted(table, key=len, reverse=True)), latin)
    options = [["кс"] if part == "x" else [*table[part]] for part in parts]
    return ("".join(one) for one in islice(product(*options), 4))

"""Words and names of the languages we read, as the files under `data/` list them.

`data/LANGUAGE/NAME.txt` has a line "key: word; word; …" for each meaning, which goes on in lines that begin with blanks;
`data/NAME.txt` holds what is the same in every language. A new language is a new folder, a new word a change in one file.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fleetportal.core.db.folding import fold

DATA = Path(__file__).parent / "data"
FIRST = "en"  # its files say in which order the meanings are tried


@cache
def lists(name: str) -> dict[str, tuple[str, ...]]:
    """The words of all languages for each key of the files called `name`, in the order of the English file. Read once."""
    found: dict[str, dict[str, None]] = {}
    for path in files(name):
        for key, words in entries(path.read_text(encoding="utf-8")):
            found.setdefault(key, {}).update(dict.fromkeys(words))
    return {key: tuple(words) for key, words in found.items()}


def files(name: str) -> Iterator[Path]:
    languages = sorted((path for path in DATA.iterdir() if path.is_dir()), key=lambda path: (path.name != FIRST, path.name))
    yield from (path for folder in (DATA, *languages) if (path := folder / f"{name}.txt").is_file())


def entries(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each key of a file with its words."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\n ", " ")
    for line in joined.splitlines():
        key, _colon, words = line.partition(":")
        yield key, [" ".join(word.split()) for word in words.split(";") if word.strip()]


@cache
def by_language(name: str, key: str) -> dict[str, tuple[str, ...]]:
    """The words for `key` in each language that has some."""
    found = {path.parent.name: dict(entries(path.read_text(encoding="utf-8"))) for path in files(name)}
    return {language: tuple(lists_[key]) for language, lists_ in found.items() if key in lists_}


@cache
def terms(name: str, key: str) -> frozenset[str]:
    """The words for `key`, folded."""
    return frozenset(map(fold, lists(name)[key]))


def pattern(name: str, key: str) -> re.Pattern[str]:
    """Finds any of the words for `key` in a folded text."""
    return re.compile(rf"\b(?:{alternatives(name, key)})\b")


def alternatives(name: str, key: str) -> str:
    """The words for `key` as the alternatives of an expression: * means any ending, and a dot may be missing."""
    return "|".join(re.escape(word).replace(r"\*", r"\w*").replace(r"\.", r"\.?") for word in lists(name)[key])


@cache
def choices(name: str, field: str) -> dict[str, tuple[str, ...]]:
    """The words for each choice of `field`: the entries "field.choice", their words folded."""
    dotted = f"{field}."
    return {key.removeprefix(dotted): tuple(map(fold, found)) for key, found in lists(name).items() if key.startswith(dotted)}


@cache
def spellings(name: str) -> dict[str, str]:
    """Every spelling in the files called `name`, folded, to the key that it means, itself included."""
    return {fold(spelling): key for key, found in lists(name).items() for spelling in (key, *found)}

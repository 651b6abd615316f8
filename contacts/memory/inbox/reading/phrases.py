"""Words of mail programs and mail servers, by language, as the files under `data/` list them.

A file has sections; each line of one is a regular expression, read without case. `data/any.txt` is not of one language. A new
language is a new file, a new wording a line in one.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
SECTION = re.compile(r"\[([a-z ]+)\]")


@cache
def phrases(section: str) -> tuple[str, ...]:
    """The lines of `section`, of all languages. Read once."""
    return tuple(dict.fromkeys(line for path in sorted(DATA.glob("*.txt")) for line in lines(path, section)))


def lines(path: Path, section: str) -> Iterator[str]:
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if named := SECTION.fullmatch(line):
            inside = named[1] == section
        elif inside and line.strip() and not line.startswith("#"):
            yield line.strip()


@cache
def pattern(section: str, frame: str = "{}") -> re.Pattern[str]:
    """Finds any line of `section`; `frame` says where, with {} for the lines."""
    return re.compile(frame.replace("{}", f"(?:{'|'.join(phrases(section))})"), re.IGNORECASE)


def has(section: str, text: str) -> bool:
    """Whether any line of `section` is found in `text`."""
    return bool(pattern(section).search(text))


def starts(section: str, text: str) -> bool:
    return bool(pattern(section).match(text))


def is_wholly(section: str, text: str) -> bool:
    return bool(pattern(section).fullmatch(text))

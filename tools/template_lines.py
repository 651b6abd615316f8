"""Rules on template lines: at most 120 characters, and one element with attributes a line.

A line may be longer where nothing on it can be broken: it has no white space outside Django's tags and attribute values, and holds at
most one attribute and no message. (Django's tags cannot be spread over lines; the text of a message can: `blocktranslate trimmed`.)

Two start tags that carry attributes may not share a line, except an inline element inside the first where the first ends on that line
too: `<p class="k"><a href="…">…</a></p>`.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WIDTH = 120
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
INLINE = frozenset(
    {"a", "abbr", "b", "button", "cite", "code", "em", "i", "img", "input", "kbd", "label", "mark", "output", "q", "s", "select"}
    | {"small", "span", "strong", "sub", "sup", "svg", "time", "u"}
)
COMMENT = re.compile(r"\{% *comment\b.*?\{% *endcomment *%\}|\{#.*?#\}|<!--.*?-->", re.DOTALL)
MESSAGE = re.compile(r"\{% *blocktrans(?:late)?\b.*?\{% *endblocktrans(?:late)? *%\}|\{% *trans(?:late)? .*?%\}", re.DOTALL)
DJANGO = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^'\">])*)>")
QUOTED = re.compile(r"=(?:\"[^\"]*\"|'[^']*')")
# What replaces a tag of Django's, a message, and the beginning of an attribute's value.
A_TAG, A_MESSAGE, AN_ATTRIBUTE = "\x01", "\x02", "\x03"


@dataclass(frozen=True)
class Tag:
    """An HTML tag in a template; `line` is that of its `<`."""

    name: str
    line: int
    is_end: bool
    has_attributes: bool
    is_whole: bool


def masked(pattern: re.Pattern[str], text: str, sign: str) -> str:
    """`text` with each match of `pattern` replaced by one `sign`; line breaks are kept."""
    return pattern.sub(lambda found: sign + "\n" * found[0].count("\n"), text)


def html_of(text: str) -> str:
    """The template without comments, and with Django's tags and messages as one character each."""
    return masked(DJANGO, masked(MESSAGE, masked(COMMENT, text, ""), A_MESSAGE), A_TAG)


def tags_of(html: str) -> list[Tag]:
    tags = []
    for found in TAG.finditer(html):
        name, rest = found["name"].lower(), found["rest"]
        line = html.count("\n", 0, found.start()) + 1
        tags.append(Tag(name, line, bool(found["end"]), bool(rest.strip(" \n/")), name in VOID or rest.endswith("/")))
    return tags


def ends_on_its_line(tags: list[Tag], index: int) -> int | None:
    """The index of the end tag of `tags[index]` where it is on the same line."""
    tag, depth = tags[index], 0
    for at, other in enumerate(tags[index:], index):
        if other.line != tag.line:
            return None
        if other.name == tag.name and not other.is_whole:
            depth += -1 if other.is_end else 1
            if not depth:
                return at
    return None


def crowded(tags: list[Tag]) -> Iterator[int]:
    """The lines with start tags with attributes that need their own line."""
    laden: dict[int, list[int]] = {}
    for index, tag in enumerate(tags):
        if tag.has_attributes and not tag.is_end:
            laden.setdefault(tag.line, []).append(index)
    for line, indexes in laden.items():
        if len(indexes) > 1:
            end = None if tags[indexes[0]].is_whole else ends_on_its_line(tags, indexes[0])
            inside = end is not None and indexes[1] < end and tags[indexes[1]].name in INLINE
            if len(indexes) > 2 or not inside:
                yield line


def unbreakable(text: str) -> str:
    """The template with everything unbreakable as one character: lines can be broken at the remaining white space."""

    def value(found: re.Match[str]) -> str:
        return AN_ATTRIBUTE + "\n" * found[0].count("\n")

    def tag(found: re.Match[str]) -> str:
        return re.sub(r"^(</?[\w-]+) ", r"\1", QUOTED.sub(value, found[0]))

    return TAG.sub(tag, masked(DJANGO, text, A_TAG))


def long_lines(text: str) -> Iterator[int]:
    """The lines over the width that could be shorter."""
    for number, (line, rest) in enumerate(zip(text.split("\n"), unbreakable(text).split("\n"), strict=True), 1):
        if len(line) > WIDTH and (MESSAGE.search(line) or re.search(r"\s", rest.strip()) or rest.count(AN_ATTRIBUTE) > 1):
            yield number


def faults(text: str) -> list[tuple[int, str]]:
    """Each fault of a template: its line, and what is wrong there."""
    found = [(line, f"longer than {WIDTH} signs") for line in long_lines(text)]
    found += [(line, "more than one element with attributes") for line in crowded(tags_of(html_of(text)))]
    return sorted(found)


def main(folders: list[str]) -> int:
    """Print the faults of every template below `folders`; 1 when there are any."""
    count = 0
    for path in sorted(path for folder in folders for path in Path(folder).rglob("templates/**/*.html")):
        for line, fault in faults(path.read_text(encoding="utf-8")):
            print(f"{path}:{line}: {fault}")
            count += 1
    return bool(count)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

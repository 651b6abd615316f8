"""Reads CSV and similar files; detects encoding, delimiter, quotes, line ends and sections from the content."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from . import limits
from .encodings import as_utf8, encoding_of, wide
from .limits import Unreadable

DELIMITERS = ("\t", ";", "|", ",")  # of two that fit equally well, the one that is rarer in plain text
SNIFFED_RECORDS = 200
SNIFFED_CHARACTERS = 200_000
SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n?$", re.IGNORECASE)
SECTION_MARK = re.compile(r"^([^\W\d][\w \-]{1,30}:)(?=\S)")
WRAPPED = re.compile(r'^"((?:[^"]|"")*)"[;,\t]*\s*$')  # a record that is one quoted cell
MOST_WRAPPED = 0.5  # of the records; above that, each cell holds a line of another CSV
WEB_PAGE = re.compile(rb"^\s*(?:<\?xml|<!doctype html|<html|<table|<body|<head)", re.IGNORECASE)
END = "\x00end\x00"
csv.field_size_limit(limits.BYTES + 1)


class Dialect(TypedDict):
    """What the CSV reader needs to know of a file."""

    delimiter: str
    skipinitialspace: bool


def read(path: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Yields (sheet name, row number, cells) of the text file at `path`; raises Unreadable."""
    data = path.read_bytes()
    check(data)
    yield from records(*as_utf8(data, encoding_of(data)))


def check(data: bytes) -> None:
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise Unreadable("empty")
    if is_web_page(data):
        raise Unreadable("web_page")
    head = plain_head(data)
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head) - head.count(0)
    if controls > len(head) * 0.1:
        raise Unreadable("no_table")


def plain_head(data: bytes) -> bytes:
    """The first bytes; those of UTF-16, where half of every letter looks like a control character, in UTF-8."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else wide(data) or ""
    return data[:4_000].decode(encoding, "ignore").encode() if encoding.startswith("utf-16") else data[:4_000]


def is_web_page(data: bytes) -> bool:
    return bool(WEB_PAGE.match(plain_head(data[:500]).removeprefix(b"\xef\xbb\xbf")))


def records(data: bytes, encoding: str) -> Iterator[tuple[str, int, list[str]]]:
    lines = Lines(data, encoding)
    head = lines.head()
    dialect = sniff("".join(map(unwrapped, head.splitlines(keepends=True))) if lines.is_wrapped else head, lines.separator)
    mark = section_mark(head, data, encoding)
    name, number = "", 0
    for number, cells in enumerate(csv.reader(lines, **dialect), start=1):
        if lines.separator and number == 1:
            continue
        if len(cells) > limits.COLUMNS:
            raise Unreadable("too_many_columns", row=number, columns=len(cells), limit=limits.COLUMNS)
        if number > limits.ROWS:
            raise Unreadable("too_many_rows", limit=limits.ROWS)
        if mark and cells and cells[0].startswith(mark):
            cells[0] = cells[0][len(mark) :]
            name = f"{mark.rstrip(':')} {number}"
        if any(cells):
            yield name, number, cells
        lines.record_done(number, cells)
    lines.check_last_quote(dialect)


class Lines:
    """The lines of the file for a CSV reader, remembering those of the current record."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self.data = data
        self.encoding = encoding
        self.pending: list[str] = []
        self.last: tuple[int, list[str], list[str]] = (0, [], [])
        first = self.head()[:10].split("\n")[0]
        hint = SEPARATOR_LINE.match(first)
        self.separator = hint.group(1) if hint else None
        self.is_wrapped = is_wrapped(self.head())

    def stream(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self.data), self.encoding, errors="replace", newline="")

    def head(self) -> str:
        return self.stream().read(SNIFFED_CHARACTERS)

    def __iter__(self) -> Iterator[str]:
        for line in self.stream():
            self.pending.append(line)
            yield unwrapped(line) if self.is_wrapped else line

    def record_done(self, number: int, cells: list[str]) -> None:
        self.last = (number, cells, self.pending)
        self.pending = []

    def check_last_quote(self, dialect: Dialect) -> None:
        """Raises Unreadable where a quotation mark in the last record is never closed."""
        number, cells, lines = self.last
        lines = list(map(unwrapped, lines)) if self.is_wrapped else lines
        if '"' not in "".join(lines):
            return
        again = list(csv.reader([*lines[:-1], lines[-1].rstrip("\r\n") + "\n", END], **dialect))
        if again[-1:] != [[END]]:
            raise Unreadable("open_quote", row=number, column=len(cells), value=cells[-1][:60] if cells else "")


def unwrapped(line: str) -> str:
    """The content of the line where it is one quoted cell, otherwise the line."""
    found = WRAPPED.match(line)
    return found[1].replace('""', '"') + "\n" if found else line


def is_wrapped(head: str) -> bool:
    """True where most records are one quoted cell that contains a record: a CSV that was opened as text and saved as CSV again."""
    lines = [line for line in head.splitlines()[:SNIFFED_RECORDS] if line.strip()]
    inside = [unwrapped(line) for line in lines]
    if (
        sum(line + "\n" != inner and bool(WRAPPED.match(line)) for line, inner in zip(lines, inside, strict=True))
        <= len(lines) * MOST_WRAPPED
    ):
        return False
    return max(even_and_wide(inside, delimiter) for delimiter in DELIMITERS)


def even_and_wide(lines: Sequence[str], delimiter: str) -> bool:
    """True where nearly all `lines`, including the first, have the same number of cells, and more than one."""
    widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
    usual = max(set(widths), key=widths.count, default=0)
    return usual > 1 and widths[0] == usual and widths.count(usual) >= len(widths) * 0.8


def sniff(head: str, separator: str | None) -> Dialect:
    """The dialect with which most records have the same number of cells, and many."""
    if separator:
        return Dialect(delimiter=separator, skipinitialspace=False)
    likely = [(delimiter, skip) for skip in (False, True) for delimiter in DELIMITERS if not skip or f'{delimiter} "' in head]
    delimiter, skip = max(likely, key=lambda one: evenness(head, *one))  # of two that are as even, the first
    return Dialect(delimiter=delimiter, skipinitialspace=skip)


def evenness(head: str, delimiter: str, skip: bool) -> float:
    whole = len(head) < SNIFFED_CHARACTERS
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=skip)
    widths = [len(cells) for _, cells in zip(range(SNIFFED_RECORDS), reader, strict=False) if cells]
    if not whole and len(widths) > 1:
        widths.pop()
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0
    width, times = wide.most_common(1)[0]
    return times / len(widths) * (1 - 0.5 / width)


def section_mark(head: str, data: bytes, encoding: str) -> str | None:
    """The word and colon at the start of the first record and of later ones: a text file with several tables."""
    found = SECTION_MARK.match(head)
    if not found or encoding not in ("utf-8", "utf-8-sig", "cp1252", "cp1251", "cp1250"):
        return None
    mark = found.group(1)
    return mark if data.count(b"\n" + mark.encode(encoding.removesuffix("-sig"))) else None

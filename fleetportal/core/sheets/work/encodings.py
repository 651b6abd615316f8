"""Detects the encoding of a text file. UTF-8 is recognised by being valid; older encodings by what words look like in each."""

import codecs

from charset_normalizer import from_bytes

from . import latin
from .limits import Unreadable

SAMPLE = 400_000
PLAIN = 20_000
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CYRILLIC = ("cp1251", "koi8_r", "cp866", "mac_cyrillic")
OTHERS = ["cp1253", "cp1255", "cp932"]  # alphabets that the library can distinguish: Greek, Hebrew, Japanese
MOSTLY_ZEROS = 0.6  # UTF-32, which no spreadsheet program writes
COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
MIXED = "utf-8 and "  # prefix of the code page of the bytes that are not UTF-8: parts of two files in one
MOST_OFTEN = 0.02  # of the non-ASCII lines must be UTF-8, or they only happen to look like it


def encoding_of(data: bytes) -> str:
    """The codec of `data`; raises Unreadable where none fits."""
    if data[:4_000].count(0) > min(len(data), 4_000) * MOSTLY_ZEROS:
        raise Unreadable("unknown_encoding")
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    return wide(data) or mixed(data) or eight_bit(data)


def wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark has a zero in nearly every second byte; UTF-8 is valid."""
    head = data[:4_000]
    pairs = max(len(head) // 2, 1)
    if high_bytes(head[1::2]) > pairs * 0.9 or head[1::2].count(0) > pairs * 0.4:
        return "utf-16-le"
    if high_bytes(head[0::2]) > pairs * 0.9 or head[0::2].count(0) > pairs * 0.4:
        return "utf-16-be"
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def high_bytes(half: bytes) -> int:
    """How many of every second byte could be the upper half of a Latin, Greek or Cyrillic letter; none of them where none is 0."""
    return sum(half.count(byte) for byte in (0, 1, 3, 4)) if half.count(0) else 0


def mixed(data: bytes) -> str | None:
    """Detects UTF-8 in some lines and an old code page in others: two files joined together."""
    foreign = [line for line in data.splitlines() if not line.isascii()]
    good = [line for line in foreign if is_utf8_words(line)]
    if not good or len(good) < len(foreign) * MOST_OFTEN:
        return None
    rest = set(foreign).difference(good)
    return MIXED + eight_bit(b"\n".join(line for line in foreign if line in rest))


def is_utf8_words(line: bytes) -> bool:
    """True where a line is UTF-8 with non-ASCII letters, which no other encoding produces by chance."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isalpha() or letter in latin.QUOTES for letter in text if not letter.isascii())


def as_utf8(data: bytes, encoding: str) -> tuple[bytes, str]:
    """(text, encoding): text in two encodings is converted to UTF-8."""
    if not encoding.startswith(MIXED):
        return data, encoding
    page = encoding.removeprefix(MIXED)

    def in_page(wrong: UnicodeError) -> tuple[str, int]:
        assert isinstance(wrong, UnicodeDecodeError)
        return wrong.object[wrong.start : wrong.end].decode(page, "replace"), wrong.end

    codecs.register_error("in an old code page", in_page)
    return data.decode("utf-8", "in an old code page").encode(), "utf-8"


def eight_bit(data: bytes) -> str:
    sample = foreign_lines(data)
    names = CYRILLIC if runs_of_foreign_bytes(sample) else latin.NAMES
    likely = cyrillic_plausibility if names is CYRILLIC else latin.plausibility
    plain = data[:PLAIN] if names is latin.NAMES else b""  # the column titles reveal a language too
    scored = [(likely(plain + b"\n" + sample, name), -position, name) for position, name in enumerate(names) if decodes(data, name)]
    best = max(scored, default=(0, 0, None))
    if best[2] and (best[0] > 0 or names is latin.NAMES):
        return windows_of(data, best[2])
    guess = from_bytes(sample, cp_isolation=OTHERS).best()
    if guess is None or not decodes(data, guess.encoding):
        if decodes(data, "cp1252"):
            return "cp1252"
        raise Unreadable("unknown_encoding")
    return guess.encoding


def windows_of(data: bytes, name: str) -> str:
    """`name`, or the Windows code page that decodes these bytes to the same text."""
    for windows in latin.WINDOWS:
        if decodes(data, windows) and codecs.decode(data, windows) == codecs.decode(data, name):
            return windows
    return name


def foreign_lines(data: bytes) -> bytes:
    """The lines used to decide: those with a non-ASCII byte, up to SAMPLE bytes."""
    lines, size = [], 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)[: SAMPLE * 2]


def decodes(data: bytes, name: str) -> bool:
    try:
        codecs.decode(data, name)
    except UnicodeDecodeError:
        return False
    return True


def runs_of_foreign_bytes(sample: bytes) -> bool:
    """True where most non-ASCII bytes come three or more in a row: words of another alphabet, not accented Latin letters."""
    foreign = in_runs = run = 0
    for byte in sample[:40_000] + b" ":
        if byte >= 0x80:
            run += 1
        else:
            foreign += run
            in_runs += run if run >= 3 else 0
            run = 0
    return foreign > 0 and in_runs > foreign * 0.6


def cyrillic_plausibility(sample: bytes, name: str) -> float:
    """Frequent letters count for it; a capital after a small letter, a mixture of alphabets or a box-drawing character against it."""
    text, score = codecs.decode(sample, name, errors="replace"), 0
    for before, letter in zip(" " + text, text, strict=False):
        if letter in COMMON_CYRILLIC:
            score += 1
        if before.islower() and letter.isupper() and not letter.isascii():
            score -= 2
        if not letter.isascii() and not letter.isalpha() and letter not in "№«»–—\u00a0":
            score -= 2
    return score

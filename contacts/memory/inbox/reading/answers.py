"""The answer of a person: their own words, without what they quote and without their signature."""

import re
from dataclasses import dataclass

from contacts.memory.inbox.reading.phrases import has, is_wholly, pattern, starts

LONGEST, MOST_LINES = 200_000, 4_000  # characters and lines that are looked at
LONGEST_HEAD = 5  # lines of "On … wrote:"
LONGEST_JOINED = 400  # characters of it
SIGNATURE_LINES = 14
QUOTED = re.compile(r"\s{0,3}>")
DASHES = re.compile(r"\s*(?:--|—|–|-- \s*)\s*$")
BARE_RULE = re.compile(r"\s*(?:_{5,}|-{5,}|={5,}|\*{5,}|⁃{5,})\s*$")
LIST_FOOT = re.compile(r"\s*_{10,}\s*$")
DASHED_NAME = re.compile(r"\s*(?:-{1,2}|—|–)\s?[^\W\d_][\w.’'-]*(?:\s+[^\W\d_][\w.’'-]*){0,3}\s*$")
LABEL = re.compile(r"[\s>]*\**([^\W\d_][^:*\n]{0,30}?)\**\s?:\**(?:\s|$)")
WORDS = re.compile(r"[^\W\d_]+")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
PICTURE = re.compile(r"^\s*(?:\[cid:[^\]]*\]|\[image:[^\]]*\]|\[https?://\S+\.(?:png|jpe?g|gif)\S*\])\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Parted:
    """A text parted into the writer's own words and the rest."""

    own: str
    has_quote: bool


def part(text: str, *, name: str = "") -> Parted:
    """The own words in `text`, written by somebody called `name`."""
    text = INVISIBLE.sub("", text[:LONGEST].replace("\xa0", " "))
    lines = [line.rstrip() for line in text.split("\n")[:MOST_LINES]]
    runs, has_quote = own_runs(lines)
    kept = [stripped for run in runs if (stripped := without_signature(run, name)).strip()]
    own = "\n\n".join(block.strip("\n") for block in kept) if kept else ""
    if not own and not has_quote:
        own = "\n".join(lines)  # all of it looks like a signature: better too much than nothing
    return Parted(re.sub(r"\n{3,}", "\n\n", own).strip(), has_quote)


def own_runs(lines: list[str]) -> tuple[list[list[str]], bool]:
    """The runs of lines between quotes, and whether anything is quoted."""
    runs: list[list[str]] = [[]]
    has_quote, at = False, 0
    while at < len(lines):
        line = lines[at]
        if QUOTED.match(line):
            has_quote = True
            runs.append([])
            at += 1
        elif head := head_lines(lines, at):
            has_quote = True
            if not is_marked(lines, at + head):
                break
            runs.append([])
            at += head
        elif is_bound(lines, at):
            has_quote = True
            break
        else:
            runs[-1].append(line)
            at += 1
    if has_quote:
        drop_rule(runs[-1])
    return runs, has_quote


def drop_rule(run: list[str]) -> None:
    """Without the line of dashes that stood above the quote."""
    while run and (not run[-1].strip() or BARE_RULE.match(run[-1])):
        run.pop()


def head_lines(lines: list[str], at: int) -> int:
    """How many lines the words "On … wrote:" take that begin at `at`; 0 where none do.

    A head may be wrapped, and the line above it is no part of it: of two beginnings the later one counts, of those without a first word
    to know them by any later one.
    """
    for section, others in (("quote heads", ("quote heads",)), ("open quote heads", ("quote heads", "open quote heads"))):
        if count := head_of(section, lines, at):
            is_later = any(head_of(other, lines, at + further) for other in others for further in range(1, count))
            return 0 if is_later else count
    if is_wholly("weak quote heads", lines[at].strip()):
        below = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
        return int(bool(QUOTED.match(below)))
    return 0


def head_of(section: str, lines: list[str], at: int) -> int:
    joined = ""
    for count in range(1, LONGEST_HEAD + 1):
        line = lines[at + count - 1].strip() if at + count <= len(lines) else ""
        joined = f"{joined} {line}".strip()
        if not line or QUOTED.match(line) or len(joined) > LONGEST_JOINED:
            return 0
        if is_wholly(section, joined):
            return count
    return 0


def is_marked(lines: list[str], at: int) -> bool:
    """Whether the quoted lines below are marked with >; otherwise all the rest is quoted."""
    return bool(QUOTED.match(next((line for line in lines[at:] if line.strip()), "")))


def is_bound(lines: list[str], at: int) -> bool:
    """Whether what a mail program puts above an unmarked quote begins at `at`: a line that says so, or a block of its headers."""
    line = lines[at].strip()
    if not line:
        return False
    if is_wholly("originals", line):
        return True
    if BARE_RULE.match(line):
        below = next((place for place in range(at + 1, min(at + 4, len(lines))) if lines[place].strip()), None)
        return below is not None and is_header_block(lines, below)
    return is_header_block(lines, at)


def is_header_block(lines: list[str], at: int) -> bool:
    """Two or more lines with names of headers, the first with the sender's: From, Von, Da, От."""
    if label_of(lines[at]) != "sender":
        return False
    labels = {label_of(line) for line in lines[at : at + 9] if line.strip()}
    return len(labels - {""}) >= 3 or ({"sender", "date"} <= labels)


def label_of(line: str) -> str:
    found = LABEL.match(line)
    if not found:
        return ""
    word = found[1].strip()
    return next((kind for kind in ("sender", "date", "recipient", "topic") if is_wholly(f"label {kind}", word)), "")


def without_signature(run: list[str], name: str) -> str:
    """A run of own lines without the signature at its end."""
    lines = [line for line in run if not PICTURE.match(line)]
    for place, line in enumerate(lines):
        if is_signature_mark(lines, place, line):
            lines = lines[:place]
            break
    lines = without_sent_from(strip_blank(lines))
    cut = closing_at(lines, name)
    if cut is not None and any(line.strip() for line in lines[:cut]):
        lines = lines[:cut]
    return "\n".join(strip_blank(lines))


def is_signature_mark(lines: list[str], place: int, line: str) -> bool:
    if DASHES.match(line) or LIST_FOOT.match(line):
        return True
    if starts("small print", line.strip()):
        return True
    is_last = not any(further.strip() for further in lines[place + 1 :]) or not (lines[place + 1 : place + 2] or [""])[0].strip()
    return bool(DASHED_NAME.match(line)) and place > 0 and is_last and not any(bulleted(other) for other in (lines[place - 1],))


def bulleted(line: str) -> bool:
    return bool(re.match(r"\s*[-–—*•]\s?\w", line))


def strip_blank(lines: list[str]) -> list[str]:
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return lines[first:last]


def without_sent_from(lines: list[str]) -> list[str]:
    """Without "Sent from my …" as the last paragraph, or the first one of the signature."""
    for place in range(len(lines) - 1, max(len(lines) - 1 - SIGNATURE_LINES, -1), -1):
        if is_wholly("sent from", lines[place].strip()) and (place == 0 or place + 1 == len(lines) or not lines[place - 1].strip()):
            return strip_blank(lines[:place])
    return lines


def closing_at(lines: list[str], name: str) -> int | None:
    """Where the closing words or the name begin that end the answer; None where it ends in its own words."""
    first = max(len(lines) - SIGNATURE_LINES, 0)
    for place in range(first, len(lines)):
        line = lines[place].strip()
        below = [other.strip() for other in lines[place + 1 :] if other.strip()]
        if is_closing(line, below) and all(is_short(other) for other in below):
            return place
        if name and is_name(line, name) and place and not lines[place - 1].strip() and all(is_short(other) for other in below):
            return place
    return None


def is_closing(line: str, below: list[str]) -> bool:
    """Whether `line` is the greeting above a name: "Best regards", "Viele Grüße Anna"; a mere "Thanks" only above a name."""
    if pattern("closings", r"{}(?:[^\w?]*|,?\s+(?:[^\W\d_][\w.’'-]*\s*){1,3})").fullmatch(line):
        return True
    is_above_name = bool(below) and len(below[0].split()) <= 4 and not below[0].endswith((".", "?", "!", ":"))
    return is_above_name and bool(pattern("thanks", r"{}[,.!]*").fullmatch(line))


def is_short(line: str) -> bool:
    return len(line) <= 90 and not line.endswith("?")


def is_name(line: str, name: str) -> bool:
    """Whether `line` is the writer's name, the first or last of it alone, or their initials' words in another order."""
    said, known = [word.casefold() for word in WORDS.findall(line)], {word.casefold() for word in WORDS.findall(name)}
    return bool(said) and len(said) <= 4 and set(said) <= known and any(len(word) > 1 for word in said)


def is_reply_subject(subject: str) -> bool:
    return starts("reply prefixes", subject)


def is_forward(subject: str) -> bool:
    return starts("forward prefixes", subject)


def is_request_to_stop(text: str, subject: str) -> bool:
    """Whether the answer is nothing but the wish to get no more letters."""
    flat = " ".join(text.split()).strip(" .!,-–\"'")
    if len(flat) <= 200 and is_wholly("unsubscribe alone", flat):
        return True
    if len(flat) <= 400 and has("unsubscribe asked", flat):
        return True
    bare = pattern("reply prefixes").sub("", subject).strip(" .!:")
    return len(flat) <= 60 and is_wholly("unsubscribe alone", bare)

"""Where in a sheet the table lies: titles, group headings above them, the rows that are data and those that are not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import BookSheet, Cell
from intake.reading.cells import is_blank, looks_like_plate, looks_like_vin, text_of
from intake.reading.vocabulary import COUNT_WORDS, PERIOD_WORDS, meanings, words_of
from intake.reading.wordlists import alternatives

HEADER_WITHIN = 40  # rows
SAMPLED = 700  # rows
TOTALS = re.compile(
    r"^(grand total|sub ?total|totals?|sum|summe|zwischensumme|gesamt(summe)?|insgesamt|\w*summe\b.*|totale\b.*|totali|somma"
    r"|итого|всего|сумма|total\b.*|gesamt\b.*|anzahl\b.*|durchschnitt|average|media|mittelwert)\b"
)
SUMS = frozenset(
    ("summe", "gesamt", "gesamtsumme", "zwischensumme", "total", "totals", "grand total", "subtotal", "sum", "totale", "итого", "всего")
)
FOOTER = re.compile(rf"^(?:{alternatives('title_words', 'footer')})\b(?: (?:am|vom|von|by|on|at|il|da|al|of|\d+|per|to))*")
HINT = re.compile(  # what the rows of a form say that explain its columns
    r"(?i)^(?:pflicht(?:feld|angabe)?|optional|required|mandatory|obbligatorio|facoltativo|обязательно|необязательно|freitext"
    r"|(?:tt|dd|gg|дд)[./-]?(?:mm|мм)[./-]?(?:jj|yy|aa|гг)\w*|(?:yyyy|jjjj|гггг)-(?:mm|мм)-\w\w"
    r"|(?:z\. ?b\.|e\.g\.|for example|zum beispiel|ad es\.|per esempio|например)[ :].*"
    r"|\d+[ -]?(?:stellig|stellen|zeichen|characters?|digits?|caratteri|cifre|символов|знаков)\b.*"
    r"|vorname(?: und)? nachname|first(?: and)? last name|nome e cognome|имя(?: и)? фамилия|name@\S+|\w+@example\.\w+)$"
)
DATA_CELL = re.compile(r"@|^https?://|^[+-]?[\d.,/ :-]*\d[\d.,/ :-]*$")
WORDS = re.compile(r"[^\W\d_]{4,}")
NumberedCells = tuple[int, Sequence[Cell]]


@dataclass
class Table:
    """A sheet as recognised. `header_row` is None where the file has no titles; data begins at `first_row`."""

    sheet: BookSheet
    header_row: int | None
    first_row: int
    titles: list[str]
    groups: list[str]
    words: str  # the text above the titles, folded: it sometimes says what the sheet is
    fill: int  # cells that a usual row holds
    sample: list[NumberedCells] = field(repr=False, default_factory=list)
    other_row: int = 0  # the titles of another table below this one; 0: there is none
    other_rows: list[NumberedCells] = field(repr=False, default_factory=list)  # that one's titles, and what was looked at of its rows
    identity: frozenset[int] = frozenset()  # columns that identify a vehicle; none while the sheet is still guessed at

    @property
    def width(self) -> int:
        return len(self.titles)

    def column(self, place: int) -> list[Cell]:
        """The sampled cells of a column; a row that occurs twice counts once."""
        return [cells[place] if place < len(cells) else "" for cells in self.different]

    @cached_property
    def different(self) -> list[Sequence[Cell]]:
        found = {"\x1f".join(map(str, cells)): cells for _number, cells in self.sample}
        return list(found.values())

    def no_data(self, cells: Sequence[Cell], *, after_gap: bool) -> str | None:
        """Why a row below the titles is no data ("blank", "total", "footer", "section", "header"), or None where it is."""
        texts = [text_of(cell) for cell in cells]
        filled = [text for text in texts if not is_blank(text)]
        if not filled:
            return "blank"
        if self.header_row is not None and self.repeats_titles(texts):
            return "header"
        few = len(filled) <= max(1, self.fill * 0.45)
        if few and any(TOTALS.match(words_of(text)) for text in filled[:2]):
            return "total"
        if len(filled) <= self.fill * 0.8 and words_of(filled[0]) in SUMS and all(is_counted(text) for text in filled[1:]):
            return "total"
        if len(filled) > 1 and sum(map(bool, map(HINT.match, filled))) >= max(2, len(filled) * 0.4):
            return "header"
        if self.fill >= 3 and len(filled) <= max(2, self.fill * 0.3) and says_about_the_file(filled, after_gap=after_gap):
            return "footer"
        if len(set(filled)) == 1 and self.fill >= 3:
            if after_gap and len(filled) == 1:
                return "footer"
            if self.is_section(texts, filled[0]):
                return "section"
        return None

    def is_section(self, texts: Sequence[str], text: str) -> bool:
        """True where a row's one text, at times merged over the whole row, is a heading or a remark between vehicles."""
        holds = [place for place in self.identity if place < len(texts) and texts[place] == text]
        return bool(self.identity) and (not holds or (not looks_like_plate(text) and not looks_like_vin(text) and bool(WORDS.search(text))))

    def repeats_titles(self, texts: Sequence[str]) -> bool:
        pairs = [(text, title) for text, title in zip(texts, self.titles, strict=False) if text]
        if not pairs or len(pairs[0][0]) != len(text_of(pairs[0][1])):  # as good as always
            return False
        same = sum(fold(text) == fold(title) for text, title in pairs)
        return same >= 2 and same >= len(pairs) * 0.8


def is_counted(text: str) -> bool:
    """True for what stands beside the word for a sum: a number, or what it counts."""
    return bool(DATA_CELL.search(text) or COUNT_WORDS.fullmatch(words_of(text)))


def says_about_the_file(filled: Sequence[str], *, after_gap: bool) -> bool:
    """True for a line below a list: "Generated by:", "Erstellt am", "Stand: 30.11.2026"; right below its rows only where no name does."""
    words = words_of(filled[0])
    if after_gap:
        return filled[0].endswith(":") or bool(FOOTER.match(words))
    return bool(FOOTER.fullmatch(words.rstrip(" 0123456789"))) and any(sign.isdigit() for text in filled for sign in text)


def table_of(sheet: BookSheet, rows: Iterable[NumberedCells]) -> Table:
    """The table in `sheet`, judged by its first `rows`."""
    rows = list(rows)
    width = max((place for _number, cells in rows for place, cell in enumerate(cells, start=1) if text_of(cell)), default=0)
    rows = [(number, [*cells[:width], *[""] * (width - len(cells))]) for number, cells in rows]
    place = header_place(rows)
    header_row = rows[place][0] if place is not None else None
    below = rows[place + 1 :] if place is not None else rows
    groups, words = group_titles(rows[:place]) if place else ([""] * width, "")
    titles = titles_of(rows[place][1], groups) if place is not None else [""] * width
    if place is not None and below and goes_on(titles, below[0][1], [cells for _number, cells in below[1:20]]):
        titles = [joined(title, text_of(cell)) for title, cell in zip(titles, below[0][1], strict=True)]
        below = below[1:]
    fill = usual_fill(below)
    first = below[0][0] if below else (header_row or 0) + 1
    table = Table(sheet, header_row, first, titles, groups or [""] * width, words, fill)
    table.other_row = other_titles(table, below)
    table.other_rows = [one for one in below if 0 < table.other_row <= one[0]]
    table.sample = data_rows(table, [one for one in below if not table.other_row or one[0] < table.other_row])[:SAMPLED]
    return table


def other_titles(table: Table, rows: Sequence[NumberedCells]) -> int:
    """The row with the titles of another table below this one; 0 where there is none."""
    gap, after = Gaps(table), False
    for place, (number, cells) in enumerate(rows):
        before, after = after, gap.last + 1 < number
        why = table.no_data(cells, after_gap=gap.before(number))
        if (before or after) and why is None and 0 < place < len(rows) - 1 and are_titles(cells):
            return number
        after = after or why in ("footer", "section") or len(set(filter(None, map(text_of, cells)))) == 1
    return 0


def are_titles(cells: Sequence[Cell]) -> bool:
    """True where nearly all of a row's cells are titles that are known for sure."""
    texts = [text for cell in cells if (text := text_of(cell))]
    known = sum(bool(found) and found[0][1] > 0.9 for text in texts if len(text) < 40 and (found := meanings(words_of(text))))
    return len(texts) > 1 and known >= max(2, len(texts) * 0.7) and not any(map(holds_data, texts))


def goes_on(titles: Sequence[str], cells: Sequence[Cell], below: Sequence[Sequence[Cell]]) -> bool:
    """True where `cells`, right below the titles, go on with them: "Fahrgestell-" / "nummer", "Mileage" / "(km)", not a row of data."""
    pairs = [(title, text_of(cell), place) for place, (title, cell) in enumerate(zip(titles, cells, strict=True)) if text_of(cell)]
    pairs = [(title, text, place) for title, text, place in pairs if text != title]  # a title over both rows
    if not pairs or not below or any(not isinstance(cells[place], str) or holds_data(text) or len(text) > 30 for _t, text, place in pairs):
        return False
    if any(cells[place] == row[place] for _title, _text, place in pairs for row in below):
        return False
    more = sum(title.endswith("-") or text.startswith(("(", "[")) or (text[0].islower() and bool(title)) for title, text, _place in pairs)
    return more == len(pairs) or (more > 0 and more >= len(pairs) * 0.6)


def joined(title: str, more: str) -> str:
    """A title of two rows."""
    if not more or more == title:
        return title
    return f"{title}\n{more}".strip()


def usual_fill(rows: Sequence[NumberedCells]) -> int:
    """How many cells three quarters of the rows do not exceed: footers below a short table must not count as usual."""
    fills = sorted(sum(not is_blank(text_of(cell)) for cell in cells) for _number, cells in rows)
    return fills[len(fills) * 3 // 4] if fills else 0


def data_rows(table: Table, rows: Iterable[NumberedCells]) -> list[NumberedCells]:
    """Those of `rows` that hold data."""
    found, gap = [], Gaps(table)
    for number, cells in rows:
        if table.no_data(cells, after_gap=gap.before(number)) is None:
            found.append((number, cells))
    return found


class Gaps:
    """Remembers whether a blank row was seen below the data: a single line after it is a footer."""

    def __init__(self, table: Table, last: int | None = None, seen: bool = False) -> None:
        self.last = last if last is not None else table.first_row - 1
        self.seen = seen

    def before(self, number: int) -> bool:
        self.seen = self.seen or number > self.last + 1
        self.last = number
        return self.seen


def header_place(rows: Sequence[NumberedCells]) -> int | None:
    """The place of the titles in `rows`, None where the first row is data already."""
    scored = [(title_score(cells), -place) for place, (_number, cells) in enumerate(rows[:HEADER_WITHIN])]
    best, place = max(scored, default=(0.0, 0))
    if best >= 0.9 and -place == len(rows) - 1 and titles_go_down(rows):
        return 0
    if best >= 0.9:
        return -place + has_finer_titles(rows, -place)
    if rows and has_unknown_titles(rows):
        return 0
    return None


def titles_go_down(rows: Sequence[NumberedCells]) -> bool:
    """True where the last row looks like titles only because the first cell of each row is one: Ragione sociale, Comune, Referente."""
    first = [text_of(cells[0]) for _number, cells in rows if cells and text_of(cells[0])]
    known = {found[0][0] for text in first if (found := meanings(words_of(text))) and found[0][0] and found[0][1] > 0.9}
    return len(known) > 1 and len(known) >= len(first) * 0.6


def has_finer_titles(rows: Sequence[NumberedCells], place: int) -> bool:
    """True where the row at `place` groups the titles right below it: some are merged over both rows, and the lower one says more."""
    if place + 1 >= len(rows):
        return False
    upper, lower = ([text_of(cell) for cell in rows[at][1]] for at in (place, place + 1))
    both = any(text and text == below for text, below in zip(upper, lower, strict=True))
    finer = len({text for text in lower if text}) > len({text for text in upper if text})
    return both and finer and title_score(rows[place + 1][1]) >= 0.9


def title_score(cells: Sequence[Cell]) -> float:
    """How much a row looks like titles: different known titles count, cells that look like data count against."""
    texts = [text_of(cell) for cell in cells]
    filled = {text for text in texts if text}
    if any(isinstance(cell, (date, datetime, float)) for cell in cells) or not filled:
        return 0.0
    known = {key: sure for text in filled if len(text) < 80 and (found := meanings(words_of(text))) for key, sure in found[:1] if key}
    data = sum(bool(DATA_CELL.search(text)) for text in filled)
    known_to_leave = sum(bool(found) and found[0][0] == "" for text in filled if len(text) < 40 and (found := meanings(words_of(text))))
    counting = sum(bool(COUNT_WORDS.search(words_of(text)) or PERIOD_WORDS.search(words_of(text))) for text in filled if len(text) < 40)
    return sum(known.values()) + (0.45 * known_to_leave + 0.3 * counting if known or known_to_leave + counting > 1 else 0.0) - 0.7 * data


def has_unknown_titles(rows: Sequence[NumberedCells]) -> bool:
    """True where the first row is short text in every column and what lies below it differs in kind."""
    first = [text_of(cell) for cell in rows[0][1]]
    filled = [text for text in first if text]
    if len(rows) < 2 or len(filled) < 2 or len(set(filled)) < len(filled) or any(holds_data(text) or len(text) > 40 for text in filled):
        return False
    below = [text_of(cell) for _number, cells in rows[1:20] for cell, title in zip(cells, first, strict=False) if title]
    return sum(holds_data(text) for text in below if text) > len(below) * 0.15


def holds_data(text: str) -> bool:
    return bool(DATA_CELL.search(text)) or any(sign.isdigit() for sign in text)


def group_titles(rows: Sequence[NumberedCells]) -> tuple[list[str], str]:
    """(the group heading over each column, the text above the titles)."""
    words = " ".join(dict.fromkeys(words_of(text_of(cell)) for _number, cells in rows for cell in cells if text_of(cell)))
    for _number, cells in reversed(rows[-2:]):
        texts = [text_of(cell) for cell in cells]
        if len({text for text in texts if text}) > 1:
            return carried(texts), words
    return [""] * (len(rows[0][1]) if rows else 0), words


def carried(texts: Sequence[str]) -> list[str]:
    """Each heading over its own and the empty columns right of it."""
    found, current = [], ""
    for text in texts:
        current = text or current
        found.append(current)
    return found


def titles_of(cells: Sequence[Cell], groups: Sequence[str]) -> list[str]:
    """The titles; where one is empty, the heading above it."""
    return [text_of(cell) or (groups[place] if place < len(groups) else "") for place, cell in enumerate(cells)]

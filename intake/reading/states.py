"""Whether an entry of a list is still in use: by the cell's word, or by yes and no to what its title asks."""

from collections.abc import Sequence

from intake.reading import cells, dates
from intake.reading.choices import GONE, HERE, choice
from intake.reading.contents import Contents
from intake.reading.reader import SheetReader
from intake.reading.rows import Row
from intake.reading.sheets import COMPANIES, MIXED, PEOPLE, SURE, Guess
from intake.reading.vocabulary import words_of
from intake.reading.wordlists import terms

STATE = "company.status"
TITLES = terms("title_words", "entry state")
KNOWN = 0.5  # of the words of a column say a state: less, and it is about something else


def state_of(field: str, text: str, title: str) -> str:
    """GONE, HERE or another choice of `field`: in words, or by yes and no, or a day, to what the title says ("Deleted"); "" for neither."""
    asked, yes = choice(field, words_of(title)), cells.flag(text) if text else None
    if yes is None and asked == GONE and dates.looks_like_date(text):
        return GONE
    if yes is None:
        return choice(field, text)
    return asked if yes else {GONE: HERE, HERE: GONE}.get(asked, "")


def mark_states(found: Guess, titles: Sequence[str], contents: Sequence[Contents]) -> None:
    """In a list of companies or people the column that says which entries were deleted, archived or closed."""
    if found.kind not in (COMPANIES, PEOPLE, MIXED):
        return
    for column, title, content in zip(found.columns, titles, contents, strict=True):
        free = column.key in ("", "company.country") and title in TITLES  # "Stato" is a country, or a state
        if free and content.share(bool(state_of("entry", text, title)) for text in content.texts) > KNOWN:
            column.set_meaning(STATE, SURE)
            return


def must_be_in_use(reader: SheetReader, row: Row) -> None:
    """Leaves out an entry that the file calls deleted, archived or closed; a word that we don't know is said."""
    text = reader.text(row, STATE)
    if not text:
        return
    column = reader.first(STATE)
    said = state_of("entry", text, column.title)
    if said == GONE:
        row.reject("entry.gone", column=column.index, value=text)
    elif not said and not cells.is_nobody(text):
        row.note("entry.unknown", column=column.index, value=text)

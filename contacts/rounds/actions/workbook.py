"""A round's stops as a workbook, and the results brought back in it: each row taken once, or refused with what is wrong in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from contacts.rounds.actions.calling import CHIPS, call
from contacts.rounds.models import ContactRound, Stop, StopDone, StopQuerySet
from contacts.rounds.questions import Question, questions_of
from contacts.today.outcomes import Asked
from fleetportal.core import audit, sheets
from fleetportal.core.db import fold
from fleetportal.core.errors import Refused
from fleetportal.core.sheets.work.limits import BYTES

if TYPE_CHECKING:
    from accounts.models import User

MOST = 300  # results that one workbook may bring: each is a call with all that follows from it
CHUNK = 1024 * 1024
HEADER_WITHIN = 20  # rows
STOP, TRY, OUTCOME, TEXT, NUMBER = "stop", "try", "outcome", "text", "number"
TITLES: dict[str, str | Promise] = {
    STOP: _("Stop number (do not change)"),
    TRY: _("Try (do not change)"),
    OUTCOME: _("How did it end?"),
    TEXT: _("In one sentence"),
    NUMBER: _("The right number, if you know it"),
}


class TooManyResults(Refused):
    code = "too_many_results"
    status = 422


class NoSuchWorkbook(Refused):
    """The file has no table with the columns of a round's workbook."""

    code = "no_round_workbook"
    status = 422


@dataclass(frozen=True)
class ResultRow:
    """A row with an outcome: its place in the file, and its cells as words by the name of their column."""

    sheet: int
    number: int
    said: Mapping[str, str]


@dataclass
class Results:
    """The rows of a workbook that came back, with the column of each name by sheet."""

    book: sheets.Book
    rows: list[ResultRow]
    columns: dict[int, dict[str, int]]
    headers: dict[int, int]


@dataclass
class Brought:
    """What became of the rows of a workbook; `marks` has the words and the faulty columns of each row by sheet."""

    taken: int = 0
    same: int = 0
    refused: int = 0
    marks: dict[int, dict[int, tuple[str, list[int]]]] = field(default_factory=dict)


# --- out ----------------------------------------------------------------------------------------------------------------------


def write(contact_round: ContactRound, stops: StopQuerySet, stream: IO[bytes], *, reason: str, by: "User") -> int:
    """Write these open stops as XLSX to `stream`, audited with the reason; how many. Costs 5 queries."""
    questions = questions_of(contact_round)
    heads = [TITLES[STOP], TITLES[TRY], _("Day"), _("Person"), _("Company"), _("Why now"), _("Telephone")]
    heads += [TITLES[OUTCOME], TITLES[TEXT], TITLES[NUMBER], *(f"{one.number}. {one.words}" for one in questions), _("Possible outcomes")]
    kinds = {0: "int", 1: "int", 2: "date"}
    columns = [sheets.SheetColumn(str(head), kinds.get(at, "text")) for at, head in enumerate(heads)]
    chips = ", ".join(str(chip.label) for chip in CHIPS.values())
    rows = [
        row_of(stop, questions, chips) for stop in stops.for_list().select_related("contact_round").prefetch_related("person__addresses")
    ]
    with transaction.atomic():
        facts = {"rows": len(rows)}
        audit.record("round.exported", contact_round, by=by, facts=facts, changes={"reason": (None, reason)})
    return sheets.write_xlsx(stream, columns, rows)


def row_of(stop: Stop, questions: Sequence[Question], chips: str) -> list[object]:
    phone = stop.person.work_phone if stop.person else ""
    known = [stop.pk, stop.tries + 1, stop.day, str(stop.person or ""), stop.company.name, stop.sentence, phone]
    return [*known, "", "", "", *("" for _question in questions), chips]


# --- back in ------------------------------------------------------------------------------------------------------------------


def read(contact_round: ContactRound, file: IO[bytes], *, name: str, folder: Path) -> Results:
    """The rows with an outcome. Raises SheetRefused, NoSuchWorkbook, TooManyResults; stores nothing but the files in `folder`."""
    source = folder / "source"
    copy(file, source, name)
    found = Results(sheets.read(source, name=name, spool=folder / "spool"), [], {}, {})
    names = names_of_columns(questions_of(contact_round))
    for sheet in found.book.sheets:
        read_sheet(found, sheet, names)
    if not found.columns:
        words = _("This file is not the workbook of a contact round: the columns with the number and the outcome are missing.")
        raise NoSuchWorkbook(words)
    if len(found.rows) > MOST:
        words = _("This workbook has %(count)d results. Upload at most %(most)d at a time.")
        raise TooManyResults(words % {"count": len(found.rows), "most": MOST})
    return found


def copy(file: IO[bytes], target: Path, name: str) -> None:
    """Copy the file that came. Raises SheetRefused above the limit."""
    size = 0
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > BYTES:
                raise sheets.refusal("too_big", {"bytes": size, "limit": BYTES}, name=name)
            out.write(chunk)


def read_sheet(found: Results, sheet: sheets.BookSheet, names: Mapping[str, str]) -> None:
    """Add the rows with an outcome below the header of `sheet`, if it has one near the top."""
    columns: dict[str, int] = {}
    for number, cells in found.book.rows(sheet):
        if columns:
            said = {column: words_of(cells[at]) for column, at in columns.items() if at < len(cells)}
            found.rows += [ResultRow(sheet.position, number, said)] if said.get(OUTCOME) else []
            continue
        known = {names[key]: at for at, cell in enumerate(cells) if (key := key_of(cell)) in names}
        if {STOP, OUTCOME} <= known.keys():
            columns = found.columns[sheet.position] = known
            found.headers[sheet.position] = number
        elif number > HEADER_WITHIN:
            return


def names_of_columns(questions: Sequence[Question]) -> dict[str, str]:
    """The names of the columns by their titles, folded, in every language: whoever fills it in may read another one."""
    names = {key_of(f"{one.number}. {one.words}"): one.name for one in questions}
    for title, name in ((text, name) for name, lazy in TITLES.items() for text in in_every_language(lazy)):
        names[key_of(title)] = name
    return names


def codes_of_outcomes() -> dict[str, str]:
    """The codes of the outcomes by their labels, folded, in every language, and by themselves."""
    labels = {key_of(text): chip.code for chip in CHIPS.values() for text in in_every_language(chip.label)}
    return {**labels, **{code: code for code in CHIPS}}


def in_every_language(text: str | Promise) -> Iterator[str]:
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield str(text)


def key_of(cell: object) -> str:
    return " ".join(fold(str(cell)).split())


def words_of(cell: object) -> str:
    """A cell as it would be typed."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def take(stop: Stop, row: ResultRow, *, text: str, answers: Mapping[str, str], code: str, by: "User", on: date) -> bool:
    """Log the result of a row; False where the same result of the same try is in already. Raises StopDone where another one is, and
    what `call` does."""
    attempt = int(row.said[TRY]) if row.said.get(TRY, "").isdecimal() else stop.tries + 1
    try:
        call(stop, CHIPS[code], text=text, answers=answers, by=by, on=on, asked=Asked(number=row.said.get(NUMBER, "")), attempt=attempt)
    except StopDone:
        stop.refresh_from_db()
        if (stop.tries, stop.outcome) != (attempt, CHIPS[code].outcome):
            raise
        return False
    return True


def mark(found: Results, brought: Brought, target: Path, *, name: str) -> None:
    """The workbook as it came, with a column that says of each row with an outcome what became of it. Raises SheetRefused."""
    marks = [sheets.SheetMarks(position, found.headers[position], brought.marks.get(position, {})) for position in found.columns]
    source = found.book.spool.parent / "source"
    sheets.write_marked(source, found.book, marks, target, name=name, heading=_now("Result"))


def note(contact_round: ContactRound, brought: Brought, *, by: "User") -> None:
    """The entry of the history about a workbook that came back. Costs 1 query."""
    with transaction.atomic():
        facts = {"taken": brought.taken, "same": brought.same, "refused": brought.refused}
        audit.record("round.brought", contact_round, by=by, facts=facts)

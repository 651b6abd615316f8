"""The dry run: rows of the file become staged rows, each with its verdict; nothing else is written. Two processes may share it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.utils import timezone

from fleetportal.core.db import bulk
from fleetportal.core.jobs.partner import Partner
from fleetportal.core.sheets.book import Book, BookSheet, Cell
from intake import counting
from intake.batches import Batch, Importer, RowPlan, judged_at_once, share
from intake.left_out import name_columns
from intake.models import Import, StagedRow, Verdict
from intake.near import note_near, put_settled, settled
from intake.nouns.company import key_of as company_key
from intake.nouns.registry import nouns
from intake.progress import Position
from intake.reading.cells import text_of
from intake.reading.company import CompanyFacts
from intake.reading.kinds import kinds
from intake.reading.lists import read_row
from intake.reading.reader import SheetReader
from intake.reading.recognition import OWNERS, DataRows, in_order
from intake.reading.rows import Row, fingerprint
from intake.reading.sheets import Sheet
from intake.referring import asked_companies, asked_people, refer_to_companies, refer_to_people
from intake.twins import Twins

NEWS = (Verdict.NEW, Verdict.CHANGED)
SKIPPED_SHOWN = 100
KEPT_CHARACTERS = 2000  # of a cell, beside what was understood


def book_of(run: Import) -> Book:
    """The import's spool."""
    sheets = tuple(BookSheet(one.name, one.index, one.rows, one.width, one.offset) for one in run.sheets)
    return Book(run.kind, run.spool, sheets)


def left(run: Import) -> int:
    """How many rows are still to be judged, those without data among them."""
    return sum(sheet.rows for sheet in run.taken_sheets) - run.progress.rows


def start() -> Position:
    """The start of the dry run."""
    return Position(today=timezone.localdate())


class Stretch(NamedTuple):
    """Rows of a sheet as they stand in the file, each with the columns that the row above filled, and where the dry run is after them."""

    rows: list[tuple[int, list[Cell], list[int]]]
    position: Position
    skipped: int  # rows that are no data


Task = tuple[int, list[tuple[int, list[Cell], list[int]]]]  # the place of a sheet, and some of its rows


class Step:
    """One batch of the dry run, or two at once: reads, looks up and judges; the caller saves the position in the same transaction."""

    def __init__(self, run: Import, importer: Importer) -> None:
        self.run, self.importer = run, importer
        self.position = run.position.copy()
        self.sheets = in_order(run.sheets)
        self.sheet = self.sheets[self.position.sheet]
        self.judged: list[Judged] = []
        self.skipped = 0

    def work(self, other: "Partner[Task, Judged] | None" = None) -> "Step":
        """Judges the next rows, and `other` those after them; writes nothing.

        What `other` judged counts only where none of its rows is about what the rows before them are about.
        """
        stretches = self.stretches(share(left(self.run), judged_at_once()) if other else judged_at_once())
        first, second = next(stretches), next(stretches, None) if other else None
        given = other is not None and second is not None and bool(second.rows) and other.give((self.sheet.index, second.rows))
        try:
            self.judged = [self.judge(first.rows)]
        finally:
            answer = other.answer() if given and other else None
        _rows, self.position, self.skipped = first
        if answer is not None and second is not None and self.judged[0].keys.isdisjoint(answer.asked):
            self.judged.append(answer)
            _rows, self.position, self.skipped = second
        return self

    def judge(self, rows: list[tuple[int, list[Cell], list[int]]]) -> "Judged":
        return judge(self.run, self.importer, self.sheet, rows, today=self.position.today)

    def stretches(self, most: int) -> Iterator[Stretch]:
        """The next `most` rows, again and again to the end of the sheet."""
        offset = self.position.offset if self.position.offset is not None else self.sheet.offset
        rows = DataRows(book_of(self.run), self.sheet, offset=offset, last_row=self.position.last_row, gap=self.position.gap)
        position, lines = self.position, iter(rows)
        while not rows.ended:
            position = position.copy()
            taken = [(number, *self.carried(position, cells)) for number, cells in islice(lines, most)]
            yield Stretch(taken, self.moved_on(position, rows), len(rows.skipped))

    def carried(self, position: Position, cells: list[Cell]) -> tuple[list[Cell], list[int]]:
        """(the cells, which of them come from the rows above); a row that names a company itself has nothing from there."""
        if not self.sheet.carries or not kinds[self.sheet.kind].has_owner:
            return cells, []
        owners = [column.index for column in self.sheet.columns if column.key in OWNERS]
        mine = {str(index): text for index in owners if index < len(cells) and (text := text_of(cells[index]))}
        if mine:
            position.above = {index: text for index, text in mine.items() if int(index) in self.sheet.carries}
            return cells, []
        above = {int(index or self.sheet.carries[0]): text for index, text in position.above.items()}  # the first version kept no column
        cells = [*cells, *[""] * (max(above, default=-1) + 1 - len(cells))]
        for index, text in above.items():
            cells[index] = text
        return cells, sorted(above.keys() - {self.sheet.sections})

    def moved_on(self, position: Position, rows: DataRows) -> Position:
        """Where the dry run goes on after the rows that were read."""
        skipped = [(self.sheet.index, number, why) for number, why in rows.skipped]
        position.skipped = [*self.run.position.skipped, *skipped][:SKIPPED_SHOWN]
        if rows.ended:
            return Position(position.sheet + 1, today=position.today, skipped=position.skipped)
        position.offset, position.last_row, position.gap = rows.offset, rows.gaps.last, rows.gaps.seen
        return position

    @property
    def is_last(self) -> bool:
        return self.position.sheet >= len(self.sheets)

    def save(self) -> None:
        """The staged rows with their verdicts, and the progress. Call inside the transaction that saves the run."""
        progress = self.run.progress.copy()
        for judged in self.judged:
            for verdict, count in judged.verdicts.items():
                setattr(progress, verdict, getattr(progress, verdict) + count)
            progress.rows += len(judged.rows)
            progress.notes += judged.notes
            noun = kinds[self.sheet.kind].noun
            if judged.new:
                progress.new_of[noun] = progress.new_of.get(noun, 0) + judged.new
            bulk.add_ready(StagedRow, judged.rows)
            progress.alike = {**judged.alike, **progress.alike}
        progress.skipped += self.skipped
        self.run.progress, self.run.position = progress, self.position

    def note_new(self) -> None:
        """New companies and people go on the list by which they are counted; call once the step is saved."""
        counting.note(self.run, set().union(*(judged.lines for judged in self.judged)))


# --- judging -----------------------------------------------------------------------------------------------------------------


def judge(run: Import, importer: Importer, sheet: Sheet, rows: list[tuple[int, list[Cell], list[int]]], *, today: date | None) -> "Judged":
    """What the dry run finds of these rows of a sheet; writes nothing."""
    return Judging(run, importer, sheet, today or timezone.localdate()).judge(rows)


@dataclass(slots=True)
class Judged:
    """What the dry run found of a batch of rows, as it is kept."""

    rows: list[list[Any]]  # staged rows as the database takes them
    verdicts: dict[str, int]
    notes: int
    new: int  # of the noun that the sheet is about
    lines: set[str]  # by which new companies and people are counted
    keys: set[str]  # by which later rows may know these again
    asked: set[str]  # by which these may know earlier rows again
    alike: dict[str, list[int]]  # new companies that look like ones we have


class Judging:
    """The dry run of a batch of rows."""

    def __init__(self, run: Import, importer: Importer, sheet: Sheet, today: date) -> None:
        self.run, self.importer, self.sheet, self.today = run, importer, sheet, today
        self.kind = kinds[sheet.kind]
        self.settled = settled(run, importer)

    def judge(self, unread: list[tuple[int, list[Cell], list[int]]]) -> Judged:
        """The staged rows of `unread` (number, cells, columns carried down from above each), their verdicts and keys. Writes nothing."""
        reader = self.reader()
        rows = [self.read(reader, *one) for one in unread]
        staged = [self.staged_row(row) for row in rows]
        keys = {key for one in staged for key in (one.key, one.other_key) if key}
        by_number, by_vat = asked_companies(rows)
        asked = {*keys, *by_number, *asked_people(rows), *map(owner_key, by_vat)}
        keys |= {owner_key(one.company_key) for one in staged}
        self.twins = Twins(self.run, self.sheet, rows, staged, self.importer.companies)
        refer_to_companies(self.run, rows)
        referred = refer_to_people(self.run, self.sheet, rows)
        plans = Batch(self.run, self.importer, rows, today=self.today, writes=False).plans
        alike = note_near(self.run, self.importer, plans)
        name_columns(self.sheet, rows)
        for plan, one in zip(plans, staged, strict=True):
            self.put_verdict(plan, one)
        good = [plan for plan in plans if not plan.row.is_rejected and plan.row.number not in self.twins.repeats]
        is_new = [one.verdict in NEWS and plan.makes.get(self.kind.noun) == "new" for plan, one in zip(plans, staged, strict=True)]
        return Judged(
            rows=bulk.ready(staged),
            verdicts=dict(Counter(str(one.verdict) for one in staged)),
            notes=sum(one.has_notes for one in staged),
            new=sum(is_new),
            lines=counting.lines_of_all(good, self.sheet, referred=referred),
            keys=keys,
            asked=asked,
            alike=alike,
        )

    def reader(self) -> SheetReader:
        """The reader of the sheet: days from today, numbers by the country of the centre."""
        home = self.importer.centre.country if self.importer.centre else "DE"
        owner = "" if self.run.company_id else self.sheet.owner  # the user's choice overrules the sheet's name
        return SheetReader(self.sheet, today=self.today, home=home, owner=owner)

    def read(self, reader: SheetReader, number: int, cells: list[Cell], carried: list[int]) -> Row:
        row = read_row(self.kind.read, reader, number, cells)
        put_settled(row, self.settled)
        for index in carried:
            row.note("above.taken", column=index, value=str(cells[index]))
        return row

    def staged_row(self, row: Row) -> StagedRow:
        """The staged row without its verdict, and its key."""
        staged = bulk.new(StagedRow, run_id=self.run.pk, sheet=row.sheet, row=row.number, cells=[kept(cell) for cell in row.cells])
        company = row.one(CompanyFacts)
        staged.company_key = company_key(company) if company else ""
        owner = staged.company_key or (f"own:{self.run.company_id}" if self.run.company_id else "")
        staged.fingerprint = row.fingerprint = fingerprint(self.sheet.signature, owner, row.cells)
        if not row.is_rejected:
            staged.key, staged.other_key = nouns[self.kind.noun].keys(row, staged.company_key, owner)
        return staged

    def put_verdict(self, plan: RowPlan, staged: StagedRow) -> None:
        """Puts on the staged row its verdict, what it said, and its problems. A row that an earlier one repeats is the same."""
        row = plan.row
        noun, news = self.twins.additions.get(row.number, ("", False))
        repeated = self.twins.repeats.get(row.number)
        if plan.makes.get(noun) == "new":  # its own row makes it
            plan.makes[noun] = plan.verdict = "changed" if news else "same"
        staged.verdict = Verdict.REJECTED if row.is_rejected else Verdict.SAME if repeated else plan.verdict
        if repeated and not row.is_rejected:
            row.note("repeat.row", row=repeated)
        staged.values, staged.makes = row.said.to_json(), plan.to_json()
        staged.problems = [problem.to_json() for problem in row.problems]
        staged.problem = next((problem.kind[:16] for problem in sorted(row.problems, key=lambda one: not one.stops)), "")
        staged.has_notes = bool(row.problems) and not row.is_rejected


def owner_key(company_key: str) -> str:
    """The key of a company, told apart from those of rows."""
    return f"company {company_key}"


def kept(cell: Cell) -> Cell:
    """The cell as JSON and both databases keep it."""
    if isinstance(cell, str):
        return cell.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:KEPT_CHARACTERS]
    return cell if isinstance(cell, (int, float, bool)) else str(cell)

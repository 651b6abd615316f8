"""The dry run: rows of the file become staged rows, each with its verdict; nothing else is written."""

from datetime import date
from itertools import islice

from django.utils import timezone

from fleetportal.core.db import bulk
from fleetportal.core.sheets.book import Book, BookSheet, Cell
from intake import counting
from intake.batches import Batch, Importer, RowPlan, rows_at_once
from intake.models import Import, StagedRow, Verdict
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
from intake.referring import refer_to_companies, refer_to_people
from intake.twins import Twins

SKIPPED_SHOWN = 100
KEPT_CHARACTERS = 2000  # of a cell, beside what was understood


def book_of(run: Import) -> Book:
    """The import's spool."""
    sheets = tuple(BookSheet(one.name, one.index, one.rows, one.width, one.offset) for one in run.sheets)
    return Book(run.kind, run.spool, sheets)


def start() -> Position:
    """The start of the dry run."""
    return Position(today=timezone.localdate())


class Step:
    """One batch of the dry run: reads, looks up and stages; the caller saves the position in the same transaction."""

    def __init__(self, run: Import, importer: Importer) -> None:
        self.run, self.importer = run, importer
        self.position = run.position.copy()
        self.today: date = self.position.today or timezone.localdate()
        self.sheets = in_order(run.sheets)
        self.sheet = self.sheets[self.position.sheet]
        self.kind = kinds[self.sheet.kind]
        self.rows: list[Row] = []
        self.plans: list[RowPlan] = []

    def work(self) -> "Step":
        """Reads and judges the next rows; writes nothing."""
        offset = self.position.offset if self.position.offset is not None else self.sheet.offset
        rows = DataRows(book_of(self.run), self.sheet, offset=offset, last_row=self.position.last_row, gap=self.position.gap)
        reader = self.reader()
        self.rows = [self.read(reader, number, cells) for number, cells in islice(iter(rows), rows_at_once())]
        self.staged = [self.staged_row(row) for row in self.rows]
        self.twins = Twins(self.run, self.sheet, self.rows, self.staged)
        refer_to_companies(self.run, self.rows)
        self.referred = refer_to_people(self.run, self.sheet, self.rows)
        self.plans = Batch(self.run, self.importer, self.rows, today=self.today, writes=False).plans
        self.move_on(rows)
        return self

    def reader(self) -> SheetReader:
        home = self.importer.centre.country if self.importer.centre else "DE"
        owner = "" if self.run.company_id else self.sheet.owner  # the user's choice overrules the sheet's name
        return SheetReader(self.sheet, today=self.today, home=home, owner=owner)

    def read(self, reader: SheetReader, number: int, cells: list[Cell]) -> Row:
        """The row; where a block names its company in its first row only, the rows below it have it from there."""
        cells, carried = self.carry(cells) if self.sheet.carries and self.kind.has_owner else (cells, [])
        row = read_row(self.kind.read, reader, number, cells)
        for index in carried:
            row.note("above.taken", column=index, value=str(cells[index]))
        return row

    def carry(self, cells: list[Cell]) -> tuple[list[Cell], list[int]]:
        """(the cells, which of them come from the rows above); a row that names a company itself has nothing from there."""
        owners = [column.index for column in self.sheet.columns if column.key in OWNERS]
        mine = {str(index): text for index in owners if index < len(cells) and (text := text_of(cells[index]))}
        if mine:
            self.position.above = {index: text for index, text in mine.items() if int(index) in self.sheet.carries}
            return cells, []
        above = {
            int(index or self.sheet.carries[0]): text for index, text in self.position.above.items()
        }  # the first version kept no column
        cells = [*cells, *[""] * (max(above, default=-1) + 1 - len(cells))]
        for index, text in above.items():
            cells[index] = text
        return cells, sorted(above)

    def move_on(self, rows: DataRows) -> None:
        skipped = [(self.sheet.index, number, why) for number, why in rows.skipped]
        self.position.skipped = [*self.position.skipped, *skipped][:SKIPPED_SHOWN]
        self.skipped = len(skipped)
        if rows.ended:
            self.position = Position(self.position.sheet + 1, today=self.position.today, skipped=self.position.skipped)
        else:
            self.position.offset, self.position.last_row, self.position.gap = rows.offset, rows.gaps.last, rows.gaps.seen

    @property
    def is_last(self) -> bool:
        return self.position.sheet >= len(self.sheets)

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

    # --- what is kept ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """The staged rows with their verdicts, and the progress. Call inside the transaction that saves the run."""
        progress = self.run.progress.copy()
        for plan, staged in zip(self.plans, self.staged, strict=True):
            self.put_verdict(plan, staged)
            progress.rows += 1
            progress.notes += staged.has_notes
            setattr(progress, staged.verdict, getattr(progress, staged.verdict) + 1)
            if staged.verdict in (Verdict.NEW, Verdict.CHANGED) and plan.makes.get(self.kind.noun) == "new":
                progress.new_of[self.kind.noun] = progress.new_of.get(self.kind.noun, 0) + 1
        progress.skipped += self.skipped
        bulk.add(self.staged)
        self.run.progress, self.run.position = progress, self.position

    def put_verdict(self, plan: RowPlan, staged: StagedRow) -> None:
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

    def note_new(self) -> None:
        """Add new companies and people to the list for counting; call after the step is saved."""
        plans = [plan for plan in self.plans if not plan.row.is_rejected and plan.row.number not in self.twins.repeats]
        counting.note_new(self.run, self.sheet, plans, referred=self.referred)


def kept(cell: Cell) -> Cell:
    """The cell as JSON and both databases keep it."""
    if isinstance(cell, str):
        return cell.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:KEPT_CHARACTERS]
    return cell if isinstance(cell, (int, float, bool)) else str(cell)

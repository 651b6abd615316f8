"""A file, recognised: each sheet with its kind and the meaning of its columns."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

from fleetportal.core.db.folding import fold
from fleetportal.core.sheets.book import Book, BookSheet, Cell
from intake.reading.cells import COMPANY_WORDS, bare_plate, looks_like_company, text_of
from intake.reading.columns import guess
from intake.reading.house_layouts import passed_over, put_fixed
from intake.reading.kinds import fields, kinds
from intake.reading.sheets import COMPANIES, LIKELY, MIXED, PEOPLE, SAID, SURE, VEHICLES, ImportColumn, Sheet
from intake.reading.tables import Gaps, Table, table_of
from intake.reading.vocabulary import words_of

FIRST, SPREAD = 300, 300  # rows looked at
WRITTEN = 0.6  # of the rows at most: more, and the empty cells are gaps
KNOWN = 0.8  # of the numbers in a list are those of companies in another
JOINED = 0.2  # of the vehicles of a sheet are in another one too
OWNERS = frozenset(("company.name", "company.vat", "company.id", "company.domain"))
OURS = frozenset(("what is wrong", "was nicht stimmt", "cosa non va", "что не так"))  # the column that we added to an earlier answer


def recognise(book: Book, *, put_layout: Callable[[Sheet], None]) -> list[Sheet]:
    """Each sheet of `book` with our guess; `put_layout` is called for each, to put on what is known about its titles."""
    is_text = book.kind not in ("xlsx", "ods")
    tables = [table_of(sheet, book.sample(sheet, first=FIRST, spread=SPREAD)) for sheet in book.sheets]
    sheets = [about(table) for table in tables]
    for sheet, table in zip(sheets, tables, strict=True):
        sheet.is_text = is_text
        put_fixed(sheet, table)
        customers_addressed(sheet, table)
        companies_between(sheet, table)
        put_layout(sheet)
    link(sheets, tables)
    join(sheets, tables)
    return sheets


def about(table: Table) -> Sheet:
    """The sheet as guessed, by itself."""
    found = guess(table)
    other = guess(table_of(table.sheet, table.other_rows)) if table.other_row else None
    for column in found.columns:
        if words_of(column.title) in OURS:
            column.set_meaning("", "")
    return Sheet(
        index=table.sheet.position,
        name=table.sheet.name,
        rows=table.sheet.rows,
        width=table.sheet.width,
        offset=table.sheet.offset,
        kind=found.kind,
        language=found.language,
        country=found.country,
        dials=found.dials,
        looks=dict(table.sheet.looks),
        header_row=table.header_row,
        first_row=table.first_row,
        fill=table.fill,
        titles=table.titles,
        other_row=table.other_row,
        other_titles=[column.title for column in other.columns if column.title] if other else [],
        other_kind=other.kind if other and not other.refusal else "",
        columns=found.columns,
        refusal=found.refusal,
        is_taken=found.refusal is None,
        asks_owner=found.asks_owner,
        signature=signature(table.titles),
        carries=[column.index for column in found.columns if column.key in OWNERS and is_written_once(table, column.index)],
    )


def is_written_once(table: Table, index: int) -> bool:
    """True where a column names each value in the first row of a block only, and leaves the rows below it empty."""
    texts = [text_of(cells[index]) if index < len(cells) else "" for _number, cells in table.sample]
    values = [text for text in texts if text]
    return bool(values and texts[0]) and len(values) == len(set(values)) <= len(texts) * WRITTEN


def signature(titles: Sequence[str]) -> str:
    """The same for files with the same titles in the same order; empty where a file has none."""
    text = "\x1f".join(words_of(title) for title in titles if words_of(title) not in OURS)
    return hashlib.sha256(text.encode()).hexdigest()[:40] if any(titles) else ""


# --- the sheets of a file together ------------------------------------------------------------------------------------------


def link(sheets: Sequence[Sheet], tables: Sequence[Table]) -> None:
    """Sheets of one workbook belong together: a key column that one sheet has and another names links them."""
    link_numbers(sheets, tables)
    people = [sheet.keys for sheet in sheets if sheet.is_taken and sheet.kind == PEOPLE]
    staff = any("person.id" in keys and OWNERS & keys for keys in people)
    for sheet in sheets:
        if staff and sheet.asks_owner and "person.id" in sheet.keys:
            sheet.asks_owner = False  # who drives works for somebody
    owners_by_name([sheet for sheet in sheets if sheet.is_taken and sheet.asks_owner])


def link_numbers(sheets: Sequence[Sheet], tables: Sequence[Table]) -> None:
    """A column of a list without owners that holds the keys of a list of companies says whose its rows are, however both are titled."""
    both = list(zip(sheets, tables, strict=True))
    described = [(sheet, table) for sheet, table in both if sheet.is_taken and sheet.kind in (COMPANIES, MIXED)]
    for sheet, table in both:
        if not sheet.is_taken or not sheet.asks_owner:
            continue
        free = [column for column in sheet.columns if not column.key or column.key in ("vehicle.id", "person.id")]
        for column in free:
            key = key_among(described, values_of(table, column.index))
            if key is not None and sheet.asks_owner:
                key.set_meaning("company.id", key.sure if key.key else LIKELY)
                column.set_meaning("company.id", LIKELY)
                sheet.asks_owner = False


def key_among(described: Sequence[tuple[Sheet, Table]], values: frozenset[str]) -> ImportColumn | None:
    """The column of a list of companies that tells its rows apart and holds nearly all of these `values`."""
    for sheet, table in described if values else ():
        known = sheet.column_of("company.id")
        for column in [known] if known else [one for one in sheet.columns if not one.key]:
            texts = [text for cell in table.column(column.index) if (text := text_of(cell))]
            if len(set(texts)) == len(texts) > 0 and len(values.intersection(texts)) >= len(values) * KNOWN:
                return column
    return None


def values_of(table: Table, index: int) -> frozenset[str]:
    return frozenset(text for cell in table.column(index) if (text := text_of(cell)))


def customers_addressed(sheet: Sheet, table: Table) -> None:
    """A list of names whose form of address calls some of them a company ("Firma") is one of customers."""
    said, name = sheet.column_of("person.salutation"), sheet.column_of("person.name") or sheet.column_of("person.last_name")
    if sheet.kind != PEOPLE or said is None or name is None or "company.name" in sheet.keys:
        return
    if any(fold(text_of(cell)) in COMPANY_WORDS for cell in table.column(said.index)):
        sheet.kind = COMPANIES
        name.set_meaning("company.name", SURE)
        for key in ("phone", "email"):
            column = sheet.column_of(f"person.{key}")
            if column and f"company.{key}" not in sheet.keys:
                column.set_meaning(f"company.{key}", column.sure)


def companies_between(sheet: Sheet, table: Table) -> None:
    """In a list without owners whose blocks each stand below the name of a company, a column is added for these names."""
    if not sheet.asks_owner or not sheet.is_taken or not table.sample or sheet.fill < BLOCKS_FROM:
        return
    alone = [text for _number, cells in table.sample if (text := only_text(cells))]
    if not alone or only_text(table.sample[0][1]) != alone[0] or not all(map(looks_like_company, alone)):
        return
    sheet.sections, sheet.asks_owner = len(sheet.titles), False
    column = ImportColumn(sheet.sections, "", key="company.name", sure=LIKELY, samples=list(dict.fromkeys(alone))[:3])
    sheet.columns.append(column)
    sheet.titles.append("")
    sheet.carries.append(sheet.sections)


BLOCKS_FROM = 3  # cells of a usual row, or a heading does not show


COUNTED = re.compile(r"\s*(?:[(\[]\s*\d+\s+[^\W\d_]+\.?\s*[)\]]|[:–-]\s*\d+\s+[^\W\d_]+\.?)$")  # "Hansa Bau AG (3 Fahrzeuge)"


def only_text(cells: Sequence[Cell]) -> str:
    """The one text of a row, at times merged over the whole of it; "" where it has none or several."""
    texts = {text for cell in cells if (text := text_of(cell))}
    return texts.pop() if len(texts) == 1 else ""


def owners_by_name(asking: Sequence[Sheet]) -> None:
    """Sheets of vehicles that each bear the name of another company: these are theirs."""
    named = [sheet for sheet in asking if looks_like_company(sheet.name)]
    if len(named) > 1:
        for sheet in named:
            sheet.owner, sheet.asks_owner = " ".join(sheet.name.split()), False


def join(sheets: Sequence[Sheet], tables: Sequence[Table]) -> None:
    """Sheets without owner that name, by plate or VIN, vehicles of another sheet: what they say is said about those."""
    vehicles = [(sheet, table) for sheet, table in zip(sheets, tables, strict=True) if sheet.is_taken and sheet.kind == VEHICLES]
    owned = [vehicles_in(sheet, table) for sheet, table in vehicles if not sheet.asks_owner]
    for sheet, table in vehicles:
        mine = vehicles_in(sheet, table) if sheet.asks_owner else frozenset()
        if mine and any(len(mine & others) >= len(mine) * JOINED for others in owned):
            sheet.joins, sheet.asks_owner = True, False


def vehicles_in(sheet: Sheet, table: Table) -> frozenset[str]:
    """The plates and VINs in the sampled rows."""
    columns = [column.index for column in sheet.columns if column.key in ("vehicle.plate", "vehicle.vin")]
    return frozenset(bare_plate(text) for index in columns for cell in table.column(index) if (text := text_of(cell)))


def in_order(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets that are taken, those of companies first, those that add to others last."""
    return sorted((sheet for sheet in sheets if sheet.is_taken), key=lambda one: (kinds[one.kind].order, one.joins, one.index))


# --- what a person says about a sheet ---------------------------------------------------------------------------------------


def set_meaning(sheet: Sheet, index: int, key: str) -> None:
    """The column means `key` from now on; another column with that meaning loses it."""
    told = sheet.columns[index]
    if key and not fields()[key].many:
        for column in sheet.columns:
            if column.key == key and column is not told and column.person == told.person:
                column.set_meaning("", "")
    if told.key != key:
        told.set_meaning(key, SAID)


def check(sheet: Sheet) -> None:
    """After a person said what the columns mean: take the sheet if it names what its kind needs."""
    kind = kinds[sheet.kind]
    sheet.is_taken = bool(kind.needs & sheet.keys)
    if sheet.is_taken:
        sheet.refusal = None
    sheet.asks_owner = kind.has_owner and not OWNERS & sheet.keys and not (sheet.owner or sheet.joins)


# --- its rows ---------------------------------------------------------------------------------------------------------------


def identity_of(sheet: Sheet) -> frozenset[int]:
    """The columns by which a row of the sheet is known."""
    return frozenset(column.index for column in sheet.columns if column.key in kinds[sheet.kind].identity)


class DataRows:
    """The data rows of a sheet from some place of the spool on; knows its position in the spool at every moment."""

    def __init__(self, book: Book, sheet: Sheet, *, offset: int, last_row: int | None, gap: bool) -> None:
        self.book, self.sheet = book, sheet
        spooled = BookSheet(sheet.name, sheet.index, sheet.rows, sheet.width, sheet.offset)
        self.table = Table(
            spooled, sheet.header_row, sheet.first_row, sheet.titles, [], "", sheet.fill, identity=identity_of(sheet)
        )  # fmt: skip
        self.gaps = Gaps(self.table, last_row, gap)
        self.offset = offset
        self.skipped: list[tuple[int, str]] = []
        self.heading = ""  # the name of a company above the next row
        self.ended = False

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        for offset, place, number, cells in self.book.lines(self.offset):
            if place != self.sheet.index:
                break
            self.offset = offset
            if number < self.table.first_row:
                continue
            if number == self.sheet.other_row or (number == self.sheet.other_row - 1 and only_text(cells)):
                self.skipped.append((number, "header"))
                continue
            why = self.table.no_data(cells, after_gap=self.gaps.before(number)) or passed_over(self.sheet, cells)
            if why in ("section", "footer") and self.sheet.sections >= 0 and looks_like_company(name := only_text(cells)):
                self.heading = COUNTED.sub("", name)
                continue
            if why is None:
                yield number, self.below_heading(cells)
            elif why != "blank":
                self.skipped.append((number, why))
        self.ended = True

    def below_heading(self, cells: list[Cell]) -> list[Cell]:
        """The cells, and in the first row below the name of a company that name."""
        if not self.heading:
            return cells
        heading, self.heading = self.heading, ""
        return [*cells, *[""] * (self.sheet.sections - len(cells)), heading]

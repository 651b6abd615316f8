"""A file, recognised: each sheet with its kind and the meaning of its columns, as the import keeps it and the page shows it."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from accounts.customers.models.vehicle import fold_plate
from fleetportal.core.sheets import Book, Sheet
from intake.models import Layout
from intake.reading.cells import looks_like_company, text_of
from intake.reading.columns import guess
from intake.reading.fields import FIELDS
from intake.reading.guesses import COMPANIES, LIKELY, MIXED, OUT, PEOPLE, VEHICLES
from intake.reading.tables import Gaps, Table, table_of
from intake.reading.vocabulary import words_of

FIRST, SPREAD = 300, 300  # rows looked at
ORDER = {COMPANIES: 0, MIXED: 0, PEOPLE: 1, VEHICLES: 2}  # companies first: other sheets name them
SAID = "said"
WRITTEN = 0.6  # of the rows at most: more, and the empty cells are gaps
JOINED = 0.2  # of the vehicles of a sheet stand in another one too
OWNERS = frozenset(("company.name", "company.vat", "company.id", "company.domain"))
OURS = frozenset(
    ("problem", "problema", "проблема", "what is wrong", "was nicht stimmt", "cosa non va", "что не так")
)  # the column that we added to an earlier answer


def recognise(book: Book) -> list[dict[str, Any]]:
    """Each sheet of `book` with our guess, a known layout's meaning where its titles are known."""
    tables = [table_of(sheet, book.sample(sheet, first=FIRST, spread=SPREAD)) for sheet in book.sheets]
    sheets = [about(table) for table in tables]
    together(sheets)
    join(sheets, tables)
    return sheets


def join(sheets: Sequence[dict[str, object]], tables: Sequence[Table]) -> None:
    """Sheets without owner that name, by plate or VIN, vehicles of another sheet: what they say is said about those."""
    vehicles = [(sheet, table) for sheet, table in zip(sheets, tables, strict=True) if sheet["taken"] and sheet["kind"] == VEHICLES]
    owned = [named_in(sheet, table) for sheet, table in vehicles if not sheet["asks_owner"]]
    for sheet, table in vehicles:
        mine = named_in(sheet, table) if sheet["asks_owner"] else frozenset()
        if mine and any(len(mine & others) >= len(mine) * JOINED for others in owned):
            sheet["joins"], sheet["asks_owner"] = True, False


def named_in(sheet: dict[str, Any], table: Table) -> frozenset[str]:
    """The plates and VINs in the sampled rows."""
    places = [column["place"] for column in sheet["columns"] if column["key"] in ("vehicle.plate", "vehicle.vin")]
    return frozenset(fold_plate(text) for place in places for cell in table.column(place) if (text := text_of(cell)))


def about(table: Table) -> dict[str, Any]:
    found = guess(table)
    columns = [column.as_json() for column in found.columns]
    for column in columns:
        if words_of(column["title"]) in OURS:
            column.update(key="", sure=OUT)
    sheet = {
        "place": table.sheet.place,
        "name": table.sheet.name,
        "rows": table.sheet.rows,
        "width": table.sheet.width,
        "offset": table.sheet.offset,
        "kind": found.kind,
        "language": found.language,
        "country": found.country,
        "header_row": table.header_row,
        "first_row": table.first_row,
        "fill": table.fill,
        "titles": table.titles,
        "columns": columns,
        "refusal": list(found.refusal) if found.refusal else None,
        "taken": found.refusal is None,
        "asks_owner": found.asks_owner,
        "signature": signature(table.titles),
        "layout": "",
        "carries": [place for place in [found.place("company.name")] if place is not None and is_written_once(table, place)],
    }
    remember(sheet)
    return sheet


def is_written_once(table: Table, place: int) -> bool:
    """True where a column names each value in the first row of a block only, and leaves the rows below it empty."""
    texts = [text_of(cells[place]) if place < len(cells) else "" for _number, cells in table.sample]
    values = [text for text in texts if text]
    return bool(values and texts[0]) and len(values) == len(set(values)) <= len(texts) * WRITTEN


def signature(titles: Sequence[str]) -> str:
    """The same for files with the same titles in the same order; empty where a file has none."""
    text = "\x1f".join(words_of(title) for title in titles if words_of(title) not in OURS)
    return hashlib.sha256(text.encode()).hexdigest()[:40] if any(titles) else ""


def remember(sheet: dict[str, Any]) -> None:
    """Put on what was kept for these titles."""
    layout = Layout.objects.for_titles(sheet["signature"]).first() if sheet["signature"] else None
    if layout:
        put_on(sheet, layout)


def put_on(sheet: dict[str, Any], layout: Layout) -> None:
    """The sheet's columns as `layout` has them."""
    for column in sheet["columns"]:
        kept = layout.columns.get(str(column["place"]))
        if kept is not None:
            column.update(key=kept["key"], order=kept.get("order", ""), sure=SAID if kept["key"] else OUT)
    sheet["kind"], sheet["layout"] = layout.kind, layout.name
    check(sheet)


def keep_layout(sheet: dict[str, Any], name: str, *, by: Any) -> Layout:
    """The meaning of the sheet's columns, kept under `name`; a layout of that name is replaced."""
    columns = {str(column["place"]): {"key": column["key"], "order": column["order"]} for column in sheet["columns"]}
    layout, _new = Layout.objects.update_or_create(
        name=name,
        defaults={"signature": sheet["signature"], "kind": sheet["kind"], "columns": columns, "owner": by, "used_at": timezone.now()},
    )
    sheet["layout"] = name
    return layout


def check(sheet: dict[str, Any]) -> None:
    """After a person said what the columns mean: take the sheet if it names what its kind needs."""
    keys = keys_of(sheet)
    needs = {
        VEHICLES: {"vehicle.plate", "vehicle.vin", "vehicle.id"},
        COMPANIES: {"company.name"},
        MIXED: {"company.name"},
        PEOPLE: {"person.name", "person.last_name", "person.first_name", "person.email"},
    }
    sheet["taken"] = bool(needs[sheet["kind"]] & keys)
    if sheet["taken"]:
        sheet["refusal"] = None
    sheet["asks_owner"] = sheet["kind"] == VEHICLES and not OWNERS & keys and not (sheet.get("owner") or sheet.get("joins"))


def mean(sheet: dict[str, Any], place: int, key: str) -> None:
    """Column `place` means `key` from now on; another column with that meaning loses it."""
    if key and not FIELDS[key].many:
        for column in sheet["columns"]:
            if column["key"] == key and column["place"] != place and column.get("of", 0) == sheet["columns"][place].get("of", 0):
                column.update(key="", sure=OUT)
    column = sheet["columns"][place]
    if column["key"] != key:
        column.update(key=key, sure=SAID if key else OUT)


def together(sheets: Sequence[dict[str, Any]]) -> None:
    """Sheets of one workbook belong together: a key column that one sheet has and another names links them."""
    ids = any(column["key"] == "company.id" for sheet in sheets if sheet["kind"] in (COMPANIES, MIXED) for column in sheet["columns"])
    for sheet in sheets:
        if sheet["taken"] and sheet["asks_owner"] and ids:
            link = next((column for column in sheet["columns"] if not column["key"] and "company" in words_of(column["title"])), None)
            if link:
                link.update(key="company.id", sure=LIKELY)
                sheet["asks_owner"] = False
    people = [keys_of(sheet) for sheet in sheets if sheet["taken"] and sheet["kind"] == PEOPLE]
    staff = any("person.id" in keys and OWNERS & keys for keys in people)
    for sheet in sheets:
        if staff and sheet["asks_owner"] and "person.id" in keys_of(sheet):
            sheet["asks_owner"] = False  # who drives works for somebody
    owners_by_name([sheet for sheet in sheets if sheet["taken"] and sheet["asks_owner"]])


def owners_by_name(asking: Sequence[dict[str, Any]]) -> None:
    """Sheets of vehicles that each bear the name of another company: these are theirs."""
    named = [sheet for sheet in asking if looks_like_company(sheet["name"])]
    if len(named) > 1:
        for sheet in named:
            sheet["owner"], sheet["asks_owner"] = " ".join(sheet["name"].split()), False


def keys_of(sheet: dict[str, Any]) -> set[str]:
    return {column["key"] for column in sheet["columns"] if column["key"]}


def in_order(sheets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sheets that are taken, those of companies first, those that add to others last."""
    return sorted((sheet for sheet in sheets if sheet["taken"]), key=lambda one: (ORDER[one["kind"]], "joins" in one, one["place"]))


def identity_of(sheet: dict[str, Any]) -> frozenset[int]:
    """The columns by which a vehicle is known; none in sheets of something else."""
    keys = ("vehicle.plate", "vehicle.vin", "vehicle.id") if sheet["kind"] == VEHICLES else ()
    return frozenset(column["place"] for column in sheet["columns"] if column["key"] in keys)


class DataRows:
    """The data rows of a sheet from some place of the spool on; knows at every moment where it stands."""

    def __init__(self, book: Book, sheet: dict[str, Any], *, offset: int, last_row: int | None, gap: bool) -> None:
        self.book, self.sheet = book, sheet
        self.table = Table(
            Sheet(sheet["name"], sheet["place"], sheet["rows"], sheet["width"], sheet["offset"]),
            sheet["header_row"], sheet["first_row"], sheet["titles"], [], "", sheet["fill"], identity=identity_of(sheet),
        )  # fmt: skip
        self.gaps = Gaps(self.table, last_row, gap)
        self.offset = offset
        self.skipped: list[tuple[int, str]] = []
        self.ended = False

    def __iter__(self) -> Iterator[tuple[int, list[Any]]]:
        for offset, place, number, cells in self.book.lines(self.offset):
            if place != self.sheet["place"]:
                break
            self.offset = offset
            if number < self.table.first_row:
                continue
            why = self.table.no_data(cells, after_gap=self.gaps.before(number))
            if why is None:
                yield number, cells
            elif why != "blank":
                self.skipped.append((number, why))
        self.ended = True

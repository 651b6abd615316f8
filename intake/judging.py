"""The dry run: rows of the file become staged rows, each with its verdict; nothing else is written."""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.people.models.person import fold_name
from fleetportal.core.db import bulk, fold
from fleetportal.core.sheets import Book
from fleetportal.core.sheets import Sheet as BookSheet
from intake import joining
from intake.batches import Batch, Importer, Plan
from intake.companies import key_of as company_key
from intake.models import Import, StagedRow, Verdict
from intake.people import key_of as person_key
from intake.reading.cells import text_of
from intake.reading.guesses import COMPANIES, MIXED, PEOPLE, VEHICLES
from intake.recognition import DataRows, in_order
from intake.records import Reader, Record, brief, fingerprint
from intake.vehicles import keys_of as vehicle_keys

BATCH = 500
SKIPPED_SHOWN = 100
IDENTITY = ("name", "vat_number", "postcode", "external_id", "country")  # by what a company described elsewhere is known
COUNTED_BYTES = 4 * 1024 * 1024  # of the list of what is new, held in memory at once


def book_of(run: Import) -> Book:
    """The spool of the import, as it was read."""
    sheets = tuple(BookSheet(s["name"], s["place"], s["rows"], s["width"], s["offset"]) for s in run.sheets)
    return Book(run.kind, run.spool, sheets)


def start() -> dict[str, Any]:
    """Where the dry run begins."""
    return {"sheet": 0, "offset": None, "last_row": None, "gap": False, "today": timezone.localdate().isoformat(), "skipped": []}


def named(person: dict[str, object]) -> dict[str, Any]:
    """What `person` is called."""
    return {name: person[name] for name in ("first_name", "last_name", "title") if name in person}


class Earlier(NamedTuple):
    """A row that came before and is about the same thing."""

    sheet: int
    row: int
    fingerprint: str
    values: dict[str, Any]


def remember(seen: dict[str, Earlier], keys: Iterable[str], row: Earlier) -> None:
    """`row` under its keys; what a row of another sheet said before stays, and this one adds to it."""
    for key in filter(None, keys):
        before = seen.get(key)
        seen[key] = row if before is None else before._replace(values=joining.together(before.values, row.values))


class Step:
    """One batch of the dry run: reads, looks up and stages; the caller saves progress in the same transaction."""

    def __init__(self, run: Import, importer: Importer) -> None:
        self.run, self.importer = run, importer
        self.progress = dict(run.progress)
        self.today = date.fromisoformat(self.progress["today"])
        self.sheets = in_order(run.sheets)
        self.sheet = self.sheets[self.progress["sheet"]]
        self.records: list[Record] = []
        self.plans: list[Plan] = []

    def work(self) -> "Step":
        """Reads and judges the next rows; writes nothing."""
        offset = self.progress["offset"] if self.progress["offset"] is not None else self.sheet["offset"]
        rows = DataRows(book_of(self.run), self.sheet, offset=offset, last_row=self.progress["last_row"], gap=self.progress["gap"])
        home = self.importer.centre.country if self.importer.centre else "DE"
        sheet = {**self.sheet, "owner": ""} if self.run.company_id else self.sheet  # what a person said goes before the sheet's name
        reader = Reader(sheet, today=self.today, home=home)
        self.records = [self.read(reader, number, cells) for number, cells in islice(iter(rows), BATCH)]
        self.staged = [self.staged_row(record) for record in self.records]
        self.twice()
        self.refer()
        self.refer_people()
        self.plans = Batch(self.run, self.importer, self.records, today=self.today, writes=False).plans
        self.move_on(rows)
        return self

    def read(self, reader: Reader, number: int, cells: list[object]) -> Record:
        """The record of the row; where a block names its company in its first row only, the rows below have it from there."""
        carried = []
        for place in self.sheet.get("carries", ()) if self.sheet["kind"] == VEHICLES else ():
            if text_of(cells[place]) if place < len(cells) else "":
                self.progress["above"] = text_of(cells[place])
            elif self.progress.get("above"):
                cells = [*cells, *[""] * (place + 1 - len(cells))]
                cells[place] = self.progress["above"]
                carried.append(place)
        record = reader.read(number, cells)
        for place in carried:
            record.note("above", _("Filled in from the rows above."), column=place, value=str(cells[place])[:120])
        return record

    def move_on(self, rows: DataRows) -> None:
        self.progress["skipped"] = [*self.progress["skipped"], *([self.sheet["place"], *one] for one in rows.skipped)][:SKIPPED_SHOWN]
        self.skipped = len(rows.skipped)
        if rows.ended:
            self.progress.update(sheet=self.progress["sheet"] + 1, offset=None, last_row=None, gap=False, above="")
        else:
            self.progress.update(offset=rows.offset, last_row=rows.gaps.last, gap=rows.gaps.seen)

    @property
    def is_last(self) -> bool:
        return self.progress["sheet"] >= len(self.sheets)

    # --- known within the file ---------------------------------------------------------------------------------------------

    def staged_row(self, record: Record) -> StagedRow:
        """The staged row without its verdict, and by what it is known again."""
        staged = bulk.new(StagedRow, run_id=self.run.pk, sheet=record.sheet, row=record.row, cells=[plain(cell) for cell in record.cells])
        company = record.values.get("company")
        staged.company_key = company_key(company) if company else ""
        owner = staged.company_key or (f"own:{self.run.company_id}" if self.run.company_id else "")
        staged.fingerprint = record.fingerprint = fingerprint(self.sheet["signature"], owner, record.cells)
        if record.is_rejected:
            return staged
        if self.sheet["kind"] == VEHICLES:
            staged.key, staged.other_key = vehicle_keys(record, owner)
        elif record.values.get("leads") == "company":
            staged.key = self.with_contact(staged.company_key, record) if record.values.get("people") else staged.company_key
            staged.other_key = brief(f"cid:{company['external_id']}") if company and company.get("external_id") else ""
        elif record.values.get("people"):
            staged.key = person_key(record.values["people"][0], staged.company_key)
        return staged

    def with_contact(self, key: str, record: Record) -> str:
        """A list of companies may name several contacts of one: each row is its own."""
        person = record.values["people"][0]
        return brief(f"{key}+{fold_name(person.get('first_name', ''), person.get('last_name', ''))}")

    def twice(self) -> None:
        """Rejects rows that say otherwise than an earlier row about the same thing; marks those that say the same."""
        keys = {key for staged in self.staged for key in (staged.key, staged.other_key) if key}
        seen: dict[str, Earlier] = {}
        earlier = (
            self.run.rows.filter(Q(key__among=keys) | Q(other_key__among=keys)).exclude(verdict=Verdict.REJECTED).order_by("pk")
            if keys
            else []
        )
        for row in earlier:
            remember(seen, (row.key, row.other_key), Earlier(row.sheet, row.row, row.fingerprint, row.values))
        self.repeats: dict[int, int] = {}
        self.additions: dict[int, bool] = {}  # records that say more about a vehicle of another sheet: does it tell anything new
        for record, staged in zip(self.records, self.staged, strict=True):
            if not record.is_rejected:
                self.compare(record, staged, seen)
                self.must_join(record)

    def compare(self, record: Record, staged: StagedRow, seen: dict[str, Earlier]) -> None:
        for key in (staged.key, staged.other_key):
            found = seen.get(key) if key else None
            if found is None or (key.startswith("cid:") and self.sheet["kind"] in (COMPANIES, MIXED) and found.row == record.row):
                continue
            if found.fingerprint == staged.fingerprint:
                self.repeats[id(record)] = found.row
                return
            if key.startswith("plate:") and record.values.get("vehicle", {}).get("given_back_on"):
                continue
            if found.sheet != record.sheet and "vehicle" in record.values and (news := joining.add(record, found.values)) is not None:
                self.additions[id(record)] = news
                break
            self.reject_twice(record, key, found)
            return
        remember(seen, (staged.key, staged.other_key), Earlier(record.sheet, record.row, staged.fingerprint, record.values))

    def must_join(self, record: Record) -> None:
        """Rejects a row that adds to no vehicle, in a sheet that only adds to those of another."""
        if self.sheet.get("joins") and not record.is_rejected and not self.run.company_id and "company" not in record.values:
            message = _("No other sheet in this file says whose vehicle this is.")
            record.reject("company", message, _("Add the vehicle there, or correct the plate."))

    def reject_twice(self, record: Record, key: str, found: Earlier) -> None:
        what, row = key.partition(":")[0], found.row
        message = {
            "plate": _("Row %(row)s has the same plate but different details."),
            "vin": _("Row %(row)s has the same VIN but different details."),
            "id": _("Row %(row)s has the same vehicle number but different details."),
            "cid": _("Row %(row)s has the same company number but different details."),
        }.get(what, _("Row %(row)s has the same entry but different details.")) % {"row": row}
        meaning = {"plate": "vehicle.plate", "vin": "vehicle.vin", "id": "vehicle.id", "cid": "company.id"}.get(what)
        column = next((column["place"] for column in self.sheet["columns"] if column["key"] == meaning), None)
        from_cell = str(record.cells[column]) if column is not None and column < len(record.cells) else ""
        record.reject("twice", message, _("Keep only one of the two rows."), column=column, value=from_cell[:120])

    def refer(self) -> None:
        """Companies that rows name by number only, and that another sheet of the same file describes: their facts."""
        asked: dict[str, list[Record]] = {}
        for record in self.records:
            facts = record.values.get("company", {})
            if facts.get("external_id") and not facts.get("name") and not facts.get("vat_number") and not record.is_rejected:
                asked.setdefault(brief(f"cid:{facts['external_id']}"), []).append(record)
        if not asked:
            return
        for values, key in (
            self.run.rows.filter(other_key__among=asked).exclude(verdict=Verdict.REJECTED).values_list("values", "other_key")
        ):
            for record in asked[key]:
                described = values.get("company", {})
                record.values["company"] = {name: described[name] for name in IDENTITY if name in described}

    def refer_people(self) -> None:
        """People whom vehicles name by number only, and whom another sheet of the same file describes: who they are, whom they work for."""
        self.referred: set[int] = set()
        asked: dict[str, list[Record]] = {}
        for record in self.records:
            people = record.values.get("people", [])
            if "vehicle" in record.values and len(people) == 1 and not named(people[0]):
                asked.setdefault(brief(f"pid:{people[0]['external_id']}"), []).append(record)
        if not asked:
            return
        described = self.run.rows.filter(key__among=asked).exclude(verdict=Verdict.REJECTED).values_list("key", "values")
        found = {key: values for key, values in described if len(values.get("people", ())) == 1}
        for key, records in asked.items():
            for record in records:
                self.put_person(record, found.get(key, {}))

    def put_person(self, record: Record, described: dict[str, Any]) -> None:
        person = record.values["people"][0]
        if not described:
            place = next((column["place"] for column in self.sheet["columns"] if column["key"] == "person.id"), None)
            message, cure = _("No sheet in this file says who this is; no contact was created."), _("Add the name.")
            record.note("name", message, cure, column=place, value=person["external_id"][:120])
            record.values["people"] = []
            return
        person.update(named(described["people"][0]))
        self.referred.add(id(person))
        company = described.get("company", {})
        record.values.setdefault("company", {name: company[name] for name in IDENTITY if name in company})

    # --- what is kept ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """The staged rows with their verdicts, and the counts. Call inside the transaction that saves the progress."""
        rows, counts = [], Counter(self.run.counts)
        for plan, staged in zip(self.plans, self.staged, strict=True):
            self.put_verdict(plan, staged)
            rows.append(staged)
            counts["rows"] += 1
            counts[str(staged.verdict)] += 1
            counts["notes"] += staged.has_notes
            if staged.verdict not in (Verdict.REJECTED, Verdict.SAME) and "vehicle" in plan.makes:
                counts[f"vehicles_{plan.makes['vehicle']}"] += 1
        counts["skipped"] += self.skipped
        bulk.add(rows)
        self.run.counts, self.run.progress = dict(counts), self.progress

    def put_verdict(self, plan: Plan, staged: StagedRow) -> None:
        record = plan.record
        repeated = self.repeats.get(id(record))
        if id(record) in self.additions and plan.makes.get("vehicle") == "new":  # its own row makes it
            plan.makes["vehicle"] = plan.verdict = "changed" if self.additions[id(record)] else "same"
        staged.verdict = Verdict.REJECTED if record.is_rejected else Verdict.SAME if repeated else plan.verdict
        if repeated and not record.is_rejected:
            record.note("repeat", _("Repeats row %(row)s.") % {"row": repeated})
        staged.values, staged.makes = record.values, plan.makes
        staged.problems = [problem.as_json() for problem in record.problems]
        staged.problem = record.problems[0].code[:16] if record.problems else ""
        staged.has_notes = bool(record.problems) and not record.is_rejected

    def remember_new(self) -> None:
        """Different new companies and people, counted through a file: the same line twice counts once, so a repeated batch does no harm."""
        lines = set()
        for plan in self.plans:
            if plan.record.is_rejected or id(plan.record) in self.repeats:
                continue
            facts = plan.record.values.get("company", {})
            if plan.makes.get("company") == "new":
                by = company_key(facts).replace("|", " ") if "leads" in plan.record.values else ""
                lines.add(f"c {fold(facts.get('name', ''))}|{by}")
            for person, state in zip(plan.record.values.get("people", ()), plan.makes.get("people", ()), strict=False):
                if state == "new" and id(person) not in self.referred:
                    name = fold_name(person.get("first_name", ""), person.get("last_name", ""))
                    mail = (person.get("emails") or [""])[0] if self.sheet["kind"] == PEOPLE else ""
                    lines.add(f"p {name}|{fold(facts.get('name', ''))}|{mail}{person.get('external_id', '')}")
        if lines:
            with (self.run.folder / "new.txt").open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n".replace("\x00", "") for line in sorted(lines))


def count_new(run: Import) -> dict[str, int]:
    """How many different companies and people would be new."""
    path = run.folder / "new.txt"
    counts = {"companies_new": 0, "people_new": 0}
    parts = path.stat().st_size // COUNTED_BYTES + 1 if path.exists() else 0
    for part in range(parts):  # lines with one name fall into one part: only that is held in memory
        with path.open(encoding="utf-8") as file:
            lines = {line.rstrip("\n") for line in file if zlib.crc32(line.rpartition("|")[0].encode()) % parts == part}
        described = {line.rpartition("|")[0] for line in lines if line.startswith("c ") and not line.endswith("|")}
        counts["companies_new"] += sum(line.startswith("c ") and not (line.endswith("|") and line[:-1] in described) for line in lines)
        counts["people_new"] += sum(line.startswith("p ") for line in lines)
    return counts


def plain(cell: object) -> Any:
    """The cell as JSON and both databases keep it."""
    if isinstance(cell, str):
        return cell.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:2000]
    if isinstance(cell, (int, float, bool)) or cell is None:
        return cell
    return str(cell)


def problems_in_words(problems: Iterable[dict[str, Any]], titles: Sequence[str]) -> str:
    """What is wrong with a row, in one cell of the returned workbook."""
    parts = []
    for problem in problems:
        place = problem.get("column")
        title = titles[place].replace("\n", " ") if place is not None and place < len(titles) else ""
        said = f"{problem['message']} {problem.get('cure', '')}".strip()
        prefix = f"{title} “{problem['value']}”: " if title and problem.get("value") else f"{title}: " if title else ""
        parts.append(f"{prefix}{said}" if problem.get("stops", True) else f"({prefix}{said})")
    return " ".join(parts)

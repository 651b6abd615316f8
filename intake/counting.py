"""How many different companies and people of a file would be new: counted with flat memory, and once however often a batch is repeated."""

import zlib
from collections.abc import Container, Iterable, Iterator

from contacts.people.models.person import fold_name
from fleetportal.core.db import fold
from intake.batches import RowPlan
from intake.models import Import
from intake.nouns.company import key_of as company_key
from intake.reading.company import CompanyFacts
from intake.reading.person import PersonFacts
from intake.reading.sheets import PEOPLE, Sheet

COUNTED_BYTES = 4 * 1024 * 1024  # of the list of what is new, held in memory at once
FILE = "new.txt"  # a line for each company (c) and person (p): the same line twice counts once


def note(run: Import, lines: set[str]) -> None:
    """Adds the new companies and people of a batch to the list."""
    if lines:
        with (run.folder / FILE).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n".replace("\x00", "") for line in sorted(lines))


def lines_of_all(plans: Iterable[RowPlan], sheet: Sheet, *, referred: Container[int]) -> set[str]:
    """What the list says of the new companies and people of a batch; those of rows in `referred` are described elsewhere."""
    return {line for plan in plans for line in lines_of(plan, sheet, counts_people=plan.row.number not in referred)}


def lines_of(plan: RowPlan, sheet: Sheet, *, counts_people: bool) -> Iterator[str]:
    """A line for each company and person that the row would make, the same for rows that mean the same one."""
    company = plan.row.one(CompanyFacts) or CompanyFacts()
    if plan.makes.get("company") == "new":
        by = company_key(company).replace("|", " ") if plan.row.said.leads else ""
        yield f"c {fold(company.name)}|{by}"
    for person, state in zip(plan.row.all(PersonFacts), plan.people, strict=False):
        if state == "new" and counts_people:
            mail = person.emails[0] if person.emails and sheet.kind == PEOPLE else ""
            yield f"p {fold_name(person.first_name, person.last_name)}|{fold(company.name)}|{mail}{person.external_id}"


def count_new(run: Import) -> dict[str, int]:
    """How many different companies and people would be new."""
    path = run.folder / FILE
    counts = {"company": 0, "person": 0}
    parts = path.stat().st_size // COUNTED_BYTES + 1 if path.exists() else 0
    for part in range(parts):  # lines with one name fall into one part: only that is held in memory
        with path.open(encoding="utf-8") as file:
            lines = {line.rstrip("\n") for line in file if zlib.crc32(line.rpartition("|")[0].encode()) % parts == part}
        described = {line.rpartition("|")[0] for line in lines if line.startswith("c ") and not line.endswith("|")}
        counts["company"] += sum(line.startswith("c ") and not (line.endswith("|") and line[:-1] in described) for line in lines)
        counts["person"] += sum(line.startswith("p ") for line in lines)
    return counts

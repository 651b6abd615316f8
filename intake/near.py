"""New companies of a file that look like one we have: said in the dry run, before anything is taken."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from fleetportal.core.db import fold
from intake.batches import Importer, RowPlan
from intake.models import Import
from intake.reading.cells import LEGAL_FORM
from intake.reading.company import CompanyFacts
from intake.reading.rows import Row

NO_LETTER = re.compile(r"[\W_]+")
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
SHORTEST = 5  # letters: shorter names are alike by chance


def core_of(name: str) -> str:
    """The name without legal form, signs and the ways to write an umlaut: "Kaeltetechnik" and "Kältetechnik GmbH" have the same."""
    text = fold(LEGAL_FORM.sub(" ", f" {name} "))
    for written, letter in UMLAUTS:
        text = text.replace(written, letter)
    return NO_LETTER.sub("", text)


def note_near(run: Import, importer: Importer, plans: Sequence[RowPlan]) -> dict[str, list[int]]:
    """Notes at the rows that would make a company whose name is nearly that of one in reach, and says which: [company, sheet, row] by name.

    Names that somebody called another company's are not noted. Costs 1 query for an import at most.
    """
    new = [plan for plan in plans if plan.makes.get("company") == "new" and not plan.row.is_rejected]
    asked = [(plan, facts.name) for plan in new if (facts := plan.row.one(CompanyFacts)) is not None and facts.name]
    if not asked:
        return {}
    known = names_for(import_key(run), importer)
    said: set[str] = set()
    alike: dict[str, list[int]] = {}
    for plan, name in asked:
        core = core_of(name)
        if core in said:
            continue
        said.add(core)
        company, as_known = known.get(core, (0, "")) if len(core) >= SHORTEST and name not in run.same_as else (0, "")
        if company and fold(as_known) != fold(name):
            plan.row.note("company.near", value=name, name=as_known)
            alike[name] = [company, plan.row.sheet, plan.row.number]
    return alike


def import_key(run: Import) -> tuple[int, str]:
    """By what `names_for` tells imports apart."""
    return run.pk, run.made_at.isoformat()


@lru_cache(maxsize=2)
def names_for(_run: tuple[int, str], importer: Importer) -> dict[str, tuple[int, str]]:
    """The companies in reach and their names, by the core of these, read once for an import in each process."""
    return {core_of(name): (pk, name) for pk, name in importer.companies.values_list("pk", "name")}


def settled(run: Import, importer: Importer) -> dict[str, CompanyFacts]:
    """By what the companies are known that somebody said the file means, by their names in the file. Costs 1 query where there are any."""
    meant = {name: pk for name, pk in run.same_as.items() if pk}
    known = importer.companies.in_bulk(meant.values()) if meant else {}
    return {
        name: CompanyFacts(name=one.name, postcode=one.postcode, vat_number=one.vat_number)
        for name, pk in meant.items()
        if (one := known.get(pk)) is not None
    }


def put_settled(row: Row, settled: Mapping[str, CompanyFacts]) -> None:
    """The company of the row becomes the one that somebody said it is."""
    facts = row.one(CompanyFacts)
    meant = settled.get(facts.name) if facts else None
    if facts and meant:
        for name, value in meant.told():
            setattr(facts, name, value)

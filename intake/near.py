"""New companies of a file that look like one we have: said in the dry run, before anything is taken."""

import re
from collections.abc import Sequence
from functools import lru_cache

from fleetportal.core.db import fold
from intake.batches import Importer, RowPlan
from intake.models import Import
from intake.reading.cells import LEGAL_FORM
from intake.reading.company import CompanyFacts

NO_LETTER = re.compile(r"[\W_]+")
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
SHORTEST = 5  # letters: shorter names are alike by chance


def core_of(name: str) -> str:
    """The name without legal form, signs and the ways to write an umlaut: "Kaeltetechnik" and "Kältetechnik GmbH" have the same."""
    text = fold(LEGAL_FORM.sub(" ", f" {name} "))
    for written, letter in UMLAUTS:
        text = text.replace(written, letter)
    return NO_LETTER.sub("", text)


def note_near(run: Import, importer: Importer, plans: Sequence[RowPlan]) -> None:
    """Notes at the rows that would make a company whose name is nearly that of one in reach. Costs 1 query for an import at most."""
    new = [plan for plan in plans if plan.makes.get("company") == "new" and not plan.row.is_rejected]
    asked = [(plan, facts.name) for plan in new if (facts := plan.row.one(CompanyFacts)) is not None and facts.name]
    if not asked:
        return
    known = names_for((run.pk, run.made_at.isoformat()), importer)
    said: set[str] = set()
    for plan, name in asked:
        core = core_of(name)
        if core in said:
            continue
        said.add(core)
        if len(core) >= SHORTEST and core in known and fold(known[core]) != fold(name):
            plan.row.note("company.near", value=name, name=known[core])


@lru_cache(maxsize=2)
def names_for(_run: tuple[int, str], importer: Importer) -> dict[str, str]:
    """The names in reach by their core, read once for an import in each process."""
    return {core_of(name): name for name in importer.companies.values_list("name", flat=True)}

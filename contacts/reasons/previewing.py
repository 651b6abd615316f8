"""What would change today if a rule applied otherwise: how many reasons come or go, and where they stand among the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from typing import TYPE_CHECKING

from accounts.models import Company
from contacts.reasons.computing import ReasonRow, Suggestions, Worth, rows_of
from contacts.reasons.models import Reason
from contacts.reasons.rule import Rule
from contacts.reasons.switches import Switches

if TYPE_CHECKING:
    from accounts.models import User

LOOKED_AT = 2000  # companies of which the rule is asked
FIRST = 100  # the reasons that a day begins with
NAMED = 5


@dataclass(frozen=True)
class RulePreview:
    """The reasons of a rule at centres that the user administers, as it applies now and as it would."""

    before: int
    after: int
    first_before: int  # of the FIRST most valuable reasons there
    first_after: int
    every: int  # above 1: only every so many-th company was looked at, and the figures are estimates
    come: list[tuple[Company, str]]  # some of them, with their sentence
    go: list[tuple[Company, str]]

    @property
    def is_estimate(self) -> bool:
        return self.every > 1


def preview(rule: Rule, now: Switches, then: Switches, *, by: "User", on: date) -> RulePreview:
    """What changes on that day if `then` applied and not `now`, at the centres that `by` administers; of very many companies an estimate
    from LOOKED_AT. Nothing is changed. Costs the queries of the rule and 6."""
    mine = Company.objects.filter(centre__in=by.rights.centres("administer"))
    every = max(1, -(-mine.count() // LOOKED_AT))
    ids = list(mine.order_by("pk").values_list("pk", flat=True))[::every]
    companies = Company.objects.filter(pk__among=ids)
    worth = {pk: Worth(*rest) for pk, *rest in companies.values_list("pk", "tier", "phase", "centre_id")}  # type: ignore[arg-type]
    before, after = (found(rule, companies, worth, switches, on=on) for switches in (now, then))
    others = Reason.objects.filter(company__among=ids).exclude(rule=rule.name).open(on=on, to=by).in_order()
    weights = list(others.values_list("weight", flat=True)[:FIRST])
    told = set(Company.objects.where(by, may="serve_customers").filter(pk__among=ids).values_list("pk", flat=True))
    return RulePreview(
        before=every * len(before),
        after=every * len(after),
        first_before=among_first(before.values(), weights),
        first_after=among_first(after.values(), weights),
        every=every,
        come=named(rule, [row for key, row in after.items() if key not in before], told),
        go=named(rule, [row for key, row in before.items() if key not in after], told),
    )


def found(rule: Rule, companies: object, worth: dict[int, Worth], switches: Switches, *, on: date) -> dict[str, ReasonRow]:
    rows = rows_of(rule, companies, worth, Suggestions(companies, on), switches, on=on, also_off=False)
    return {row.key: row for row in rows}


def among_first(rows: Iterable[ReasonRow], others: list[int]) -> int:
    """How many of these reasons are among the FIRST, if the other reasons weigh as much as `others`; of two equal ones the others are."""
    best = nlargest(FIRST, [*((weight, 1, 0) for weight in others), *((row.weight, 0, 1) for row in rows)])
    return sum(one for _weight, _order, one in best)


def named(rule: Rule, rows: list[ReasonRow], told: set[int]) -> list[tuple[Company, str]]:
    """The most valuable of these reasons at companies that the user serves, each with its sentence. 1 query."""
    best = nlargest(NAMED, (row for row in rows if row.company_id in told), key=lambda row: (row.weight, -row.company_id))
    companies = Company.objects.in_bulk({row.company_id for row in best})
    return [(companies[row.company_id], rule.sentence(row.facts)) for row in best]

"""Whom a round is for: companies or people of a list, or the reasons of today."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from accounts.models import Company, in_reach
from contacts.people.models.roles import GROUPS
from contacts.reasons.computing import Suggestions
from contacts.reasons.models import Reason
from contacts.reasons.rule import rules
from contacts.rounds.models import LEAD
from contacts.rounds.sifting import Candidate

if TYPE_CHECKING:
    from accounts.models import User

REASONS_AT_ONCE = 200


def of_companies(companies: Sequence[int], group: str, *, by: "User", on: date) -> list[Candidate]:
    """The person of `group` to contact at each of `companies`, of those that `by` serves. Costs 3 queries."""
    served = Company.objects.filter(pk__among=list(companies)).filter(pk__in=in_reach(by, may=LEAD)).order_by("name_folded", "pk")
    suggest = Suggestions(served.order_by(), on)
    found = [Candidate(company, suggest.person(group, company), group) for company in served.values_list("pk", flat=True)]
    return with_reasons(found, by=by, on=on)


def of_people(people: Sequence[int], *, by: "User", on: date) -> list[Candidate]:
    """These people, each by their most important role at a company that `by` serves. Costs 4 queries."""
    served, found = in_reach(by, may=LEAD), dict[int, Candidate]()
    for group, model in GROUPS.items():
        roles = model._default_manager.running(on=on).filter(person__among=list(people), company__in=served).order_by("pk")
        for person, company in roles.values_list("person_id", "company_id"):
            found.setdefault(person, Candidate(company, person, group))
    return with_reasons([found[person] for person in people if person in found], by=by, on=on)


def of_today(*, by: "User", on: date, group: str = "") -> list[Candidate]:
    """Whoever is in today's queue of `by`, the most valuable reason of each person. Costs 1 query."""
    reasons = Reason.objects.visible_to(by).open(on=on, to=by).exclude(person=None).in_order()
    reasons = reasons.of_group(group) if group else reasons  # a word that is no group matches nobody
    found: dict[int | None, Candidate] = {}
    for reason in reasons[:REASONS_AT_ONCE]:
        found.setdefault(reason.person_id, for_reason(reason))
    return list(found.values())


def for_reason(reason: Reason) -> Candidate:
    is_private = reason.rule in rules and rules[reason.rule].is_private  # nothing of it goes to outside agents
    told = {} if is_private else {"rule": reason.rule, "facts": reason.facts}
    facts = {**told, "reason_key": reason.key, "weight": reason.weight}
    return Candidate(reason.company_id, reason.person_id, reason.group, **facts)


def with_reasons(candidates: Iterable[Candidate], *, by: "User", on: date) -> list[Candidate]:
    """The candidates, each with the most valuable open reason of that person there. Costs 1 query."""
    candidates = list(candidates)
    people = sorted({one.person for one in candidates if one.person is not None})
    best: dict[tuple[int, int | None], Reason] = {}
    for reason in Reason.objects.visible_to(by).open(on=on, to=by).filter(person__among=people).in_order():
        best.setdefault((reason.company_id, reason.person_id), reason)
    return [for_reason(best[one.company, one.person]) if (one.company, one.person) in best else one for one in candidates]

"""Runs a rule in both ways: over all companies, and by `explain` for each of them."""

from django.utils import timezone

from accounts.models import Company
from contacts.models import rules
from contacts.reasons.explaining import explain


def both_ways(rule: str, *companies: Company) -> set[tuple[int, int | None]]:
    """(company, person) by the rule over all companies; checks that `explain` for each company gives the same."""
    on = timezone.localdate()
    found = list(rules[rule].find(Company.objects.all(), on=on))
    every = {(one.company, getattr(one.person, "pk", one.person)) for one in found}
    alone = set()
    for company in companies:
        (answer,) = [one for one in explain(company, on=on) if one.rule.name == rule]
        alone |= {(company.pk, finding.reason.person_id) for finding in answer.findings}
    assert {company for company, _person in alone} == {company for company, _person in every}
    assert len(alone) == len(every)
    return every

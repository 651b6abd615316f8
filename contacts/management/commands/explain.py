from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Company
from contacts.reasons.card import ReasonCard, who_else
from contacts.reasons.explaining import Explanation, Finding, explain
from fleetportal.core import days
from fleetportal.core.db import fold

SHOWN = 10


class Command(BaseCommand):
    help = "Why a company is or is not in the queue today, rule by rule."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="id, VAT number or name")

    def handle(self, *args: object, company: str, **options: object) -> None:
        found = find(company)
        on = found.centre.today(timezone.now())
        self.stdout.write(f"{found} ({found.pk}), {found.get_tier_display() or 'no tier'}, {found.get_phase_display()}, on {on:%d %B %Y}")
        answers = explain(found, on=on, today=timezone.localdate())
        people = {finding.reason.person_id for answer in answers for finding in answer.findings if finding.reason.person_id}
        besides = who_else(sorted(people))
        for answer in answers:
            self.stdout.write("\n".join(lines(answer, besides)))
        waiting = [finding for answer in answers for finding in answer.findings if finding.is_in_queue]
        self.stdout.write(f"\nIn the queue with {len(waiting)} of {sum(len(answer.findings) for answer in answers)} reasons.")


def find(query: str) -> Company:
    """The one company that matches `query`. Raises CommandError that lists several."""
    companies = Company.objects.select_related("centre").order_by("name_folded", "pk")
    if query.isascii() and query.isdigit():
        named = companies.filter(pk=query[:18])
    else:
        named = companies.filter(vat_number=query.replace(" ", "").upper()) or companies.filter(name_folded=fold(query))
    found = list(named or companies.filter(name_folded__contains=fold(query))[: SHOWN + 1])
    if not found:
        raise CommandError(f"No company has the id, VAT number or name {query!r}.")
    if len(found) > 1:
        raise CommandError("Which one? " + ", ".join(f"{company} ({company.pk})" for company in found[:SHOWN]))
    return found[0]


def lines(answer: Explanation, besides: dict[int, list[str]]) -> list[str]:
    """The result of one rule: each reason with its person, weight and decision, or why there is none."""
    if answer.is_off:
        would = [f"  it would find: {ReasonCard(finding.reason).sentence}" for finding in answer.findings]
        return [f"\n{answer.rule.name}: off. {answer.why_off}", *would]
    if not answer.findings:
        return [f"\n{answer.rule.name}: no. {answer.rule.absent}"]
    return [f"\n{answer.rule.name}: yes", *(line for finding in answer.findings for line in lines_of(finding, besides))]


def lines_of(finding: Finding, besides: dict[int, list[str]]) -> list[str]:
    reason, card, decision = finding.reason, ReasonCard(finding.reason), finding.decision
    weights = " + ".join(f"{weight.words} {weight.points}" for weight in card.weights(reason.found_on))
    who = str(reason.person or "nobody known")
    told = [f"  {card.sentence}", f"    {who}; weight {reason.weight} = {weights}"]
    told += [f"    {words}" for words in besides.get(reason.person_id or 0, [])]
    if decision is not None:
        until = f"until {days.long(decision.until)}" if decision.until else "for this occasion"
        told.append(
            f"    not in the queue {until}: {decision.get_kind_display()} by {decision.by}{': ' + decision.why if decision.why else ''}"
        )
    return told

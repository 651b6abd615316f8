"""Why a company is or is not in the queue, rule by rule: it runs the same queries as the nightly computation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts.people.models.person import Person
from contacts.reasons.computing import Worth, rows
from contacts.reasons.models import Decision, Reason
from contacts.reasons.rule import Rule, rules
from contacts.reasons.switches import Switch, Switches
from fleetportal.core import days


@dataclass(frozen=True, slots=True)
class Finding:
    """A current reason, and the decision that hides it on that day, if there is one."""

    reason: Reason
    decision: Decision | None
    stored: int | None = None  # the id of the row, if it has been computed
    is_off: bool = False  # its rule is switched off there

    @property
    def is_in_queue(self) -> bool:
        return self.decision is None and not self.is_off


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result of one rule for a company; without findings the rule explains why."""

    rule: Rule
    findings: list[Finding]
    switch: Switch

    @property
    def is_off(self) -> bool:
        return not self.switch.is_on

    @property
    def why_off(self) -> str:
        """By which setting the rule does not apply there, in words; "" where it does."""
        setting = self.switch.setting
        if self.switch.is_on:
            return ""
        if setting is None:
            return _("This rule is switched off for companies of this tier unless an administrator switches it on.")
        day = days.long(timezone.localtime(setting.changed_at).date())
        values = {"day": day, "who": str(setting.changed_by or _("nobody known"))}
        values |= {"centre": str(setting.centre or _("every centre")), "tier": str(setting.get_tier_display() or _("every tier"))}
        return _("Switched off by %(who)s on %(day)s for %(centre)s, %(tier)s.") % values


def explain(company: Company, *, on: date, today: date | None = None) -> list[Explanation]:
    """What each rule finds for `company` on that day, computed directly, and what keeps it out of the queue of `today`.

    `on` is the date at the company's centre; `today` is the date used by the Today page, `on` by default. A rule that is switched
    off there says what it would find. Costs two queries for each rule and 5.
    """
    found: defaultdict[str, list[Reason]] = defaultdict(list)
    here = Company.objects.filter(pk=company.pk)
    switches = Switches()
    worth = {company.pk: Worth(company.tier, company.phase, company.centre_id)}
    for row in rows(here, worth, on=on, switches=switches, also_off=True):
        reason = row.as_reason(on=on)
        reason.company = company
        found[row.rule].append(reason)
    people = Person.objects.in_bulk({reason.person_id for reasons in found.values() for reason in reasons if reason.person_id})
    for reason in (reason for reasons in found.values() for reason in reasons):
        reason.person = people.get(reason.person_id) if reason.person_id else None
    every = Decision.objects.filter(company=company).select_related("by", "given_to").order_by("at")
    hidden = [decision for decision in every if decision.hides_others(on=today or on)]
    stored = dict(Reason.objects.filter(company=company).values_list("key", "pk"))
    decisions = {decision.key: decision for decision in every if decision.is_in_force(on=today or on)}
    answers = []
    for rule in rules:
        switch = switches.of(rule, company.centre_id, company.tier)
        findings = [
            Finding(reason, decisions.get(reason.key) or of_card(reason, hidden), stored.get(reason.key), not switch.is_on)
            for reason in found[rule.name]
        ]
        answers.append(Explanation(rule, findings, switch))
    return answers


def of_card(reason: Reason, hidden: list[Decision]) -> Decision | None:
    """The decision on another reason for the same person that hides this one with it."""
    return next((one for one in hidden if one.person_id and one.person_id == reason.person_id and one.on >= reason.found_on), None)

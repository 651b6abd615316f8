"""Reasons and tasks, as the rules and verbs make them."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Company, User
from contacts.models import Group, Interaction, Person, Reason, Task
from contacts.reasons.computing import compute
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_role


def make_reason(company: Company, *, rule: str = "contract_end", on: date | None = None, **facts: Any) -> Reason:
    """A reason of `rule` at `company`, found by its rule from facts made for it."""
    on = on or timezone.localdate()
    if rule == "contract_end":
        if not company.decision_makers.exists():
            make_role("decision_maker", company)
        make_vehicle(company, contract="lease", contract_ends_on=on + timedelta(days=100), **facts)
    elif rule == "coverage":
        make_vehicle(company, use="functional", **facts)
    else:
        make_silent(company, on=on, **facts)
    compute([company.pk], on=on)
    return Reason.objects.filter(company=company, rule=rule).latest("pk")


def make_silent(company: Company, *, on: date, group: str = Group.DECISION_MAKER, days: int = 800) -> Person:
    """A person at `company` whose last contact was `days` ago."""
    person = make_role(group, company).person
    then = timezone.now() - timedelta(days=days) - (timezone.localdate() - on)
    Interaction.log(company, person=person, channel="phone", outcome="reached", text="Spoke.", by=None, happened_at=then)
    return person


def make_task(company: Company, owner: User, *, title: str = "Send the price list", due_on: date | None = None, **facts: Any) -> Task:
    return Task.plan(company, title, due_on=due_on or timezone.localdate(), owner=owner, by=owner, **facts)

"""The reasons that a rule finds for one company."""

from datetime import UTC, date, datetime

from accounts.models import Company
from contacts.models import Interaction, Person, Reason
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute

DAY = date(2026, 11, 24)


def found(company: Company, rule: str, *, on: date = DAY) -> list[Reason]:
    compute([company.pk], on=on)
    return list(Reason.objects.filter(company=company, rule=rule).order_by("id"))


def sentences(company: Company, rule: str, *, on: date = DAY) -> list[str]:
    return [ReasonCard(reason).sentence for reason in found(company, rule, on=on)]


def spoke(person: Person, company: Company, on: date, *, outcome: str = "reached") -> Interaction:
    at = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
    return Interaction.log(company, person=person, channel="phone", outcome=outcome, text="", by=None, happened_at=at)

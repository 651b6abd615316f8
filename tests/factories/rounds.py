"""Contact rounds, as the verbs make them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Company, User
from contacts.models import ContactRound, Person, PersonAddress
from contacts.rounds.actions.planning import plan
from contacts.rounds.sifting import Candidate
from tests.factories.contacts import make_person, make_role


def make_reachable(company: Company, *, group: str = "decision_maker", phone: str = "+49 40 66969 100", **facts: Any) -> Person:
    """Somebody at `company`, a customer of ours, who may be called."""
    Company.objects.filter(pk=company.pk).update(phase="loyal")
    person = make_person(**facts)
    if phone:
        PersonAddress.enter(person, channel="phone", value=phone, by=None)
    make_role(group, company, person)
    return person


def candidates_of(people: Sequence[Person], company: Company, **facts: Any) -> list[Candidate]:
    return [Candidate(company.pk, person.pk, "decision_maker", **facts) for person in people]


def make_round(
    company: Company, people: Sequence[Person] | None = None, *, by: User, callers: Sequence[User] | None = None, **facts: Any
) -> ContactRound:
    """A running round with a stop for each of `people`, or for somebody new."""
    people = [make_reachable(company)] if people is None else people
    on: date = facts.pop("on", timezone.localdate())
    known = {"name": "Before the year ends", "goal": "Agree a meeting.", "starts_on": on, "ends_on": on + timedelta(days=30)}
    values = {**known, "centre": company.centre, "state": "running", **facts}
    return plan(values, candidates_of(people, company), callers=[by] if callers is None else callers, by=by, on=on)

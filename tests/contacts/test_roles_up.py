"""Whoever has a role at a company, and wherever a person has one: found from the few roles up, and the same as by asking each row."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Company
from contacts.hospitality import employers
from contacts.models import GROUPS, Person
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(north_ag: Company, south_ag: Company) -> list[Person]:
    """Somebody in each group at the first company, of the past, of the future, at the other company, at both, and with no role."""
    today = timezone.localdate()
    found = [make_person() for _turn in range(8)]
    for group, person in zip(GROUPS, found, strict=False):
        make_role(group, north_ag, person)
    make_role("driver", north_ag, found[3], starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    make_role("user", north_ag, found[4], starts_on=today + timedelta(days=1))
    make_role("user", south_ag, found[5])
    make_role("user", south_ag, found[6])
    make_role("decision_maker", north_ag, found[6], starts_on=today, ends_on=today)
    make_role("driver", north_ag, found[0])
    return found


def works_today(person: Person, company: Company) -> bool:
    today = timezone.localdate()
    return any(model._default_manager.running(on=today).filter(person=person, company=company).exists() for model in GROUPS.values())


def test_people_at_a_company_are_those_with_a_role_today(people: list[Person], north_ag: Company) -> None:
    slow = {person for person in people if works_today(person, north_ag)}
    assert set(Person.objects.at(north_ag)) == slow == {*people[:3], people[6]}
    assert Person.objects.at(north_ag).count() == 4


def test_employers_are_the_companies_of_the_roles_today_and_the_one_at_hand(
    people: list[Person], north_ag: Company, south_ag: Company
) -> None:
    for person in people:
        slow = {company for company in (north_ag, south_ag) if works_today(person, company)}
        assert set(employers(person, None)) == slow
        assert set(employers(person, south_ag)) == slow | {south_ag}


def test_neither_asks_each_person_or_company(people: list[Person], north_ag: Company) -> None:
    """A plan that asks row by row reads 560,000 people for one dossier."""
    for rows in (Person.objects.at(north_ag), employers(people[0], north_ag)):
        plan = rows.explain()
        assert "CORRELATED" not in plan
        assert "SubPlan" not in plan

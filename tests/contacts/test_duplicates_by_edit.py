"""Possible duplicates are found by whatever way the facts arrive that make them alike (C19)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.customers.actions import companies
from accounts.models import Company, CompanyPair, TouchedCompany
from contacts.models import Person, PersonAddress, PersonPair
from contacts.people.actions import people
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def mend_name(person: Person) -> None:
    people.edit(person, by=None, last_name="Kern", first_name="Ute")


def mend_names(person: Person) -> None:
    people.edit_many([(person, {"last_name": "Kern", "first_name": "Ute"})], by=None)


@pytest.mark.parametrize("mend", [mend_name, mend_names])
def test_a_name_mended_makes_a_pair(mend: Callable[[Person], None]) -> None:
    make_person("Kern", first_name="Ute", email="ute@alpha.example")
    wrong = make_person("Kren", first_name="Eva", email="ute@alpha.example")
    assert not PersonPair.objects.exists()
    mend(wrong)
    assert PersonPair.objects.count() == 1


def test_a_date_of_birth_added_makes_a_pair() -> None:
    make_person("Kern", first_name="Ute", email="", born_on=date(1980, 5, 1))
    people.edit(other := make_person("Kern", first_name="Ute", email=""), by=None, born_on=date(1980, 5, 1))
    assert PersonPair.objects.get().other_id == other.pk


@pytest.mark.parametrize("way", ["enter", "enter_many", "edit"])
@pytest.mark.parametrize(("channel", "value"), [("email", "ute@alpha.example"), ("phone", "+49 171 5556677")])
def test_an_address_added_or_mended_makes_a_pair(way: str, channel: str, value: str) -> None:
    one, other = (make_person("Kern", first_name="Ute", email="") for _number in range(2))
    PersonAddress.enter(one, channel=channel, value=value, by=None)
    wrong = PersonAddress.enter(other, channel=channel, value=value.replace("e", "a").replace("7", "8"), by=None)
    assert not PersonPair.objects.exists()

    if way == "enter":
        PersonAddress.enter(other, channel=channel, value=value, by=None)
    elif way == "enter_many":
        PersonAddress.enter_many([PersonAddress(person=other, channel=channel, value=value)], by=None)
    else:
        wrong.edit(by=None, value=value)

    assert PersonPair.objects.count() == 1


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("facts", [{"vat_number": "DE136695976"}, {"name": "Alpha Bau GmbH"}, {"postcode": "20457"}])
def test_a_company_mended_makes_a_pair(facts: dict[str, Any], many: bool) -> None:
    known: dict[str, Any] = {"name": "Alpha Bau GmbH", "vat_number": "", "postcode": "20457"} | ({} if "vat_number" not in facts else facts)
    make_company(**known)
    other: Company = make_company(
        **({"name": "Beta", "vat_number": "", "postcode": "1"} | {k: v for k, v in known.items() if k not in facts})
    )
    if "vat_number" in facts:
        Company.objects.filter(pk=other.pk).update(name="Beta", postcode="1")
        other.refresh_from_db()
        CompanyPair.objects.all().delete()
    assert not CompanyPair.objects.exists()

    if many:
        companies.edit_many([(other, facts)], by=None)
    else:
        companies.edit(other, by=None, **facts)

    assert CompanyPair.objects.count() == 1


# --- people of one company with no address in common ---------------------------------------------------------------------------


def at_one_company(*names: tuple[str, str]) -> list[Person]:
    company = make_company()
    people_there = [make_person(last, first_name=first) for first, last in names]
    for person in people_there:
        make_role("user", company, person)
    TouchedCompany.objects.drain()
    return people_there


@pytest.mark.parametrize(
    ("one", "other", "is_pair"),
    [
        (("U.", "Kern"), ("Ute", "Kern"), True),
        (("U", "KERN"), ("Ute", "Kern"), True),
        (("", "Kern"), ("Ute", "Kern"), True),
        (("Ute", "Kern"), ("Ute", "Kern"), True),
        (("Hans-P.", "Voß"), ("Hans Peter", "Voss"), True),
        (("И.", "Петров"), ("Иван", "Петров"), True),
        (("R.", "Kern"), ("Ute", "Kern"), False),
        (("Uta", "Kern"), ("Ute", "Kern"), False),
        (("U.", "Kern"), ("Ute", "Holm"), False),
    ],
)
def test_a_shortened_name_at_the_same_company_makes_a_pair(one: tuple[str, str], other: tuple[str, str], is_pair: bool) -> None:
    first, second = at_one_company(one, other)
    assert list(PersonPair.objects.values_list("one", "other")) == ([(first.pk, second.pk)] if is_pair else [])


def test_at_two_companies_they_are_two_and_one_pair_is_listed_once() -> None:
    for company in (make_company(), make_company()):
        make_role("user", company, make_person("Kern", first_name="Ute"))
    TouchedCompany.objects.drain()
    assert not PersonPair.objects.exists()
    first, _second = at_one_company(("U.", "Holm"), ("Ute", "Holm"))
    make_role("driver", first.user_roles.get().company, first)
    TouchedCompany.objects.drain()
    assert PersonPair.objects.count() == 1


@pytest.mark.parametrize("mend", [mend_name, mend_names])
def test_a_name_mended_to_that_of_a_colleague_makes_a_pair(mend: Callable[[Person], None]) -> None:
    _known, wrong = at_one_company(("U.", "Kern"), ("Eva", "Kren"))
    mend(wrong)
    TouchedCompany.objects.drain()
    assert PersonPair.objects.get().found_by == "name"

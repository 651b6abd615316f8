"""Possible duplicates are found by whatever way the facts arrive that make them alike (C19)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.customers.actions import companies
from accounts.models import Company, CompanyPair
from contacts.models import Person, PersonAddress, PersonPair
from contacts.people.actions import people
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person

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

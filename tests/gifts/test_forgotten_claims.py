"""R36, R37: what was typed and counted for a wash goes with the person, and in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.models import Person
from contacts.people import person_data
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from gifts.actions.claiming import person_mark
from gifts.models import Allowance, Challenge, Programme
from gifts.tasks import expire_vouchers
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_voucher
from tests.gifts.claiming import ask, claim_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def uwe(north_ag: Company) -> Any:
    return make_role("driver", north_ag, make_person("Kröger", first_name="Uwe", email="uwe@nordhafen.example"))


def test_a_code_asked_for_at_an_address_of_the_person_is_forgotten_with_them(
    client: Client, shine: Programme, uwe: Any, anna: User
) -> None:
    page = claim_page(shine)
    ask(client, page, contact="Uwe+wash@nordhafen.example", name="Uwe")
    ask(client, page, contact="mirko@drivers.example")

    person_data.forget(uwe.person, by=anna)

    assert [one.address for one in Challenge.objects.all()] == ["mirko@drivers.example"]
    assert set(Message.objects.filter(template="gifts/mail/code").values_list("recipient", "state")) == {
        ("", "held_back"),
        ("mirko@drivers.example", "waiting"),
    }
    assert Link.objects.filter(scope="challenge", revoked_at=None).count() == 1


def test_what_a_person_took_is_forgotten_with_them(shine: Programme, uwe: Any, anna: User) -> None:
    make_voucher(shine, driver=uwe, claimed=True)
    mark = person_mark(Person.objects.get(pk=uwe.person_id))
    assert Allowance.objects.filter(mark=mark).exists()
    person_data.forget(uwe.person, by=anna)
    assert not Allowance.objects.filter(mark=mark).exists()


def test_what_was_counted_ends_a_month_after_its_period(shine: Programme) -> None:
    today = timezone.localdate()
    before = today.replace(day=1) - timedelta(days=1)
    kept = [f"{today:%Y-%m}", f"{today.year}-Q{(today.month + 2) // 3}", str(today.year), f"{today - timedelta(days=31):%Y-%m}"]
    old = [f"{today - timedelta(days=75):%Y-%m}", f"{today.year - 2}-Q4", str(before.year - 2)]
    for number, period in enumerate([*kept, *old, "always"]):
        Allowance.objects.create(programme=shine, period=period, mark=f"{number:064d}", taken=1)
    expire_vouchers()
    assert set(Allowance.objects.values_list("period", flat=True)) == {*kept, "always"}
    Programme.objects.update(starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=40))
    expire_vouchers()
    assert set(Allowance.objects.values_list("period", flat=True)) == set(kept)

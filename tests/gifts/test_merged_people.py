"""Two records of one human are merged: what was taken this period counts (L4), and so does the stricter address (L3)."""

from typing import Any

import pytest
from django.db import transaction

from contacts.models import AddressState, PersonAddress
from contacts.people.person_data import to_move
from gifts.actions.claiming import person_mark
from gifts.models import Allowance, Claim
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_programme, make_voucher

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("both", [False, True])
def test_allowances_go_along(north_ag: Any, both: bool) -> None:
    programme = make_programme(north_ag.centre)
    kept, duplicate = (make_role("driver", north_ag, make_person("Mirko", email=email)) for email in ("a@x.example", "b@x.example"))
    for driver in (kept, duplicate) if both else (duplicate,):
        make_voucher(programme, driver=driver, claimed=True)

    with transaction.atomic():
        to_move["gifts.claim"](duplicate.person, kept.person)

    assert Allowance.objects.get(mark=person_mark(kept.person)).taken == (2 if both else 1)
    assert not Allowance.objects.filter(mark=person_mark(duplicate.person)).exists()
    assert all(person_mark(kept.person) in claim.marks for claim in Claim.objects.all())
    assert not Allowance.objects.is_left(programme, Claim.objects.first().period, person_mark(kept.person))


@pytest.mark.parametrize(
    ("kept_state", "other", "stays"),
    [
        ("confirmed", "withdrawn", "withdrawn"),
        ("unconfirmed", "bouncing", "bouncing"),
        ("bouncing", "withdrawn", "withdrawn"),
        ("withdrawn", "confirmed", "withdrawn"),
        ("bouncing", "unconfirmed", "bouncing"),
    ],
)
def test_the_stricter_state_of_an_address_stays(kept_state: str, other: str, stays: str) -> None:
    kept, duplicate = (make_person("Kern", email="ute@x.example") for _number in range(2))
    PersonAddress.objects.filter(person=kept).update(state=AddressState(kept_state))
    PersonAddress.objects.filter(person=duplicate).update(state=AddressState(other))

    with transaction.atomic():
        to_move["contacts.personaddress"](duplicate, kept)

    assert PersonAddress.objects.get().state == stays

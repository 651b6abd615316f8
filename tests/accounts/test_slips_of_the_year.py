"""A year that is a slip of the keyboard is refused by the form of a vehicle, as it is in a list."""

from datetime import date

import pytest
from django.test import Client

from accounts.customers.models import vehicle as typed
from accounts.models import Company, User, Vehicle
from intake.reading import vehicle as listed
from tests.factories.accounts import make_vehicle

pytestmark = pytest.mark.django_db


def test_a_day_in_another_century_is_refused_and_one_stored_before_stays(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    vehicle = make_vehicle(north_ag, plate="HH-AB 12", delivered_on=date(1900, 3, 1))
    path, plain = f"/vehicles/{vehicle.pk}/edit/", {"plate": "HH-AB 12", "use": "functional"}
    for name, day, words in (
        ("delivered_on", "2099-03-01", "too far ahead"),
        ("delivered_on", "1902-03-01", "too long ago"),
        ("contract_ends_on", "2099-03-01", "too far ahead"),
        ("contract_ends_on", "1901-03-01", "too long ago"),
    ):
        answer = client.post(path, {**plain, "delivered_on": "1900-03-01", name: day})
        assert answer.status_code == 422 and words in answer.content.decode(), (name, day)
    new = client.post(f"/companies/{north_ag.pk}/vehicles/new/", {**plain, "plate": "HH-AB 13", "delivered_on": "2099-03-01"})
    assert new.status_code == 422 and Vehicle.objects.get() == vehicle
    assert client.post(path, {**plain, "make": "VW", "delivered_on": "1900-03-01"}).status_code == 303


def test_form_and_list_agree_how_far_ahead_a_day_may_lie() -> None:
    assert (typed.DELIVERY_AHEAD, typed.CONTRACT_AHEAD) == (listed.AHEAD, listed.CONTRACT_AHEAD)

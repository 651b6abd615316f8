"""When a vehicle goes back: on a day gone by, and not before it was delivered."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from tests.factories.accounts import make_vehicle

pytestmark = pytest.mark.django_db


def test_a_return_ahead_or_before_the_delivery_is_refused_and_the_vehicle_stays(client: Client, anna: User, north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag, plate="HH-AB 12", delivered_on=date(2024, 3, 1))
    client.force_login(anna)
    for day, words in ((timezone.localdate() + timedelta(days=120), "in the future"), (date(2019, 3, 1), "before its delivery")):
        values = {"plate": "HH-AB 12", "use": "functional", "delivered_on": "2024-03-01", "given_back_on": day.isoformat()}
        answer = client.post(f"/vehicles/{vehicle.pk}/edit/", values)
        assert answer.status_code == 422 and words in answer.content.decode()
        vehicle.refresh_from_db()
        assert vehicle.given_back_on is None
    values = {"plate": "HH-AB 12", "use": "functional", "delivered_on": "2024-03-01", "given_back_on": timezone.localdate().isoformat()}
    assert client.post(f"/vehicles/{vehicle.pk}/edit/", values).status_code == 303


def test_no_writer_can_return_a_vehicle_before_its_delivery(north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag, plate="HH-AB 12", delivered_on=date(2024, 3, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        vehicle.edit(by=None, given_back_on=date(2024, 2, 29))
    vehicle.refresh_from_db()
    assert vehicle.given_back_on is None

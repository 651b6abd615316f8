"""Vehicles: the list, one vehicle, who has it and who drives it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User, Vehicle
from contacts.models import Holder, VehicleDriver
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_drive, make_holder, make_person, make_role

pytestmark = pytest.mark.django_db


def plates(client: Client, query: str = "") -> list[str]:
    return [vehicle.plate for vehicle in client.get(f"/vehicles/?{query}").context["rows"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    client: Client, anna: User, north_ag: Company, rows: int, django_assert_num_queries
) -> None:
    for _number in range(rows):
        make_holder(make_role("user", north_ag))
    client.force_login(anna)
    with django_assert_num_queries(5):
        page = client.get("/vehicles/")
    assert len(page.context["rows"]) == rows


def test_the_list_shows_own_vehicles_that_the_companies_still_have(
    client: Client, anna: User, north_ag: Company, south_ag: Company
) -> None:
    today = timezone.localdate()
    make_vehicle(north_ag, plate="HH-A 1", use="personal", contract_ends_on=today + timedelta(days=30))
    make_vehicle(north_ag, plate="HH-B 2", use="functional", delivered_on=today - timedelta(days=3))
    make_vehicle(north_ag, plate="HH-C 3", given_back_on=today)
    make_vehicle(south_ag, plate="M-KV 1")
    client.force_login(anna)
    assert plates(client) == ["HH-A 1", "HH-B 2"]
    assert plates(client, "back=yes") == ["HH-C 3"]
    assert plates(client, "use=personal") == ["HH-A 1"]
    assert plates(client, "ends=3") == ["HH-A 1"]
    assert plates(client, "delivered=28") == ["HH-B 2"]
    assert plates(client, "q=hhb2") == ["HH-B 2"]
    assert plates(client, f"company={south_ag.pk}") == []  # as of a company that does not exist
    assert "Kanarienvogel" not in client.get(f"/vehicles/?company={south_ag.pk}").content.decode()


def test_a_vehicle_shows_holder_and_drivers(client: Client, anna: User, north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag, plate="HH-A 1", use="personal", mileage_km=42_000)
    make_holder(make_role("user", north_ag, make_person("Matthiesen", first_name="Ingo")), vehicle)
    make_drive(make_role("driver", north_ag, make_person("Ilić", first_name="Mirko")), vehicle)
    client.force_login(anna)
    page = client.get(f"/vehicles/{vehicle.pk}/").content.decode()
    for words in ("HH-A 1", "Ingo Matthiesen", "Mirko Ilić", "42,000 km"):
        assert words in page


@pytest.mark.parametrize("end", ["", "edit/", "holder/", "drivers/new/"])
def test_a_foreign_vehicle_and_a_missing_one_are_not_there(
    client: Client, anna: User, emil: User, south_ag: Company, north_ag: Company, end: str
) -> None:
    foreign, own = make_vehicle(south_ag), make_vehicle(north_ag)
    client.force_login(anna)
    assert client.get(f"/vehicles/{own.pk}/{end}").status_code == 200
    for pk in (foreign.pk, 999_999):
        assert client.get(f"/vehicles/{pk}/{end}").status_code == 404
    client.force_login(emil)
    assert client.get(f"/vehicles/{own.pk}/{end}").status_code == 404


def test_a_vehicle_is_entered_and_edited(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"plate": "HH-NL 602", "vin": "wvw zzz 1jz xw 000 001", "make": "Pico", "model": "Van E", "use": "functional"}
    assert client.post(f"/companies/{north_ag.pk}/vehicles/new/", values).status_code == 303
    vehicle = Vehicle.objects.get()
    assert (vehicle.vin, vehicle.company) == ("WVWZZZ1JZXW000001", north_ag)
    edit = f"/vehicles/{vehicle.pk}/edit/"
    wrong = client.post(edit, {**values, "delivered_on": "2026-05-01", "contract_ends_on": "2026-04-01"})
    assert wrong.status_code == 422
    assert "before the delivery" in wrong.content.decode()
    assert client.post(edit, {**values, "delivered_on": "2026-05-01", "contract_ends_on": "2029-04-30"}).status_code == 303
    vehicle.refresh_from_db()
    assert vehicle.contract_ends_on == date(2029, 4, 30)


def test_the_same_plate_twice_is_refused_at_the_company_and_nowhere_else(
    client: Client, anna: User, north_ag: Company, south_ag: Company
) -> None:
    make_vehicle(north_ag, plate="HH-NL 602")
    make_vehicle(south_ag, plate="M-KV 1", vin="WVWZZZ1JZXW000001")
    client.force_login(anna)
    address = f"/companies/{north_ag.pk}/vehicles/new/"
    refused = client.post(address, {"plate": "hh nl602", "use": "functional"})
    assert refused.status_code == 422
    assert "already has a vehicle with this plate" in refused.content.decode()
    assert client.post(address, {"plate": "M-KV 1", "vin": "WVWZZZ1JZXW000001", "use": "functional"}).status_code == 303


def test_the_holder_changes_from_a_day_on(client: Client, anna: User, north_ag: Company, south_ag: Company) -> None:
    vehicle = make_vehicle(north_ag, use="personal")
    first = make_holder(make_role("user", north_ag), vehicle, starts_on=date(2024, 1, 1))
    second, stranger = make_role("user", north_ag), make_role("user", south_ag)
    client.force_login(anna)
    address = f"/vehicles/{vehicle.pk}/holder/"
    assert client.post(address, {"user": stranger.pk, "starts_on": "2026-02-01"}).status_code == 422
    assert client.post(address, {"user": second.pk, "starts_on": "2026-02-01"}).status_code == 303
    first.refresh_from_db()
    assert first.ends_on == date(2026, 1, 31)
    assert Holder.objects.get(user=second).starts_on == date(2026, 2, 1)


def test_a_period_that_is_taken_is_refused_in_words(client: Client, anna: User, north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag, use="personal")
    make_holder(make_role("user", north_ag), vehicle, starts_on=date(2026, 6, 1))
    client.force_login(anna)
    values = {"user": make_role("user", north_ag).pk, "starts_on": "2026-02-01"}
    answer = client.post(f"/vehicles/{vehicle.pk}/holder/", values)
    assert answer.status_code == 409
    assert "Someone else already has this vehicle during that period." in answer.content.decode()
    part = client.post(f"/vehicles/{vehicle.pk}/holder/", values, headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.content.decode()) == (409, False)
    assert Holder.objects.count() == 1


def test_drivers_come_and_go(client: Client, anna: User, boris: User, north_ag: Company) -> None:
    vehicle, driver = make_vehicle(north_ag), make_role("driver", north_ag)
    client.force_login(anna)
    assert client.post(f"/vehicles/{vehicle.pk}/drivers/new/", {"driver": driver.pk, "on": "2026-01-01"}).status_code == 303
    drive = VehicleDriver.objects.get()
    client.force_login(boris)
    assert client.post(f"/drives/{drive.pk}/end/").status_code == 404
    client.force_login(anna)
    assert client.get(f"/drives/{drive.pk}/end/").status_code == 405
    assert client.post(f"/drives/{drive.pk}/end/").status_code == 303
    drive.refresh_from_db()
    assert drive.ends_on == timezone.localdate()


def test_a_holder_from_a_day_out_of_our_times_is_asked_again(client: Client, anna: User, north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag)
    user = make_role("user", north_ag, make_person("Albers"))
    Holder.hand_over(vehicle, user, by=anna, starts_on=date(2026, 1, 1))
    client.force_login(anna)

    assert client.post(f"/vehicles/{vehicle.pk}/holder/", {"user": user.pk, "starts_on": "0001-01-01"}).status_code == 422


def test_a_delivery_on_a_day_out_of_our_times_is_asked_again(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"plate": "HH TW 2", "use": "functional", "delivered_on": "0026-03-01"}
    assert client.post(f"/companies/{north_ag.pk}/vehicles/new/", values).status_code == 422


def test_a_mileage_that_no_column_holds_is_asked_again(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"plate": "HH TW 2", "use": "functional", "mileage_km": "9" * 30}

    assert client.post(f"/companies/{north_ag.pk}/vehicles/new/", values).status_code == 422

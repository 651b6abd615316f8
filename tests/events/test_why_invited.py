"""Why somebody is proposed is true of that person, and those held back can be opened (pages 31)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Company, User
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_drive, make_holder, make_person, make_role
from tests.factories.events import in_days, make_event, make_guest, make_invitation

pytestmark = pytest.mark.django_db


def reasons(client: Client, event: Any) -> dict[str, str]:
    page = client.get(reverse("events:proposal", args=[event.pk]))
    return {role.person.last_name: why for role, why in page.context["roles"]}


def test_a_user_is_proposed_for_the_contract_of_the_own_car(client: Client, carla: User, north_ag: Company) -> None:
    event = make_event(north_ag.centre, contract_ends_within_months=12)
    client.force_login(carla)
    ends = timezone.localdate() + timedelta(days=90)
    for name, days in (("Kern", 0), ("Holm", 30)):
        user = make_guest(north_ag, last_name=name).user_roles.get()
        make_holder(user, make_vehicle(north_ag, plate=f"HH-{name} 1", contract="lease", contract_ends_on=ends + timedelta(days=days)))

    said = reasons(client, event)

    assert said["Kern"] == f"Lease of HH-Kern 1 ends on {date_format(ends, 'DATE_FORMAT')}"
    assert said["Holm"] == f"Lease of HH-Holm 1 ends on {date_format(ends + timedelta(days=30), 'DATE_FORMAT')}"


def test_a_decision_maker_is_proposed_for_the_contract_that_ends_first(client: Client, carla: User, north_ag: Company) -> None:
    event = make_event(north_ag.centre, contract_ends_within_months=6, audience="decision_makers")
    today = timezone.localdate()
    for plate, days in (("HH-L 2", 60), ("HH-L 1", 20), ("HH-L 0", 400)):
        make_vehicle(north_ag, plate=plate, contract="rental", contract_ends_on=today + timedelta(days=days))
    make_guest(north_ag, group="decision_maker", last_name="Kern")
    client.force_login(carla)
    assert reasons(client, event) == {"Kern": f"Contract of HH-L 1 ends on {date_format(today + timedelta(days=20), 'DATE_FORMAT')}"}


def test_otherwise_it_is_what_they_drive_or_decide(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    user = make_guest(north_ag, last_name="Kern")
    make_holder(user.user_roles.get(), make_vehicle(north_ag, make="VW", model="Passat", plate="HH-K 1"))
    driver = make_guest(north_ag, group="driver", last_name="Mirko")
    make_drive(driver.driver_roles.get(), make_vehicle(north_ag, make="MAN", model="TGE", plate="HH-M 1"))
    make_guest(north_ag, group="decision_maker", last_name="Holm", first_name="Ralf").decision_maker_roles.update(kind="owner")

    assert reasons(client, make_event(north_ag.centre)) == {"Kern": "Drives VW Passat, HH-K 1"}
    assert reasons(client, make_event(north_ag.centre, audience="drivers")) == {"Mirko": "Drives MAN TGE, HH-M 1"}
    assert reasons(client, make_event(north_ag.centre, audience="decision_makers")) == {"Holm": "owner"}


def test_those_held_back_can_be_opened(client: Client, carla: User, north_ag: Company, south_ag: Company) -> None:
    event = make_event(north_ag.centre, starts_at=in_days(28))
    make_guest(north_ag, consent=False, last_name="Silent")
    make_role("user", north_ag, make_person("Mute", email=""))
    promised = make_guest(north_ag, last_name="Promised")
    other = make_event(south_ag.centre, starts_at=in_days(30))
    make_invitation(other, promised, company=north_ag)
    make_guest(north_ag, last_name="Free")
    make_guest(south_ag, consent=False, last_name="Stranger")
    client.force_login(carla)

    page = client.get(reverse("events:held_back", args=[event.pk]))

    shown = {str(why): [person.last_name for person, _url, _company in rows] for why, rows, _event in page.context["groups"]}
    held = f"Held by Süd: {other}, {date_format(other.on, 'DATE_FORMAT')}"
    assert shown == {"Without consent": ["Silent"], "Without an e-mail address": ["Mute"], held: ["Promised"]}
    assert reverse("contacts:person", args=[promised.pk]) in page.content.decode()
    assert reverse("events:held_back", args=[event.pk]) in client.get(reverse("events:proposal", args=[event.pk])).content.decode()
    assert client.post(reverse("events:held_back", args=[event.pk])).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_held_back_cost_the_same_for_one_and_three(
    client: Client, carla: User, north_ag: Company, rows: int, django_assert_num_queries: Any
) -> None:
    event = make_event(north_ag.centre)
    for _row in range(rows):
        make_guest(north_ag, consent=False)
    client.force_login(carla)
    address = reverse("events:held_back", args=[event.pk])
    client.get(address)
    with django_assert_num_queries(5):
        client.get(address)


def test_nobody_opens_those_of_an_event_out_of_reach(client: Client, boris: User, north_ag: Company) -> None:
    client.force_login(boris)
    assert client.get(reverse("events:held_back", args=[make_event(north_ag.centre).pk])).status_code == 404

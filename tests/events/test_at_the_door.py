"""The door: an event of another day asks first, more may come than were announced, an old ticket opens, and guests come uninvited
(pages 17, F8, F16)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Company, User
from events.actions import registering
from events.models import CheckIn, Event, Registration
from fleetportal.core.links import Link
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest, make_registration

pytestmark = pytest.mark.django_db


def code(registration: Registration) -> str:
    return Link.objects.get(scope="ticket", subject_id=registration.pk).url


def at_the_door(client: Client, event: Event, page: str = "arrive", **data: Any) -> Any:
    return client.post(reverse(f"events:{page}", args=[event.pk]), data)


def let_it_begin(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=5), ends_at=timezone.now() + timedelta(hours=2))


@pytest.mark.parametrize("by", ["code", "guest"])
@pytest.mark.parametrize("days", [1, 15])
def test_an_event_of_another_day_asks_before_it_lets_in(client: Client, emil: User, north_ag: Company, by: str, days: int) -> None:
    event = make_event(north_ag.centre, starts_at=timezone.now() + timedelta(days=days))
    guest = make_registration(event, company=north_ag)
    client.force_login(emil)
    shown = {"code": code(guest)} if by == "code" else {"guest": guest.pk}

    asked = at_the_door(client, event, **shown)

    assert asked.status_code == 409 and not CheckIn.objects.exists()
    assert date_format(event.on, "DATE_FORMAT") in asked.content.decode() and 'name="any_day"' in asked.content.decode()
    assert at_the_door(client, event, any_day="1", **shown).status_code == 200
    assert CheckIn.objects.count() == 1


def test_on_its_day_and_while_it_runs_nobody_asks(client: Client, emil: User, north_ag: Company) -> None:
    event = make_event(north_ag.centre)
    guest = make_registration(event, company=north_ag)
    let_it_begin(event)
    client.force_login(emil)
    assert at_the_door(client, event, code=code(guest)).status_code == 200


def test_a_ticket_for_another_event_says_of_which_day(client: Client, emil: User, north_ag: Company) -> None:
    today, other = make_event(north_ag.centre), make_event(north_ag.centre, starts_at=timezone.now() + timedelta(days=40))
    guest = make_registration(other, make_guest(north_ag, last_name="Secret"), company=north_ag)
    client.force_login(emil)

    said = at_the_door(client, today, code=code(guest)).content.decode()

    assert f"Ticket for an event on {date_format(other.on, 'DATE_FORMAT')}" in said and "Secret" not in said


def test_more_may_come_than_were_announced(client: Client, emil: User, north_ag: Company) -> None:
    event = make_event(north_ag.centre)
    guest = make_registration(event, company=north_ag, party=4)
    let_it_begin(event)
    client.force_login(emil)
    at_the_door(client, event, guest=guest.pk)

    said = at_the_door(client, event, "fewer", arrival=CheckIn.objects.get().pk, heads=5)

    assert CheckIn.objects.get().heads == 5
    assert "out of 4" in said.content.decode()


def test_the_ticket_from_before_opens_the_registration_of_now(client: Client, emil: User, north_ag: Company) -> None:
    event, person = make_event(north_ag.centre), make_guest(north_ag)
    first = make_registration(event, person, company=north_ag)
    old = code(first)
    registering.cancel(first, by=None)
    second = make_registration(event, person, company=north_ag, party=2)
    let_it_begin(event)
    client.force_login(emil)

    assert at_the_door(client, event, code=old).status_code == 200
    assert CheckIn.objects.get().registration == second
    assert at_the_door(client, event, code=old).status_code == 409


def test_a_guest_without_invitation_comes_in_where_there_is_a_seat(
    client: Client, emil: User, north_ag: Company, south_ag: Company
) -> None:
    event = make_event(north_ag.centre, capacity=1)
    for company, name in ((north_ag, "Kern"), (north_ag, "Kernholz"), (south_ag, "Kernfremd")):
        make_role("user", company, make_person(name, email=""))
    let_it_begin(event)
    client.force_login(emil)
    page = client.get(reverse("events:check_in", args=[event.pk]), {"q": "kern"})
    assert [person.last_name for person in page.context["others"]] == ["Kern", "Kernholz"]
    kern, kernholz = page.context["others"]

    assert at_the_door(client, event, "walk_in", person=kern.pk, heads=1).status_code == 200
    assert at_the_door(client, event, "walk_in", person=kernholz.pk, heads=1).status_code == 409

    assert CheckIn.objects.get().registration.person == kern
    stranger = make_person("Fremd", email="")
    make_role("user", south_ag, stranger)
    assert at_the_door(client, event, "walk_in", person=stranger.pk, heads=1).status_code == 422

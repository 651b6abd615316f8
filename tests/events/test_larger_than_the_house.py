"""A party larger than all the seats there are would wait for ever, and everybody behind it (F1)."""

from typing import Any

import pytest
from django.test import Client

from events.actions import planning, registering
from events.models import Event, Registration, Status, TooManyGuests
from fleetportal.core.links import Link
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def seats(event: Event) -> tuple[int, int]:
    seating = event.seating()
    return seating.taken, seating.waiting


@pytest.mark.parametrize(("capacity", "party"), [(1, 2), (5, 6), (3, 4)])
def test_a_party_larger_than_the_house_is_refused_with_the_number_that_can_be_had(capacity: int, party: int) -> None:
    event = make_event(capacity=capacity)

    with pytest.raises(TooManyGuests) as refused:
        make_registration(event, party=party)

    assert refused.value.facts == {"most": capacity}
    assert not Registration.objects.exists()
    assert make_registration(event, party=1).is_seated


def test_a_waiting_party_does_not_grow_beyond_the_house() -> None:
    event = make_event(capacity=2)
    make_registration(event, party=2)
    waits = make_registration(event, party=1)

    with pytest.raises(TooManyGuests):
        registering.change(waits, by=None, party=3)
    with pytest.raises(TooManyGuests):
        registering.change(waits, by=None, party=event.largest_party + 1)
    registering.change(waits, by=None, party=2)

    assert seats(event) == (2, 1)


@pytest.mark.parametrize("overtaking_limit", [0, 2])
def test_a_party_that_no_longer_fits_into_the_house_holds_up_nobody(overtaking_limit: int) -> None:
    event = make_event(capacity=8, overtaking_limit=overtaking_limit)
    four = make_registration(event, party=4)
    six, two = make_registration(event, party=6), make_registration(event, party=5)
    planning.offer_seats(event.seating(), 5, by=None)

    registering.cancel(four, by=None)
    six.refresh_from_db()
    two.refresh_from_db()

    assert (six.status, two.status, seats(event)) == (Status.WAITING, Status.SEATED, (5, 0))
    registering.cancel(two, by=None)
    assert make_registration(event, party=3).is_seated, "nobody who can be seated waits"


def test_it_is_in_the_queue_again_once_it_shrinks_or_seats_are_added() -> None:
    event = make_event(capacity=8)
    make_registration(event, party=5)
    six, seven = make_registration(event, party=6), make_registration(event, party=6)
    planning.offer_seats(event.seating(), 5, by=None)
    assert seats(event) == (5, 0)

    registering.change(six, by=None, party=4)
    assert seats(event) == (5, 1)
    registering.cancel(seven, by=None)
    assert seats(event) == (5, 1)
    planning.offer_seats(event.seating(), 9, by=None)

    assert Registration.objects.get(pk=six.pk).is_seated
    assert seats(event) == (9, 0)


def path(invitation: Any, rest: str = "") -> str:
    link = Link.objects.get(scope="invitation", subject_id=invitation.pk)
    return f"/invitation/{link.token}/{rest}"


def test_the_form_offers_no_more_than_the_house_holds(client: Client) -> None:
    invitation = make_invitation(make_event(capacity=2, largest_party=6))

    shown = client.get(path(invitation)).content.decode()

    assert 'value="2"' in shown
    assert 'name="party" value="3"' not in shown


def test_whoever_types_more_is_told_how_many_there_are(client: Client) -> None:
    invitation = make_invitation(make_event(capacity=2, largest_party=6))

    said = client.post(path(invitation), {"party": 4, "_key": "a" * 32})

    assert said.status_code == 409
    assert "only 2 seats" in said.content.decode()
    assert not Registration.objects.exists()


def test_a_waiting_guest_reads_that_the_house_has_become_too_small(client: Client) -> None:
    event = make_event(capacity=4)
    make_registration(event, party=2)
    guest = make_guest()
    invitation = make_invitation(event, guest)
    make_registration(event, guest, party=4)
    planning.offer_seats(event.seating(), 3, by=None)

    assert "only 3 seats at this event" in client.get(path(invitation)).content.decode()


def test_more_seats_for_a_guest_than_there_are_is_refused_at_the_field(client: Client, carla: Any) -> None:
    client.force_login(carla)
    page = client.get("/events/new/")
    form = page.context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    data |= {"capacity": 5, "largest_party": 6, "location": "Hall", "_key": "b" * 32}

    said = client.post("/events/new/", data)

    assert said.status_code == 422
    assert set(said.context["form"].errors) == {"largest_party"}
    assert not Event.objects.exists()


def test_whoever_takes_seats_away_reads_what_becomes_of_the_waiting(client: Client, carla: Any, north: Any) -> None:
    event = make_event(north, capacity=8, largest_party=6)
    make_registration(event, party=4)
    make_registration(event, party=6)
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}

    said = client.post(f"/events/{event.pk}/edit/", data | {"capacity": 5, "largest_party": 5, "_shown": form.showing}, follow=True)

    assert event.seating().capacity == 5
    assert "1 waiting party is larger than the event now" in said.content.decode()

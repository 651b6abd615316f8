"""The page promises the seats that there are (pages 5), and says first what the guest did (pages 33)."""

import re
from typing import Any

import pytest
from django.test import Client

from events.actions import planning
from events.models import Event, Invitation, Registration
from fleetportal.core.links import Link
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def path(invitation: Invitation, rest: str = "") -> str:
    return f"/invitation/{Link.objects.get(scope='invitation', subject_id=invitation.pk).token}/{rest}"


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def said_for(page: str, size: int) -> list[str]:
    """What the page says while that size is chosen: in the note and on the button."""
    return [" ".join(found.split()) for found in re.findall(rf'<span class="say say{size}">(.*?)</span>', page)]


@pytest.mark.parametrize(("free", "fits"), [(1, 1), (2, 2), (5, 5)])
def test_note_and_button_say_for_each_size_what_becomes_of_it(client: Client, free: int, fits: int) -> None:
    event = make_event(capacity=8, largest_party=6)
    make_registration(event, party=6)
    planning.offer_seats(event.seating(), 6 + free, by=None)

    page = text(client, path(make_invitation(event)))

    for size in range(1, 7):
        note, button = said_for(page, size)
        if size <= fits:
            assert note == "Your seats are reserved as soon as you reply." and "waiting list" not in button
        else:
            assert "would wait together" in note and "can come now" in note and button == "Put us on the waiting list"


def test_seats_kept_for_who_waits_are_not_called_taken(client: Client) -> None:
    event = make_event(capacity=4)
    make_registration(event, party=2)
    make_registration(event, party=3)
    page = text(client, path(make_invitation(event)))
    assert "2 seats are kept for the waiting list" in page and "All seats are taken" not in page


def waiting(party: int = 3, **facts: Any) -> tuple[Event, Invitation, Registration]:
    event, guest = make_event(capacity=4, **facts), make_guest()
    make_registration(event, party=2)
    invitation = make_invitation(event, guest)
    return event, invitation, make_registration(event, guest, party=party, companions=["Katrin", "Jonte"], wishes="A high chair")


def test_who_waits_as_three_may_come_as_two_now(client: Client) -> None:
    _event, invitation, registration = waiting()
    page = text(client, path(invitation))
    assert "2 seats are free: 2 of us come now" in page
    data = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))

    client.post(path(invitation, "change/"), {name: value for name, value in data.items() if name != "csrfmiddlewaretoken"})

    now = Registration.objects.get(pk=registration.pk)
    assert (now.is_seated, now.party, now.companions, now.wishes) == (True, 2, ["Katrin"], "A high chair")


def test_only_the_first_of_the_queue_is_offered_that(client: Client) -> None:
    event, _invitation, _registration = waiting()
    guest = make_guest()
    second = make_invitation(event, guest)
    make_registration(event, guest, party=3)
    assert "come now" not in text(client, path(second))


def test_after_cancelling_the_page_begins_with_it(client: Client) -> None:
    event, guest = make_event(), make_guest()
    invitation = make_invitation(event, guest)
    make_registration(event, guest)
    client.post(path(invitation, "cancel/"), {"_key": "a" * 16})

    main = text(client, path(invitation)).partition("<main")[2]

    assert 0 < main.index("You told us you can’t come") < main.index("<h1>")
    assert "<img" not in main.partition("<h1>")[0]

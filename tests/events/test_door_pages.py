"""The door of an event: who is let in by ticket or by name, who is not and why."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Company, TouchedCompany
from contacts.models import Interaction
from events.actions import registering
from events.models import CheckIn, Registration
from fleetportal.core.links import Link
from tests.factories.events import make_event, make_guest, make_registration
from tests.statements import TRANSACTION, look_ups, new_rows, newest

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


TODAY = {"any_day": "1"}  # the event is weeks ahead, and the door was told that it is all right


def code(registration: Registration) -> str:
    return Link.objects.get(scope="ticket", subject_id=registration.pk).url


def test_a_ticket_opens_the_door_once_and_says_why_not_again(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    registration = make_registration(event, make_guest(north_ag, first_name="Thomas", last_name="Brandt"), company=north_ag, party=4)
    address = reverse("events:arrive", args=[event.pk])
    signed_in(client, emil)

    green, red = client.post(address, {"code": code(registration), **TODAY}), client.post(address, {"code": code(registration), **TODAY})

    assert (green.status_code, red.status_code) == (200, 409)
    assert "fp-door__say--ok" in text(green) and "Thomas Brandt" in text(green)
    assert "Already checked in at" in text(red) and "Emil" in text(red)
    assert CheckIn.objects.not_undone().get().heads == 4


def test_the_door_costs_what_it_did(client: Client, emil: Any, north_ag: Any, django_assert_num_queries: Any) -> None:
    """Session 1, user with rights 1, ticket, event and bar 1, the verb 1 (on SQLite 5), the answer kept 1; and the test's own savepoint.
    With the look-ups of foreign keys PostgreSQL counts 12."""
    event = make_event(north_ag.centre)
    ticket = code(make_registration(event, make_guest(north_ag), company=north_ag))
    signed_in(client, emil)
    before, sent = newest(CheckIn, Interaction, TouchedCompany), 5 if connection.vendor == "postgresql" else 9
    with django_assert_num_queries(sent + 2):
        assert client.post(reverse("events:arrive", args=[event.pk]), {"code": ticket, "_key": "one", **TODAY}).status_code == 200
    written = new_rows(CheckIn, Interaction, TouchedCompany, since=before)
    assert [type(row).__name__ for row in written] == ["CheckIn", "Interaction", "TouchedCompany", "Entry", "Answer"]
    assert TRANSACTION + 5 + look_ups(written) == 12
    assert Company.objects.get(pk=north_ag.pk).last_contact_at == Interaction.objects.get(kind="event.attended").happened_at


@pytest.mark.parametrize("case", ["another event", "waiting", "cancelled", "nonsense", "unknown"])
def test_red_for_what_holds_no_seat_here(client: Client, emil: Any, north_ag: Any, case: str) -> None:
    event = make_event(north_ag.centre, capacity=1)
    coming = make_registration(event, company=north_ag)
    says = {"nonsense": "W7K4 QD9P", "unknown": "http://testserver/ticket/" + "A" * 32 + "/"}.get(case, code(coming))
    if case == "another event":
        says = code(make_registration(make_event(north_ag.centre), company=north_ag))
    if case == "cancelled":
        registering.cancel(coming, by=None)
    data = {"guest": make_registration(event, company=north_ag).pk} if case == "waiting" else {"code": says}

    answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), data)

    assert answer.status_code == 409
    assert "fp-door__say--stop" in text(answer)
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("heads", ["0", "-1", "three", "2.5"])
def test_a_number_of_people_that_is_none_is_said_and_nobody_comes_in(client: Client, emil: Any, north_ag: Any, heads: str) -> None:
    event = make_event(north_ag.centre)
    coming = make_registration(event, make_guest(north_ag), company=north_ag, party=3)
    for who in ({"code": code(coming)}, {"guest": coming.pk}):
        answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {**who, "heads": heads})
        assert answer.status_code == 422
        assert f"“{heads}” is not a number of people" in text(answer) and "1 or more" in text(answer)
        assert "Not one of our tickets" not in text(answer)
    assert not CheckIn.objects.exists()


def test_a_guest_of_another_event_is_not_called_a_false_ticket(client: Client, emil: Any, north_ag: Any) -> None:
    event, elsewhere = make_event(north_ag.centre), make_registration(make_event(north_ag.centre), company=north_ag)
    answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {"guest": elsewhere.pk})
    assert answer.status_code == 422 and "Not a guest of this event" in text(answer)
    assert not CheckIn.objects.exists()


def test_two_letters_of_the_name_are_enough(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    for last_name in ("Überland", "Иванов", "Brandt"):
        make_registration(event, make_guest(north_ag, last_name=last_name), company=north_ag)

    for asked, found in (("üb", "Überland"), ("ueb", ""), ("иВ", "Иванов"), ("br", "Brandt")):
        page = text(signed_in(client, emil).get(reverse("events:check_in", args=[event.pk]), {"q": asked}))
        assert [name for name in ("Überland", "Иванов", "Brandt") if f"<b>Alex {name}</b>" in page] == ([found] if found else [])


def test_whoever_is_not_inside_yet_comes_first(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    inside, waiting = (make_registration(event, make_guest(north_ag, last_name=name), company=north_ag) for name in ("Abel", "Abelmann"))
    inside.check_in(by=emil)
    page = text(signed_in(client, emil).get(reverse("events:check_in", args=[event.pk]), {"q": "abel"}))
    assert 0 < page.index("<b>Alex Abelmann</b>") < page.index("<b>Alex Abel</b>")
    assert waiting.pk != inside.pk


def test_fewer_came_and_undo(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    registration = make_registration(event, company=north_ag, party=4)
    signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {"guest": registration.pk, **TODAY})
    arrival = CheckIn.objects.get()

    client.post(reverse("events:fewer", args=[event.pk]), {"arrival": arrival.pk, "heads": 2})
    assert CheckIn.objects.get().heads == 2
    client.post(reverse("events:undo_check_in", args=[event.pk]), {"arrival": arrival.pk})

    assert not CheckIn.objects.not_undone().exists()
    assert client.post(reverse("events:arrive", args=[event.pk]), {"guest": registration.pk, **TODAY}).status_code == 200


def test_a_guest_list_is_exported_with_a_reason_and_without_strangers(client: Client, carla: Any, north_ag: Any, south_ag: Any) -> None:
    event = make_event(north_ag.centre)
    make_registration(event, make_guest(north_ag, last_name="Brandt"), company=north_ag, wishes="=1+1")
    make_registration(event, make_guest(south_ag, last_name="Kanarienvogel"), company=south_ag)

    sheet = signed_in(client, carla).post(f"/events/guests/?event={event.pk}", {"_export": "csv", "reason": "For the door"})

    words = sheet.content.decode("utf-8-sig")
    assert "Brandt" in words and "Kanarienvogel" not in words
    assert ",=1+1" not in words


def test_the_door_finds_nobody_by_a_thousand_words_and_stays_open(client: Client, carla: Any, north: Any) -> None:
    event = make_event(north)
    client.force_login(carla)

    assert client.get(f"/events/{event.pk}/check-in/", {"q": " ".join(["a"] * 1500)}).status_code == 200


@pytest.mark.parametrize("field", ["day", "opens_on", "closes_on"])
@pytest.mark.parametrize("slip", ["0001-01-01", "0026-12-10", "9999-12-31"])
def test_a_day_out_of_our_times_is_asked_again(client: Client, dora: Any, north: Any, field: str, slip: str) -> None:
    event = make_event(north)
    signed_in(client, dora)
    at = event.starts_at.astimezone(event.zone)
    facts = {"title": event.title, "centre": north.pk, "day": f"{at:%Y-%m-%d}", "begins": f"{at:%H:%M}", "ends": "23:00", "capacity": "5"}

    answer = client.post(f"/events/{event.pk}/edit/", {**facts, field: slip})

    assert answer.status_code == 422
    assert "between 1900 and 2199" in text(answer)

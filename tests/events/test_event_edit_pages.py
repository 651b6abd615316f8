"""The form of an event: two who edit at once, and nights when the clocks change."""

import html
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.actions import planning
from events.models import Event
from fleetportal.core.audit import Entry
from fleetportal.core.web.forms import moment
from tests.accounts.test_two_editors import shown_by
from tests.factories.events import clocks_change, make_event

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def opened(client: Client, event: Event) -> tuple[str, dict[str, Any]]:
    """The address of the edit form, and its fields as a browser would send them back."""
    address = reverse("events:edit", args=[event.pk])
    page = client.get(address)
    form = page.context["form"]
    return address, {name: form[name].value() for name in form.fields if form[name].value() is not None} | {"_shown": shown_by(text(page))}


def test_who_edits_later_never_writes_unseen_over_who_was_first(client: Client, dora: Any, carla: Any, north: Any) -> None:
    event = make_event(north, capacity=40, published=False, title="Evening")
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, location="Hall 4", title="Long evening", capacity=80)

    late = client.post(address, {**fields, "title": "Short evening", "capacity": 40})

    page = html.unescape(text(late))
    assert late.status_code == 422
    assert "Carla Hellwege entered “Long evening” here a moment ago" in page
    assert "These other changes are new and will be kept: Location: Hall 4." in page
    shown = shown_by(text(late))
    assert client.post(address, {**fields, "title": "Short evening", "_shown": shown, "_keep-title": "mine"}).status_code == 303
    event = Event.objects.get()
    assert (event.title, event.location, event.seating().capacity) == ("Short evening", "Hall 4", 80)


def test_a_number_of_seats_that_another_has_set_is_asked_about(client: Client, dora: Any, carla: Any, north: Any) -> None:
    event = make_event(north, capacity=40, published=False)
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, capacity=80)

    late = client.post(address, {**fields, "capacity": 50})

    assert late.status_code == 422
    assert "Carla Hellwege entered “80” here" in html.unescape(text(late))
    again = {**fields, "capacity": 50, "_shown": shown_by(text(late))}
    assert client.post(address, {**again, "_keep-capacity": "theirs"}).status_code == 303
    assert event.seating().capacity == 80
    assert client.post(address, {**again, "_keep-capacity": "mine"}).status_code == 303
    assert event.seating().capacity == 50


@pytest.mark.parametrize(("keep", "hours"), [("mine", ("20:30", "21:00")), ("theirs", ("18:00", "20:00"))])
def test_beginning_and_end_are_one_persons(client: Client, dora: Any, carla: Any, north: Any, keep: str, hours: tuple[str, str]) -> None:
    day = timezone.localdate() + timedelta(days=30)
    starts_at, ends_at = (datetime.combine(day, clock, north.zone) for clock in (time(18), time(21)))
    event = make_event(north, published=False, starts_at=starts_at, ends_at=ends_at)
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, ends_at=ends_at - timedelta(hours=1))

    late = client.post(address, {**fields, "begins": "20:30"})

    assert late.status_code == 422
    again = {**fields, "begins": "20:30", "_shown": shown_by(text(late)), "_keep-ends": keep, "_keep-begins": keep}
    assert client.post(address, again).status_code == 303
    event = Event.objects.get()
    assert (f"{event.begins:%H:%M}", f"{event.ends:%H:%M}") == hours


def test_saving_what_was_shown_changes_nothing(client: Client, dora: Any, north: Any) -> None:
    closes = make_event(north).starts_at - timedelta(days=2, hours=3)
    event = make_event(north, registration_closes_at=closes, host=dora)
    address, fields = opened(signed_in(client, dora), event)
    entries = Entry.objects.count()

    assert client.post(address, fields).status_code == 303
    assert Entry.objects.count() == entries
    assert Event.objects.get(pk=event.pk).registration_closes_at == closes


@pytest.mark.parametrize("shown", ["{", '{"registration_closes_at": 7}', '{"registration_closes_at": "9999-99-99"}', "[]"])
def test_senseless_words_about_what_was_shown_break_nothing(client: Client, dora: Any, north: Any, shown: str) -> None:
    event = make_event(north, registration_closes_at=make_event(north).starts_at)
    address, fields = opened(signed_in(client, dora), event)

    assert client.post(address, {**fields, "_shown": shown, "title": "Evening"}).status_code in (303, 422)


@pytest.mark.parametrize(("begins", "ends", "field"), [("02:30", "04:00", "begins"), ("01:00", "02:59", "ends")])
def test_an_event_begins_and_ends_at_times_that_there_are(
    client: Client, dora: Any, north: Any, begins: str, ends: str, field: str
) -> None:
    event = make_event(north)
    address, fields = opened(signed_in(client, dora), event)

    answer = client.post(address, {**fields, "day": clocks_change(3).isoformat(), "begins": begins, "ends": ends})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: ["This time doesn’t exist on that day, because the clocks go forward."]}


def test_an_hour_that_comes_twice_is_the_first(north: Any) -> None:
    day = clocks_change(10)
    assert moment(day, time(2, 30), north.zone) == datetime.combine(day, time(0, 30), UTC)
    assert moment(day, time(3, 30), north.zone) == datetime.combine(day, time(2, 30), UTC)

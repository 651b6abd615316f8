"""Two events are not in one place at one time; whoever is second reads what is there and whom to ask."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import Centre, User
from events.actions import planning
from events.models import Area, Event, EventState, PlaceTaken
from tests.factories.events import make_event
from tests.races import race

pytestmark = pytest.mark.django_db


def beside(event: Event, hours: float = 1, **facts: Any) -> Event:
    """A draft that begins some hours after `event`."""
    known = {"location": event.location, "area": event.area, "starts_at": event.starts_at + timedelta(hours=hours)}
    return make_event(event.centre, published=False, **{**known, **facts})


@pytest.mark.parametrize("hours", [-2, -1, 0, 1, 2.25])
@pytest.mark.parametrize("area", [Area.WHOLE, Area.PART, Area.ELSEWHERE])
def test_the_second_is_not_published_there_at_that_time(north: Centre, anna: User, hours: float, area: str) -> None:
    first = make_event(north, host=anna, area=area, location="Hall 1")
    second = beside(first, hours, location="hall 1")

    with pytest.raises(PlaceTaken) as refused:
        planning.publish(second, by=None)

    assert first.title in str(refused.value) and str(anna) in str(refused.value)
    assert Event.objects.get(pk=second.pk).state == EventState.DRAFT


@pytest.mark.parametrize(
    ("first", "second", "may"),
    [
        ((Area.WHOLE, "Showroom"), (Area.PART, "Bar"), False),
        ((Area.PART, "Bar"), (Area.WHOLE, "Nord"), False),
        ((Area.PART, "Bar"), (Area.PART, "Wash"), True),
        ((Area.PART, "Nord"), (Area.PART, "Nord"), True),
        ((Area.ELSEWHERE, "Castle"), (Area.WHOLE, "Nord"), True),
        ((Area.ELSEWHERE, "Castle"), (Area.ELSEWHERE, "castle"), False),
    ],
)
def test_the_whole_house_excludes_its_parts_and_two_parts_go_together(north: Centre, first: Any, second: Any, may: bool) -> None:
    there = make_event(north, area=first[0], location=first[1])
    draft = beside(there, area=second[0], location=second[1])
    if may:
        planning.publish(draft, by=None)
    else:
        with pytest.raises(PlaceTaken):
            planning.publish(draft, by=None)


def test_one_after_the_other_called_off_or_elsewhere_is_no_clash(north: Centre, south: Centre) -> None:
    first = make_event(north)
    planning.publish(beside(first, 2.5), by=None)
    planning.publish(make_event(south, published=False, starts_at=first.starts_at), by=None)
    planning.call_off(first, by=None)
    planning.publish(beside(first, 0), by=None)


@pytest.mark.parametrize("change", ["time", "location", "centre"])
def test_a_published_event_does_not_move_onto_another(north: Centre, south: Centre, change: str) -> None:
    first = make_event(north, location="Hall 1", area=Area.PART)
    facts: dict[str, dict[str, Any]] = {
        "time": {"starts_at": first.starts_at + timedelta(days=1)},
        "location": {"location": "Hall 2"},
        "centre": {"centre": south},
    }
    known: dict[str, Any] = {"centre": north, "location": "Hall 1", "area": Area.PART, "starts_at": first.starts_at}
    second = make_event(**(known | facts[change]))
    onto = {
        "time": {"starts_at": first.starts_at, "ends_at": first.ends_at},
        "location": {"location": "Hall 1"},
        "centre": {"centre": north},
    }

    with pytest.raises(PlaceTaken):
        planning.edit(second, by=None, **onto[change])
    planning.edit(Event.objects.get(pk=second.pk), by=None, title="Words alone may change")


def test_the_form_names_what_is_there(client: Client, carla: User, north: Centre) -> None:
    client.force_login(carla)
    form = client.get("/events/new/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields} | {"location": "Hall 1"}
    client.post("/events/new/", data | {"title": "The first", "_key": "a" * 16})

    said = client.post("/events/new/", data | {"title": "The second", "_key": "b" * 16})

    assert (said.status_code, set(said.context["form"].errors)) == (422, {"location"})
    assert "The first" in str(said.context["form"].errors["location"])


def two_publish(north: Centre) -> list[Any]:
    first = make_event(north, published=False)
    acts: list[Callable[[], None]] = [partial(planning.publish, Event.objects.get(pk=one.pk), by=None) for one in (first, beside(first))]
    return race(*acts)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_published_at_once_one_gets_the_place(north: Centre) -> None:
    assert [type(one) for one in two_publish(north) if one] == [PlaceTaken]
    assert Event.objects.published().count() == 1


def test_the_canary_both_are_published_where_nobody_looks(north: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "refuse_taken", lambda event: None)
    first = make_event(north, published=False)
    for one in (first, beside(first)):
        planning.publish(one, by=None)
    assert Event.objects.published().count() == 2

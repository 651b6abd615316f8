"""The host of an event has no other and no meeting at the same time, nor is the event in a room that a meeting has."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import Centre, Company, User
from contacts.memory.actions import meetings
from contacts.memory.actions.free_times import free_times
from contacts.memory.models.meeting import SideBusy
from contacts.models import Meeting, MeetingState, TimeGone
from events.actions import booking, planning
from events.models import Area, Event, EventState, HostBusy
from tests.factories.accounts import make_user
from tests.factories.contacts import make_person
from tests.factories.events import make_event
from tests.factories.meetings import in_days
from tests.races import race

pytestmark = pytest.mark.django_db
AT = in_days(7) + timedelta(hours=2)
SIDES: dict[str, Any] = {"account_manager": None, "director": None, "decision_maker": None, "location": ""}


def evening(centre: Centre, host: User | None, *, published: bool = True, minutes: int = 0, **facts: Any) -> Event:
    """An event of two hours from AT, or some minutes later."""
    known: dict[str, Any] = {"area": Area.PART, "location": "Bar", "host": host} | facts
    starts_at = AT + timedelta(minutes=minutes)
    return make_event(centre, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), published=published, **known)


@pytest.mark.parametrize("side", ["account_manager", "director"])
@pytest.mark.parametrize(("minutes", "clashes"), [(-60, False), (-59, True), (0, True), (60, True), (119, True), (120, False)])
def test_no_meeting_is_fixed_or_proposed_while_a_side_hosts_an_event(
    north: Centre, south_ag: Company, side: str, minutes: int, clashes: bool
) -> None:
    host = make_user("host", last_name="Hosting")
    evening(north, host)
    moment = AT + timedelta(minutes=minutes)
    for act in (meetings.arrange, lambda company, moment, **sides: meetings.propose(company, [in_days(20), moment], **sides)):
        if clashes:
            with pytest.raises(SideBusy, match="at that time"):
                act(south_ag, moment, by=None, **(SIDES | {side: host}))
    if not clashes:
        assert meetings.arrange(south_ag, moment, by=None, **(SIDES | {side: host})).is_fixed


@pytest.mark.parametrize("side", ["account_manager", "director"])
@pytest.mark.parametrize(("minutes", "clashes"), [(-60, False), (-30, True), (90, True), (120, False)])
def test_no_event_is_published_while_its_host_has_a_meeting(
    north: Centre, south_ag: Company, side: str, minutes: int, clashes: bool
) -> None:
    host = make_user("host", last_name="Hosting")
    meetings.arrange(south_ag, AT + timedelta(minutes=minutes), by=None, **(SIDES | {side: host}))
    draft = evening(north, host, published=False)
    if not clashes:
        planning.publish(draft, by=None)
        return
    with pytest.raises(HostBusy, match="at that time"):
        planning.publish(draft, by=None)
    assert Event.objects.get(pk=draft.pk).state == EventState.DRAFT


@pytest.mark.parametrize("change", ["host", "time", "location"])
def test_a_published_event_takes_no_host_time_or_room_of_a_meeting(north: Centre, north_ag: Company, change: str) -> None:
    host = make_user("host", last_name="Hosting")
    meetings.arrange(north_ag, AT, by=None, **(SIDES | {"account_manager": host, "location": "Room 2"}))
    facts: dict[str, dict[str, Any]] = {"host": {"host": None}, "time": {"minutes": 300}, "location": {"host": None}}
    event = evening(north, **({"host": host} | facts[change]))
    before = event.host, event.starts_at, event.location
    onto: dict[str, dict[str, Any]] = {
        "host": {"host": host},
        "time": {"starts_at": AT, "ends_at": AT + timedelta(hours=1)},
        "location": {"location": "room 2"},
    }

    with pytest.raises(HostBusy):
        planning.edit(event, by=None, **onto[change])
    found = Event.objects.get(pk=event.pk)
    assert (found.host, found.starts_at, found.location) == before


def test_a_meeting_does_not_take_the_room_of_an_event(north: Centre, north_ag: Company) -> None:
    evening(north, None, location="Room 2")
    with pytest.raises(SideBusy, match="room 2"):
        meetings.arrange(north_ag, AT, by=None, **(SIDES | {"location": "room 2"}))
    assert meetings.arrange(north_ag, AT, by=None, **(SIDES | {"location": "Room 3"})).is_fixed


def test_drafts_and_events_called_off_take_nobody(north: Centre, south_ag: Company) -> None:
    host = make_user("host", last_name="Hosting")
    evening(north, host, published=False)
    planning.call_off(evening(north, host), by=None)
    assert meetings.arrange(south_ag, AT, by=None, **(SIDES | {"director": host})).is_fixed
    meetings.cancel(Meeting.objects.get(), by=None)
    planning.publish(evening(north, host, published=False), by=None)


def test_a_time_offered_before_the_event_is_no_longer_available(north: Centre, south_ag: Company) -> None:
    host = make_user("host", last_name="Hosting")
    meeting = meetings.propose(
        south_ag, [AT, in_days(20)], by=None, **(SIDES | {"account_manager": host, "decision_maker": make_person("Kern")})
    )
    planning.publish(evening(north, host, published=False), by=None)
    with pytest.raises(TimeGone):
        meetings.choose(meeting, AT)


def test_free_times_leave_out_the_evening_one_hosts(north: Centre, north_ag: Company, anna: User) -> None:
    on = north.today(AT)
    first = free_times(north_ag, decision_maker=None, account_manager=anna, on=on)
    event = make_event(north, starts_at=first[0], ends_at=first[0] + timedelta(hours=9), host=anna, area=Area.PART, location="Bar")
    assert first[0] not in free_times(north_ag, decision_maker=None, account_manager=anna, on=on)
    planning.call_off(event, by=None)
    assert free_times(north_ag, decision_maker=None, account_manager=anna, on=on) == first


def test_the_form_says_so_at_the_host(client: Client, north: Centre, north_ag: Company, carla: User) -> None:
    event = evening(north, None)
    meetings.arrange(north_ag, AT, by=None, **(SIDES | {"director": carla}))
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    response = client.post(f"/events/{event.pk}/edit/", data | {"host": carla.pk})
    assert response.status_code == 422
    assert "has a meeting at that time" in str(response.context["form"].errors["host"])


@pytest.mark.parametrize(("minutes", "clashes"), [(-120, False), (-119, True), (0, True), (119, True), (120, False)])
def test_nobody_hosts_two_events_at_once_whatever_the_centre(north: Centre, south: Centre, minutes: int, clashes: bool) -> None:
    host = make_user("host", last_name="Hosting")
    first = evening(south, host, title="Breakfast")
    draft = evening(north, host, published=False, minutes=minutes)
    if not clashes:
        planning.publish(draft, by=None)
        return
    with pytest.raises(HostBusy, match="Hosting hosts “Breakfast” at that time"):
        planning.publish(draft, by=None)
    free = evening(north, None, minutes=minutes, location="Garden")
    with pytest.raises(HostBusy):
        planning.edit(free, by=None, host=host)
    planning.edit(first, by=None, title="Brunch")  # its own time is not in its way
    planning.call_off(first, by=None)
    planning.publish(draft, by=None)


def test_the_form_says_of_another_event_so_too(client: Client, north: Centre, south: Centre, carla: User) -> None:
    evening(south, carla, title="Breakfast")
    event = evening(north, None)
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    response = client.post(f"/events/{event.pk}/edit/", data | {"host": carla.pk})
    assert "hosts “Breakfast” at that time" in str(response.context["form"].errors["host"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_events_published_at_once_one_gets_the_host(north: Centre, south: Centre) -> None:
    host = make_user("host", last_name="Hosting")
    drafts = [evening(centre, host, published=False) for centre in (north, south)]
    outcomes = race(*[partial(planning.publish, Event.objects.get(pk=draft.pk), by=None) for draft in drafts])
    assert [type(one) for one in outcomes if one] == [HostBusy]
    assert Event.objects.published().count() == 1


@pytest.mark.parametrize("state", [EventState.PUBLISHED, EventState.CANCELLED, EventState.DRAFT])
def test_no_event_is_planned_or_edited_past_the_checks_of_publishing(north: Centre, state: EventState) -> None:
    draft = evening(north, None, published=False)
    planned = partial(planning.plan, by=None, capacity=1, centre=north, title="Past", starts_at=AT, ends_at=AT + timedelta(hours=2))
    for act in (partial(planned, state=state), partial(planning.edit, draft, by=None, state=state)):
        with pytest.raises(TypeError):
            act()
    assert list(Event.objects.values_list("state", flat=True)) == [EventState.DRAFT]


def both_at_once(north: Centre, south_ag: Company) -> list[Any]:
    host = make_user("host", last_name="Hosting")
    draft = evening(north, host, published=False)
    meeting = meetings.propose(
        south_ag, [AT, in_days(20)], by=None, **(SIDES | {"account_manager": host, "decision_maker": make_person("Kern")})
    )
    acts: list[Callable[[], Any]] = [
        partial(planning.publish, Event.objects.get(pk=draft.pk), by=None),
        partial(meetings.choose, Meeting.objects.get(pk=meeting.pk), AT),
    ]
    return race(*acts)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_an_event_and_a_meeting_booked_at_once_one_gets_the_host(north: Centre, south_ag: Company) -> None:
    outcomes = both_at_once(north, south_ag)
    assert [type(one) for one in outcomes if one] in ([HostBusy], [TimeGone])
    booked = Event.objects.published().count() + Meeting.objects.filter(state=MeetingState.FIXED).count()
    assert booked == 1


def test_the_canary_both_are_booked_where_nobody_looks(north: Centre, south_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "booked_twice", lambda event: "")
    host = make_user("host", last_name="Hosting")
    meetings.arrange(south_ag, AT, by=None, **(SIDES | {"account_manager": host}))
    planning.publish(evening(north, host, published=False), by=None)
    assert Event.objects.published().count() == Meeting.objects.filter(state=MeetingState.FIXED).count() == 1

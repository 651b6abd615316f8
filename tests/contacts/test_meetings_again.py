"""A meeting proposed again keeps what was chosen last (F13, C9), nobody and no room is booked twice, and no untrue letter leaves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.memory.actions import meetings
from contacts.memory.models.meeting import SideBusy
from contacts.models import Interaction, Meeting, MeetingState, Person, PersonAddress, TimeGone
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.events.test_letters import entry
from tests.factories.accounts import make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.meetings import in_days, make_meeting
from tests.races import race

pytestmark = pytest.mark.django_db
A, B = [in_days(7), in_days(8)], [in_days(9), in_days(10)]


@pytest.fixture
def kern(north_ag: Company) -> Person:
    person = make_person("Kern", email="kern@nordhafen.example")
    make_role("decision_maker", north_ag, person)
    return person


def propose(company: Company, times: list[datetime], person: Person, by: User, **sides: Any) -> Meeting:
    return meetings.propose(company, times, decision_maker=person, account_manager=by, director=None, by=by, **sides)


def letters() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


def test_the_same_times_can_be_proposed_again_later(north_ag: Company, anna: User, kern: Person) -> None:
    for times in (A, B, A):
        propose(north_ag, times, kern, anna)
        propose(north_ag, times, kern, anna)

    assert len(letters()) == Interaction.objects.filter(kind="meeting.proposed").count() == 3
    last = Message.objects.latest("pk")
    assert f"{A[0].astimezone(north_ag.centre.zone):%H:%M}" in last.text


def test_times_that_reached_nobody_are_sent_once_there_is_an_address(north_ag: Company, anna: User) -> None:
    person = make_person("Ohne", email="")
    meeting = propose(north_ag, A, person, anna)
    assert (letters(), meeting.is_offer_told) == ([], False)
    assert not Interaction.objects.filter(kind="meeting.proposed").exists()

    PersonAddress.enter(person, channel="email", value="now@nordhafen.example", by=anna)
    for _again in range(2):
        propose(north_ag, A, Person.objects.get(pk=person.pk), anna)

    assert letters() == ["now@nordhafen.example"]


def test_what_was_chosen_last_counts(north_ag: Company, anna: User, carla: User, kern: Person) -> None:
    first = propose(north_ag, A, kern, anna)
    old_link = Link.objects.get(scope="meeting")
    other = make_person("Brandt", email="brandt@nordhafen.example")

    second = meetings.propose(north_ag, A, decision_maker=other, account_manager=anna, director=carla, by=anna, location="Room 2")

    assert (second.pk, second.decision_maker, second.director, second.location) == (first.pk, other, carla, "Room 2")
    assert letters() == ["kern@nordhafen.example", "brandt@nordhafen.example"]
    old_link.refresh_from_db()
    assert old_link.revoked_at is not None
    assert Link.objects.filter(scope="meeting", revoked_at=None).count() == 1


def test_a_fixed_meeting_of_another_decision_maker_leaves_the_old_calendar(north_ag: Company, anna: User, kern: Person) -> None:
    sides: dict[str, Any] = {"account_manager": anna, "director": None, "by": anna}
    meetings.arrange(north_ag, A[0], decision_maker=kern, **sides)
    meetings.arrange(north_ag, A[0], decision_maker=make_person("Brandt", email="brandt@nordhafen.example"), **sides)

    told = [(message.recipient.partition("@")[0], entry(message)[0]) for message in Message.objects.order_by("pk")]
    assert told == [("kern", "REQUEST"), ("kern", "CANCEL"), ("brandt", "REQUEST")]


def test_the_page_says_whether_a_letter_went(client: Client, north_ag: Company, anna: User) -> None:
    person = make_person("Ohne", email="")
    make_role("decision_maker", north_ag, person)
    client.force_login(anna)
    times = {f"on{n}": (timezone.localdate() + timedelta(days=20 + n)).isoformat() for n in (1, 2, 3)}
    data = {"decision_maker": person.pk, **times, **{f"at{n}": "10:00" for n in (1, 2, 3)}, "_key": "a" * 16}

    said = client.post(f"/meetings/new/{north_ag.pk}/", data, follow=True).content.decode()

    assert "There is no e-mail address" in said


@pytest.mark.parametrize("newer", ["other times", "chosen", "cancelled"])
def test_times_that_no_longer_hold_do_not_leave(north_ag: Company, anna: User, kern: Person, newer: str) -> None:
    meeting = propose(north_ag, A, kern, anna)
    acts: dict[str, Callable[[], object]] = {
        "other times": lambda: propose(north_ag, B, kern, anna),
        "chosen": lambda: meetings.choose(meeting, A[0]),
        "cancelled": lambda: meetings.cancel(meeting, by=anna),
    }
    acts[newer]()

    send_due()

    assert Message.objects.order_by("pk")[0].state == MessageState.HELD_BACK
    assert set(Message.objects.order_by("pk").values_list("state", flat=True)[1:]) <= {MessageState.SENT}


def test_the_organizer_stays_when_the_account_manager_changes(north_ag: Company, anna: User, carla: User, kern: Person) -> None:
    sides: dict[str, Any] = {"decision_maker": kern, "director": None, "by": anna}
    meetings.arrange(north_ag, A[0], account_manager=anna, **sides)
    meeting = meetings.arrange(north_ag, A[1], account_manager=carla, **sides)
    meetings.cancel(meeting, by=anna)

    assert len({str(entry(message)[1]["ORGANIZER"]) for message in Message.objects.all()}) == 1


# --- nobody and no room twice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", ["account_manager", "director", "decision_maker", "location"])
@pytest.mark.parametrize("minutes", [-59, -15, 0, 30, 59])
def test_nobody_and_no_room_is_booked_twice(north_ag: Company, south_ag: Company, north: Any, shared: str, minutes: int) -> None:
    south_ag.centre = north
    south_ag.save()
    known: dict[str, Any] = {
        "account_manager": make_user("m"),
        "director": make_user("d"),
        "decision_maker": make_person("Kern"),
        "location": "Room 2",
    }
    free: dict[str, Any] = dict.fromkeys(known) | {"location": ""}
    at = in_days(7) + timedelta(hours=2)
    meetings.arrange(north_ag, at, by=None, **known)

    for act in (meetings.arrange, lambda company, moment, **sides: meetings.propose(company, [in_days(20), moment], **sides)):
        with pytest.raises(SideBusy):
            act(south_ag, at + timedelta(minutes=minutes), by=None, **(free | {shared: known[shared]}))
    meetings.arrange(south_ag, at + timedelta(minutes=60 if minutes >= 0 else -60), by=None, **(free | {shared: known[shared]}))


def test_a_time_taken_meanwhile_is_no_longer_available(north_ag: Company, south_ag: Company, anna: User, kern: Person) -> None:
    first, second = propose(north_ag, A, kern, anna), propose(south_ag, A, make_person("Brandt"), anna)
    meetings.choose(first, A[0])

    with pytest.raises(TimeGone):
        meetings.choose(second, A[0])
    meetings.choose(second, A[1])


def test_the_name_of_the_house_is_no_room(north_ag: Company, north: Any) -> None:
    free: dict[str, Any] = {"account_manager": None, "director": None, "decision_maker": None}
    other = make_meeting(location=north.name).company
    other.centre = north
    other.save()

    meetings.arrange(north_ag, A[0], by=None, location=north.name, **free)
    assert meetings.arrange(other, A[0], by=None, location=north.name, **free).is_fixed


def two_choose(north_ag: Company, south_ag: Company, anna: User) -> list[Any]:
    offered = [propose(company, A, make_person(), anna) for company in (north_ag, south_ag)]
    return race(*[partial(meetings.choose, Meeting.objects.get(pk=meeting.pk), A[0]) for meeting in offered])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_choose_one_hour_at_once_one_gets_it(north_ag: Company, south_ag: Company, anna: User) -> None:
    outcomes = two_choose(north_ag, south_ag, anna)

    assert [type(one) for one in outcomes if one] == [TimeGone]
    assert Meeting.objects.filter(state=MeetingState.FIXED).count() == 1


def test_the_canary_both_get_it_where_nobody_looks(
    north_ag: Company, south_ag: Company, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meeting, "clash_at", lambda meeting, times: "")
    for company in (north_ag, south_ag):
        meetings.choose(propose(company, A, make_person(), anna), A[0])
    assert Meeting.objects.filter(state=MeetingState.FIXED).count() == 2


def test_a_form_shows_what_was_chosen_before(client: Client, north_ag: Company, anna: User, kern: Person) -> None:
    """Whoever only proposes other times keeps director and location, also of somebody who can't be chosen anew (F11)."""
    gone = make_user("gone", is_active=False)
    meetings.propose(north_ag, A, decision_maker=kern, account_manager=anna, director=gone, by=anna, location="Room 2")
    client.force_login(anna)
    form = client.get(f"/meetings/new/{north_ag.pk}/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields} | {"_key": "b" * 16}

    assert client.post(f"/meetings/new/{north_ag.pk}/", data).status_code == 303

    meeting = Meeting.objects.get()
    assert (meeting.decision_maker, meeting.director, meeting.location) == (kern, gone, "Room 2")

"""Invitations in waves: the highest tiers first, no more than a wave at once, the next one while seats are left."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User
from events.actions import inviting
from events.actions.figures import event_figures
from events.actions.inviting import WaveSent, invite, start_inviting
from events.models import Event, Invitation
from events.views.cockpit import next_step
from fleetportal.core.jobs.queue import Job
from tests.events.work import run_jobs
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_guest
from tests.races import race

pytestmark = pytest.mark.django_db
TIERS = ("bronze", "", "diamond", "gold", "silver", "platinum")


@pytest.fixture
def companies(north: Centre) -> list[Company]:
    """One of each tier, with one guest named after it."""
    found = [make_company(north, tier=tier) for tier in TIERS]
    for company in found:
        make_guest(company, last_name=company.tier or "none")
    return found


def event_of(north: Centre, **facts: Any) -> Event:
    known: dict[str, Any] = {"audience": "users", "invitations_per_wave": 2, "capacity": 4}
    return make_event(north, **(known | facts))


def names() -> list[str]:
    return sorted(Invitation.objects.values_list("person__last_name", flat=True))


def wave(event: Event, by: User, **facts: Any) -> None:
    after = Event.objects.values_list("invited_up_to", flat=True).get(pk=event.pk)
    start_inviting(Event.objects.select_related("centre", "host").get(pk=event.pk), by=by, after=after, **facts)
    run_jobs()


def test_the_highest_tiers_come_first_and_no_more_than_a_wave(north: Centre, carla: User, companies: list[Company]) -> None:
    event = event_of(north)
    expected = [["diamond", "platinum"], ["gold", "silver"], ["bronze", "none"]]
    for number in range(3):
        wave(event, carla)
        assert names() == sorted(name for group in expected[: number + 1] for name in group)
    wave(event, carla)
    assert len(names()) == 6


def test_a_second_press_sends_no_second_wave(client: Client, north: Centre, carla: User, companies: list[Company]) -> None:
    event = event_of(north)
    client.force_login(carla)
    for _press in range(2):
        response = client.post(f"/events/{event.pk}/invite/", {"after": "0"})
        run_jobs()
    assert response.status_code in (303, 409)
    assert client.post(f"/events/{event.pk}/invite/").status_code in (303, 409)  # nothing was shown
    run_jobs()
    assert names() == ["diamond", "platinum"]


def test_whoever_is_unticked_is_left_out_and_the_list_shows_the_wave_alone(
    client: Client, north: Centre, carla: User, companies: list[Company]
) -> None:
    event = event_of(north, invitations_per_wave=3)
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/proposal/")
    shown = [role.person.last_name for role, _why in page.context["roles"]]
    assert sorted(shown) == ["diamond", "gold", "platinum"]
    ticked = [role.person_id for role, _why in page.context["roles"] if role.person.last_name != "gold"]
    client.post(f"/events/{event.pk}/proposal/", {"shown": page.context["shown"], "invite": ticked, "after": "0", "_key": "k" * 16})
    run_jobs()
    assert names() == ["diamond", "platinum"]


def test_an_invitation_by_hand_does_not_wait_for_a_wave(north: Centre, carla: User, companies: list[Company]) -> None:
    event = event_of(north)
    guest = make_guest(companies[0], last_name="hand")
    invite(event, guest, company=companies[0], by=carla)
    assert names() == ["hand"]
    wave(event, carla)
    assert names() == ["diamond", "hand", "platinum"]


def test_the_next_wave_is_offered_when_the_silent_leave_seats(north: Centre, carla: User, companies: list[Company]) -> None:
    event = event_of(north, capacity=2)
    wave(event, carla)
    Invitation.objects.update(invited_at=timezone.now() - timedelta(days=1))

    def action() -> str:
        step = next_step(event_figures(Event.objects.select_related("centre", "host").get(pk=event.pk), carla))
        return step.action if step else ""

    Job.objects.all().delete()  # long ago
    assert "Invite" not in action()  # both may still come
    Invitation.objects.filter(person__last_name="diamond").update(declined_at=timezone.now())
    assert action() == "Invite the next 2 people"
    Invitation.objects.update(declined_at=None, invited_at=timezone.now() - timedelta(days=6))
    assert action() == "Invite the next 2 people"


def test_without_waves_everybody_is_invited_at_once(north: Centre, carla: User, companies: list[Company]) -> None:
    start_inviting(event_of(north, invitations_per_wave=None), by=carla)
    run_jobs()
    assert len(names()) == 6


def two_press(event: Event, by: User) -> list[Any]:
    mine = [Event.objects.select_related("centre", "host").get(pk=event.pk) for _number in range(2)]
    return race(*[partial(start_inviting, one, by=by, after=0) for one in mine])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_a_wave_at_once_one_does(north: Centre, carla: User, companies: list[Company]) -> None:
    event = event_of(north)
    assert [type(one) for one in two_press(event, carla)].count(WaveSent) == 1
    run_jobs()
    assert len(names()) == 2


def test_the_canary_two_waves_leave_where_nobody_looks(
    north: Centre, carla: User, companies: list[Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "begin_wave", lambda event, after: None)
    monkeypatch.setattr(inviting, "room_in_wave", lambda event: None)
    event = event_of(north)
    for _press in range(2):
        start_inviting(event, by=carla, after=0)
        run_jobs()
    assert len(names()) == 4

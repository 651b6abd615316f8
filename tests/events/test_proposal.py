"""Whom an event may invite, counted in one statement and shown in pages; who was unticked on any of them is left out."""

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.consent.models import reachable
from contacts.models import AddressState, Channel, Person, PersonAddress, Purpose
from events.actions import circle as circles
from events.actions.choosing import entitled_people
from events.actions.circle import Circle, circle
from events.actions.inviting import invite
from events.models import Event, Invitation
from events.views import proposal
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web.lists import paging
from tests.factories.accounts import make_company
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.events import make_event, make_guest, make_invitation

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="(shown|left_out|_key)" value="([^"]*)"')


def slow_circle(event: Event, user: Any) -> Circle:
    """The same by plain sets of people, one question after the other."""
    people = set(entitled_people(event, user))
    invited = {one.person for one in Invitation.objects.filter(event=event)}
    elsewhere = {one.person for one in Invitation.objects.exclude(event=event).filter(event__kind=event.kind, event__state="published")}
    addressed = {one.person for one in PersonAddress.objects.usable().filter(channel=Channel.EMAIL)}
    willing = set(reachable(Person.objects.all(), Channel.EMAIL, Purpose.INVITATIONS))
    free = people - invited
    return Circle(
        entitled=len(people),
        invitable=len((free & willing) - elsewhere),
        invited=len(people & invited),
        without_address=len(free - addressed),
        without_consent=len((free & addressed) - willing),
        invited_elsewhere=len(free & willing & elsewhere),
        too_many_messages=0,
    )


def crowd(north_ag: Any, south_ag: Any, event: Event, *, seed: int) -> None:
    """People of every kind at the centre: invited here, there, nowhere; with consent, without, taken back; with two roles or addresses."""
    chance = random.Random(seed)
    other = make_event(south_ag.centre, starts_at=event.starts_at + timedelta(days=3))
    for _turn in range(30):
        person = make_guest(north_ag, consent=chance.random() < 0.7)
        if chance.random() < 0.2:
            make_role("user", make_company(north_ag.centre), person)
        if chance.random() < 0.3:
            PersonAddress.enter(person, channel="email", value=f"second{person.pk}@customer.example", by=None)
        for goes in [(event, north_ag), (other, south_ag)]:
            if chance.random() < 0.2 and person.email and not person.holds.exists():
                invite(goes[0], person, company=goes[1], by=None)
        if chance.random() < 0.2:
            give_consent(person, is_given=False) if person.addresses.count() == 1 else None
        if chance.random() < 0.2:
            person.addresses.order_by("pk")[:1].get().edit(state=AddressState.BOUNCING, by=None)
    make_role("user", north_ag, make_person(email=""))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_circle_is_counted_as_by_plain_sets(north_ag: Any, south_ag: Any, anna: Any, carla: Any, seed: int) -> None:
    event = make_event(north_ag.centre)
    crowd(north_ag, south_ag, event, seed=seed)
    for user in (anna, carla):
        found = circle(event, user)
        assert found == slow_circle(event, user)
        assert found.entitled == found.invited + found.invitable + found.held_back
        assert min(found.invitable, found.without_consent, found.without_address, found.invited) > 0


def test_the_circle_costs_two_statements_and_while_it_is_remembered_one(
    north_ag: Any, carla: Any, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.KEEP_CIRCLE_SECONDS = 60
    event, _guest = make_event(north_ag.centre), make_guest(north_ag)
    assert carla.rights
    with django_assert_num_queries(2):
        first = circle(event, carla)
    with django_assert_num_queries(1):
        assert circle(event, carla) is first
    circles.remembered.clear()


def test_an_invitation_and_an_edited_event_show_at_once_and_nobody_gets_anothers_figures(
    north_ag: Any, anna: Any, carla: Any, settings: Any
) -> None:
    settings.KEEP_CIRCLE_SECONDS = 60
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    make_guest(make_company(north_ag.centre))
    assert (circle(event, carla).invitable, circle(event, anna).invitable) == (2, 1)
    invite(event, guest, company=north_ag, by=None)
    assert (circle(event, carla).invitable, circle(event, carla).invited) == (1, 1)
    event.audience = "drivers"
    assert circle(event, carla).entitled == 0
    circles.remembered.clear()


def test_the_circle_is_counted_again_once_its_time_is_over(north_ag: Any, carla: Any) -> None:
    event = make_event(north_ag.centre)
    assert circle(event, carla).entitled == 0
    make_guest(north_ag)
    assert circle(event, carla).entitled == 1


# --- pages -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposal, "SHOWN", 2)


@pytest.fixture
def five(north_ag: Any) -> list[Person]:
    """Five who may be invited, by name."""
    return [make_guest(north_ag, last_name=f"Guest {letter}") for letter in "ABCDE"]


def sent(page: Any, *, but: list[Person] | None = None) -> dict[str, Any]:
    """What a browser sends of the page's form, those of `but` unticked."""
    text = page.content.decode()
    boxes = re.findall(r'name="invite"\s+value="(\d+)"[^>]*?( checked)?>', text)
    left = {str(person.pk) for person in but or []}
    return {**dict(HIDDEN.findall(text)), "invite": [pk for pk, ticked in boxes if ticked and pk not in left]}


def names(page: Any) -> list[str]:
    return re.findall(r"Alex Guest ([A-Z])</a>", page.content.decode())


def button(page: Any, words: str) -> str:
    """The address that a page's button sends the form to; "" while it is disabled."""
    found = re.search(rf'formaction="([^"]*)" aria-label="{words}', page.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_who_was_unticked_on_any_page_is_left_out_and_all_others_are_invited(
    client: Client, carla: Any, north_ag: Any, five: list[Person], pages_of_two: None
) -> None:
    event = make_event(north_ag.centre)
    client.force_login(carla)
    first = client.get(reverse("events:proposal", args=[event.pk]))
    assert (names(first), "Invite the selected people (out of 5)" in first.content.decode()) == (["A", "B"], True)

    second = client.post(button(first, "Next page"), sent(first, but=[five[1]]))
    assert names(second) == ["C", "D"]
    again = client.post(button(second, "Previous page"), sent(second, but=[five[2]]))
    assert (names(again), sent(again)["invite"]) == (["A", "B"], [str(five[0].pk)])
    third = client.post(button(second, "Next page"), sent(second, but=[five[2]]))
    assert (names(third), button(third, "Next page")) == (["E"], "")

    answer = client.post(reverse("events:proposal", args=[event.pk]), sent(third))
    assert answer["Location"] == reverse("events:event", args=[event.pk])
    jobs.run_due()
    assert set(Invitation.objects.values_list("person", flat=True)) == {five[0].pk, five[3].pk, five[4].pk}


def test_whoever_is_ticked_again_is_invited_after_all(
    client: Client, carla: Any, north_ag: Any, five: list[Person], pages_of_two: None
) -> None:
    event = make_event(north_ag.centre)
    client.force_login(carla)
    first = client.get(reverse("events:proposal", args=[event.pk]))
    second = client.post(button(first, "Next page"), sent(first, but=five[:2]))
    again = client.post(button(second, "Previous page"), sent(second))
    assert sent(again)["invite"] == []
    client.post(reverse("events:proposal", args=[event.pk]), {**sent(again), "invite": [five[0].pk]})
    jobs.run_due()
    assert set(Invitation.objects.values_list("person", flat=True)) == {five[0].pk, five[2].pk, five[3].pk, five[4].pk}


def test_the_first_page_alone_invites_all_who_may_be(
    client: Client, carla: Any, north_ag: Any, five: list[Person], pages_of_two: None
) -> None:
    event = make_event(north_ag.centre)
    client.force_login(carla)
    address = reverse("events:proposal", args=[event.pk])
    client.post(address, sent(client.get(address)))
    jobs.run_due()
    assert set(Invitation.objects.values_list("person", flat=True)) == {person.pk for person in five}


def test_a_page_beside_somebody_who_is_gone_and_one_past_the_end_are_found_by_counting(
    client: Client, carla: Any, north_ag: Any, five: list[Person], pages_of_two: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(north_ag.centre)
    client.force_login(carla)
    address = reverse("events:proposal_page", args=[event.pk])
    make_invitation(event, five[1], company=north_ag)
    assert names(client.get(f"{address}?page=2&after={five[1].pk}")) == ["D", "E"]
    assert names(client.get(f"{address}?page=99")) == ["A", "C"]
    monkeypatch.setattr(paging, "SKIPPED_UP_TO", 2)
    with CaptureQueriesContext(connection) as asked:
        assert names(client.get(f"{address}?page=2")) == ["A", "C"], "too far down to be found by its number"
    assert not [question["sql"] for question in asked if "OFFSET" in question["sql"]]
    assert names(client.post(address, {"left_out": "1 x", "shown": ""})) == ["A", "C"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_proposal_costs_the_same_for_one_and_three(
    client: Client, carla: Any, north_ag: Any, rows: int, django_assert_num_queries: Any
) -> None:
    event = make_event(north_ag.centre)
    for _row in range(rows):
        make_guest(north_ag)
    client.force_login(carla)
    address = reverse("events:proposal", args=[event.pk])
    client.get(address)
    with django_assert_num_queries(8):  # one of them says why, row by row
        page = client.get(address)
    assert page.content.decode().count('name="invite"') == rows


def test_nobody_turns_the_pages_of_an_event_out_of_reach(client: Client, boris: Any, north_ag: Any, five: list[Person]) -> None:
    event = make_event(north_ag.centre)
    client.force_login(boris)
    for name in ("proposal", "proposal_page"):
        assert client.get(reverse(f"events:{name}", args=[event.pk])).status_code == 404
        assert client.post(reverse(f"events:{name}", args=[event.pk])).status_code == 404

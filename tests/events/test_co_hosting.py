"""A centre whose people another has asks to co-host; the other grants or refuses, else the clock does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company, User
from contacts.today.day import appointments
from events.actions import co_hosting, planning, requests
from events.actions.choosing import invitable
from events.actions.inviting import NotInviting, invite
from events.actions.sessions import remind_now
from events.models import AlreadyDecided, CoHosting, CoHostingState, Event, InvitationRequest
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.message import Message
from tests.factories.accounts import make_user
from tests.factories.contacts import make_role
from tests.factories.events import in_days, make_event, make_guest

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida(south_ag: Company) -> User:
    return make_user("ida", role="centre_manager", at=[south_ag.centre], home_centre=south_ag.centre, email="ida@house.example")


@pytest.fixture(autouse=True)
def written_to(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(email="anna@house.example")
    anna.email = "anna@house.example"


@pytest.fixture
def theirs(south_ag: Company, ida: User) -> Event:
    return make_event(south_ag.centre, title="Preview evening", host=ida)


@pytest.fixture
def ours(north_ag: Company) -> Event:
    return make_event(north_ag.centre, starts_at=in_days(33))


@pytest.fixture
def held(theirs: Event, ours: Event, north_ag: Company, south_ag: Company) -> Any:
    person = make_guest(north_ag, last_name="Brandt")
    make_role("user", south_ag, person)
    invite(theirs, person, company=south_ag, by=None)
    return person


def asked_by(event: Event, user: User, text: str = "Shall we?") -> CoHosting:
    return co_hosting.ask(event, user.home_centre, text=text, by=user)


def lines(user: User) -> list[str]:
    return [line.title for entry in appointments for line in entry(user, timezone.localdate())]


def letters(step: str) -> list[str]:
    return list(Message.objects.filter(template=f"events/mail/co_hosting_{step}").values_list("recipient", flat=True))


def test_the_page_asks_and_the_other_centre_is_told_once(
    client: Client, ours: Event, theirs: Event, held: Any, anna: User, ida: User
) -> None:
    client.force_login(anna)
    address = reverse("events:ask_to_co_host", args=[ours.pk])
    assert f"{address}?holder={theirs.pk}" in client.get(reverse("events:held_back", args=[ours.pk])).content.decode()
    assert "Held by Süd: Preview evening, " in client.get(address, {"holder": theirs.pk}).content.decode()

    for key in ("k" * 20, "l" * 20):
        answer = client.post(address, {"holder": theirs.pk, "text": "Shall we?", "_key": key})
        assert answer.status_code in (302, 303)

    asked = CoHosting.objects.get()
    assert (asked.event, asked.centre, asked.asked_by, asked.text, asked.state) == (theirs, ours.centre, anna, "Shall we?", "asked")
    assert letters("asked") == ["ida@house.example"]
    assert "Nord asks to co-host" in lines(ida)
    assert "Nord asks to co-host" not in lines(anna)


def test_only_an_event_that_has_somebody_can_be_asked_for(client: Client, ours: Event, theirs: Event, anna: User) -> None:
    client.force_login(anna)

    answer = client.post(reverse("events:ask_to_co_host", args=[ours.pk]), {"holder": theirs.pk, "text": "", "_key": "k" * 20})

    assert answer.status_code == 422
    assert not CoHosting.objects.exists()


def test_granted_the_other_centre_invites_its_own_people_and_opens_the_pages(
    client: Client, theirs: Event, north_ag: Company, anna: User, ida: User, carla: User
) -> None:
    guest = make_guest(north_ag)
    assert not invitable(theirs, anna).exists()
    assert not Event.objects.visible_to(anna).filter(pk=theirs.pk).exists()
    asked = asked_by(theirs, anna)
    client.force_login(ida)

    client.post(reverse("events:grant_co_hosting", args=[theirs.pk]), {"asked": asked.pk, "text": "Gladly.", "_key": "k" * 20})

    assert set(invitable(theirs, anna)) == {guest}
    assert invite(theirs, guest, company=north_ag, by=anna).event == theirs
    assert letters("answered") == [anna.email]
    assert "Gladly." in Message.objects.get(template="events/mail/co_hosting_answered").text
    assert lines(ida) == []
    for user, may in ((anna, "invite"), (carla, "check_in"), (carla, "meet_customers")):
        assert Event.objects.where(user, may=may).filter(pk=theirs.pk).exists(), may
    for may in ("run_events", "export"):
        assert not Event.objects.where(carla, may=may).filter(pk=theirs.pk).exists(), may
    client.force_login(carla)
    assert client.get(reverse("events:event", args=[theirs.pk])).status_code == 200
    assert client.get(reverse("events:edit", args=[theirs.pk])).status_code == 404
    assert "Preview evening" in client.get(reverse("events:list")).content.decode()


def test_who_asked_for_an_invitation_stays_with_the_host(client: Client, theirs: Event, anna: User, ida: User, south_ag: Company) -> None:
    requests.ask(theirs, by_mail="jana@asking.example", name="Jana", company_name="X", how_known="", language="en")
    co_hosting.grant(asked_by(theirs, anna), text="", by=ida)
    client.force_login(anna)

    assert not InvitationRequest.objects.where(anna, may="invite").exists()
    assert client.get(reverse("events:requests", args=[theirs.pk])).status_code == 404


def test_refused_nothing_changes_and_the_first_answer_stands(theirs: Event, north_ag: Company, anna: User, ida: User) -> None:
    make_guest(north_ag)
    asked = asked_by(theirs, anna)
    co_hosting.refuse(asked, text="Full.", by=ida)
    co_hosting.refuse(asked, text="Again.", by=ida)

    with pytest.raises(AlreadyDecided):
        co_hosting.grant(asked, text="", by=ida)

    assert not invitable(theirs, anna).exists()
    assert (CoHosting.objects.get().answer, len(letters("answered"))) == ("Full.", 1)
    assert Entry.objects.filter(action__startswith="co_hosting.").count() == 2
    assert asked_by(theirs, anna).state == CoHostingState.REFUSED


def begin(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=1))


def call_off(event: Event) -> None:
    planning.call_off(event, by=None)


@pytest.mark.parametrize("end", [begin, call_off])
def test_the_clock_refuses_what_nobody_answered(theirs: Event, anna: User, ida: User, end: Any) -> None:
    asked_by(theirs, anna)
    remind_now()
    assert CoHosting.objects.get().is_open
    end(theirs)

    remind_now()
    remind_now()

    assert (CoHosting.objects.get().state, letters("answered")) == (CoHostingState.REFUSED, [anna.email])


def test_nobody_asks_for_an_event_that_has_begun(theirs: Event, anna: User) -> None:
    begin(theirs)
    with pytest.raises(NotInviting):
        asked_by(theirs, anna)
    assert not CoHosting.objects.exists()


@pytest.mark.parametrize("name", ["grant_co_hosting", "refuse_co_hosting"])
def test_only_whoever_runs_that_centres_events_decides(
    client: Client, theirs: Event, anna: User, carla: User, boris: User, name: str
) -> None:
    asked = asked_by(theirs, anna)
    address, form = reverse(f"events:{name}", args=[theirs.pk]), {"asked": asked.pk, "text": "", "_key": "k" * 20}
    for user, status in ((carla, 404), (boris, 403)):
        client.force_login(user)
        assert client.post(address, form).status_code in (status, 404)
    assert CoHosting.objects.get().is_open


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_requests_costs_the_same(
    client: Client, theirs: Event, anna: User, ida: User, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        CoHosting.objects.create(event=theirs, centre=make_event().centre, asked_by=anna, text=f"Request {number}")
    client.force_login(ida)
    address = reverse("events:co_hosting", args=[theirs.pk])
    client.get(address)
    with django_assert_num_queries(4):
        page = client.get(address).content.decode()
    assert all(f"Request {number}" in page for number in range(rows))

"""One letter is read, and tried on oneself, before many are sent; all can be called back until the first leaves (pages 8)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company, User
from contacts.models import Interaction
from events.actions import inviting
from events.models import Event, Invitation
from fleetportal.core.jobs.queue import Job, JobState
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.events.work import run_jobs
from tests.factories.events import make_event, make_guest
from tests.races import race

pytestmark = pytest.mark.django_db
GERMAN = {"title": "Der neue Larea", "headline": "", "intro": ""}


@pytest.fixture
def event(north_ag: Company) -> Event:
    return make_event(north_ag.centre, title="The new Larea", translations={"de": GERMAN})


@pytest.fixture
def waits(settings: Any) -> None:
    settings.INVITATIONS_WAIT_SECONDS = 120


def ask(client: Client, event: Event, page: str, **data: Any) -> Any:
    return client.post(reverse(f"events:{page}", args=[event.pk]), {"_key": page * 8, **data})


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Der neue Larea"), ("en", "The new Larea"), ("ru", "The new Larea"), ("xx", "The new Larea")]
)
def test_the_letter_is_read_in_each_language_that_has_texts(client: Client, carla: User, event: Event, language: str, said: str) -> None:
    client.force_login(carla)
    page = client.get(reverse("events:letter", args=[event.pk]), {"language": language})
    assert said in page.content.decode() and "{link:" not in page.content.decode()
    assert [code for code, _name, _shown in page.context["languages"]] == ["en", "de"]
    assert not Message.objects.exists() and not Invitation.objects.exists()


def test_a_test_goes_to_whoever_asks_and_invites_nobody(client: Client, carla: User, event: Event) -> None:
    carla.email = "carla@house.example"
    carla.save()
    client.force_login(carla)
    for key in ("a" * 16, "b" * 16):
        assert ask(client, event, "letter", language="de", _key=key).status_code == 303
    send_due()

    assert [sent.to for sent in mail.outbox] == [["carla@house.example"]] * 2
    assert "Der neue Larea" in mail.outbox[0].subject and mail.outbox[0].subject.startswith("Test")
    assert not Invitation.objects.exists()


def test_whoever_has_no_address_is_told_so(client: Client, carla: User, event: Event) -> None:
    User.objects.filter(pk=carla.pk).update(email="")
    client.force_login(carla)
    assert ask(client, event, "letter", language="en").status_code == 409
    assert not Message.objects.exists()


def test_all_can_be_called_back_until_the_first_leaves(client: Client, carla: User, event: Event, north_ag: Company, waits: None) -> None:
    guests = [make_guest(north_ag) for _guest in range(3)]
    client.force_login(carla)
    ask(client, event, "invite")
    run_jobs()
    send_due()
    assert not mail.outbox, "they wait"
    assert "Call them back" in client.get(reverse("events:event", args=[event.pk])).content.decode()

    assert ask(client, event, "call_back").status_code == 303

    assert not Message.objects.exists() and not Invitation.objects.exists()
    assert not Interaction.objects.filter(kind="event.invited").exists()
    ask(client, event, "invite", _key="again" * 4)
    run_jobs()
    assert Invitation.objects.count() == len(guests)


def test_a_job_that_is_not_through_invites_nobody_after_that(
    event: Event, carla: User, north_ag: Company, waits: None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inviting, "AT_ONCE", 1)
    for _guest in range(3):
        make_guest(north_ag)
    job = inviting.start_inviting(event, by=carla)
    inviting.run_inviting(job, 0)
    started = Job.objects.get(pk=job.pk)
    inviting.work_through(started, 0, lambda *_args: [], lambda *_args: None)
    assert inviting.call_back(Job.objects.get(pk=job.pk), by=carla) == Invitation.objects.count() == 0

    assert inviting.run_inviting(started, float("inf"))

    assert not Invitation.objects.exists()
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED


@pytest.mark.parametrize("state", ["sent", "leased"])
def test_once_the_first_has_left_they_stand(event: Event, carla: User, north_ag: Company, waits: None, state: str) -> None:
    for _guest in range(2):
        make_guest(north_ag)
    job = inviting.start_inviting(event, by=carla)
    run_jobs()
    first = Message.objects.order_by("pk")[:1]
    facts = {"state": MessageState.SENT} if state == "sent" else {"lease_until": timezone.now() + timedelta(minutes=1)}
    Message.objects.filter(pk__in=list(first.values_list("pk", flat=True))).update(**facts)

    with pytest.raises(inviting.LettersLeft):
        inviting.call_back(Job.objects.get(pk=job.pk), by=carla)

    assert (Invitation.objects.count(), Message.objects.count()) == (2, 2)


def test_reminders_are_offered_from_the_fifth_day_or_a_week_before(client: Client, carla: User, north_ag: Company, event: Event) -> None:
    inviting.invite(event, make_guest(north_ag), company=north_ag, by=carla)
    client.force_login(carla)
    address = reverse("events:event", args=[event.pk])
    assert "Remind this guest" not in client.get(address).content.decode()
    Invitation.objects.update(invited_at=timezone.now() - timedelta(days=5))
    assert "Remind this guest" in client.get(address).content.decode()
    Invitation.objects.update(invited_at=timezone.now())
    Event.objects.update(starts_at=timezone.now() + timedelta(days=6), ends_at=timezone.now() + timedelta(days=6, hours=2))
    assert "Remind this guest" in client.get(address).content.decode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_calling_back_and_sending_at_once_one_wins(event: Event, carla: User, north_ag: Company, settings: Any) -> None:
    for _round in range(3):
        make_guest(north_ag)
    job = inviting.start_inviting(event, by=carla)
    run_jobs()
    acts: list[Callable[[], object]] = [send_due, lambda: inviting.call_back(Job.objects.get(pk=job.pk), by=carla)]

    race(*acts)

    assert Invitation.objects.count() == Message.objects.filter(state=MessageState.SENT).count() in (0, 3)

"""Nobody gets more than four promotional messages in ninety days, from all centres and over all channels; service messages pass."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Company, User
from accounts.staff.models.policy import Policy
from contacts.arbiter.cap import MOST, WITHIN, TooManyMessages, at_cap, capped
from contacts.models import Person
from events.actions.choosing import count_at_cap, invitable
from events.actions.circle import circle
from events.actions.inviting import invite, invite_many, nudge
from fleetportal.core.outbox import gates, sending
from fleetportal.core.outbox.gates import Go, Never
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.factories.events import make_event, make_guest, make_invitation
from tests.factories.messages import make_message
from tests.races import race

pytestmark = pytest.mark.django_db


def sent(person: Person, count: int, *, days: int = 1, **facts: Any) -> None:
    at = timezone.now() - timedelta(days=days)
    known = {"state": MessageState.SENT, "sent_at": at, "purpose": "offers", "gate": "marketing"} | facts
    for _one in range(count):
        Message.objects.filter(pk=make_message(person).pk).update(**known)


def waits(person: Person, *, gate: str = "marketing") -> Message:
    message = make_message(person)
    Message.objects.filter(pk=message.pk).update(gate=gate, purpose="invitations" if gate == "marketing" else "")
    message.refresh_from_db()
    return message


def may_leave(message: Message) -> bool:
    verdict = gates.ask([message], timezone.now())[message.pk]
    assert isinstance(verdict, Go) is gates.still_holds(message)
    return isinstance(verdict, Go)


@pytest.fixture
def brandt(north_ag: Company) -> Person:
    return make_guest(north_ag, last_name="Brandt")


@pytest.mark.parametrize(("count", "days", "passes"), [(3, 1, True), (4, 1, False), (4, 89, False), (4, 91, True)])
def test_the_fifth_stays_here_and_what_is_owed_leaves(brandt: Person, count: int, days: int, passes: bool) -> None:
    sent(brandt, count, days=days)

    assert may_leave(waits(brandt)) == passes
    assert may_leave(waits(brandt, gate="service"))


def test_other_channels_count_and_other_people_and_service_messages_do_not(brandt: Person, north_ag: Company) -> None:
    sent(make_guest(north_ag), 4)
    sent(brandt, 4, purpose="")
    sent(brandt, 4, recipient_type="accounts.user")
    sent(brandt, 2)
    sent(brandt, 1, channel="letter")
    assert may_leave(waits(brandt))

    sent(brandt, 1, channel="sms")
    message = waits(brandt)
    assert not may_leave(message)
    assert gates.ask([message], timezone.now())[message.pk] == Never("They have received enough promotional messages for now.")


def test_the_numbers_are_those_of_the_day_on_which_it_leaves(brandt: Person, admin: User) -> None:
    sent(brandt, 2, days=40)
    message = waits(brandt)
    assert may_leave(message)

    Policy.change(MOST, 2, valid_from=timezone.localdate() + timedelta(days=2), by=admin)
    assert may_leave(message), "not yet"
    Policy.change(MOST, 2, valid_from=timezone.localdate(), by=admin)
    assert not may_leave(message)
    Policy.change(WITHIN, 30, valid_from=timezone.localdate(), by=admin)
    assert may_leave(message)


def test_of_six_that_wait_together_four_leave(brandt: Person) -> None:
    messages = [waits(brandt) for _one in range(6)]

    send_due(seconds=20)

    states = [Message.objects.get(pk=message.pk).state for message in messages]
    assert states == [MessageState.SENT] * 4 + [MessageState.HELD_BACK] * 2


def test_whoever_chooses_counts_what_waits(brandt: Person, north_ag: Company, anna: Any) -> None:
    event = make_event(north_ag.centre)
    sent(brandt, 3)
    assert invitable(event, None).get() == brandt
    waits(brandt)

    assert not invitable(event, None).exists()
    assert circle(event, anna).too_many_messages == 1
    assert invite_many(event, [(brandt, north_ag)], by=None) == []
    with pytest.raises(TooManyMessages):
        invite(event, brandt, company=north_ag, by=None)
    assert not event.invitations.exists()
    assert not brandt.holds.exists()


def test_nobody_is_reminded_beyond_the_cap(brandt: Person, north_ag: Company) -> None:
    invitation = make_invitation(make_event(north_ag.centre), brandt, company=north_ag)
    sent(brandt, 3)

    with pytest.raises(TooManyMessages):
        nudge(invitation, by=None)
    invitation.refresh_from_db()
    assert invitation.nudged_at is None


def test_an_administrator_sees_what_another_number_would_change(brandt: Person, north_ag: Company, admin: User, client: Any) -> None:
    make_event(north_ag.centre)
    sent(brandt, 2)
    client.force_login(admin)

    page = client.get(f"/policies/{MOST.key}/", {"value": "2", "valid_from": timezone.localdate().isoformat()}).content.decode()

    assert "People who get nothing promotional for now" in page
    assert count_at_cap(MOST, timezone.localdate(), type(north_ag.centre).objects.all()) == 0


def test_the_count_uses_its_index(brandt: Person) -> None:
    """Of some thousand messages to others none is read."""
    sent(brandt, 1)
    same = {"recipient_type": "contacts.person", "purpose": "news", "due_at": timezone.now(), "about_id": 1}
    rows = [Message(key=f"k{number}", recipient_id=number + 10_000, **same) for number in range(3000)]
    Message.objects.bulk_create(rows)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_message")

    plan = Person.objects.filter(at_cap(), pk=brandt.pk).explain()

    assert "message_promotion" in plan
    assert capped([brandt.pk]) == set()


# --- two workers at once ------------------------------------------------------------------------------------------------------


def two_workers(monkeypatch: pytest.MonkeyPatch, company: Company, *, together: float) -> int:
    """How many promotional messages somebody who has had three gets when two workers send two more, each at the last look of the other."""
    person = make_guest(company)
    sent(person, 3)
    for _one in range(2):
        waits(person)
    both, really = threading.Barrier(2), sending.still_holds

    def look(message: Message) -> bool:
        holds = really(message)
        with suppress(threading.BrokenBarrierError):
            both.wait(together)
        return holds

    monkeypatch.setattr(sending, "still_holds", look)
    monkeypatch.setattr(sending, "BATCH", 1)
    outcomes = race(send_due, send_due)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    monkeypatch.setattr(sending, "still_holds", really)
    send_due()
    assert not Message.objects.filter(state=MessageState.WAITING).exists(), "whoever waited for the other worker was decided about"
    return Message.objects.filter(recipient_id=person.pk, state=MessageState.SENT).count()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_keep_to_the_cap(monkeypatch: pytest.MonkeyPatch, north_ag: Company) -> None:
    assert two_workers(monkeypatch, north_ag, together=0.3) == 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_canary_two_workers_that_do_not_mind_each_other_send_a_fifth(monkeypatch: pytest.MonkeyPatch, north_ag: Company) -> None:
    monkeypatch.setattr(sending, "with_nobody_in_flight", lambda batch, now: batch)
    assert two_workers(monkeypatch, north_ag, together=5) == 5

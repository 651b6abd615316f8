"""A message is asked about right before it goes, and sent at least once, in slices that keep to their lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from contacts.models import AddressState, Person, PersonAddress, Purpose
from fleetportal.core.outbox import sending
from fleetportal.core.outbox.gates import Go, Never, NotYet, gates
from fleetportal.core.outbox.message import Message, MessageState, Priority
from fleetportal.core.outbox.sending import BATCH, LEASE, MAX_TRIES, Senders, claim, deliver, send_due
from tests.factories.contacts import give_consent, make_person
from tests.factories.messages import make_message, state_of

pytestmark = pytest.mark.django_db


def test_what_is_due_is_sent_the_urgent_first(brandt: Person) -> None:
    make_message(brandt, "bulk", subject="bulk", priority=Priority.BULK)
    make_message(brandt, "code", subject="code", priority=Priority.FIRST)
    make_message(brandt, "later", subject="later", due_at=timezone.now() + timedelta(hours=1))
    assert send_due() is False
    assert [sent.subject for sent in mail.outbox] == ["code", "bulk"]
    assert list(Message.objects.order_by("key").values_list("key", "state")) == [("bulk", "sent"), ("code", "sent"), ("later", "waiting")]
    assert Message.objects.get(key="code").sent_at is not None


def test_send_outbox_once_sends_what_is_due_and_ends(brandt: Person) -> None:
    message = make_message(brandt)
    call_command("send_outbox", "--once")
    assert state_of(message) == MessageState.SENT
    assert len(mail.outbox) == 1


class ScriptedGate:
    """Gives `verdict` for each message and remembers which it was asked about; raises it where it is an exception."""

    condition = Q()

    def __init__(self, verdict: Any = None) -> None:
        self.verdict, self.asked = verdict or Go(), list[int]()

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Any]:
        self.asked += [message.pk for message in messages]
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return dict.fromkeys((message.pk for message in messages), self.verdict)


@pytest.fixture
def gate(monkeypatch: Any) -> ScriptedGate:
    """The gate "test"."""
    monkeypatch.setattr(gates, "_entries", dict(gates._entries))
    gate = ScriptedGate()
    return gates.register("test", gate)


def test_the_gate_is_asked_when_the_message_goes_and_not_before(brandt: Person, gate: ScriptedGate) -> None:
    message = make_message(brandt, gate="test")
    assert gate.asked == []
    send_due()
    assert gate.asked == [message.pk]


def test_a_gates_never_holds_the_message_back_for_good(brandt: Person, gate: ScriptedGate) -> None:
    gate.verdict = Never("Not wanted.")
    message = make_message(brandt, gate="test")
    send_due()
    message.refresh_from_db()
    assert (message.state, message.last_answer, mail.outbox) == (MessageState.HELD_BACK, "Not wanted.", [])


def test_a_gates_not_yet_puts_it_off_and_costs_no_try(brandt: Person, gate: ScriptedGate) -> None:
    until = timezone.now() + timedelta(days=1)
    gate.verdict = NotYet(until)
    message = make_message(brandt, gate="test")
    assert send_due() is False
    message.refresh_from_db()
    assert (message.state, message.due_at, message.tries, message.lease_until) == (MessageState.WAITING, until, 0, None)


def test_a_gate_that_fails_keeps_no_other_message_and_is_left_after_some_tries(brandt: Person, gate: ScriptedGate) -> None:
    gate.verdict = ZeroDivisionError("a bug in the gate")
    faulty, other = make_message(brandt, "faulty", gate="test", priority=Priority.FIRST), make_message(brandt, "other")
    send_due()
    assert (state_of(faulty), state_of(other)) == (MessageState.WAITING, MessageState.SENT)
    for _turn in range(MAX_TRIES):
        Message.objects.filter(pk=faulty.pk).update(due_at=timezone.now())
        send_due()
    faulty.refresh_from_db()
    assert (faulty.state, faulty.tries) == (MessageState.PARKED, MAX_TRIES)


def test_what_is_held_back_after_the_lease_does_not_go(brandt: Person, monkeypatch: Any) -> None:
    """While the first of a batch went, the event of the second was called off."""
    make_message(brandt, "first"), make_message(brandt, "second")
    batch, hand_over = claim(now=timezone.now()), sending.hand_over

    def and_call_off(*what: Any) -> None:
        hand_over(*what)
        Message.objects.filter(key="second").hold_back("Called off.")

    monkeypatch.setattr(sending, "hand_over", and_call_off)
    deliver(batch, Senders())
    assert [state_of(message) for message in batch] == [MessageState.SENT, MessageState.HELD_BACK]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("gate", ["service", "marketing"])
def test_what_is_withdrawn_while_the_first_of_a_batch_goes_stops_the_second(brandt: Person, monkeypatch: Any, gate: str) -> None:
    """The gates said yes to both; the moment that counts is the one at which a message is handed over."""
    address = give_consent(brandt).address
    facts = {"gate": gate, "purpose": Purpose.INVITATIONS}
    make_message(brandt, "first", **facts), make_message(brandt, "second", **facts)
    hand_over = sending.hand_over

    def and_withdraw(*what: Any) -> None:
        hand_over(*what)
        if gate == "marketing":
            give_consent(brandt, is_given=False)
        else:
            PersonAddress.objects.filter(pk=address.pk).update(state=AddressState.WITHDRAWN)

    monkeypatch.setattr(sending, "hand_over", and_withdraw)
    send_due()
    assert list(Message.objects.order_by("pk").values_list("key", "state")) == [
        ("first", MessageState.SENT),
        ("second", MessageState.HELD_BACK),
    ]
    assert Message.objects.get(key="second").last_answer in ("No consent for this purpose at this address.", "This address was withdrawn.")


def test_another_persons_withdrawal_stops_nobody(brandt: Person) -> None:
    other = make_person("Other", email="brandt@customer.example")
    give_consent(brandt)
    PersonAddress.objects.filter(person=other).update(state=AddressState.WITHDRAWN)
    for gate in ("service", "marketing"):
        make_message(brandt, gate, gate=gate, purpose=Purpose.INVITATIONS)
    send_due()
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_a_leased_message_is_nobody_elses_until_the_lease_runs_out(brandt: Person) -> None:
    message, now = make_message(brandt), timezone.now()
    assert claim(now=now) == [message]
    assert claim(now=now) == []
    assert claim(now=now + LEASE - timedelta(seconds=1)) == []
    (again,) = claim(now=now + LEASE + timedelta(seconds=1))
    assert again == message
    assert again.tries == 2


def test_who_was_tried_before_comes_alone_and_takes_no_other_along(brandt: Person) -> None:
    fresh = [make_message(brandt, f"fresh {place}") for place in range(BATCH + 1)]
    tried, now = make_message(brandt, "tried", tries=1, priority=Priority.FIRST), timezone.now()
    assert [claim(now=now) for _turn in range(4)] == [[tried], fresh[:BATCH], fresh[BATCH:], []]


def test_what_a_slice_leaves_over_waits_again_untried(brandt: Person) -> None:
    messages = [make_message(brandt, str(place)) for place in range(3)]
    deliver(claim(now=timezone.now()), Senders(), until=0)
    assert len(mail.outbox) == 1, "one at least, so that it always goes on"
    left = Message.objects.filter(pk__in=[message.pk for message in messages[1:]])
    assert set(left.values_list("state", "tries", "lease_until")) == {(MessageState.WAITING, 0, None)}


def test_a_lease_that_is_somebody_elses_by_now_is_not_given_back(brandt: Person) -> None:
    """The first message took longer than the lease: another worker is at the second one."""
    for place in range(2):
        make_message(brandt, str(place))
    batch, later = claim(now=timezone.now()), timezone.now() + LEASE + timedelta(seconds=1)
    assert [claim(now=later) for _message in batch] == [[message] for message in batch]
    deliver(batch, Senders(), until=0)
    second = Message.objects.get(pk=batch[1].pk)
    assert (second.state, second.lease_until, second.tries) == (MessageState.WAITING, later + LEASE, 2)


def test_a_fault_at_one_message_leaves_the_others_of_its_batch_untried(brandt: Person) -> None:
    faulty, other = make_message(brandt, "faulty", headers=["not a mapping"]), make_message(brandt, "other")
    with pytest.raises(AttributeError):
        send_due()
    assert [Message.objects.get(pk=one.pk).tries for one in (faulty, other)] == [1, 0]
    send_due()
    assert state_of(other) == MessageState.SENT


def test_many_messages_cost_a_question_for_each_gate_and_two_statements_each(brandt: Person, django_assert_num_queries: Any) -> None:
    """The line 1, the claim 2 and a savepoint, the gate 1, each still waiting 1 and its result 1; no links: 0. No other batch."""
    for place in range(10):
        make_message(brandt, str(place))
    unhurried = 2 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(unhurried + 1 + 2 + 2 + 1 + 2 * 10):
        assert send_due(seconds=60) is False
    assert len(mail.outbox) == 10


@pytest.mark.postgres
def test_a_commit_waits_for_the_disk_again_after_the_last_message(brandt: Person, monkeypatch: Any) -> None:
    """Also where something broke: whoever uses this connection next may not lose what they were told is saved."""

    def says() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    before, during = says(), []
    make_message(brandt)
    monkeypatch.setattr(sending, "hand_over", lambda *what: during.append(says()) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send_due()
    assert (during, says()) == (["off"], before)


def test_the_service_gate_stops_at_a_withdrawn_address_alone(brandt: Person, anna: User) -> None:
    to_person, to_guest, to_user = make_message(brandt), make_message(brandt, recipient="guest@customer.example"), make_message(brandt)
    Message.objects.filter(pk=to_user.pk).update(recipient_type="accounts.user")
    brandt.addresses.update(state=AddressState.WITHDRAWN)
    send_due()
    assert (state_of(to_person), state_of(to_guest), state_of(to_user)) == (MessageState.HELD_BACK, MessageState.SENT, MessageState.SENT)

"""R47, R48: what a mail server says of us pauses sending; it ends no message, touches no address, and everything goes once it is well."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import AddressState, PersonAddress
from fleetportal.core.outbox import line
from fleetportal.core.outbox.channels import email
from fleetportal.core.outbox.message import MailLine, Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.core.scripted_mail import ScriptedServer, well
from tests.factories.contacts import make_person
from tests.factories.messages import make_message

pytestmark = pytest.mark.django_db
STATES = {AddressState.UNCONFIRMED}
BOSS = "boss@fleet.example"


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.host, server.port, 5
        yield server


def says(command: str, answer: str, *, to: str = "") -> Callable[[str, str], str]:
    """A script that answers `command` (about a recipient that contains `to`) with `answer`, and everything else well."""
    commands = ("EHLO", "HELO") if command == "EHLO" else (command,)
    return lambda asked, what: answer if asked in commands and to in what else well(asked, what)


def queue_many(count: int) -> list[Message]:
    return [make_message(make_person(f"Guest{number}", email=f"guest{number}@customer.example")) for number in range(count)]


def go_on() -> None:
    """Time passes until everything that waits is due and no pause is left."""
    MailLine.objects.update(paused_until=None)
    Message.objects.filter(state=MessageState.WAITING).update(due_at=F("due_at") - timedelta(days=1), lease_until=None)
    while send_due():
        pass


AGAINST_US = [
    ("CONNECT", "554 5.7.1 Service unavailable; client host blocked"),
    ("CONNECT", "421 too busy"),
    ("EHLO", "550 5.7.1 helo refused"),
    ("MAIL", "550 5.4.5 Daily user sending limit exceeded"),
    ("MAIL", "530 5.7.0 Authentication required"),
    ("MAIL", "553 5.1.8 sender address rejected"),
    ("MAIL", "451 try later"),
    ("RCPT", "554 5.7.1 <guest@customer.example>: Relay access denied"),
    ("RCPT", "550 5.7.1 blocked"),
    ("RCPT", "550 5.4.1 no route"),
    ("RCPT", "530 authentication required"),
    ("RCPT", "550 relaying denied"),
    ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts"),
    ("RCPT", "421 4.3.2 shutting down"),
    ("TEXT", "550 5.7.1 message refused by policy"),
]


@pytest.mark.parametrize(("command", "answer"), AGAINST_US)
def test_r47_what_is_said_of_us_ends_no_message_and_touches_no_address(server: ScriptedServer, command: str, answer: str) -> None:
    queue_many(12)
    server.script = says(command, answer)
    for _time in range(10):  # more than any message has tries
        go_on()
    assert set(Message.objects.values_list("state", "tries")) == {(MessageState.WAITING, 0)}
    assert set(PersonAddress.objects.values_list("state", flat=True)) == STATES
    server.script = well
    go_on()
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert len(server.taken) == len({recipient for recipient, _text in server.taken}) == 12
    assert line.trouble() is None


def test_r47_the_first_no_stops_the_whole_batch_and_the_gaps_grow(server: ScriptedServer) -> None:
    queue_many(3)
    asked = []
    server.script = lambda command, what: asked.append(command) or ("550 5.7.1 no" if command == "MAIL" else well(command, what))
    gaps = []
    for _time in range(len(line.GAPS) + 1):
        before = timezone.now()
        assert send_due() is False
        gaps.append(MailLine.objects.get().paused_until - before)
        assert send_due() is False, "the pause holds"
        MailLine.objects.update(paused_until=None)
    assert asked.count("MAIL") == len(gaps), "one message was tried each time"
    for gap, wanted in zip(gaps, (*line.GAPS, line.GAPS[-1]), strict=True):
        assert wanted <= gap < wanted + timedelta(seconds=5)


def test_r48_a_server_that_is_away_for_a_day_parks_nothing(settings: Any) -> None:
    with ScriptedServer() as server:
        settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    queue_many(30)
    for _time in range(20):
        go_on()
    assert set(Message.objects.values_list("state", "tries")) == {(MessageState.WAITING, 0)}


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 unknown", "550 5.1.10 null mx", "550 5.2.1 disabled", "550 No such user here", "553 mailbox unavailable"]
)
def test_r47_words_about_the_mailbox_end_the_address(server: ScriptedServer, answer: str) -> None:
    server.script = says("RCPT", answer, to="guest1@")
    queue_many(3)
    go_on()
    assert Message.objects.get(recipient__startswith="guest1@").state == MessageState.REFUSED
    assert PersonAddress.objects.get(value__startswith="guest1@").state == AddressState.BOUNCING
    assert Message.objects.filter(state=MessageState.SENT).count() == 2


@pytest.mark.parametrize(
    ("command", "answer"), [("RCPT", "552 5.2.2 mailbox full"), ("RCPT", "450 4.7.1 greylisted"), ("TEXT", "451 later")]
)
def test_r47_what_is_about_now_is_tried_later(server: ScriptedServer, command: str, answer: str) -> None:
    server.script = says(command, answer, to="guest1@")
    queue_many(3)
    go_on()
    waiting = Message.objects.get(state=MessageState.WAITING)
    assert (waiting.recipient, waiting.tries) == ("guest1@customer.example", 1)
    assert set(PersonAddress.objects.values_list("state", flat=True)) == STATES


@pytest.mark.parametrize("answer", ["550 5.6.0 text not understood", "554 transaction failed", "552 5.3.4 too big"])
def test_r47_what_is_about_one_message_ends_that_one_alone(server: ScriptedServer, answer: str) -> None:
    server.script = says("TEXT", answer, to="guest1@")
    queue_many(3)
    go_on()
    assert Message.objects.get(recipient__startswith="guest1@").state == MessageState.REFUSED
    assert set(PersonAddress.objects.values_list("state", flat=True)) == STATES


def test_r47_one_recipient_who_alone_is_refused_for_us_stops_nobody_else(server: ScriptedServer) -> None:
    """A list that takes no mail from outside: all others go, and after a day it is parked with the answer."""
    server.script = says("RCPT", "550 5.7.1 not authorised to write to this list", to="guest0@")
    queue_many(5)
    for _time in range(3):
        go_on()
    alone = Message.objects.get(recipient__startswith="guest0@")
    assert (alone.state, Message.objects.filter(state=MessageState.SENT).count()) == (MessageState.WAITING, 4)
    Message.objects.filter(pk=alone.pk).update(refused_us_at=timezone.now() - timedelta(hours=25))
    go_on()
    alone.refresh_from_db()
    assert (alone.state, "5.7.1" in alone.last_answer) == (MessageState.PARKED, True)
    assert set(PersonAddress.objects.values_list("state", flat=True)) == STATES


@pytest.mark.parametrize("answer", ["550 5.1.1 user unknown", "554 transaction failed"])
def test_r47_one_answer_for_several_recipients_in_a_row_is_taken_back(server: ScriptedServer, answer: str) -> None:
    queue_many(12)
    PersonAddress.objects.filter(value__startswith="guest1@").update(state=AddressState.CONFIRMED)
    server.script = says("RCPT", answer)
    send_due()
    assert set(Message.objects.values_list("state", "tries")) == {(MessageState.WAITING, 0)}
    states = dict(PersonAddress.objects.values_list("value", "state"))
    assert states.pop("guest1@customer.example") == AddressState.CONFIRMED
    assert set(states.values()) == STATES
    server.script = well
    go_on()
    assert len(server.taken) == 12


def test_r47_several_dead_addresses_in_a_row_are_ended_once_others_went(server: ScriptedServer) -> None:
    queue_many(line.SAME_ANSWERS + 3)
    dead = [f"guest{number}@" for number in range(line.SAME_ANSWERS)]
    server.script = lambda command, what: (
        "550 5.1.1 unknown" if command == "RCPT" and any(one in what for one in dead) else well(command, what)
    )
    for _time in range(3):
        go_on()
    assert Message.objects.filter(state=MessageState.SENT).count() == 3
    assert Message.objects.filter(state=MessageState.REFUSED).count() == line.SAME_ANSWERS
    assert PersonAddress.objects.filter(state=AddressState.BOUNCING).count() == line.SAME_ANSWERS


def test_r47_administrators_are_told_once_and_the_letter_leaves_with_the_rest(server: ScriptedServer, admin: User, anna: User) -> None:
    User.objects.filter(pk=admin.pk).update(email=BOSS)
    queue_many(3)
    server.script = says("RCPT", "554 5.7.1 <guest@customer.example>: Relay access denied")
    for _time in range(4):
        go_on()
    told = Message.objects.get(recipient=BOSS)
    assert "Relay access denied" in told.text
    assert "guest@customer.example" not in told.text
    server.script = well
    go_on()
    assert BOSS in dict(server.taken)


def test_r47_the_page_says_it_and_tries_at_once(server: ScriptedServer, client: Client, admin: User) -> None:
    queue_many(1)
    server.script = says("MAIL", "550 5.7.1 no")
    send_due()
    client.force_login(admin)
    assert "550 5.7.1 no" in client.get("/messages/").content.decode()
    server.script = well
    assert client.post("/messages/line/").status_code == 303
    Message.objects.update(due_at=timezone.now())
    send_due()
    assert len(server.taken) == 1
    assert "is paused" not in client.get("/messages/").content.decode()


def test_r11_all_in_reach_are_sent_again_with_one_press(server: ScriptedServer, client: Client, admin: User) -> None:
    messages = queue_many(4)
    for message, state in zip(messages, ("parked", "refused", "uncertain", "sent"), strict=True):
        Message.objects.filter(pk=message.pk).update(state=state, bounce="hard" if state == "refused" else "")
    PersonAddress.objects.filter(value__startswith="guest1@").update(state=AddressState.BOUNCING)
    client.force_login(admin)
    client.post("/messages/again/")
    go_on()
    assert {recipient for recipient, _text in server.taken} == {"guest0@customer.example", "guest1@customer.example"}
    assert PersonAddress.objects.get(value__startswith="guest1@").state == AddressState.UNCONFIRMED


@pytest.mark.parametrize(
    "facts", [{"recipient": "x\r\nBcc: all@customer.example"}, {"headers": {"X-Note": "a\r\nBcc: all@customer.example"}}]
)
def test_r11_a_message_that_cannot_be_written_is_settled_and_keeps_no_other(server: ScriptedServer, facts: dict[str, Any]) -> None:
    first, second = queue_many(2)
    Message.objects.filter(pk=first.pk).update(**facts)
    go_on()
    assert Message.objects.get(pk=first.pk).state == MessageState.REFUSED
    assert Message.objects.get(pk=second.pk).state == MessageState.SENT


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_r48_what_is_withdrawn_while_a_slow_server_listens_is_not_sent(
    server: ScriptedServer, monkeypatch: Any, is_withdrawn: bool
) -> None:
    """The last look is right before the text: the server took its time with the commands before."""
    (message,) = queue_many(1)
    monkeypatch.setattr(email, "MOMENT_SECONDS", 0.0)
    look_again = email.LeaseKeeper.look_again

    def withdraw_then_look(keeper: email.LeaseKeeper) -> None:
        if is_withdrawn:
            PersonAddress.objects.update(state=AddressState.WITHDRAWN)
        look_again(keeper)

    monkeypatch.setattr(email.LeaseKeeper, "look_again", withdraw_then_look)
    send_due()
    message.refresh_from_db()
    assert (len(server.taken), message.state) == ((0, MessageState.HELD_BACK) if is_withdrawn else (1, MessageState.SENT))


def test_r11_sending_a_thousand_again_costs_no_more_than_ten(django_assert_max_num_queries: Any, admin: User) -> None:
    person = make_person("Guest")
    Message.objects.bulk_create(Message(**note(person, number)) for number in range(1000))
    with django_assert_max_num_queries(20):
        assert line.send_all_again(Message.objects.in_trouble(), by=admin) == 1000


def note(person: Any, number: int) -> dict[str, Any]:
    facts = {"template": "x", "gate": "service", "language": "en", "message_id": f"<{number}@x>", "about_type": "x", "about_id": 1}
    return {**facts, "key": f"note {number}", "recipient": person.email, "due_at": timezone.now(), "state": MessageState.PARKED}

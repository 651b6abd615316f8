"""The outbox: a message is a row first, asked about right before it goes, sent at least once, the same bytes each time."""

import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail, serializers
from django.core.mail import BadHeaderError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from accounts.models import User
from contacts.models import AddressState, Person, PersonAddress, Purpose
from fleetportal.core import links
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox import sending
from fleetportal.core.outbox.channels.email import Mail, as_email
from fleetportal.core.outbox.gates import Go, Never, NotYet, gates
from fleetportal.core.outbox.message import Bounce, Message, MessageState, NotInTrouble, Priority
from fleetportal.core.outbox.queueing import MessageDraft, queue, queue_many
from fleetportal.core.outbox.sending import BACKOFF, BATCH, LEASE, MAX_TRIES, Senders, claim, deliver, send_due
from tests.factories.contacts import give_consent, make_person
from tests.kills.sink import TAKEN, Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt", email="brandt@customer.example")


def make_message(to: Person, key: str = "", **facts: Any) -> Message:
    key = key or f"test:{to.pk}:{Message.objects.count()}"
    now = timezone.now()
    values: dict[str, Any] = {"gate": "service", "recipient": to.email, "recipient_type": "contacts.person", "recipient_id": to.pk}
    values |= {"language": "en", "subject": "A note", "text": "Dear Herr Brandt\n", "html": "<p>Dear Herr Brandt</p>"}
    values |= {"message_id": f"<{Message.objects.count()}.{to.pk}@fleetportal.example>", "about_type": "contacts.person", "about_id": to.pk}
    values |= {"due_at": now, "queued_at": now}
    return Message.objects.create(key=key, template="-", **{**values, **facts})


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


# --- queueing ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def letter(settings: Any, tmp_path: Any) -> str:
    """A template that the tests queue, with a link in it."""
    (tmp_path / "letter.subject.txt").write_text("For {{ recipient.last_name }}\n")
    (tmp_path / "letter.txt").write_text("Dear {{ recipient.addressed }}, open {{ link.placeholder }}\n")
    (tmp_path / "letter.html").write_text("<p>Dear {{ recipient.addressed }}, <a href='{{ link.placeholder }}'>open</a></p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return "letter"


@pytest.fixture
def link(monkeypatch: Any) -> Link:
    monkeypatch.setitem(links.scopes, "letter", "account_login")
    monkeypatch.setattr(Link, "path", property(lambda self: f"/letter/{self.token}/"))
    return Link.objects.make("letter", 1)


def draft(letter: str, to: Person, **facts: Any) -> MessageDraft:
    return MessageDraft(letter, to=to, about=to, **{"gate": "service", "key": "letter:1", **facts})


def test_a_message_is_written_in_the_transaction_of_what_it_tells(letter: str, link: Link, brandt: Person) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(draft(letter, brandt, context={"link": link}))
        raise ZeroDivisionError
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused(letter: str) -> None:
    person = make_person("Brandt")
    with pytest.raises(RuntimeError):
        queue(draft(letter, person))
    assert not Message.objects.exists()


def test_a_gate_nobody_registered_is_a_mistake(letter: str, brandt: Person) -> None:
    with pytest.raises(KeyError):
        queue(draft(letter, brandt, gate="nonsense"))


def test_a_message_is_rendered_when_it_is_queued_for_its_reader(letter: str, link: Link, brandt: Person) -> None:
    brandt.title = "Herr"
    message = queue(draft(letter, brandt, context={"link": link}))
    assert (message.subject, message.recipient, message.recipient_type, message.recipient_id) == (
        "For Brandt", "brandt@customer.example", "contacts.person", brandt.pk,
    )  # fmt: skip
    assert message.text.startswith("Dear Herr Brandt, open {link:")
    assert message.message_id.endswith("@fleetportal.example>"), "the domain we write from"


def test_a_key_is_queued_once_however_often_it_is_asked_for(letter: str, link: Link, brandt: Person) -> None:
    first = queue(draft(letter, brandt, context={"link": link}))
    brandt.last_name = "Other"
    assert queue(draft(letter, brandt, context={"link": link})) == first
    assert Message.objects.get().subject == "For Brandt"


def test_many_messages_are_written_in_a_handful_of_statements(
    letter: str, link: Link, brandt: Person, django_assert_max_num_queries: Any
) -> None:
    """Each for its own recipient, by its own key; what has a key already stays as it was and is what one gets."""
    first = queue(draft(letter, brandt, context={"link": link}, key="letter:0"))
    people = [make_person(f"Guest {number}", email=f"guest{number}@customer.example", language="en") for number in range(120)]
    drafts = [draft(letter, person, context={"link": link}, key=f"letter:{number}") for number, person in enumerate(people)]
    prefetch_related_objects(people, "addresses")
    with django_assert_max_num_queries(2):
        queued = queue_many([*drafts, drafts[-1]])
    assert [message.key for message in queued] == [*(f"letter:{number}" for number in range(120)), "letter:119"]
    assert (queued[0].pk, queued[-1].pk) == (first.pk, queued[-2].pk)
    kept = Message.objects.in_bulk([message.pk for message in queued])
    assert len(kept) == Message.objects.count() == 120
    assert kept[first.pk].recipient == "brandt@customer.example"
    assert all((kept[message.pk].key, kept[message.pk].recipient) == (message.key, message.recipient) for message in queued[1:])
    assert kept[queued[5].pk].subject == "For Guest 5"
    assert len({message.message_id for message in kept.values()}) == 120
    assert send_due(seconds=60) is False
    assert len(mail.outbox) == 120


def test_messages_queued_as_many_are_the_same_rows_as_those_queued_alone(letter: str, link: Link, brandt: Person) -> None:
    facts = {
        "context": {"link": link},
        "headers": {"X-Note": "1"},
        "attachments": [{"name": "a.ics", "type": "text/calendar", "text": "B"}],
    }
    facts |= {"due_at": timezone.now(), "priority": Priority.BULK, "purpose": Purpose.NEWS}
    alone = [queue(draft(letter, brandt, key=f"alone:{number}", **facts)) for number in range(2)]
    many = queue_many(draft(letter, brandt, key=f"many:{number}", **facts) for number in range(2))
    own = {"id", "key", "message_id", "queued_at"}
    rows = {row["id"]: {name: value for name, value in row.items() if name not in own} for row in Message.objects.values()}
    assert rows[alone[0].pk] == rows[alone[1].pk] == rows[many[0].pk] == rows[many[1].pk]


def test_no_messages_are_queued_for_no_drafts(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(0):
        assert queue_many([]) == []


def test_no_copy_of_the_database_holds_a_token(letter: str, link: Link, brandt: Person) -> None:
    message = queue(draft(letter, brandt, context={"link": link}))
    send_due()
    dumped = serializers.serialize("json", [*Message.objects.all(), *Link.objects.all(), *Entry.objects.all()])
    assert link.token not in dumped
    assert link.token in message.filled_html
    assert link.token in mail.outbox[0].body


# --- sending -------------------------------------------------------------------------------------------------------------------


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
    """The claim 2 and a savepoint, the gate 1, each still waiting 1 and its result 1, the empty claim 1 and a savepoint; no links: 0."""
    for place in range(10):
        make_message(brandt, str(place))
    unhurried = 2 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(unhurried + 2 + 2 + 1 + 2 * 10 + 1 + 2):
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


# --- a mail server that has its own mind ---------------------------------------------------------------------------------------


class Server(Sink):
    """Answers RCPT by `rcpt`; with `cuts` it hangs up in the middle of its answer to the text."""

    rcpt: Callable[[str], str] = staticmethod(lambda address: "250 ok")
    cuts = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.cuts:
            self.taken.append((envelope.rcpt_tos[0], envelope.original_content))
            server.transport.abort()
        return await super().handle_DATA(server, session, envelope) if not self.cuts else TAKEN


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with Server() as server:
        settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


def test_a_resend_is_equal_byte_for_byte(server: Server, brandt: Person) -> None:
    parts = [{"name": "event.ics", "type": "text/calendar", "text": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}]
    message = make_message(brandt, attachments=parts, text="Grüße aus Köln, жду.\n", subject="Ваш автомобиль", headers={"X-Note": "1"})
    for _ in range(2):
        Message.objects.filter(pk=message.pk).update(state=MessageState.WAITING, lease_until=None)
        send_due()
    (_to, first), (_to, second) = server.taken
    assert first == second
    assert first.isascii(), "a relay that knows seven bits only need not rewrite it, nor break its signature"
    read = message_from_bytes(first, policy=policy.default)
    assert (read["Message-ID"], read["Content-Language"], read["X-Note"]) == (message.message_id, "en", "1")
    assert read.get_body(("plain",)).get_content().split() == ["Grüße", "aus", "Köln,", "жду."]
    assert read["Subject"] == "Ваш автомобиль"
    assert [part.get_content_type() for part in read.walk() if not part.is_multipart()] == ["text/plain", "text/html", "text/calendar"]


TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\x85") | st.sampled_from("\n\n .=é")
)
LINES = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]) | st.just(" "), min_size=1, max_size=200)


@how(deadline=None)  # a busy machine is no fault
@given(text=TEXTS.map("{}\n".format), subject=LINES)
def test_a_message_is_read_as_it_was_written(text: str, subject: str) -> None:
    """Read by the standard library: words, calendar file and subject come out as they went in, in short lines of ASCII."""
    subject = " ".join(subject.split())
    mail = Mail(subject, text, from_email="Wagners Flotte Köln <fleet@fleet.example>", to=["guest@customer.example"])
    mail.attach_alternative(f"<p>{text}</p>", "text/html")
    mail.attach("Einladung März.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST")
    raw = mail.message().as_bytes(linesep="\r\n")
    read = message_from_bytes(raw, policy=policy.default)
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert " ".join(str(read["Subject"]).split()) == subject
    assert (read["From"].addresses[0].display_name, read["To"]) == ("Wagners Flotte Köln", "guest@customer.example")
    plain, html = (read.get_body((kind,)).get_payload(decode=True).decode() for kind in ("plain", "html"))
    assert (plain.replace("\r\n", "\n"), html.replace("\r\n", "\n")) == (text, f"<p>{text}</p>")
    (file,) = read.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_param("method")) == ("Einladung März.ics", "text/calendar", "REQUEST")
    assert file.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("place", ["subject", "to", "header", "name"])
def test_no_line_break_begins_another_header(place: str) -> None:
    evil = "x\r\nBcc: all@customer.example"
    mail = Mail(
        evil if place == "subject" else "s",
        "t",
        to=[evil if place == "to" else "a@b.example"],
        headers={"X-N": evil if place == "header" else "n"},
    )
    mail.attach(evil if place == "name" else "n", "", "text/plain")
    with pytest.raises(BadHeaderError):
        mail.message()


def test_what_is_none_of_the_outbox_goes_the_same_line(server: Server) -> None:
    mail.send_mail("Sign-in", "A code.", "fleet@fleet.example", ["anna@fleet.example"])
    assert server.recipients == {"anna@fleet.example"}


def test_a_server_that_asks_to_wait_is_asked_again_later_each_time_and_then_left(server: Server, brandt: Person) -> None:
    server.answer = lambda recipient: "451 come again"
    message = make_message(brandt)
    for tries, wait in enumerate((*BACKOFF, None), start=1):
        before = timezone.now()
        send_due()
        message.refresh_from_db()
        assert message.tries == tries
        assert "451" in message.last_answer
        if wait is None:
            break
        assert message.state == MessageState.WAITING
        assert before + wait <= message.due_at <= timezone.now() + wait
        Message.objects.filter(pk=message.pk).update(due_at=before)
    assert (message.state, message.tries, server.taken) == (MessageState.PARKED, MAX_TRIES, [])


def test_a_server_that_refuses_the_text_is_asked_once_and_the_address_stays_good(server: Server, brandt: Person) -> None:
    server.answer = lambda recipient: "554 looks like spam"
    message = make_message(brandt)
    send_due()
    send_due()
    message.refresh_from_db()
    assert (message.state, message.tries, message.bounce) == (MessageState.REFUSED, 1, Bounce.NONE)
    assert "554" in message.last_answer
    assert brandt.addresses.get().state == AddressState.UNCONFIRMED


def test_a_recipient_the_server_does_not_know_is_written_to_no_more(server: Server, brandt: Person) -> None:
    server.rcpt = lambda address: "550 no such mailbox"
    other = make_person("Other", email="brandt@customer.example")
    message = make_message(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.bounce) == (MessageState.REFUSED, Bounce.HARD)
    assert brandt.addresses.get().state == AddressState.BOUNCING
    assert Entry.objects.about(brandt.addresses.get()).get().action == "address.bounced"
    assert other.addresses.get().state == AddressState.UNCONFIRMED, "the mailbox of another person's record is theirs"


def test_a_full_mailbox_is_no_bounce(server: Server, brandt: Person) -> None:
    server.rcpt = lambda address: "452 mailbox full"
    message = make_message(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.bounce, message.tries) == (MessageState.WAITING, Bounce.NONE, 1)
    assert brandt.addresses.get().is_usable


def test_one_refused_recipient_does_not_keep_the_next_from_their_message(server: Server, brandt: Person) -> None:
    server.rcpt = lambda address: "550 no such mailbox" if address.startswith("brandt") else "250 ok"
    lorenz = make_person("Lorenz", email="lorenz@customer.example")
    refused, sent = make_message(brandt), make_message(lorenz)
    send_due()
    assert (state_of(refused), state_of(sent)) == (MessageState.REFUSED, MessageState.SENT)
    assert server.recipients == {"lorenz@customer.example"}


def test_a_line_that_breaks_after_the_text_leaves_the_message_uncertain_and_unsent_again(server: Server, brandt: Person) -> None:
    server.cuts = True
    message = make_message(brandt)
    send_due()
    send_due()
    message.refresh_from_db()
    assert message.state == MessageState.UNCERTAIN
    assert len(server.taken) == 1


def test_a_server_that_is_away_costs_a_try_and_loses_nothing(settings: Any, brandt: Person) -> None:
    with Server() as server:
        port = server.port
    settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    message = make_message(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.tries) == (MessageState.WAITING, 1)
    assert "ConnectionRefusedError" in message.last_answer


def test_one_line_to_the_server_takes_all_that_is_due(server: Server, brandt: Person) -> None:
    for number in range(3):
        make_message(brandt, key=f"note {number}")
    send_due()
    assert (server.connections, len(server.taken)) == (1, 3)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_the_text_is_simply_tried_again(settings: Any, brandt: Person, command: str) -> None:
    """Also where it breaks at the very command that announces the text: nothing of it has left yet."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
        talking = threading.Thread(target=hang_up_at, args=(listener, command))
        talking.start()
        message = make_message(brandt)
        send_due()
        talking.join()
    assert state_of(message) == MessageState.WAITING


def hang_up_at(listener: socket.socket, command: str) -> None:
    """Takes one connection and ends it instead of an answer to `command`."""
    connection, _address = listener.accept()
    with connection, connection.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 here\r\n")
        for line in talk:
            if line[:4].upper() == command.encode():
                return
            talk.write(b"250 ok\r\n")


# --- what is stuck -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MessageState.PARKED, MessageState.REFUSED, MessageState.UNCERTAIN])
def test_a_stuck_message_is_sent_again_by_hand(state: MessageState, brandt: Person, admin: User) -> None:
    message = make_message(brandt, state=state, tries=MAX_TRIES)
    message.send_again(by=admin)
    send_due()
    assert state_of(message) == MessageState.SENT
    assert Entry.objects.about(message).get().actor_id == admin.pk


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.HELD_BACK, MessageState.WAITING])
def test_any_other_message_is_not(state: MessageState, brandt: Person, admin: User) -> None:
    message = make_message(brandt, state=state, tries=3)
    with pytest.raises(NotInTrouble):
        message.send_again(by=admin)
    message.refresh_from_db()
    assert (message.state, message.tries) == (state, 3)
    assert not Entry.objects.about(message).exists()


def test_boundaries_of_a_message_hang_on_its_row_alone(brandt: Person) -> None:
    message = make_message(brandt)
    boundaries = set(re.findall(rb'boundary="([^"]+)"', as_email(message).message().as_bytes()))
    assert boundaries == {f"=_fleetportal_{message.pk}_alternative".encode()}

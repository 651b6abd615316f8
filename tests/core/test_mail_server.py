"""A mail server that has its own mind: the same bytes each time, and every answer has its consequence."""

import socket
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail
from django.core.mail import BadHeaderError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from contacts.models import AddressState, Person
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.channels.email import Mail
from fleetportal.core.outbox.message import Bounce, Message, MessageState
from fleetportal.core.outbox.sending import BACKOFF, MAX_TRIES, send_due
from tests.factories.contacts import make_person
from tests.factories.messages import make_message, state_of
from tests.kills.sink import TAKEN, Sink

pytestmark = pytest.mark.django_db


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
    assert other.addresses.get().state == AddressState.BOUNCING, "it is the same mailbox"


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


def test_a_server_that_is_away_costs_no_try_and_loses_nothing(settings: Any, brandt: Person) -> None:
    with Server() as server:
        port = server.port
    settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    message = make_message(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.tries) == (MessageState.WAITING, 0)
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

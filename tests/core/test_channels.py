"""Each channel delivers a message for real: to a mail server, to the gateway for SMS, to the pile of letters, to a server over HTTP."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from contacts.models import AddressState, Person, PersonAddress
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.letter import PaperLetter, as_pdf, as_sheet
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState
from fleetportal.core.outbox.queueing import MessageDraft, queue
from fleetportal.core.outbox.sending import SENDERS, send_due
from tests.factories.contacts import make_person
from tests.factories.messages import make_message
from tests.kills.portal import free_port
from tests.kills.sink import Sink

pytestmark = pytest.mark.django_db
ADDRESS = "Herr Brandt\nAlpha GmbH & Co.\nAm Markt 1\n53111 Bonn"
KEY = "a key of the webhooks that nobody guesses"


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt", email="brandt@customer.example")


@pytest.fixture
def server(settings: Any) -> Iterator[Sink]:
    with Sink() as server:
        settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def queue_note(person: Person, channel: str, address: str, **facts: Any) -> Message:
    values = {"gate": "service", "key": f"{channel}:{Message.objects.count()}", "channel": channel, "address": address, **facts}
    with transaction.atomic():
        return queue(MessageDraft("tests/mail/note", to=person, about=person, **values))


def test_each_channel_has_a_sender() -> None:
    assert set(SENDERS) == set(MessageChannel)


# --- SMS -----------------------------------------------------------------------------------------------------------------------


def test_a_text_message_goes_to_the_gateway_of_the_number(server: Sink, brandt: Person, settings: Any) -> None:
    settings.SMS_GATEWAY = "{number}@sms.example"
    message = queue_note(brandt, MessageChannel.SMS, "+491712345678")
    assert (message.recipient, message.html) == ("+491712345678", "")
    send_due()
    ((recipient, _content),) = server.taken
    (sent,) = server.messages()
    assert (recipient, sent["To"]) == ("491712345678@sms.example", "491712345678@sms.example")
    assert sent.get_content().split() == message.text.split()
    assert sent.get_content_type() == "text/plain"


def test_a_text_message_without_a_gateway_is_refused_once(brandt: Person, settings: Any) -> None:
    settings.SMS_GATEWAY = ""
    message = make_message(brandt, channel=MessageChannel.SMS, recipient="+491712345678")
    send_due()
    message.refresh_from_db()
    assert (message.state, message.tries, message.last_answer) == (MessageState.REFUSED, 1, "No SMS gateway is configured.")


def test_the_gates_ask_about_the_number_that_a_text_message_goes_to(server: Sink, brandt: Person) -> None:
    PersonAddress.enter(brandt, channel="sms", value="0171 2345678", by=None, state=AddressState.WITHDRAWN)
    held, sent = (make_message(brandt, channel=MessageChannel.SMS, recipient=number) for number in ("+491712345678", "+491712345679"))
    send_due()
    assert [Message.objects.get(pk=one.pk).state for one in (held, sent)] == [MessageState.HELD_BACK, MessageState.SENT]


# --- webhook -------------------------------------------------------------------------------------------------------------------


class Receiver:
    """An HTTP server that keeps what was posted and answers `status`."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.status, self.headers = 200, dict[str, str]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posted.append((dict(self.headers), body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in"

    def __enter__(self) -> "Receiver":
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver(settings: Any, monkeypatch: Any) -> Iterator[Receiver]:
    monkeypatch.setenv("no_proxy", "*")
    with Receiver() as receiver:
        settings.WEBHOOKS, settings.WEBHOOK_KEY = {"crm": receiver.url}, KEY
        yield receiver


def post(person: Person, *, to: str = "crm", **facts: Any) -> Message:
    with transaction.atomic():
        about = MessageDraft(
            "voucher.redeemed",
            to=person,
            about=person,
            gate="service",
            key=f"webhook:{Message.objects.count()}",
            context=facts,
            channel=MessageChannel.WEBHOOK,
            address=to,
        )
        return queue(about)


def test_facts_are_posted_as_json_signed_with_the_key(receiver: Receiver, brandt: Person) -> None:
    message = post(brandt, voucher=7, wash="Köln")
    send_due()
    ((headers, body),) = receiver.posted
    assert json.loads(body) == {
        "id": message.message_id,
        "event": "voucher.redeemed",
        "about": {"type": "contacts.person", "id": brandt.pk},
        "at": message.queued_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "facts": {"voucher": 7, "wash": "Köln"},
    }
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Fleetportal-Signature"] == "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert Message.objects.get().state == MessageState.SENT


def test_a_server_in_trouble_gets_the_same_bytes_later(receiver: Receiver, brandt: Person) -> None:
    receiver.status = 503
    message = post(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, message.tries, message.last_answer) == (MessageState.WAITING, 1, "503 Service Unavailable")
    receiver.status = 204
    Message.objects.update(due_at=message.queued_at)
    send_due()
    assert Message.objects.get().state == MessageState.SENT
    first, second = receiver.posted
    assert first == second


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, MessageState.REFUSED),
        (410, MessageState.REFUSED),
        (302, MessageState.REFUSED),
        (307, MessageState.REFUSED),
        (429, MessageState.WAITING),
    ],
)
def test_any_other_answer_is_a_no(receiver: Receiver, brandt: Person, status: int, state: str) -> None:
    receiver.status, receiver.headers = status, {"Location": receiver.url + "/elsewhere"}
    post(brandt)
    send_due()
    assert (Message.objects.get().state, len(receiver.posted)) == (state, 1), "a redirect is not followed: only this address is configured"


def test_a_destination_that_nobody_configured_is_refused(receiver: Receiver, brandt: Person) -> None:
    post(brandt, to=receiver.url)
    send_due()
    message = Message.objects.get()
    assert (message.state, receiver.posted) == (MessageState.REFUSED, [])
    assert message.last_answer.startswith("No webhook")


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/in", "file:///etc/hostname", "ftp://127.0.0.1:{port}/in"])
def test_a_destination_that_is_away_or_is_no_http_costs_a_try(settings: Any, monkeypatch: Any, brandt: Person, address: str) -> None:
    monkeypatch.setenv("no_proxy", "*")
    settings.WEBHOOKS, settings.WEBHOOK_KEY = {"crm": address.format(port=free_port())}, KEY
    post(brandt)
    send_due()
    message = Message.objects.get()
    assert (message.state, message.tries) == (MessageState.WAITING, 1)


# --- letter --------------------------------------------------------------------------------------------------------------------


def test_a_letter_waits_to_be_printed_and_is_marked_as_printed(client: Client, admin: User, brandt: Person) -> None:
    message = queue_note(brandt, MessageChannel.LETTER, ADDRESS)
    send_due()
    letter = PaperLetter.objects.get()
    assert (letter.message, Message.objects.get().state) == (message, MessageState.SENT)
    client.force_login(admin)
    page = client.get("/messages/letters/").content.decode()
    assert "Alpha GmbH &amp; Co.<br>Am Markt 1" in page
    for address in (f"/messages/letters/{letter.pk}.pdf", "/messages/letters/waiting.pdf"):
        pdf = client.get(address)
        assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    answer = client.post("/messages/letters/printed/", {"letter": [letter.pk, "x", "9" * 30]})
    assert (answer.status_code, answer["Location"]) == (303, "/messages/letters/")
    assert Entry.objects.about(letter).get().actor_id == admin.pk
    assert "There are no letters to print" in client.get("/messages/letters/").content.decode()
    assert client.get("/messages/letters/waiting.pdf").status_code == 404
    assert client.get("/messages/letters/printed/").status_code == 405
    client.post("/messages/letters/printed/", {"letter": letter.pk})
    assert Entry.objects.about(letter).count() == 1, "printed once"


def test_a_letter_is_put_on_the_pile_once_however_often_it_is_delivered(brandt: Person) -> None:
    make_message(brandt, channel=MessageChannel.LETTER, recipient=ADDRESS)
    for _time in range(2):
        Message.objects.update(state=MessageState.WAITING, lease_until=None)
        send_due()
    assert PaperLetter.objects.count() == 1


def test_a_letter_is_equal_byte_for_byte_and_has_the_links_of_its_text(brandt: Person) -> None:
    link = Link.objects.make("preferences", brandt.addresses.get().pk)
    text = f"Sehr geehrter Herr Brandt,\n\nжду Вас: {link.placeholder}\nGrüße & Dank <3\n"
    message = make_message(brandt, channel=MessageChannel.LETTER, recipient=ADDRESS, text=text, language="de", subject="Ihr <Auto>")
    sheet = as_sheet(message, {link.pk: link})
    assert (sheet.address, sheet.subject) == (ADDRESS, "Ihr <Auto>")
    assert sheet.paragraphs == ["Sehr geehrter Herr Brandt,", f"жду Вас: {link.url}\nGrüße & Dank <3"]
    assert as_pdf([message]) == as_pdf([Message.objects.get()])
    assert link.token.encode() not in repr(list(PaperLetter.objects.values())).encode()


def test_each_letter_of_many_begins_a_page_and_a_long_one_goes_on(brandt: Person) -> None:
    short, long = (make_message(brandt, recipient=ADDRESS, text="Ein Satz.\n\n" * times) for times in (1, 40))
    assert [len(re.findall(rb"/Type /Page\b", as_pdf(letters))) for letters in ([short], [long], [short, long])] == [1, 2, 3]


def test_a_letter_to_somebody_who_was_forgotten_is_not_printed(client: Client, admin: User, brandt: Person) -> None:
    make_message(brandt, channel=MessageChannel.LETTER, recipient=ADDRESS)
    send_due()
    Message.objects.all().erase()
    client.force_login(admin)
    assert "There are no letters to print" in client.get("/messages/letters/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pile_costs_the_same_however_high(
    client: Client, admin: User, brandt: Person, rows: int, django_assert_num_queries: Any
) -> None:
    for _letter in range(rows):
        make_message(brandt, channel=MessageChannel.LETTER, recipient=ADDRESS)
    send_due()
    client.force_login(admin)
    client.get("/messages/letters/")
    with django_assert_num_queries(5):
        client.get("/messages/letters/")


@pytest.mark.parametrize("address", ["", "waiting.pdf", "{pk}.pdf"])
def test_letters_are_the_administrators(client: Client, anna: User, brandt: Person, address: str) -> None:
    make_message(brandt, channel=MessageChannel.LETTER, recipient=ADDRESS)
    send_due()
    letter = PaperLetter.objects.get()
    address = "/messages/letters/" + address.format(pk=letter.pk)
    assert client.get(address).headers["Location"].startswith("/login/")
    client.force_login(anna)
    assert client.get(address).status_code == 404
    assert client.post("/messages/letters/printed/", {"letter": letter.pk}).status_code == 404
    assert PaperLetter.objects.unprinted().exists()

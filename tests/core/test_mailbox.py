"""The mailbox of one's own machine, and the page of messages in trouble."""

import re

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import Person
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from tests.factories.contacts import make_person
from tests.factories.messages import make_message


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt", email="brandt@customer.example")


@pytest.fixture
def as_anna(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client


def test_messages_stand_newest_first_and_are_found_by_recipient(as_anna: Client, brandt: Person) -> None:
    make_message(brandt, subject="First")
    make_message(brandt, subject="Second", recipient="lorenz@customer.example")
    page = as_anna.get("/mailbox/").content.decode()
    assert page.index("Second") < page.index("First")
    found = as_anna.get("/mailbox/", {"q": "lorenz"}).content.decode()
    assert "Second" in found
    assert "First" not in found
    assert "No messages to this address" in as_anna.get("/mailbox/", {"q": "nobody"}).content.decode()


def test_an_empty_mailbox_teaches(as_anna: Client) -> None:
    assert "No messages yet" in as_anna.get("/mailbox/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same(as_anna: Client, brandt: Person, rows: int, django_assert_num_queries) -> None:
    for _ in range(rows):
        make_message(brandt)
    as_anna.get("/mailbox/")
    with django_assert_num_queries(4):
        as_anna.get("/mailbox/")


def test_a_message_is_shown_with_links_that_work(as_anna: Client, brandt: Person) -> None:
    link = Link.objects.make("preferences", brandt.addresses.get().pk)
    text, html = (
        f"Here: {link.placeholder}",
        f'<html><head><title>x</title></head><body><a href="{link.placeholder}">Here</a></body></html>',
    )
    message = make_message(brandt, text=text, html=html)
    page = as_anna.get(f"/mailbox/{message.pk}/")
    assert f'href="{link.url}"' in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    letter = as_anna.get(f"/mailbox/{message.pk}/letter/")
    assert link.url in letter.content.decode()
    assert '<base target="_top">' in letter.content.decode()
    assert "default-src 'none'" in letter.headers["Content-Security-Policy"]
    assert "script" not in letter.headers["Content-Security-Policy"]
    assert letter.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_attachments_are_kept_as_files(as_anna: Client, brandt: Person) -> None:
    message = make_message(brandt, attachments=[{"name": "event.ics", "type": "text/calendar; method=REQUEST", "text": "BEGIN:VCALENDAR"}])
    assert "event.ics" in as_anna.get(f"/mailbox/{message.pk}/").content.decode()
    answer = as_anna.get(f"/mailbox/{message.pk}/files/0/")
    assert (answer.content, answer.headers["Content-Disposition"]) == (b"BEGIN:VCALENDAR", 'attachment; filename="event.ics"')
    assert as_anna.get(f"/mailbox/{message.pk}/files/1/").status_code == 404


@pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/letter/", "{pk}/files/0/"])
def test_in_production_there_is_no_mailbox(as_anna: Client, brandt: Person, settings, path: str) -> None:
    message = make_message(brandt, attachments=[{"name": "a", "type": "text/plain", "text": "x"}])
    settings.KEEPS_MAIL = False
    assert as_anna.get("/mailbox/" + path.format(pk=message.pk)).status_code == 404


@pytest.mark.parametrize("path", ["/mailbox/", "/mailbox/{pk}/", "/mailbox/{pk}/letter/"])
def test_the_mailbox_is_staffs_and_changes_nothing(client: Client, wanda: User, brandt: Person, path: str) -> None:
    path = path.format(pk=make_message(brandt).pk)
    assert client.get(path).headers["Location"].startswith("/login/")
    client.force_login(wanda)
    assert client.get(path).status_code == 404
    assert client.get("/mailbox/999999/").status_code == 404


def test_a_message_without_letter_has_none(as_anna: Client, brandt: Person) -> None:
    message = make_message(brandt, html="")
    assert as_anna.get(f"/mailbox/{message.pk}/letter/").status_code == 404
    assert "iframe" not in as_anna.get(f"/mailbox/{message.pk}/").content.decode()
    assert as_anna.post(f"/mailbox/{message.pk}/").status_code == 405


# --- in trouble ----------------------------------------------------------------------------------------------------------------


def test_administrators_see_what_is_stuck_and_why_and_send_it_again(client: Client, admin: User, brandt: Person) -> None:
    stuck = make_message(brandt, subject="Stuck", state=MessageState.REFUSED, last_answer="554 looks like spam")
    make_message(brandt, subject="Fine", state=MessageState.SENT)
    client.force_login(admin)
    page = client.get("/messages/").content.decode()
    assert "554 looks like spam" in page
    assert "Fine" not in page
    response = client.post(f"/messages/{stuck.pk}/again/")
    assert (response.status_code, response.headers["Location"]) == (303, "/messages/")
    assert Message.objects.get(pk=stuck.pk).state == MessageState.WAITING
    assert client.post(f"/messages/{stuck.pk}/again/").status_code == 409
    assert client.get(f"/messages/{stuck.pk}/again/").status_code == 405
    assert "No messages with problems" in client.get("/messages/").content.decode()


def test_nobody_else_sees_them(as_anna: Client, brandt: Person) -> None:
    stuck = make_message(brandt, state=MessageState.PARKED)
    assert as_anna.get("/messages/").status_code == as_anna.post(f"/messages/{stuck.pk}/again/").status_code == 404
    assert Message.objects.get(pk=stuck.pk).state == MessageState.PARKED


def test_states_are_said_in_the_readers_language(as_anna: Client, anna: User, brandt: Person) -> None:
    anna.language = "de"
    anna.save()
    said = {
        MessageState.WAITING: "wartet",
        MessageState.SENT: "gesendet",
        MessageState.HELD_BACK: "zurückgehalten",
        MessageState.PARKED: "fehlgeschlagen",
    }
    said |= {MessageState.REFUSED: "vom Mailserver abgelehnt", MessageState.UNCERTAIN: "ungewiss"}
    assert said.keys() == set(MessageState)
    for state, words in said.items():
        message = make_message(brandt)
        Message.objects.update(state=state)
        flag = re.compile(rf"</svg>\s*{words}\s*</span>")
        assert flag.search(as_anna.get("/mailbox/").content.decode())
        assert flag.search(as_anna.get(f"/mailbox/{message.pk}/").content.decode())
        message.delete()

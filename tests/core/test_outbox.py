"""The outbox: a message is a row first, written with what it tells, and sent again by hand when it is stuck."""

import re
from typing import Any

import pytest
from django.core import mail, serializers
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from contacts.models import Person, Purpose
from fleetportal.core import links
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message, MessageState, NotInTrouble, Priority
from fleetportal.core.outbox.queueing import MessageDraft, queue, queue_many
from fleetportal.core.outbox.sending import MAX_TRIES, send_due
from tests.factories.contacts import make_person
from tests.factories.messages import make_message, state_of

pytestmark = pytest.mark.django_db


# --- queueing -----------------------------------------------------------------------------------------------------------------


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


# --- what is stuck ------------------------------------------------------------------------------------------------------------


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

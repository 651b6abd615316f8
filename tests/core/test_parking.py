"""A message that kills its sender is not tried for ever (celery's own answer to that loops)."""

import pytest
from django.db import transaction
from django.utils import timezone

from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.queueing import MessageDraft, queue
from fleetportal.core.outbox.sending import LEASE, MAX_TRIES, claim, send_due
from tests.factories.contacts import make_person


@pytest.fixture
def note(db: None) -> Message:
    person = make_person("Note")
    with transaction.atomic():
        return queue(MessageDraft("tests/mail/note", to=person, about=person, gate="service", key="note"))


def let_senders_die(message: Message, times: int) -> None:
    """`times` senders take the lease and are never heard of again."""
    for _sender in range(times):
        assert claim(now=timezone.now())
        Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - LEASE)


def test_a_message_whose_senders_died_five_times_is_parked(note, mailoutbox):
    let_senders_die(note, MAX_TRIES)
    assert send_due() is False
    note.refresh_from_db()
    assert (note.state, note.lease_until, mailoutbox) == (MessageState.PARKED, None, [])


def test_a_message_whose_senders_died_four_times_goes_out(note, mailoutbox):
    let_senders_die(note, MAX_TRIES - 1)
    send_due()
    note.refresh_from_db()
    assert (note.state, len(mailoutbox)) == (MessageState.SENT, 1)

"""A message that kills its sender is not tried for ever (celery's own answer to that loops)."""

import pytest
from django.db import transaction
from django.utils import timezone

from fleetportal.core import outbox
from tests.factories.contacts import make_person


@pytest.fixture
def note(db: None) -> outbox.Message:
    person = make_person("Note")
    with transaction.atomic():
        return outbox.queue("tests/mail/note", to=person, about=person, gate="service", key="note")


def let_senders_die(message: outbox.Message, times: int) -> None:
    """`times` senders take the lease and are never heard of again."""
    for _sender in range(times):
        assert outbox.claim(now=timezone.now())
        outbox.Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - outbox.LEASE)


def test_a_message_whose_senders_died_five_times_is_parked(note, mailoutbox):
    let_senders_die(note, outbox.MAX_TRIES)
    assert outbox.send_due() is False
    note.refresh_from_db()
    assert (note.state, note.lease_until, mailoutbox) == (outbox.State.PARKED, None, [])


def test_a_message_whose_senders_died_four_times_goes_out(note, mailoutbox):
    let_senders_die(note, outbox.MAX_TRIES - 1)
    outbox.send_due()
    note.refresh_from_db()
    assert (note.state, len(mailoutbox)) == (outbox.State.SENT, 1)

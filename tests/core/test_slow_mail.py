"""R48: a mail server that is slow, or slower than the lease, gets each message once."""

import time
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from fleetportal.core.outbox import gates, sending
from fleetportal.core.outbox.channels import email
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.core.scripted_mail import ScriptedServer
from tests.factories.contacts import make_person
from tests.factories.messages import make_message
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


LEASE, SLOW_SECONDS = timedelta(seconds=2), 0.8  # three slow answers take longer than a lease


@pytest.fixture
def quick_lease(monkeypatch: Any) -> None:
    """Everything thirty times as fast: a lease of two seconds, renewed in time on a busy machine too."""
    for module in (gates, sending):
        monkeypatch.setattr(module, "LEASE", LEASE)
    monkeypatch.setattr(email, "RENEW_SECONDS", 0.3)
    monkeypatch.setattr(email, "MOMENT_SECONDS", 0.1)


def send_all(within: float) -> None:
    """Send until nothing is left to send; a copy that is on its way by then still arrives."""
    ends = time.monotonic() + within
    while time.monotonic() < ends and Message.objects.exclude(state=MessageState.SENT).exists():
        send_due()
        time.sleep(0.05)


def copies_from(server: ScriptedServer, settings: Any) -> Counter[str]:
    """How many copies each recipient got from three workers."""
    settings.EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.host, server.port, 5
    race(*(partial(send_all, 30),) * 3)
    return Counter(recipient for recipient, _text in server.taken)


@pytest.mark.parametrize("slow", [("MAIL", "RCPT", "DATA"), ("CONNECT", "EHLO", "MAIL")])
def test_r48_a_conversation_longer_than_the_lease_doubles_nothing(settings: Any, quick_lease: None, slow: tuple[str, ...]) -> None:
    for number in range(2):
        make_message(make_person(f"Guest{number}", email=f"guest{number}@customer.example"))
    with ScriptedServer(delay=lambda command: SLOW_SECONDS if command in slow else 0.0) as server:
        copies = copies_from(server, settings)
    assert set(copies.values()) == {1}
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_r48_without_the_keeper_it_doubles(settings: Any, quick_lease: None, monkeypatch: Any) -> None:
    """The canary of the test above."""
    monkeypatch.setattr(email, "keep_lease", lambda message: True)
    make_message(make_person("Guest", email="guest@customer.example"))
    with ScriptedServer(delay=lambda command: SLOW_SECONDS if command in ("MAIL", "RCPT", "DATA") else 0.0) as server:
        copies = copies_from(server, settings)
    assert copies["guest@customer.example"] > 1


def test_r48_the_lease_outlives_a_batch_and_the_slowest_answer_to_a_text() -> None:
    assert sending.LEASE.total_seconds() > sending.BATCH_SECONDS + email.TEXT_SECONDS + email.RENEW_SECONDS + 20
    assert email.TEXT_SECONDS >= 90

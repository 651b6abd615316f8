"""Messages outlive whatever is killed, stopped or wiped around them (R8, R9, R10)."""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import EmailSender
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState, Priority
from fleetportal.core.outbox.queueing import MessageDraft, queue
from fleetportal.core.outbox.sending import Senders, claim, deliver
from tests.factories.contacts import make_person
from tests.kills.portal import ROOT, Processes, database_url, environment, eventually
from tests.kills.redis import OwnRedis
from tests.kills.sink import Sink
from tests.selection import LONG

pytestmark = [pytest.mark.kills, pytest.mark.django_db(transaction=True)]
MESSAGES, KILLS = (5000, 20) if LONG else (500, 3)
CONCURRENCY = 2
ADDRESS = re.compile(r"/invitation/([A-Za-z0-9_-]{32})/")


@pytest.fixture
def broker(tmp_path):
    """A Redis of our own where the run has one, else the folder that a small installation uses."""
    if not os.environ.get("REDIS_URL"):
        yield {}
        return
    server = OwnRedis(tmp_path)
    server.start()
    yield {"REDIS_URL": server.url}
    server.stop()


@pytest.fixture
def sink():
    with Sink(delay_seconds=0.004) as server:
        yield server


@pytest.fixture
def processes(tmp_path):
    """Starts `celery` with everyday's settings; whatever is left at the end is killed."""
    with Processes(tmp_path) as started:
        yield started


def everyday(folder, sink, **more):
    """The environment of the processes under test: this test's database and keys, the sink as mail server."""
    keys = {"SECRET_KEY": settings.SECRET_KEY, "LINK_KEY": settings.LINK_KEY, "BASE_URL": settings.BASE_URL}
    return environment(folder, **keys, EMAIL_URL=sink.url, DATABASE_URL=database_url(), **more)


def worker(processes, variables):
    return processes.start(
        "worker", [sys.executable, "-m", "celery", "--app", "fleetportal", "worker", f"--concurrency={CONCURRENCY}"], variables
    )


def scheduler(processes, folder, variables):
    command = [sys.executable, "-m", "celery", "--app", "fleetportal", "beat", "--pidfile=", f"--schedule={folder / 'beat'}"]
    return processes.start("scheduler", command, variables)


def queue_notes(count, *, first=0):
    """`count` messages, each with a personal link, to as many addresses, which are the answer."""
    person = make_person("Note")
    for number in range(first, first + count):
        with transaction.atomic():
            queue(
                MessageDraft(
                    "tests/mail/note",
                    to=person,
                    about=person,
                    gate="service",
                    key=f"note:{number}",
                    address=f"guest{number}@customer.example",
                    context={"link": Link.objects.make("invitation", person.pk)},
                    priority=Priority.BULK,
                )
            )
    return {f"guest{number}@customer.example" for number in range(first, first + count)}


def sent():
    return Message.objects.filter(state=MessageState.SENT).count()


def let_the_lease_run_out():
    """The lease runs out of messages whose sender was killed; the long form waits for it."""
    if not LONG:
        Message.objects.filter(state=MessageState.WAITING).exclude(lease_until=None).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )


def test_a_killed_worker_loses_no_message_and_repeats_few(tmp_path, sink, broker, processes, chance):
    """R8: nothing lost, at most one repeat for each kill and sender, each copy the same bytes."""
    recipients = queue_notes(MESSAGES)
    variables = everyday(tmp_path, sink, **broker)
    scheduler(processes, tmp_path, variables)
    for _kill in range(KILLS):
        before = len(sink.taken)
        running = worker(processes, variables)
        wanted = before + chance.randrange(1, MESSAGES // (2 * KILLS))
        assert eventually(lambda wanted=wanted: len(sink.taken) >= wanted, within=120, every=0.005), processes.logs()
        processes.kill(running)
        let_the_lease_run_out()
    worker(processes, variables)
    assert eventually(lambda: sent() == MESSAGES, within=900 if LONG else 240), processes.logs()
    assert sink.recipients == recipients
    assert len(sink.taken) - MESSAGES <= KILLS * CONCURRENCY
    assert all(len(sink.versions(recipient)) == 1 for recipient, copies in sink.copies.items() if copies > 1)
    messages = sink.messages()
    assert len({message["Message-ID"] for message in messages}) == MESSAGES
    assert len({found for message in messages for found in ADDRESS.findall(message.get_body().get_content())}) == MESSAGES


def test_the_negative_control_a_message_without_a_lease_would_be_repeated(sink, monkeypatch):
    """Two senders at once that do not ask for the lease send the same message twice: the lease is what keeps R8's bound."""
    (recipient,) = queue_notes(1)
    server = {"host": "127.0.0.1", "port": sink.port}
    first, second = (get_connection("fleetportal.core.outbox.channels.email.TextKnownBackend", **server) for _sender in range(2))
    senders = {mailer: Senders({MessageChannel.EMAIL: EmailSender(mailer)}) for mailer in (first, second)}
    hand_over = first.send_messages

    def while_another_sends(mails):
        deliver([Message.objects.get()], senders[second])
        return hand_over(mails)

    monkeypatch.setattr(first, "send_messages", while_another_sends)
    deliver([Message.objects.get()], senders[first])
    for those in senders.values():
        those.close()
    assert sink.copies[recipient] == 2
    assert claim(now=timezone.now()) == []


@pytest.mark.redis
def test_a_stopped_broker_delays_messages_and_loses_none(tmp_path, sink, own_redis, processes):
    """R9: queuing stays quick while the broker is gone, and sending goes on by itself once it is back."""
    variables = everyday(tmp_path, sink, REDIS_URL=own_redis.url)
    worker(processes, variables)
    scheduler(processes, tmp_path, variables)
    recipients = queue_notes(20)
    assert eventually(lambda: sent() == 20, within=120), processes.logs()
    own_redis.stop()
    seconds = queue_in_a_process_of_its_own(variables, "while-away@customer.example")
    assert seconds < 2
    time.sleep(60 if LONG else 5)
    assert sent() == 20
    own_redis.start()
    assert eventually(lambda: sent() == 21, within=60), processes.logs()
    assert sink.recipients == recipients | {"while-away@customer.example"}


@pytest.mark.redis
def test_a_wiped_broker_loses_no_message(tmp_path, sink, own_redis, processes):
    """R10: the database is the queue; the broker's content is only the bell."""
    variables = everyday(tmp_path, sink, REDIS_URL=own_redis.url)
    worker(processes, variables)
    scheduler(processes, tmp_path, variables)
    recipients = queue_notes(200)
    for wanted in (20, 80, 140):
        assert eventually(lambda wanted=wanted: len(sink.taken) >= wanted, within=120, every=0.01), processes.logs()
        own_redis.empty()
    assert eventually(lambda: sent() == 200, within=120), processes.logs()
    assert (sink.recipients, len(sink.taken)) == (recipients, 200)


QUEUE = """
import sys, time
import fleetportal.celery  # names the settings
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from contacts.models import Person
from fleetportal.core.jobs import bell
from fleetportal.core.outbox.message import Message
person = Person.objects.first()
began = time.monotonic()
with transaction.atomic():
    message = Message.objects.create(
        key=sys.argv[1], template="-", gate="service", recipient=sys.argv[1], recipient_id=person.pk, language="en", subject="A note",
        text="A note", message_id=f"<{sys.argv[1]}>", about_type="contacts.person", about_id=person.pk, due_at=timezone.now())
    bell.ring("core.send_outbox")
print(time.monotonic() - began)
"""


def queue_in_a_process_of_its_own(variables, recipient):
    """The seconds that a verb with a message took, in a process whose broker is the one under test."""
    done = subprocess.run([sys.executable, "-c", QUEUE, recipient], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])

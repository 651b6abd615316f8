"""Sending the outbox to a local mail server, compared with smtplib and ready-made messages."""

import multiprocessing
import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.databases import ROOT
from bench.measure import Figure, peak_mb, seconds
from contacts.models import Person
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due

COUNT = int(os.environ.get("BENCH_MESSAGES", "5000"))


def figures(size: int) -> Iterator[Figure]:
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.mailserver"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    settings.EMAIL_PORT = int(server.stdout.readline())
    rows = queue()
    before, began = peak_mb(), timezone.now()
    ours = seconds(lambda: send_due(seconds=3600))
    above = peak_mb() - before
    assert Message.objects.filter(state=MessageState.SENT, key__startswith="bench:", sent_at__gte=began).count() == len(rows)
    queue()
    together = seconds(two_workers)
    assert not Message.objects.due(now=timezone.now()).exists()
    made = [as_email(message).message().as_bytes(linesep="\r\n") for message in Message.objects.filter(pk__in=rows[:COUNT]).iterator()]
    theirs = seconds(lambda: bare(made))
    server.communicate()
    rate, their_rate = COUNT / ours, COUNT / theirs
    yield Figure(
        "messages sent by one worker",
        COUNT,
        "/s",
        rate,
        None,
        "smtplib, messages made before",
        their_rate,
        rate / their_rate,
        ">= 0.6",
        None,
        above,
    )
    yield Figure("messages sent by two workers", COUNT, "/s", COUNT / together, None, "one worker", rate, ours / together, ">= 1.7")


def two_workers() -> None:
    """Two processes, each with its own connection, until nothing is due."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=send_due, kwargs={"seconds": 3600}) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def queue() -> list[int]:
    Message.objects.filter(state=MessageState.WAITING).update(state=MessageState.HELD_BACK)
    person = Person.objects.order_by("pk").first()
    assert person
    now = timezone.now()
    text = "Guten Tag,\n\nwir laden Sie herzlich ein.\n" * 20
    same = {
        "template": "-",
        "gate": "service",
        "recipient_id": person.pk,
        "language": "de",
        "text": text,
        "html": f"<p>{text}</p>",
        "about_type": "contacts.person",
        "about_id": person.pk,
        "due_at": now,
    }
    rows = [
        Message(
            key=f"bench:{now.timestamp()}:{number}",
            recipient=f"guest{number}@customer.example",
            subject=f"Einladung {number}",
            message_id=f"<bench.{now.timestamp()}.{number}@fleet.example>",
            **same,
        )
        for number in range(COUNT)
    ]
    Message.objects.bulk_create(rows, batch_size=500)
    return list(Message.objects.filter(key__startswith=f"bench:{now.timestamp()}:").values_list("pk", flat=True))


def bare(messages: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", settings.EMAIL_PORT) as server:
        for message in messages:
            server.sendmail("fleet@fleet.example", ["guest@customer.example"], message)

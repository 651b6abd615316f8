"""The doorbell: rung once for a transaction."""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.db import transaction

from fleetportal.core.jobs import bell


class Change(Exception):
    """What goes wrong in a part of a transaction."""


@pytest.fixture
def heard(monkeypatch):
    rung: list[str] = []
    monkeypatch.setattr(bell, "send", rung.append)
    return rung


@pytest.mark.django_db
def test_a_transaction_rings_once_for_each_task(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for task in ("core.send_outbox", "core.run_jobs", "core.send_outbox", "core.send_outbox"):
            with transaction.atomic():
                bell.ring(task)
    assert heard == ["core.send_outbox", "core.run_jobs"]


@pytest.mark.django_db
def test_a_part_rolled_back_takes_its_ring_along_and_the_next_part_rings(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(Change), transaction.atomic():
            bell.ring("core.send_outbox")
            raise Change
        with transaction.atomic():
            bell.ring("core.send_outbox")
    assert heard == ["core.send_outbox"]


@pytest.mark.django_db(transaction=True)
def test_two_transactions_ring_twice(heard):
    for _each in range(2):
        with transaction.atomic():
            bell.ring("core.send_outbox")
    assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
def test_what_nobody_waits_for_rings_once_in_a_while(monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(bell, "rung_at", {})
    monkeypatch.setattr(bell, "app", lambda: SimpleNamespace(send_task=lambda task, **_options: sent.append(task)))
    for every in (3.0, 3.0, 0.0, 3.0):
        with transaction.atomic():
            bell.ring("accounts.look_again", every=every)
    assert sent == ["accounts.look_again"] * 2

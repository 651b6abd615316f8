"""A copy of this process that does half of the work: what it answers, and what is left where it fails or is killed."""

import os
import signal
import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from accounts.models import Centre
from fleetportal.core.db import can_lock
from fleetportal.core.jobs import bell
from fleetportal.core.jobs.partner import Partner, is_possible

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def lives(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_it_answers_task_by_task_from_a_process_and_a_connection_of_its_own(north: Centre) -> None:
    partner = Partner(lambda name: (os.getpid(), Centre.objects.filter(name=name).count(), bell.quiet))
    try:
        assert partner.give("Nord") and partner.answer() == (partner.pid, 1, True)
        assert partner.give("Nobody’s") and partner.answer() == (partner.pid, 0, True)
        assert Centre.objects.count() and not bell.quiet
    finally:
        pid = partner.pid
        partner.end()
    assert not lives(pid)


def test_a_task_that_fails_has_no_answer_and_the_next_one_has(north: Centre) -> None:
    partner = Partner(lambda number: 6 // number)
    try:
        assert partner.give(0) and partner.answer() is None
        assert partner.give(2) and partner.answer() == 3
    finally:
        partner.end()
    assert not partner.give(2)
    partner.end()  # once more harms nobody


def test_a_task_whose_connection_is_lost_is_begun_once_more(north: Centre) -> None:
    began: list[int] = []

    def loses(times: int) -> int:
        began.append(times)
        count = Centre.objects.count()
        if began.count(times) <= times:
            connection.close()
            raise OperationalError("the server closed the connection")
        return count

    partner = Partner(loses)
    try:
        assert partner.give(0) and partner.answer() == 1
        assert partner.give(1) and partner.answer() == 1
        assert partner.give(5) and partner.answer() is None
        assert partner.give(0) and partner.answer() == 1
    finally:
        partner.end()


def test_one_that_was_killed_has_no_answer(north: Centre) -> None:
    partner = Partner(lambda _task: os.kill(os.getpid(), signal.SIGKILL))
    try:
        assert partner.give(1) and partner.answer() is None and (not partner.give(1) or partner.answer() is None)
    finally:
        partner.end()


def test_it_ends_with_the_process_that_it_copies(north: Centre) -> None:
    def forks(_task: int) -> int:
        inner = Partner[int, int](lambda _task: time.sleep(60) or 0)
        inner.give(1)
        return inner.pid

    outer = Partner(forks)
    outer.give(1)
    inner = outer.answer()
    outer.end()
    for _turn in range(100):
        if inner and not lives(inner):
            break
        time.sleep(0.05)
    assert inner and not lives(inner)


def test_two_write_at_once_where_rows_can_be_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert is_possible(writes=True) == can_lock()
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert not is_possible(writes=False)


@pytest.mark.django_db(transaction=False)
def test_nobody_is_copied_inside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert not is_possible(writes=False)

"""The one command of a small installation: nothing of it is left, however it ends."""

import os
import signal

import pytest

from tests.kills.portal import Served, database_url, eventually, lives

pytestmark = [pytest.mark.kills, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def served(tmp_path):
    portal = Served(tmp_path, DATABASE_URL=database_url())
    assert eventually(portal.answers, within=240), portal.log.read_text(encoding="utf-8")
    yield portal
    portal.kill()


def everybody(portal: Served) -> list[int]:
    family = portal.family()
    assert len(family) == 3
    return [portal.process.pid, *family, *(pid for below in family.values() for pid in below)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told(served, number):
    pids = everybody(served)
    served.process.send_signal(number)
    assert served.process.wait(timeout=120) == 0
    assert not [pid for pid in pids if lives(pid)]


def test_it_ends_when_the_worker_is_killed(served):
    pids = everybody(served)
    worker = sorted(served.family())[1]
    os.kill(worker, signal.SIGKILL)
    assert served.process.wait(timeout=120) == 1
    assert not [pid for pid in pids if lives(pid)]
    assert "worker" in served.log.read_text(encoding="utf-8")

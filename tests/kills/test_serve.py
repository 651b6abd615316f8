"""The one command of a small installation: nothing of it is left, however it ends."""

import os
import signal

import pytest
from django.conf import settings
from django.db import connection

from tests.kills.portal import Served, eventually, lives

pytestmark = [pytest.mark.kills, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def served(tmp_path):
    if connection.vendor == "sqlite":
        url = f"sqlite:///{settings.DATABASES['default']['NAME']}"
    else:
        url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    connection.close()
    portal = Served(tmp_path, DATABASE_URL=url)
    assert eventually(portal.answers, within=60), portal.log.read_text(encoding="utf-8")
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
    assert served.process.wait(timeout=30) == 0
    assert not [pid for pid in pids if lives(pid)]


def test_it_ends_when_the_worker_is_killed(served):
    pids = everybody(served)
    worker = sorted(served.family())[1]
    os.kill(worker, signal.SIGKILL)
    assert served.process.wait(timeout=30) == 1
    assert not [pid for pid in pids if lives(pid)]
    assert "worker" in served.log.read_text(encoding="utf-8")

"""The parts of a small installation end together, whatever happens to one of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.kills.portal import lives

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
# Each part starts a sleeper of its own, as a worker starts its pool, and prints both process ids.
SCRIPT = """
import os, signal, subprocess, sys, time
from fleetportal.core.jobs.supervisor import supervise

def part(deaf=False, ends_after=None):
    def main():
        if deaf:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "60"])
        os.write(1, f"pids {os.getpid()} {child.pid}\\n".encode())  # in one piece: both parts write here
        time.sleep(60 if ends_after is None else ends_after)
        sys.exit(3)
    return main

sys.exit(supervise({parts}.items(), patience={patience}))
"""


class Supervised:
    """A supervisor with two parts in a process of its own."""

    def __init__(self, parts: str, patience: float) -> None:
        script = SCRIPT.replace("{parts}", parts).replace("{patience}", str(patience))
        self.process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.pids: list[int] = []

    def wait_for_parts(self, count: int) -> None:
        for _part in range(count):
            line = self.process.stdout.readline()
            assert line, "the supervisor ended before its parts began"
            self.pids += [int(word) for word in line.split()[1:]]

    def ended(self) -> int:
        """The exit code, once the supervisor is gone; nothing it started may be left."""
        code = self.process.wait(timeout=45)
        assert left(self.pids, within=5) == []
        return code


def left(pids: list[int], *, within: float) -> list[int]:
    """Those of `pids` still there after `within` seconds."""
    deadline = time.monotonic() + within
    while (living := [pid for pid in pids if lives(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return living


@pytest.fixture
def supervised():
    started = []

    def start(parts: str = '{"web": part(), "worker": part()}', *, patience: float = 10) -> Supervised:
        started.append(Supervised(parts, patience))
        started[-1].wait_for_parts(2)
        return started[-1]

    yield start
    for one in started:
        for pid in [one.process.pid, *one.pids]:
            if lives(pid):
                os.kill(pid, signal.SIGKILL)
        one.process.wait()
        one.process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_parts_end_when_told_to_stop(supervised, number):
    parts = supervised()
    parts.process.send_signal(number)
    assert parts.ended() == 0


def test_all_parts_end_when_one_is_killed(supervised):
    parts = supervised()
    os.kill(parts.pids[0], signal.SIGKILL)
    assert parts.ended() == 1


def test_all_parts_end_when_one_leaves(supervised):
    parts = supervised('{"web": part(), "worker": part(ends_after=0.2)}')
    assert parts.ended() == 1


def test_a_part_that_does_not_listen_is_killed_after_the_patience(supervised):
    parts = supervised('{"web": part(), "worker": part(deaf=True)}', patience=1)
    began = time.monotonic()
    parts.process.send_signal(signal.SIGTERM)
    assert parts.ended() == 0
    assert 1 <= time.monotonic() - began < 30


def test_the_parts_follow_a_supervisor_that_was_killed(supervised):
    parts = supervised()
    parts.process.kill()
    parts.process.wait(timeout=45)
    assert left([parts.pids[0], parts.pids[2]], within=30) == []

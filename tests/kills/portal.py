"""A separate portal for tests that kill: with its own processes, database and folders."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def eventually(condition: Callable[[], object], *, within: float, every: float = 0.1) -> bool:
    """True as soon as `condition` holds; False when it has not after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The normal environment, with the test's own data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "REDIS_URL", "CI")}
    return kept | {
        "SECRET_KEY": "a-secret-key-of-a-test-of-forty-characters",
        "LINK_KEY": "a-link-key-of-a-test-of-forty-characters--",
        "DATA_DIR": str(folder),
        "DEBUG": "1",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


def database_url() -> str:
    """The address of this test's own database, for a process of its own. Closes our connection to it."""
    connection.close()
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


class Processes:
    """Processes that lead groups of their own, so that a kill takes their children too; none outlives the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *exception: object) -> None:
        for process in self.started:
            self.kill(process)

    def start(self, name: str, command: list[str], variables: dict[str, str]) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.started.append(process)
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """kill -9 of the whole group; a group that has ended already is fine."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    def logs(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8")[-4000:] for path in sorted(self.folder.glob("*.log")))


class Served:
    """`manage.py serve` on a free port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(folder, BASE_URL=self.base, **settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def family(self) -> dict[int, list[int]]:
        """The parts' process ids, in the order web, worker, scheduler, each with its own children."""
        return {part: children(part) for part in sorted(children(self.process.pid))}

    def kill(self) -> None:
        """End whatever is left of it."""
        for part, below in self.family().items():
            for pid in (*below, part):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=60)


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(words[1]) == pid and words[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def lives(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

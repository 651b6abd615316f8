"""Many simultaneous users of a real web server: gunicorn, and clients with their own connections."""

import http.client
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import User
from bench.databases import ROOT
from tests.kills.portal import children, free_port

CONNECTIONS = 64
# Django accepts a plain secret as token where cookie and field agree.
CSRF = "a" * 32


@dataclass
class Post:
    """What one visitor sends; a GET where `method` says so."""

    path: str
    fields: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


class Server:
    """Gunicorn with eight threads: in one process on SQLite, as the small installation runs it, in two on PostgreSQL.

    With two processes on SQLite and 64 callers at once, a writer may wait longer than the 20 seconds it has for the one lock of the
    file, because SQLite polls instead of queueing: "database is locked" at BEGIN IMMEDIATE. The response is then a 503
    (`core.db.busy`), counted as failed.
    """

    def __init__(self) -> None:
        self.port = free_port()

    def __enter__(self) -> "Server":
        connection.close()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "--threads=8", "--log-level=error"]
        command.append("--workers=1" if connection.vendor == "sqlite" else "--workers=2")
        self.process = subprocess.Popen([*command, "fleetportal.wsgi"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        while not self.answers():
            time.sleep(0.2)
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def cpu_ms(self) -> float:
        """The CPU time that the workers have used so far."""
        return sum(cpu_ticks(pid) for pid in children(self.process.pid)) * 10.0

    def rush(self, posts: Sequence[Post]) -> "Rush":
        """All of `posts`, over 64 connections."""
        waiting, rush, guard = list(reversed(posts)), Rush(), threading.Lock()
        cpu, began = self.cpu_ms(), time.perf_counter()

        def visitor() -> None:
            while True:
                with guard:
                    if not waiting:
                        return
                    post = waiting.pop()
                status, ms = self.send(post)
                with guard:
                    rush.statuses[status] += 1
                    rush.milliseconds.append(ms)

        visitors = [threading.Thread(target=visitor) for _number in range(CONNECTIONS)]
        for one in visitors:
            one.start()
        for one in visitors:
            one.join()
        rush.seconds, rush.cpu_ms = time.perf_counter() - began, self.cpu_ms() - cpu
        return rush

    def send(self, post: Post) -> tuple[int, float]:
        began = time.perf_counter()
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in {settings.CSRF_COOKIE_NAME: CSRF, **post.cookies}.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Host": settings.BASE_HOST}
        if post.method == "GET":
            headers = {"Host": settings.BASE_HOST} | ({"Cookie": "; ".join(map("=".join, post.cookies.items()))} if post.cookies else {})
        body = urlencode({"csrfmiddlewaretoken": CSRF, **post.fields}) if post.method == "POST" else None
        caller.request(post.method, post.path, body, headers)
        answer = caller.getresponse()
        answer.read()
        caller.close()
        return answer.status, (time.perf_counter() - began) * 1000


@dataclass
class Rush:
    """The results of many simultaneous requests."""

    seconds: float = 0
    cpu_ms: float = 0
    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds

    @property
    def failed(self) -> int:
        """The number of server errors: on a busy machine waiting for SQLite's only writer times out after 20 seconds."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    @property
    def cpu_ms_each(self) -> float:
        return self.cpu_ms / len(self.milliseconds)


def cpu_ticks(pid: int) -> int:
    """A process's CPU time in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def signed_in(user: User) -> dict[str, str]:
    """The cookie of a session of `user`."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}

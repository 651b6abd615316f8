"""Copied: whole processes over HTTP, up to the last message: CPU time of web, worker and database, and statements."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from django.apps import apps
from django.db import connection

from bench.databases import ROOT
from bench.measure import Figure
from bench.rows.http import Post, Server, cpu_ticks
from tests.kills.portal import children


class Portal:
    """Web server, worker and scheduler as in an installation, and a mail server that accepts everything."""

    def __enter__(self) -> "Portal":
        count_statements()
        self.folder = Path(tempfile.mkdtemp(prefix="fleetportal-bench-"))
        mail = [sys.executable, "-m", "bench.mailserver"]
        self.mail = subprocess.Popen(mail, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.mail.stdout
        port = self.mail.stdout.readline().strip()
        (self.folder / "broker" / "queue").mkdir(parents=True)
        (self.folder / "broker" / "control").mkdir()
        os.environ.update(DJANGO_SETTINGS_MODULE="bench.rows.heard", BENCH_SMTP_PORT=port, DATA_DIR=str(self.folder))
        self.web = Server().__enter__()
        worker = [sys.executable, "-m", "celery", "-A", "fleetportal.celery", "--quiet", "worker", "--pool=solo", "--beat"]
        worker += [f"--schedule={self.folder / 'beat'}", "--loglevel=error"]
        self.worker = subprocess.Popen(worker, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        return self

    def __exit__(self, *exception: object) -> None:
        self.web.__exit__()
        for process in (self.worker, self.mail):
            process.terminate()
            process.wait(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def settle(self) -> int:
        """Wait until all messages are sent and no company is left to recompute; the number of statements used for that."""
        messages, touches = apps.get_model("core", "Message"), apps.get_model("accounts", "TouchedCompany")
        asked = 2
        while messages.objects.filter(state="waiting", recipient_type="contacts.person").exists() or touches.objects.exists():
            asked += 2
            time.sleep(0.5)
        return asked

    def cpu_ms(self) -> dict[str, float]:
        worker = sum(map(cpu_ticks, (self.worker.pid, *children(self.worker.pid)))) * 10.0
        return {"web": self.web.cpu_ms(), "worker": worker, "database": database_cpu_ms()}

    def figure(self, what: str, rushes: Sequence[Sequence[Post]]) -> Figure:
        """The cost per request of `rushes`, each with one request of every user, up to the last message."""
        count = len(rushes[0])
        before, said = self.cpu_ms(), statements()
        failed = sum(self.web.rush(posts).failed for posts in rushes)
        ours = self.settle()
        costs = {part: (ms - before[part]) / count for part, ms in self.cpu_ms().items()}
        asked = None if said is None else round(((statements() or 0) - said - ours) / count)
        parts = ", ".join(f"{part} {ms:.1f}" for part, ms in costs.items())
        total = sum(costs.values())
        return Figure(what, count, "CPU ms", total, cpu_ms=total, statements=asked, note=f"{parts}; {failed} failed")


def database_cpu_ms() -> float:
    """The CPU time of PostgreSQL's processes on this machine, those that have ended included; nothing on SQLite."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    server = int(fields[1])
    ended = Path(f"/proc/{server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (sum(cpu_ticks(pid) for pid in children(server)) + int(ended[13]) + int(ended[14])) * 10.0


def statements() -> int | None:
    """How many statements the server has counted here, look-ups of foreign keys included; None where it does not count."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'")
        if cursor.fetchone() is None:
            return None
        cursor.execute("SELECT sum(calls) FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid WHERE datname = current_database()")
        return int(cursor.fetchone()[0] or 0)


def count_statements() -> None:
    """Let PostgreSQL count statements in this database, where its server has been told to (`shared_preload_libraries`)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW shared_preload_libraries")
            if "pg_stat_statements" in str(cursor.fetchone()[0]):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

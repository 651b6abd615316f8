"""The bell: wakes a worker after commit. If it is lost, the work waits for the next sweep; nothing else is lost."""

import logging
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import kombu
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)

rung_at: dict[str, float] = {}  # when this process last rang for each task
quiet = False


@dataclass(frozen=True)
class Bell:
    """A callback that wakes one task; two for the same task are equal."""

    task: str

    def __call__(self) -> None:
        send(self.task)


def ring(task: str, *, every: float = 0.0) -> None:
    """Wake `task` on commit, once per transaction however often it is called; only logs when the broker is not available.

    With `every`, for work that can wait for the sweep, at most once in that many seconds: one bell then serves many transactions.
    """
    if quiet:
        return
    bell, waiting = Bell(task), transaction.get_connection().run_on_commit
    if every and time.monotonic() - rung_at.get(task, -every) < every:
        return
    # One that is waiting already will ring whenever this one would: a rolled-back savepoint would have removed it.
    if all(rung != bell for _savepoints, rung, _robust in waiting):
        transaction.on_commit(bell, robust=True)


def be_quiet() -> None:
    """Ring no more bells from this process: a forked copy must not use the connection to the broker."""
    global quiet
    quiet = True


def app() -> Any:
    """The Celery app. Loaded when it is first needed: it takes a tenth of a start, and the first page does without."""
    return import_module(settings.TASKS_APP).app


def send(task: str) -> None:
    rung_at[task] = time.monotonic()
    try:
        app().send_task(task, retry=False, expires=60)
    except (kombu.exceptions.OperationalError, OSError) as error:
        log.warning("nobody heard the bell for %s: %s", task, error)

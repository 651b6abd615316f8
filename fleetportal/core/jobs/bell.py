"""The doorbell: wakes a worker once the transaction is through. A bell that is not heard costs a tick of the sweep, no work."""

import logging
import time
from dataclasses import dataclass

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

rung_at: dict[str, float] = {}  # when this process last rang for a task


@dataclass(frozen=True)
class Bell:
    """What wakes one task; two for the same task are equal."""

    task: str

    def __call__(self) -> None:
        send(self.task)


def ring(task: str, *, every: float = 0.0) -> None:
    """Wake `task` on commit, once for a transaction however often it rings; does nothing but log when the broker is away.

    With `every`, for what may wait for the sweep, at most once in that many seconds: one bell then serves what many transactions left.
    """
    bell, waiting = Bell(task), transaction.get_connection().run_on_commit
    if every and time.monotonic() - rung_at.get(task, -every) < every:
        return
    # One that waits already goes off whenever this one would: had its savepoint been rolled back, it would be gone.
    if all(rung != bell for _savepoints, rung, _robust in waiting):
        transaction.on_commit(bell, robust=True)


def send(task: str) -> None:
    rung_at[task] = time.monotonic()
    try:
        current_app.send_task(task, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        log.warning("nobody heard the bell for %s: %s", task, error)

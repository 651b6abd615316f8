"""The doorbell: wakes a worker once the transaction is through. A bell that is not heard costs a tick of the sweep, no work."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task: str) -> None:
    """Wake `task` on commit; does nothing but log when the broker is away."""
    transaction.on_commit(lambda: send(task), robust=True)


def send(task: str) -> None:
    try:
        current_app.send_task(task, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        log.warning("nobody heard the bell for %s: %s", task, error)

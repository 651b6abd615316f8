"""Simultaneous actions: each in a thread with its own connection, started together at a barrier."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 60


def race(*actions: Callable[[], Any]) -> list[Any]:
    """Start `actions` at the same moment; what each returned or raised, in their order.

    Needs a test with `django_db(transaction=True)`. An exception is returned as a value: `[type(one) for one in race(…)]`.
    """
    barrier = threading.Barrier(len(actions))
    outcomes: list[Any] = [None] * len(actions)

    def run(number: int, action: Callable[[], Any]) -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            outcomes[number] = action()
        except Exception as error:  # noqa: BLE001  the test looks at it
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "a racer hangs"
    return outcomes


def won(outcomes: Sequence[Any]) -> list[Any]:
    """The outcomes that are not refusals or errors."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]

"""What comes round each minute also where no scheduler runs: apps above register it, and `send_outbox` does it between two sweeps."""

import logging
import time
from collections.abc import Callable

from fleetportal.core.registry import Registry

log = logging.getLogger(__name__)
EVERY_SECONDS = 60.0

each_minute: Registry[Callable[[], None]] = Registry("what is done each minute")


class Minutes:
    """Does what is due once a minute, however often it is asked."""

    def __init__(self) -> None:
        self.due = 0.0

    def pass_by(self) -> None:
        """A fault of one is logged and stops no other."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + EVERY_SECONDS
        for name in each_minute.names():
            try:
                each_minute[name]()
            except Exception:  # any fault there is: it is written in an app above
                log.exception("%r failed", name)

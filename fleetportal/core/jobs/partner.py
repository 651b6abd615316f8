"""A second process for half of a long piece of work: a copy of this one, with a connection to the database of its own."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import Generic, NoReturn, TypeVar

from django.db import OperationalError, connection, connections

from fleetportal.core.db import can_lock
from fleetportal.core.jobs import bell
from fleetportal.core.jobs.supervisor import end_with

log = logging.getLogger(__name__)

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Partner(Generic[Task, Answer]):
    """A copy of this process that does `work` with each task it is given, while this one does something else.

    It ends with `end`, and with this process, even where that is killed. It rings no bell: whoever has it rings for both.
    """

    def __init__(self, work: Callable[[Task], Answer]) -> None:
        """Closes this thread's connections to the database, which two processes can't share; call it outside a transaction."""
        connections.close_all()
        parent = os.getpid()
        self.line: Connection[Task, Answer | None]
        theirs: Connection[Answer | None, Task]
        self.line, theirs = Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            self.line.close()
            serve(theirs, work, parent)
        theirs.close()

    def give(self, task: Task) -> bool:
        """Let it begin with `task`, and ask for its `answer` before the next; False where it is gone."""
        try:
            self.line.send(task)
        except OSError:
            return False
        return True

    def answer(self) -> Answer | None:
        """What came of the task, once it is done; None where it failed: whatever transaction it was in was rolled back."""
        try:
            return self.line.recv()
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """It ends at once, and takes no task any more; a transaction that it is in is rolled back."""
        self.line.close()
        if self.pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            self.pid = 0


def is_possible(*, writes: bool) -> bool:
    """True where a second process can work beside this one: not inside a transaction, not with one processor; not where both write
    and the database takes one writer at a time."""
    if connection.in_atomic_block or not hasattr(os, "fork") or (os.cpu_count() or 1) == 1:
        return False
    return can_lock() or not (writes or connection.is_in_memory_db())  # type: ignore[attr-defined]  # of SQLite's


def serve(line: "Connection[Answer | None, Task]", work: Callable[[Task], Answer], parent: int) -> NoReturn:
    """Does what comes down the line, until nobody is at its other end."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        end_with(parent)
        bell.be_quiet()
        gc.freeze()  # connections of other threads came with the copy: collected here, they would take leave on a line that both share
        while True:
            line.send(done(work, line.recv()))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # the clean-up of the process that this is a copy of is not ours to run


def done(work: Callable[[Task], Answer], task: Task) -> Answer | None:
    """What came of the task, or None; one during which the connection was lost is begun once more, on a new one."""
    for is_last in (False, True):
        try:
            return work(task)
        except Exception as error:  # noqa: BLE001  of whatever kind: the process that gave the task does it instead
            log.info("a partner left its task: %s: %s", type(error).__name__, error)
            if is_connected():
                break
            connections.close_all()
            if is_last or not isinstance(error, OperationalError):
                break
    return None


def is_connected() -> bool:
    return connection.connection is not None and connection.is_usable()

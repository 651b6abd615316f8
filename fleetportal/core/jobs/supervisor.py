"""Runs the web server, the worker and the scheduler of a small installation together.

The parts are forked from one process that has loaded everything, which saves two thirds of the start-up time and of the memory.
Each leads its own process group, so that its child processes are ended with it.
"""

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


def supervise(parts: Iterable[tuple[str, Callable[[], object]]], *, patience: float = PATIENCE_SECONDS) -> int:
    """Fork `parts`, each by its name when its turn comes, and run them until one ends or a stop signal arrives, then end them all.

    Returns 0 after SIGINT or SIGTERM, 1 when a part ended by itself. No process of any part is left running.
    """
    told = _Told()
    running: dict[int, str] = {}
    groups: dict[int, str] = {}
    try:
        for name, main in parts:
            pid = _start(name, main)
            running[pid] = groups[pid] = name
        while len(running) == len(groups) and not told.to_stop:
            time.sleep(POLL_SECONDS)
            _reap(running)
    finally:
        _stop(running, groups, patience)
    return 0 if told.to_stop else 1


class _Told:
    """Whether SIGINT or SIGTERM has arrived; a second one is ignored."""

    def __init__(self) -> None:
        self.to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self)

    def __call__(self, number: int, frame: object) -> None:
        self.to_stop = True


def _start(name: str, main: Callable[[], object]) -> int:
    """Fork a new part; its process id."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        end_with(parent)
        main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001  a part of whatever kind; its trace is printed, its code is 1
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # skip the parent's clean-up


def end_with(parent: int) -> None:
    """On Linux, let the kernel stop this process when `parent`, which forked it, ends, even after kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


def _reap(running: dict[int, str]) -> None:
    """Remove ended processes from `running` and report them."""
    for pid, name in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del running[pid]
            code = os.waitstatus_to_exitcode(status)
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
            print(f"{name} ({pid}) {how}", file=sys.stderr, flush=True)  # noqa: T201  the supervisor has no log


def _stop(running: dict[int, str], groups: Mapping[int, str], patience: float) -> None:
    """End every group: with SIGTERM first, and after `patience` seconds with SIGKILL."""
    _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        _reap(running)
        if not running and not any(_lives(group) for group in groups):
            return
        time.sleep(POLL_SECONDS)
    _signal(groups, signal.SIGKILL)
    for pid in running:
        os.waitpid(pid, 0)


def _signal(groups: Mapping[int, str], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _lives(group: int) -> bool:
    """True while any process of the group is left: a killed part's children outlive it."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""Selects the tests to run: those that need a missing server are deselected by marker and counted, never skipped.

Long ones come first, so that parallel processes end at the same time.
"""

import gc
import os
import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

LONG = bool(os.environ.get("LONG"))
BESIDE = bool(os.environ.get("BESIDE"))  # another run, with another database, takes the tests that no database decides
# marker -> what must be set for its tests to run
NEEDS = {
    "postgres": "DATABASE_URL=postgres://…",
    "redis": "REDIS_URL",
    "samples": "SAMPLES_DIR",
    "long": "LONG=1 (make test-long)",
    "once": "no BESIDE",
}
MAY_BE_LEFT_OUT = ("long", "once")  # where everything else has to run
LEFT_OUT = pytest.StashKey[Counter[str]]()
# part of the suite -> the markers of its tests and the seconds it may take on one core of two
PARTS = {
    "matrix": ({"matrix"}, 120),
    "races and kills": ({"race", "kills"}, 180),
    "journeys": ({"journey"}, 180),
    "rules and pages": (set(), 240),
}
LONG_FIRST = ("journeys", "races and kills", "matrix", "rules and pages")
# Folders whose files one process runs: what they share takes longer to make than the other process could save.
TOGETHER = ("tests/journeys/",)
# of the rules and pages, the files that take longest
LONG_FILES = (
    "intake/test_samples.py",
    "core/test_upgrade.py",
    "demo/test_seed_demo.py",
    "gifts/test_state_machine.py",
    "events/test_seat_machine.py",
)
spent: Counter[str] = Counter()


def has(marker: str) -> bool:
    """True when the servers for tests with `marker` are available."""
    return {
        "postgres": os.environ.get("DATABASE_URL", "").startswith("postgres"),
        "redis": bool(os.environ.get("REDIS_URL")),
        "samples": bool(os.environ.get("SAMPLES_DIR")),
        "long": LONG,
        "once": not BESIDE,
    }[marker]


def repetitions() -> int:
    """The number of runs of a race: REPEAT, or 2."""
    return int(os.environ.get("REPEAT") or 2)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = Counter()
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**9))
    os.environ["SEED"] = seed
    if getattr(config.option, "hypothesisseed", None) is None:
        config.option.hypothesisseed = seed


def pytest_report_header() -> str:
    return f"seed: SEED={os.environ['SEED']}, races repeated {repetitions()} times"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absent = [marker for marker in NEEDS if not has(marker)]
    if mistaken := [item.nodeid for item in items if item.get_closest_marker("once") and reads_rows(item)]:
        raise pytest.UsageError(f"marked once, but a database decides: {mistaken}")
    kept, left = [], []
    for item in items:
        reasons = [marker for marker in absent if item.get_closest_marker(marker)]
        (left if reasons else kept).append(item)
        config.stash[LEFT_OUT].update(reasons)
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = sorted(kept, key=lambda item: (LONG_FIRST.index(part_of(item.keywords)), rank_of(item.path.as_posix())))


def reads_rows(item: pytest.Item) -> bool:
    """True for a test of rows; journeys and the matrix go through pages that read some, and their marks say if it matters."""
    fixtures = {"db", "transactional_db", "database"} & set(getattr(item, "fixturenames", ()))
    through_pages = item.get_closest_marker("journey") or item.get_closest_marker("matrix")
    return bool(fixtures or item.get_closest_marker("django_db")) and not through_pages


def rank_of(path: str) -> int:
    """Where the tests of the file at `path` come within their part of the suite."""
    return next((rank for rank, ending in enumerate(LONG_FILES) if path.endswith(ending)), len(LONG_FILES))


def unit_of(nodeid: str) -> str:
    """What one process runs whole: the test's file, or its folder where that is one of TOGETHER."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


class FilesTogether(LoadFileScheduling):
    """Gives each of the processes that share the suite whole units."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether | None:
    return FilesTogether(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Each process that shares the suite has chosen for itself, all of them alike: what one has left out counts."""
    if hasattr(node, "workeroutput"):
        node.config.stash[LEFT_OUT] = Counter(node.workeroutput["left out"])


def part_of(keywords: Iterable[str]) -> str:
    """The part of the suite that a test with these keywords belongs to."""
    return next((part for part, (markers, _budget) in PARTS.items() if not markers.isdisjoint(keywords)), "rules and pages")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    spent[part_of(report.keywords)] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for marker, count in sorted(config.stash[LEFT_OUT].items()):
        terminalreporter.write_line(f"left out: {count} tests marked {marker}; they need {NEEDS[marker]}")
    for part, (_markers, budget) in PARTS.items():
        if part in spent:
            terminalreporter.write_line(f"{part}: {spent[part]:.0f} s (budget {budget} s)", yellow=spent[part] > budget)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With COMPLETE set, a run that skipped anything, or left anything out but MAY_BE_LEFT_OUT, has failed.

    What is in use at the end is collected no more: pytest would go through hundreds of megabytes five times.
    """
    gc.freeze()
    if hasattr(session.config, "workeroutput"):  # the process that gave this one its tests decides
        session.config.workeroutput["left out"] = dict(session.config.stash[LEFT_OUT])
        return
    if not os.environ.get("COMPLETE"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    left = sum(count for marker, count in session.config.stash[LEFT_OUT].items() if marker not in MAY_BE_LEFT_OUT)
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if (left or skipped) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if reporter:
            reporter.write_line(f"COMPLETE is set, but {left} tests were left out and {skipped} skipped", red=True)


@pytest.fixture
def chance() -> random.Random:
    """A random generator, repeatable with SEED."""
    return random.Random(os.environ["SEED"])

"""Clocks and figures."""

import math
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Figure:
    """One row of the table. `ratio` is ours to the yardstick's, in the direction that `aim` names."""

    what: str
    size: int
    unit: str
    ours: float
    p95: float | None = None
    yardstick: str = ""
    theirs: float | None = None
    ratio: float | None = None
    aim: str = ""
    statements: int | None = None
    peak_mb: float | None = None
    cpu_ms: float | None = None
    database: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def times(action: Callable[[], Any], *, count: int, warm: int = 2) -> list[float]:
    """Milliseconds of each of `count` calls after `warm` unmeasured ones."""
    for _turn in range(warm):
        action()
    measured = []
    for _turn in range(count):
        began = time.perf_counter()
        action()
        measured.append((time.perf_counter() - began) * 1000)
    return measured


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def late(values: Iterable[float]) -> float:
    """The 95th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def seconds(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def peak_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exponent(small: float, large: float, *, times_larger: float) -> float:
    """How the cost grows: 0 not at all, 1 linearly."""
    return math.log(large / small) / math.log(times_larger)

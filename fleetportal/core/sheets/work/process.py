"""Sets this process's own limits and prints its answer as one line of JSON."""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from . import limits
from .limits import Unreadable


def answer(work: Callable[[Path, str, Path], dict[str, object]], arguments: list[str]) -> None:
    """Run `work(source, more, target)` under limits and print its answer, or the refusal."""
    source, more, target = arguments
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY, limits.MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.SECONDS, limits.SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said = work(Path(source), more, Path(target))
    except Unreadable as refusal:
        said = {"refused": refusal.code, "facts": refusal.facts}
    except (MemoryError, RecursionError):
        said = {"refused": "too_much_memory", "facts": {}}
    sys.stdout.write(json.dumps(said))

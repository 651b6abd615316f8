"""Starts the process that reads an uploaded file, and limits its time.

The limit is on processor time, and the process sets it itself: on a busy machine it may wait much longer than it works."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from fleetportal.core.sheets.refusals import refusal
from fleetportal.core.sheets.work import limits

PATIENCE_SECONDS = 180  # of elapsed time: the last resort, for a process that hangs
HERE = Path(__file__).resolve().parent


def run(module: str, *arguments: str | Path, name: str) -> dict[str, Any]:
    """The answer of `work.<module>`; raises SheetRefused about the file `name` when it refuses, crashes or takes too long.

    The process imports `work` as a top-level package: inside `fleetportal` it would import Django with the parent packages.
    """
    command = [sys.executable, "-m", f"work.{module}", *map(str, arguments)]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(HERE), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        raise refusal("too_slow", {"seconds": PATIENCE_SECONDS}, name=name) from error
    if done.returncode == -signal.SIGXCPU:
        raise refusal("too_slow", {"seconds": limits.SECONDS}, name=name)
    answer: dict[str, Any] = (
        json.loads(done.stdout) if done.returncode == 0 and done.stdout else {"refused": "too_much_memory", "facts": {}}
    )
    if "refused" in answer:
        raise refusal(answer["refused"], answer["facts"], name=name)
    return answer

"""A worker is a process of its own: each kind of job that the tree knows must be known to it, or the job ends unserved."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from tools.packages import APPS

ROOT = Path(__file__).resolve().parents[2]
ASKED = """
import django
django.setup()
from fleetportal.celery import app
from fleetportal.core.jobs import queue
app.loader.import_default_modules()
print(*{kind.__module__ for kind in queue.kinds.values()})
"""


def makes_a_kind(tree: ast.Module) -> bool:
    """True where a function is decorated with `kind("…")`, however the module of that name was imported."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(
        isinstance(mark, ast.Call) and getattr(mark.func, "attr", getattr(mark.func, "id", "")) == "kind"
        for function in functions
        for mark in function.decorator_list
    )


def test_a_worker_that_has_started_knows_every_kind_of_job_in_the_tree():
    files = [file.relative_to(ROOT) for app in APPS for file in (ROOT / app).rglob("*.py")]
    kept = [file for file in files if makes_a_kind(ast.parse((ROOT / file).read_text(encoding="utf-8")))]
    in_tree = {".".join(file.with_suffix("").parts) for file in kept}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "fleetportal.settings.test"}
    asked = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert len(in_tree) >= 6
    assert in_tree == set(asked.stdout.split())

"""Measures another commit for comparison: cloned, set up by its own lock files, on a copy of the same base."""

import shutil
import statistics
import subprocess
import sys
from typing import Any

from bench.databases import FOLDER, ROOT, Tree

SIDES = ("ours", "beside")


def checkout(commit: str) -> Tree:
    """The commit in a folder of its own under var/bench/, ready to run; rows that it lacks are copied into it.

    Such rows use the portal only by its addresses, so that they mean the same on both sides.
    """
    sha = git("rev-parse", "--verify", f"{commit}^{{commit}}").strip()[:12]
    root = FOLDER / "beside" / sha
    if not (root / ".git").is_dir():
        root.parent.mkdir(parents=True, exist_ok=True)
        git("clone", "--quiet", "--no-checkout", str(ROOT), str(root))
        subprocess.run(["git", "checkout", "--quiet", sha], cwd=root, check=True)
    print(f"setting up {sha}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "tools/setup.py", "test"], cwd=root, check=True, stdout=sys.stderr)
    for ours in (ROOT / "bench" / "rows").glob("*.py"):
        if not (root / "bench" / "rows" / ours.name).is_file() or ours.read_text(encoding="utf-8").startswith('"""Lent:'):
            shutil.copyfile(ours, root / "bench" / "rows" / ours.name)
    return Tree(root, str(root / ".venv" / "bin" / "python"), f"_{sha}")


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def paired(rounds: list[dict[str, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Our figures with the other commit's: medians of all rounds, and the ratio of ours to theirs.

    A figure of only one side has no ratio.
    """
    merged = []
    for figure in rounds[0]["ours"]:
        same = {side: [found for turn in rounds for found in turn[side] if key(found) == key(figure)] for side in SIDES}
        middles = {side: statistics.median(found["ours"] for found in same[side]) for side in SIDES if same[side]}
        beside = middles.get("beside")
        row = {**figure, "ours": middles["ours"]}
        if beside is not None:
            row |= {"beside": beside, "to_beside": middles["ours"] / beside if beside else None}
            row |= {f"beside_{name}": same["beside"][0].get(name) for name in ("statements", "cpu_ms", "peak_mb")}
        merged.append({name: value for name, value in row.items() if value is not None})
    return merged


def key(figure: dict[str, Any]) -> tuple[Any, ...]:
    return figure["what"], figure["size"], figure["database"]

"""`make bench`: measure every row on every available database, print one table, and write BENCH_JSON if set.

BENCH_SIZES names the sizes of the base in companies (default 1000,10000; a hundred thousand takes
its quarter of an hour to fill, once for each database); BENCH_ROWS some of the rows.
PostgreSQL is measured where DATABASE_URL names a server.
BENCH_BESIDE=COMMIT measures that commit too, on the same base, in turns (BENCH_ROUNDS, default 2), and prints the ratio.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.beside import SIDES, checkout, paired
from bench.databases import HERE, Tree, copy, filled
from bench.measure import exponent

# Rows that grow with the base run at every size, each in its own process; the others once, at the smallest.
EACH_SIZE = ("lists", "search", "today", "dossier", "menu", "wire", "reasons", "export", "import")
ONCE = ("messages", "registrations", "redemptions", "checkin", "landing", "start", "prepared")
FIGURES = ("what", "size", "database", "ours", "p95", "unit", "theirs", "ratio", "aim", "statements", "cpu_ms", "peak_mb", "note")
BESIDE = ("what", "size", "database", "ours", "beside", "to_beside", "unit", "statements", "beside_statements", "cpu_ms", "beside_cpu_ms")


def measured(kind: str, size: int, rows: str, beside: Tree | None) -> list[dict[str, Any]]:
    """The figures of one row; with a second commit, both in turns on copies of the base that it filled."""
    if beside is None:
        return one_process(kind, size, rows, HERE, filled(kind, size), migrate=False)
    base = filled(kind, size, beside)
    trees = dict(zip(SIDES, (HERE, beside), strict=True))
    rounds = [
        {side: one_process(kind, size, rows, tree, base, migrate=tree is HERE) for side, tree in trees.items()}
        for _turn in range(int(os.environ.get("BENCH_ROUNDS", "2")))
    ]
    return paired(rounds)


def one_process(kind: str, size: int, rows: str, tree: Tree, base: str, *, migrate: bool) -> list[dict[str, Any]]:
    """The figures printed by one measuring process, on a copy of the database `base`."""
    with copy(kind, base, tree, migrate=migrate) as url:
        command = [tree.python, "-m", "bench.run", rows, str(size)]
        done = subprocess.run(command, cwd=tree.root, env=tree.environment(url), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"{rows} at {size} on {kind} failed", file=sys.stderr)
        return []
    figures = [{"database": kind, **json.loads(line)} for line in done.stdout.splitlines() if line.startswith("{")]
    for figure in figures:  # immediately, so that stopping a long run keeps the figures so far
        print("  ".join(shown(figure[name]) for name in FIGURES if name in figure), file=sys.stderr, flush=True)
    return figures


def growth(figures: list[dict[str, Any]]) -> list[str]:
    """For each row measured at several sizes, the exponent of its cost from the smallest to the largest."""
    by_row: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for figure in figures:
        by_row.setdefault((figure["what"], figure["database"]), []).append(figure)
    lines = []
    for (what, database), several in sorted(by_row.items()):
        several.sort(key=lambda figure: figure["size"])
        small, large = several[0], several[-1]
        if large["size"] > small["size"]:
            power = exponent(small["ours"], large["ours"], times_larger=large["size"] / small["size"])
            steps = " → ".join(f"{shown(figure['ours'])} at {figure['size']:,}" for figure in several)
            lines.append(f"{what} ({database}), {small['unit']}: {steps}; exponent {power:.2f}")
    return lines


def table(figures: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    """The figures in columns."""
    rows = [columns, *[tuple(shown(figure.get(name, "")) for name in columns) for figure in figures]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main() -> int:
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000").split(",")]
    chosen = [name for name in os.environ.get("BENCH_ROWS", "").split(",") if name] or [*EACH_SIZE, *ONCE]
    kinds = ["sqlite", *(["postgresql"] if os.environ.get("DATABASE_URL", "").startswith("postgres") else [])]
    beside = checkout(os.environ["BENCH_BESIDE"]) if os.environ.get("BENCH_BESIDE") else None
    figures: list[dict[str, Any]] = []
    for kind in kinds:
        for name in chosen:
            for size in sizes if name in EACH_SIZE else sizes[:1]:
                figures += measured(kind, size, name, beside)
    print(table(figures, BESIDE if beside else FIGURES))
    print(*growth(figures), sep="\n")
    if os.environ.get("BENCH_JSON"):
        about = {"python": platform.python_version(), "machine": platform.platform(), "cores": os.cpu_count()}
        Path(os.environ["BENCH_JSON"]).write_text(json.dumps({"about": about, "figures": figures}, indent=1), encoding="utf-8")
    return 0 if figures else 1


if __name__ == "__main__":
    sys.exit(main())

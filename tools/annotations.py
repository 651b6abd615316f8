"""`make check`, "annotations": the share of annotations that contain `Any` stays below the limit."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.packages import APPS  # noqa: E402  the tool runs as a script

FOLDERS = (*APPS, "bench", "tools")
LIMIT = 4.0  # per cent of all annotations; lower it whenever there is room
ANY = re.compile(r"\bAny\b")


def annotations(source: str) -> Iterator[tuple[int, str]]:
    """(line, annotation) of each parameter, return value and variable that has one."""
    for node in ast.walk(ast.parse(source)):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        yield from ((one.lineno, ast.unparse(one)) for one in found if one is not None)


def sources() -> Iterator[tuple[str, str]]:
    """(path, source) of each module of ours, without tests and migrations."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def main() -> int:
    """Print the share, and where it is above the limit, each annotation with `Any`; 1 where it is."""
    lines, total = [], 0
    for path, source in sources():
        for line, annotation in annotations(source):
            total += 1
            if ANY.search(annotation):
                lines.append(f"{path}:{line}: {annotation}")
    share = 100 * len(lines) / total
    if share > LIMIT:
        print("\n".join(lines))
    print(f"{len(lines)} of {total} annotations contain Any: {share:.1f} % (limit {LIMIT} %)")
    return share > LIMIT


if __name__ == "__main__":
    sys.exit(main())

"""Counts what docs/house.md says of the house: `python tools/house_numbers.py` prints a line for each measure.

Source is what git tracks below the apps and `fleetportal/`, without migrations. It judges nothing: `make check` has the limits.
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.packages import APPS  # noqa: E402  the tool runs as a script

FOLDERS = tuple(f"{app}/" for app in APPS)


def tracked() -> list[str]:
    """The paths of all files that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path]


def lines_of(paths: list[str]) -> dict[str, list[str]]:
    return {path: (ROOT / path).read_text(encoding="utf-8").splitlines() for path in paths}


def functions(source: str) -> list[int]:
    """The number of lines of each function, without its decorators."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in found]


def annotated(source: str) -> list[bool]:
    """For each annotation of a parameter or a result, whether it holds `Any`."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.arg):
            found.append(node.annotation)
    return [any(isinstance(part, ast.Name) and part.id == "Any" for part in ast.walk(one)) for one in found if one is not None]


def longer(files: dict[str, list[str]], signs: int) -> int:
    return sum(len(line) > signs for lines in files.values() for line in lines)


def main() -> None:
    """Prints the measures, in the order of docs/house.md."""
    paths = tracked()
    ours = lines_of([path for path in paths if path.startswith(FOLDERS) and path.endswith(".py") and "/migrations/" not in path])
    templates = lines_of([path for path in paths if path.startswith(FOLDERS) and "/templates/" in path and path.endswith(".html")])
    tests = lines_of([path for path in paths if path.startswith("tests/") and path.endswith(".py")])
    total = sum(map(len, ours.values()))
    lengths = [length for lines in ours.values() for length in functions("\n".join(lines))]
    holds = [one for lines in ours.values() for one in annotated("\n".join(lines))]
    print(f"source: files, lines: {len(ours)}, {total:,}")
    print(f"files over 400 lines: {sum(len(lines) > 400 for lines in ours.values())}")
    print(f"functions; the longest; over 40 lines: {len(lengths):,}; {max(lengths)}; {sum(one > 40 for one in lengths)}")
    print(f"annotations that hold `Any`: {sum(holds)} of {len(holds):,} ({100 * sum(holds) / len(holds):.1f} %)")
    print(f"template lines over 120 signs; over 140: {longer(templates, 120)}; {longer(templates, 140)}")
    print(f"Python lines over 140 signs: {longer(ours, 140)}")
    print(f"tests : source, in lines: {sum(map(len, tests.values())) / total:.2f}")


if __name__ == "__main__":
    main()

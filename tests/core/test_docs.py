"""What the papers say about packages and commands is so."""

import re
import tomllib
from pathlib import Path

import pytest

from tools.packages import APPS

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def bare(requirement: str) -> str:
    return re.split(r"[\[<>=;, ]", requirement)[0].lower()


def test_each_direct_dependency_has_its_line():
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    wanted = [bare(line) for line in PROJECT["project"]["dependencies"]]
    for group in PROJECT["dependency-groups"].values():
        wanted += [bare(line) for line in group if isinstance(line, str)]
    missing = [name for name in wanted if not name.startswith("types-") and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert missing == []


def test_each_command_of_the_makefile_is_in_the_papers():
    targets = set(re.findall(r"^([a-z-]+):(?! export)", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
    assert {target for target in targets if f"make {target}" not in text} == set()


def test_each_variable_that_the_settings_read_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "fleetportal" / "settings").glob("*.py") if path.name != "test.py"]
    read = {name for source in sources for name in re.findall(r"(?:env\.\w+|environ\.get|self\.text)\(\"([A-Z_]+)\"", source)}
    assert {name for name in read if f"`{name}`" not in text} == set()


PAPERS = ["README.md", "CONTRIBUTING.md", "THREAT_MODEL.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
OF_THE_TREE = re.compile(r"`((?:tests|docs|tools|fleetportal|accounts|contacts|events|gifts|intake|cms|demo|bench)/[\w./-]*)`")


def text_of(paper: str) -> str:
    return (ROOT / paper).read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", PAPERS)
def test_each_path_that_a_paper_names_is_in_the_tree(paper):
    linked = [path for path in re.findall(r"\]\(([^)#:]+)\)", text_of(paper)) if not (ROOT / paper).parent.joinpath(path).exists()]
    assert [*linked, *(path for path in OF_THE_TREE.findall(text_of(paper)) if not (ROOT / path).exists())] == []


def test_each_fault_names_a_test_or_says_that_it_has_none():
    rows = [
        line for line in text_of("docs/faults.md").splitlines() if line.startswith("| ") and not line.startswith(("| number |", "| --- |"))
    ]
    assert len(rows) > 100
    assert [
        row for row in rows if not re.search(r"`tests/[\w/]+/test_\w+\.py`", row) and not re.search("no test|`tests/journeys/`", row)
    ] == []


def test_each_file_of_tests_that_the_papers_name_holds_tests():
    named = {path for paper in ("docs/faults.md", "THREAT_MODEL.md") for path in re.findall(r"`(tests/[\w/]+\.py)`", text_of(paper))}
    assert len(named) > 80
    assert {path for path in named if not re.search(r"^ *def test_|TestCase\b", text_of(path), flags=re.MULTILINE)} == set()


def test_each_command_of_the_portal_is_in_the_readme():
    folders = (ROOT / app / "management" / "commands" for app in ("fleetportal/core", *APPS))
    commands = {path.stem for folder in folders for path in folder.glob("*.py") if path.stem != "__init__"}
    assert {"explain", "forget", "seed_demo"} < commands
    assert {name for name in commands if f"`{name}" not in text_of("README.md") and name != "migrate"} == set()


PROMISE = re.compile(r"\bR\d{1,2}\b")


def test_each_promise_that_a_comment_names_is_in_the_threat_model():
    text = text_of("THREAT_MODEL.md")
    kept = set(PROMISE.findall(text))
    for first, last in re.findall(r"\bR(\d+)–R(\d+)\b", text):
        kept |= {f"R{number}" for number in range(int(first), int(last) + 1)}
    sources = (path for folder in (*APPS, "bench", "tools", "tests") for path in (ROOT / folder).rglob("*.py"))
    named = {(path.name, number) for path in sources for number in PROMISE.findall(path.read_text(encoding="utf-8"))}
    assert {one for one in named if one[1] not in kept} == set()

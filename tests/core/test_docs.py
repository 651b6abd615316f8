"""What the papers say about packages and commands is so."""

import re
import tomllib
from pathlib import Path

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

"""CONTRIBUTING's questions lead somewhere: each file is there, and defines what is named."""

import ast
import re

import pytest

from tests.databases import ROOT

pytestmark = pytest.mark.once

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+\?[^|]*) \| `([^`]+)`(?: `([^`]+)`)? \|$", TEXT, re.MULTILINE)


def defined_in(path: str) -> set[str]:
    """The names that a module defines: functions, classes with their members, constants."""
    names: set[str] = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{member.name}" for member in node.body if isinstance(member, ast.FunctionDef)}
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_there_are_twenty_one_questions():
    assert len(ROWS) == 21
    assert len({question for question, _path, _name in ROWS}) == 21


@pytest.mark.parametrize(("question", "path", "name"), ROWS, ids=[question for question, _path, _name in ROWS])
def test_the_answer_is_where_it_is_said_to_be(question, path, name):
    assert (ROOT / path).is_file(), f"{question} {path} is gone"
    assert not name or name in defined_in(path), f"{question} {path} does not define {name}"


def test_a_place_that_is_gone_would_be_noticed():
    assert "SeatingQuerySet.take_seats" in defined_in("events/models/seating.py")
    assert "SeatingQuerySet.overbook" not in defined_in("events/models/seating.py")

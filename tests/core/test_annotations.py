"""`make check` counts annotations with `Any`, so that they do not grow again."""

import pytest

from tools import annotations

pytestmark = pytest.mark.once

SOURCE = """
from typing import Any

count: int = 0
rows: list[Any] = []


class Row:
    facts: dict[str, "Any"]

    async def read(self, key: str, *args: Any, **more: object) -> Any | None: ...


def many(company: AnyCompany, /, *, plain): ...
"""


def test_parameters_returns_and_variables_are_counted() -> None:
    found = [text for _line, text in annotations.annotations(SOURCE)]
    assert sorted(found) == sorted(["int", "list[Any]", "dict[str, 'Any']", "str", "Any", "object", "Any | None", "AnyCompany"])
    assert len([text for text in found if annotations.ANY.search(text)]) == 4


def test_each_is_named_with_its_line() -> None:
    assert (5, "list[Any]") in annotations.annotations(SOURCE)


def test_the_house_is_below_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert annotations.main() == 0, capsys.readouterr().out


def test_more_than_the_limit_fails_and_names_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(annotations, "sources", lambda: iter([("events/x.py", SOURCE)]))
    assert annotations.main() == 1
    assert "events/x.py:5: list[Any]" in capsys.readouterr().out

"""The rules of this app are tested by themselves: those that higher apps register stand aside here."""

import pytest

from contacts.models import rules


@pytest.fixture(autouse=True)
def own_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {name: pair for name, pair in rules._entries.items() if type(pair[1]).__module__.startswith(("contacts.", "tests."))}
    monkeypatch.setattr(rules, "_entries", entries)

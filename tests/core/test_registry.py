"""Lists that a lower floor owns and higher apps fill."""

import pytest

from fleetportal.core.registry import Registry


@pytest.fixture
def panels():
    return Registry("panels")


def test_entries_come_by_weight_then_in_their_order(panels):
    panels.register("late", "c", weight=200)
    panels.register("first", "a")
    panels.register("second", "b")
    assert list(panels) == ["a", "b", "c"]
    assert panels.names() == ["first", "second", "late"]


def test_a_name_is_given_once(panels):
    panels.register("one", "a")
    with pytest.raises(ValueError, match="one is registered already"):
        panels.register("one", "b")
    assert list(panels) == ["a"]


def test_registering_the_same_again_is_no_fault(panels):
    entry = object()
    assert panels.register("one", entry) is panels.register("one", entry)
    assert list(panels) == [entry]


def test_an_entry_is_found_by_its_name(panels):
    panels.register("one", "a")
    assert panels["one"] == "a"
    assert "one" in panels
    assert "two" not in panels
    with pytest.raises(KeyError):
        panels["two"]

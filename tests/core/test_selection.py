"""What is left out is left out by a marker, for a reason that the summary names."""

import os
from pathlib import Path

import pytest

from tests import selection


def test_the_sample_files_are_there_in_ci():
    """The product has no default place for them: `.ci/run` names one, and a run without them must not look complete."""
    if os.environ.get("CI"):
        assert Path(os.environ["SAMPLES_DIR"], "fleet").is_dir()
    else:
        assert selection.NEEDS["samples"] == "SAMPLES_DIR"


@pytest.mark.parametrize(
    ("marker", "name", "value"),
    [("postgres", "DATABASE_URL", "postgres://x@y/z"), ("redis", "REDIS_URL", "redis://x/1"), ("samples", "SAMPLES_DIR", "/x")],
)
def test_a_server_is_there_when_its_address_is(monkeypatch, marker, name, value):
    monkeypatch.delenv(name, raising=False)
    assert not selection.has(marker)
    monkeypatch.setenv(name, value)
    assert selection.has(marker)


def test_a_race_is_repeated_twice_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("REPEAT", raising=False)
    assert selection.repetitions() == 2
    monkeypatch.setenv("REPEAT", "20")
    assert selection.repetitions() == 20


def test_each_marker_that_leaves_out_is_declared(pytestconfig):
    declared = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    assert set(selection.NEEDS) <= declared


@pytest.mark.parametrize(
    ("keywords", "part"),
    [
        (["matrix"], "matrix"),
        (["race", "test_x"], "races and kills"),
        (["kills"], "races and kills"),
        (["journey"], "journeys"),
        (["postgres"], "rules and pages"),
    ],
)
def test_each_test_counts_for_one_part_of_the_suite(keywords, part):
    assert selection.part_of(keywords) == part


def test_one_process_goes_through_all_journeys_and_fills_their_database_once():
    assert {selection.unit_of(f"tests/journeys/test_{name}.py::test_x[y]") for name in ("wash", "annas_morning")} == {"tests/journeys/"}
    assert selection.unit_of("tests/core/test_selection.py::test_x[a::b]") == "tests/core/test_selection.py"

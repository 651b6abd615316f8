"""Small files as real programs and houses write them, all invented: each is read as the table of facts beside it says."""

import json
from pathlib import Path

import pytest

from tests.intake.known_fleet import flat
from tests.intake.reading_rows import read_file

pytestmark = pytest.mark.once

FOLDER = Path(__file__).parent.parent / "data" / "files"
FILES = sorted(path.with_suffix("") for path in FOLDER.glob("*.json"))


def test_there_are_many():
    assert len(FILES) >= 120 and all(path.is_file() for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_read_as_its_table_of_facts_says(path):
    facts = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
    found = read_file(path.read_bytes(), path.name)
    assert found.refusal == facts["refusal"]
    if not facts["refusal"]:
        left_out = [[row.number, problem.reason] for row in found.rows for problem in row.problems if problem.stops]
        assert (found.sheets[0].kind, left_out) == (facts["kind"], facts.get("left_out", []))
        assert [flat(row.said.to_json()) for row in found.rows if not row.is_rejected] == facts["rows"]

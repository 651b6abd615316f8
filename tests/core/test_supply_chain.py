"""R43: an audit that could not ask is no good audit; the bill of materials names what the lock and the pages bring in."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))  # as `python3 tools/supply_chain.py` finds its neighbour

from tools import supply_chain  # noqa: E402

pytestmark = pytest.mark.once

DJANGO = {"name": "django", "version": "5.2.19", "vulns": []}
HOLE = {"name": "urllib3", "version": "2.0.0", "vulns": [{"id": "PYSEC-2030-1"}]}
SKIPPED = {"name": "amqp", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([DJANGO], supply_chain.FINE, "1 packages, no known advisory"),
        ([DJANGO, HOLE], supply_chain.VULNERABLE, "urllib3 2.0.0: PYSEC-2030-1"),
        ([DJANGO, SKIPPED], supply_chain.VULNERABLE, "said nothing of amqp"),
        ([SKIPPED], supply_chain.NOT_ASKED, "could not be reached"),
    ],
)
def test_r43_what_an_audit_found_is_put_into_words(found, code, said):
    answer = supply_chain.verdict(json.dumps({"dependencies": found}), "pypi")
    assert answer[0] == code
    assert said in answer[1]


@pytest.mark.parametrize("found", ["", "Traceback", "{}"])
def test_r43_a_source_that_is_away_is_said_to_be(found):
    assert supply_chain.verdict(found, "osv") == (supply_chain.NOT_ASKED, "audit: osv could not be reached.")


def test_r43_without_any_source_the_audit_says_plainly_that_it_was_not_done(monkeypatch, capsys):
    monkeypatch.setattr(supply_chain.setup, "tool", lambda name, group: name)
    monkeypatch.setattr(supply_chain, "asked_of", lambda program, source: "")
    assert supply_chain.main(["audit"]) == supply_chain.NOT_ASKED
    assert "NOT DONE" in capsys.readouterr().out


def test_r43_the_bill_names_the_pages_files_too():
    listed = [{"package": "@tabler/core", "version": "1.6.1"}] * 2 + [{"package": "htmx.org", "version": "2.0.8"}]
    bill = supply_chain.with_assets({"components": [{"name": "django"}]}, listed)
    assert [component.get("purl") for component in bill["components"]] == [None, "pkg:npm/%40tabler/core@1.6.1", "pkg:npm/htmx.org@2.0.8"]


@pytest.mark.parametrize("lock", ["run", "dev", "audit", "tools"])
def test_r43_every_locked_package_has_hashes(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    for package in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in package, package

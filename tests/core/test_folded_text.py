"""Folded text: what search, uniqueness and sorting compare."""

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetportal.core.db import fold

pytestmark = pytest.mark.once

DATA = Path(__file__).resolve().parents[1] / "data"
ROWS = list(csv.DictReader((DATA / "names_in_many_scripts.csv").read_text(encoding="utf-8").splitlines()))
NAMES = sorted({f"{row['first_name']} {row['last_name']}" for row in ROWS})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Иванов", "иванов"),
        ("Ёжик", "ежик"),
        ("Йозеф", "йозеф"),  # й is a letter of its own
        ("Überland", "uberland"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("İstanbul", "istanbul"),
        ("  Müller \t GmbH\n", "muller gmbh"),
        ("ﬁliale", "filiale"),
        ("a\x00b", "ab"),
        ("", ""),
    ],
)
def test_a_name_is_folded_when_compared(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("sign", ["'", "’", "‘", "ʼ", "`", "´"])
def test_an_apostrophe_joins_however_it_is_typed(sign):
    assert fold(f"O{sign}Brien") == "obrien"


@pytest.mark.parametrize("name", NAMES)
def test_nfc_and_nfd_twins_fold_alike(name):
    assert fold(unicodedata.normalize("NFC", name)) == fold(unicodedata.normalize("NFD", name))


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_never_decides(text):
    assert fold(text.casefold()) == fold(text)


@given(st.text())
def test_no_blank_stands_at_an_end_or_doubled(text):
    assert fold(text) == " ".join(fold(text).split())


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_way_of_plain_letters_ends_where_the_long_way_does(text):
    assert fold(f"é {text}") == f"e {fold(text)}".strip()

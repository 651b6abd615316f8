"""Global search: one answer on both databases."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleetportal.core.db import search
from fleetportal.core.db.normal_forms import Fact
from fleetportal.core.db.search import SearchRow
from tests.factories.accounts import make_centre

pytestmark = pytest.mark.django_db
NAUGHTY = json.loads((Path(__file__).resolve().parents[1] / "data" / "blns.json").read_text(encoding="utf-8"))
hostile = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def library():
    """Rows by their titles, whatever object they stand for."""
    titles = ["Überland Spedition", "Ueberland Nord", "Uber die Brücke", "O'Brien & Söhne", "Иванов", "Ёжик", "Łódź", "HH-FP 204"]
    search.index([row(number, title) for number, title in enumerate([*titles, "Strasse 7"], 1)])


def row(number, title):
    return SearchRow(object_type="test.thing", object_id=number, title=title, words=search.words_of([title]))


def found(question):
    return set(SearchRow.objects.matching(question).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("überland", {"Überland Spedition", "Ueberland Nord"}),
        ("ueberland", {"Überland Spedition", "Ueberland Nord"}),
        ("UBERLAND", {"Überland Spedition"}),
        ("u\u0308berland", {"Überland Spedition", "Ueberland Nord"}),  # typed on a Mac: NFD
        ("überland sped", {"Überland Spedition"}),
        ("sped über", {"Überland Spedition"}),
        ("berland", set()),  # words are found by their beginning
        ("bruecke", {"Uber die Brücke"}),
        ("brucke", {"Uber die Brücke"}),
        ("obrien", {"O'Brien & Söhne"}),
        ("O'Brien", {"O'Brien & Söhne"}),
        ("o’brien", {"O'Brien & Söhne"}),
        ("o´brien", {"O'Brien & Söhne"}),
        ("soehne", {"O'Brien & Söhne"}),
        ("иван", {"Иванов"}),
        ("ежик", {"Ёжик"}),
        ("ёжик", {"Ёжик"}),
        ("lodz", {"Łódź"}),
        ("hh-fp 204", {"HH-FP 204"}),
        ("straße", {"Strasse 7"}),
        ("", set()),
        ("&", set()),
        ("% _", set()),
    ],
)
def test_a_word_is_found_as_people_write_it(library, question, titles):
    assert found(question) == titles


def test_a_row_written_again_is_found_by_its_new_words_only(library):
    search.index([row(1, "Neuland")])
    assert found("neuland") == {"Neuland"}
    assert found("spedition") == set()


def test_a_forgotten_row_is_not_found(library):
    centre = make_centre()
    search.index([search.row(centre, title="Waldhaus", facts=[Fact("Waldhaus")])])
    assert found("waldhaus") == {"Waldhaus"}
    search.forget(type(centre), [centre.pk])
    assert found("waldhaus") == set()


@pytest.mark.parametrize(
    "question", ['"', "a AND", "NEAR(", "a*b", "* *", "(", "a:b", "!a & b |", "<->", "\\", "'; DROP TABLE x;--", "\x00", "a" * 5000]
)
def test_signs_of_the_query_languages_break_nothing(library, question):
    assert found(question) <= set(SearchRow.objects.values_list("title", flat=True))


def test_naughty_strings_break_nothing(library):
    assert all(found(question) is not None for question in NAUGHTY)


@hostile
@given(st.one_of(st.text(max_size=60), st.text(alphabet="\"'*:&|!()<>-+^~\\ abü", max_size=30)))
def test_no_question_breaks_search(library, question):
    assert found(question) is not None


@hostile
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x52F), min_size=2, max_size=20))
def test_what_was_written_is_found_by_its_own_words(library, title):
    search.index([row(100, title)])
    assert title in found(title)
    assert title in found(title[:2]) or not search.words_of([title[:2]])

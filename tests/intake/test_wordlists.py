"""The words and names under intake/reading/data: files that a person may edit without reading a line of code."""

import pytest

from accounts.models import Contract, Powertrain, Sector, Use
from contacts.models import DecisionMaker, Group
from fleetportal.core.db.folding import fold
from intake.reading import choices, wordlists
from intake.reading.wordlists import DATA

FILES = sorted(DATA.rglob("*.txt"))
TITLES = [path for path in FILES if path.parent.name == "titles"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_a_file_is_well_formed(path):
    text = path.read_text(encoding="utf-8")
    entries = list(wordlists.entries(text))
    assert max(map(len, text.splitlines())) <= 120
    assert text.startswith("# ")
    assert len({key for key, _words in entries}) == len(entries)
    assert all(len(set(words)) == len(words) for _key, words in entries)


@pytest.mark.parametrize("path", TITLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_titles_are_written_as_they_are_looked_up(path):
    for _key, titles in wordlists.entries(path.read_text(encoding="utf-8")):
        assert [title for title in titles if fold(title) != title] == []


@pytest.mark.parametrize("path", TITLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_every_meaning_of_a_title_has_an_english_one(path):
    english = dict(wordlists.entries((DATA / "en" / "titles" / path.name).read_text(encoding="utf-8")))
    assert [key for key, _titles in wordlists.entries(path.read_text(encoding="utf-8")) if key not in english] == []


def test_every_language_of_the_portal_titles_every_noun():
    names = {path.name for path in TITLES}
    for language in ("de", "en", "it", "ru"):
        assert {path.name for path in TITLES if path.parent.parent.name == language} == names


@pytest.mark.parametrize(
    ("field", "model_choices"),
    [
        ("powertrain", Powertrain),
        ("contract", Contract),
        ("use", Use),
        ("sector", Sector),
        ("decider", DecisionMaker.Kind),
        ("group", Group),
    ],
)
def test_words_in_cells_stand_for_choices_that_there_are(field, model_choices):
    assert set(wordlists.choices("cells", field)) <= set(model_choices.values)


def test_the_choices_that_reading_names_are_those_of_the_models():
    assert (choices.DECISION_MAKER, choices.USER, choices.DRIVER) == (Group.DECISION_MAKER, Group.USER, Group.DRIVER)
    assert (choices.PERSONAL, choices.FUNCTIONAL) == (Use.PERSONAL, Use.FUNCTIONAL)
    assert choices.OTHER == DecisionMaker.Kind.OTHER


def test_a_word_of_any_language_is_found_and_a_short_one_only_by_itself():
    assert [choices.choice("powertrain", text) for text in ("Plug-in-Hybrid", "дизель", "Benzina", "GPL")] == [
        "plug_in",
        "diesel",
        "petrol",
        "gas",
    ]
    assert choices.choice("powertrain", "Kombi in Rot") == ""
    assert choices.choice("contract", "Aboriginal") == ""

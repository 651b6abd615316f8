"""The catalogues: German whole, Italian and Russian whole for customers, place-holders as in the English text, plural forms all there."""

import pytest
from django.utils import translation

from tools import messages

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def texts():
    """Every text of the portal, as it stands in the sources."""
    return messages.template()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nothing_is_missing_and_every_place_holder_is_kept(language, texts):
    assert list(messages.faults(language, messages.LANGUAGES[language], texts)) == []


def test_a_singular_with_two_plurals_is_an_error(tmp_path, monkeypatch):
    page = tmp_path / "page.py"
    page.write_text('ngettext("Invite this one", "Invite these %(count)d", n)\nngettext("Invite this one", "Invite %(count)s", n)\n')
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "sources", lambda: iter([page]))

    with pytest.raises(ValueError, match="two plurals of 'Invite this one'"):
        messages.template()


def test_no_text_is_out_of_the_extractors_sight():
    assert list(messages.hidden()) == []


@pytest.mark.parametrize(
    "line",
    [
        "f\"{_('Closed')} today\"",
        "gettext('Closed' + ending)",
        "f\"{ngettext('a', 'b', 2)}\"",
        "_(f'{count} rows')",
        "pgettext('size', 'Si%s' % 'ze')",
    ],
)
def test_a_text_inside_an_f_string_or_put_together_is_found(tmp_path, line):
    page = tmp_path / "page.py"
    page.write_text(f'said = _("Open")\nsaid = {line}\n')

    assert list(messages.unreadable(page)) == [2]


@pytest.mark.parametrize(("language", "forms"), [("de", 2), ("it", 2), ("ru", 3)])
def test_each_plural_has_all_forms_of_its_language(language, forms):
    plurals = [text for text in messages.catalogue(language) if text.id and text.pluralizable and any(text.string)]
    assert plurals
    assert {len(text.string) for text in plurals} == {forms}


@pytest.mark.parametrize(("days", "said"), [(1, "1 день назад"), (3, "3 дня назад"), (5, "5 дней назад"), (21, "21 день назад")])
def test_russian_counts_as_russians_do(days, said):
    with translation.override("ru"):
        assert translation.ngettext("%d day ago", "%d days ago", days) % days == said


@pytest.mark.parametrize(("language", "yes"), [("de", "Ich komme"), ("it", "Vengo"), ("ru", "Я приду"), ("en", "I’m coming")])
def test_a_guest_answers_in_their_own_language(language, yes):
    with translation.override(language):
        assert translation.gettext("I’m coming") == yes


@pytest.mark.parametrize(("about", "said"), [("event", "отменено"), ("meeting", "отменена"), ("registration", "отменена")])
def test_what_is_cancelled_has_its_gender_in_russian(about, said):
    with translation.override("ru"):
        assert translation.pgettext(about, "cancelled") == said


def test_the_torch_of_a_telephone_is_not_the_light_theme():
    with translation.override("de"):
        assert (translation.gettext("Torch"), translation.gettext("Light")) == ("Licht", "Hell")

"""The words on screen: every text in plain English, and the glossary says what the catalogues say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools import messages

pytestmark = pytest.mark.once

GLOSSARY = Path(messages.ROOT) / "docs" / "words.md"

# What a native speaker would stumble over, as a pattern; a text that said it; what we say instead.
BANNED = (
    (r"\b(is|are) entered\b", "%s is entered.", "%s has been added."),
    (r"\b(is|are|was|were) made\b", "%s is made. Now issue its first vouchers.", "%s has been created. Now issue its first vouchers."),
    (r"\bput down\b", "This names no person: nobody was put down.", "No name found here; no contact was created."),
    (r"\bhangs? on\b", "Something hangs on it by now.", "Something else depends on it now."),
    (r"\bspeaks? for\b", "Nothing speaks for a contact just now.", "No reason to get in touch right now."),
    (r"\bby now\b", "A new car comes too late by now.", "It’s too late for a new car to arrive in time."),
    (r"\bwho looks at\b", "Say why, so that who looks at it next knows.", "Give a reason so that the next person knows why."),
    (r"\b(be|is|was|were|been) looked at\b", "To be looked at", "To be checked"),
    (r"\bknown again\b", "Not known again", "Can’t be identified"),
    (r"\bdrop (all|the|this|it|that)\b", "Drop all words", "Clear all filters"),
    (r"(?<!-)\b(stand|stands|stood)\b(?!-| in\b)", "Here stand the files you brought.", "The files you upload appear here."),
    (r"\b(lie|lies|lay)\b", "This day lies ahead.", "This day is in the future."),
    (r"(?<!there )\bis no (?!longer\b)", "This is no date.", "This is not a date."),
    (r"\bnames no\b", "The row names no company.", "The row doesn’t name a company."),
    (r"\bof (ours|yours|theirs)\b", "No company of yours is called that.", "None of your companies has this name."),
    (r"\bof the house\b", "face of the house", "branding"),
    (r"\bin your reach\b", "Nobody in your reach is called that.", "Nobody at your companies matches that."),
    (r"\btaken back\b|\btakes? (\w+ ){0,3}off\b", "Take the second factor off", "Turn off two-factor sign-in"),
    (r"\bcame of\b", "What came of it", "Outcome"),
    (r"\bby what\b", "By what", "Channel"),
    (r"\blatest first\b", "the latest first", "newest first"),
    (r"\bwhoever\b", "Whoever you put off comes back on its day.", "Anyone you postponed comes back on the day you chose."),
    (r"\bmeanwhile\b", "Somebody else has changed it meanwhile.", "Someone else has changed this in the meantime."),
    (r"\b(one|none|the one) that (lies|lie) ahead\b|\blies? ahead\b", "None that lies ahead.", "All the proposed times have passed."),
    (
        r"\bwaits? (before|for) you\b|\bwho waits\b",
        "Your seats go to who waits next.",
        "Your seats go to the next guests on the waiting list.",
    ),
    (r"\bopens nothing\b", "This link opens nothing", "This link is no longer valid"),
    (r"\bleft word\b", "Left word", "Left a message"),
    (r"\bnothing promised\b", "Nothing promised", "No open tasks"),
    (r"\bfurther\b", "A further role", "Add a role"),
    (r"(?<!\()\bentitled\b", "who is entitled", "who is eligible"),
    (r"\bcalled that\b", "Two companies are called that.", "More than one company has this name."),
    (r"\bbirth date\b", "name and birth date", "name and date of birth"),
    (r"\bhand-overs?\b", "A planned hand-over", "A planned handover"),
    (r"\btowns?\b", "Look for it by name or town.", "Search by name or city."),
    (r"\btitles\b(?!\))", "There are titles, but no rows.", "There are column headings, but no rows."),
    (r"'|(?<!=)\"(?!>)|\.\.\.", "regulars' table", "regulars’ table"),
)


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


@pytest.fixture(scope="module")
def texts() -> list[Message]:
    """Every text of the portal, as it is in the sources."""
    return [text for text in messages.template() if text.id]


@pytest.mark.parametrize(("pattern", "said", "better"), BANNED, ids=[said for _pattern, said, _better in BANNED])
def test_no_text_says_what_a_native_speaker_would_stumble_over(texts: list[Message], pattern: str, said: str, better: str) -> None:
    assert re.search(pattern, said, re.IGNORECASE), "the pattern finds what it was made for"
    assert not re.search(pattern, better, re.IGNORECASE)
    assert [form for text in texts for form in forms(text.id) if re.search(pattern, form, re.IGNORECASE)] == []


# --- the glossary --------------------------------------------------------------------------------------------------------------


def rows() -> Iterator[list[str]]:
    """The rows of the table: the word, German, Italian, Russian, where it is used."""
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| English", "| ---")):
            yield [cell.strip() for cell in line.strip("|\n ").split("|")]


WORDS = list(rows())


def test_the_glossary_is_a_sorted_table_without_repetition() -> None:
    assert {len(row) for row in WORDS} == {5}
    assert all(all(row) for row in WORDS)
    words = [row[0] for row in WORDS]
    assert words == sorted(set(words), key=str.casefold)


@pytest.fixture(scope="module")
def catalogues() -> dict[str, list[Message]]:
    return {language: [text for text in messages.catalogue(language) if text.id] for language in messages.LANGUAGES}


def naming(word: str, texts: list[Message]) -> list[Message]:
    """The texts in which `word` is said, alone or in a sentence, in the singular or plural."""
    said = re.compile(rf"(?<![\w(]){re.escape(word)}(s|es)?(?!\w)", re.IGNORECASE)
    return [text for text in texts if any(said.search(form) for form in forms(text.id))]


def in_some_case(translated: str, form: str) -> bool:
    """True when each word of `translated` is in the text `form`, whatever its ending: languages decline."""
    return all(word[: max(4, len(word) - 2)] in form.casefold() for word in re.findall(r"[\w-]+", translated.casefold()))


@pytest.mark.parametrize("row", WORDS, ids=[row[0] for row in WORDS])
def test_a_word_of_the_glossary_is_what_the_catalogues_say(row: list[str], catalogues: dict[str, list[Message]]) -> None:
    """Where a language has a translation at all: Italian and Russian have only what customers see, for the rest the row decides."""
    word, *said = row[:4]
    assert naming(word, catalogues["de"]), "no text says it"
    for language, translated in zip(messages.LANGUAGES, said, strict=True):
        known = [text for text in naming(word, catalogues[language]) if all(forms(text.string))]
        if known:
            assert any(in_some_case(translated, form) for text in known for form in forms(text.string)), (language, translated)

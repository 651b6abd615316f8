"""House rules for templates that no linter knows."""

import re
from pathlib import Path

import pytest

from tools.packages import APPS

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html"))
MAILS = "mail"


def pages() -> list[Path]:
    return [path for path in TEMPLATES if MAILS not in path.parts]


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_style_or_script_and_valid_attributes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text), "the policy forbids inline styles: give it a class"
    assert not re.search(r"\son[a-z]+=\"", text), "the policy forbids inline handlers: listen in a module"
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text), "the policy forbids inline scripts"
    assert not re.search(r"[\s\"]hx-[a-z-]+=", text), "htmx reads data-hx-…, which is valid HTML"


FILTERED, FORMATTED = re.compile(r"\|(?:date|time)\b(?!:'Y-m-d(?:\\TH:i)?')"), re.compile(r"\b(?:date|time)_format\(")
WRITTEN_BY_HAND = {"templates/**/*.html": FILTERED, "templates/**/*.txt": FILTERED, "*.py": FORMATTED}


def test_days_are_written_by_one_door() -> None:
    """A pattern of one language is wrong in the next: "30 November" in German, "30 Ноябрь" in Russian."""
    looked_at = [(path, wrong) for app in APPS for kind, wrong in WRITTEN_BY_HAND.items() for path in (ROOT / app).rglob(kind)]
    found = [path.relative_to(ROOT).as_posix() for path, wrong in looked_at if wrong.search(path.read_text(encoding="utf-8"))]
    assert found == ["fleetportal/core/days.py"]


SMALL = re.compile(r"\{\{[^}]*\|(?:full_day|weekday|heading:\w+)(?!\|capfirst)\s*\}\}")


def test_a_day_that_begins_a_line_begins_with_a_capital() -> None:
    """Weekdays are small in Italian and Russian. Within a sentence a day is a value of its translation, and written as it is."""
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for app in APPS
        for path in (ROOT / app).rglob("templates/**/*.html")
    }
    texts |= {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for app in APPS
        for path in (ROOT / app).rglob("templates/**/*.txt")
    }
    assert [path for path, text in texts.items() if SMALL.search(text)] == []
    assert sum("|full_day|capfirst" in text for text in texts.values()) >= 8

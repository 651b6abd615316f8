"""What no person wrote, and how long the person is away, where it says so."""

import re
from datetime import date, timedelta

from contacts.memory.inbox.reading.parsing import Parts
from contacts.memory.inbox.reading.phrases import has, pattern, phrases, starts
from contacts.memory.inbox.reading.reports import is_null

MONTH_SPELT = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º|°)?\s*(?:of\s+|de\s+)?(?P<month>[^\W\d_]{3,})\.?,?(?:\s+(?P<year>\d{4}))?"
MONTH_FIRST = r"(?P<month>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(?P<year>\d{4}))?"
NUMBERS = r"(?P<day>\d{1,2})\s?[./-]\s?(?P<month>\d{1,2})(?:\s?[./-]\s?(?P<year>\d{4}|\d{2}(?!\d)))?"
ISO = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
WEEKDAY = re.compile(r"\A(?:[^\W\d_]{2,12}\.?,?\s+){1,2}")
LOOKED_AT = 5_000  # characters
FURTHEST = timedelta(days=400)
DATES = [re.compile(form, re.IGNORECASE) for form in (ISO, NUMBERS, MONTH_SPELT, MONTH_FIRST)]


def is_automatic(parts: Parts) -> bool:
    """Whether a program answered: by what the headers say, in this order, else by a subject that mail programs write.

    `X-Auto-Response-Suppress` marks letters of people too; `Precedence: bulk` and `list` stand on relayed letters of people.
    """
    word = re.split(r"[;(\s]", parts.header("Auto-Submitted").casefold())[0]
    if word:
        return word != "no"
    if any(parts.headers(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From")):
        return True
    precedence = {value.strip().casefold() for name in ("Precedence", "X-Precedence") for value in parts.headers(name)}
    if "auto_reply" in precedence:
        return True
    subject = parts.header("Subject")
    known = starts("absence subjects", subject)
    suppressed = {word.strip() for word in parts.header("X-Auto-Response-Suppress").casefold().split(",")}
    no_way_back = is_null(parts.message.get("Return-Path"))  # people's letters have one
    if no_way_back and ("all" in suppressed or has("absence words", parts.text[:LOOKED_AT])):
        return True
    return known


def away_until(text: str, *, sent_on: date) -> date | None:
    """The last day of an absence that the text names, None where it names none that is near.

    "Back on the 13th" is away until the 12th. A day without a year is the next one after `sent_on`.
    """
    text = " ".join(text.split())[:LOOKED_AT]
    for section, less in (("until", timedelta()), ("back on", timedelta(days=1))):
        for word in pattern(section, r"(?<!\w){}(?!\w)").finditer(text):
            day = day_at(text[word.end() :].lstrip(" :,"), sent_on)
            if day and sent_on <= day - less <= sent_on + FURTHEST:
                return day - less
    return None


def day_at(text: str, sent_on: date) -> date | None:
    """The day with which `text` begins, maybe after the name of a weekday."""
    for begin in (text, WEEKDAY.sub("", text, count=1)):
        for form in DATES:
            found = form.match(begin)
            if found and (day := as_day(found, sent_on)):
                return day
    return None


def as_day(found: "re.Match[str]", sent_on: date) -> date | None:
    month = found["month"]
    number = int(month) if month.isdigit() else month_of(month)
    year = int(found["year"]) if found["year"] else sent_on.year
    year += 2000 if year < 100 else 0
    try:
        day = date(year, number, int(found["day"]))
        return day.replace(year=year + 1) if not found["year"] and (sent_on - day).days > 31 else day
    except ValueError:  # no such day or month
        return None


def month_of(word: str) -> int:
    for entry in phrases("months"):
        words, _is, number = entry.partition("=")
        if re.fullmatch(words, word, re.IGNORECASE):
            return int(number)
    return 0

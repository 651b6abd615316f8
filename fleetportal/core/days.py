"""Days and times as the reader of the current language writes them. Moments in UTC are shown in the current zone, others in their own.

English is European: the day before the month, and 24 hours.
"""

import re
from datetime import UTC, date, datetime, time

from babel import Locale
from babel.dates import format_date, format_skeleton
from django.utils import formats, timezone
from django.utils.translation import get_language


def language() -> str:
    """Babel's name for the current language."""
    spoken = (get_language() or "en").replace("-", "_")
    return "en_GB" if spoken == "en" else spoken


def local(value: date | datetime) -> date | datetime:
    """A day as it is; a moment in UTC in the current zone, so that a list shows the same day as a letter."""
    return timezone.localtime(value) if isinstance(value, datetime) and value.tzinfo is UTC else value


def written(value: date | datetime, pattern: str) -> str:
    """A day by a pattern of Babel; its narrow blanks are ordinary ones that do not break, which every font holds."""
    return format_date(local(value), pattern, locale=language()).replace("\u202f", "\xa0")


def by_parts(value: date | datetime, parts: str) -> str:
    """A day by a skeleton of Babel, like "MMMd", in the order of the language; "Sep" has three letters as in `short`."""
    return re.sub(r"\bSept\b", "Sep", format_skeleton(parts, local(value), locale=language())).replace("\u202f", "\xa0")


def full(value: date | datetime) -> str:
    """ "Thursday, 10 December 2026"."""
    return written(value, "full")


def weekday(value: date | datetime) -> str:
    """ "Thursday, 10 December"."""
    pattern = Locale.parse(language()).date_formats["full"].pattern
    return written(value, re.sub(r"\W*y.*", "", pattern))


def long(value: date | datetime) -> str:
    """ "10 December 2026"."""
    return written(value, "long")


def day_and_month(value: date | datetime) -> str:
    """ "10 December"."""
    return by_parts(value, "MMMMd")


def short(value: date | datetime) -> str:
    """ "10 Dec 2026"; in figures where the language writes tables so."""
    return formats.date_format(local(value), "SHORT_DATE_FORMAT")


def short_day(value: date | datetime) -> str:
    """ "10 Dec"."""
    return by_parts(value, "MMMd")


def short_month(value: date | datetime) -> str:
    """ "Dec 2026"."""
    return by_parts(value, "yMMM")


def month(value: date | datetime) -> str:
    """ "December"."""
    return written(value, "LLLL")


def clock(value: datetime | time) -> str:
    """ "18:30"."""
    return f"{value if isinstance(value, time) else local(value):%H:%M}"


def moment(value: datetime) -> str:
    """ "10 December 2026, 18:30"."""
    return f"{long(value)}, {clock(value)}"

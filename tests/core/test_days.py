"""Days in the four languages: full stops, small letters and cases as each writes them, in a sentence too."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from fleetportal.core import days

DAY = date(2026, 11, 30)
WRITTEN = {
    "en": ("Monday, 30 November 2026", "Monday, 30 November", "30 November 2026", "30 November", "30 Nov 2026", "30 Nov", "Nov 2026"),
    "de": ("Montag, 30. November 2026", "Montag, 30. November", "30. November 2026", "30. November", "30.11.2026", "30. Nov.", "Nov. 2026"),
    "it": ("lunedì 30 novembre 2026", "lunedì 30 novembre", "30 novembre 2026", "30 novembre", "30/11/2026", "30 nov", "nov 2026"),
    "ru": (
        "понедельник, 30 ноября 2026\xa0г.",
        "понедельник, 30 ноября",
        "30 ноября 2026\xa0г.",
        "30 ноября",
        "30.11.2026",
        "30 нояб.",
        "нояб. 2026\xa0г.",
    ),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_a_day_is_written_as_in_its_language(language: str) -> None:
    writers = (days.full, days.weekday, days.long, days.day_and_month, days.short, days.short_day, days.short_month)
    with translation.override(language):
        assert tuple(write(DAY) for write in writers) == WRITTEN[language]


def test_september_is_as_short_in_every_table() -> None:
    day = date(2026, 9, 1)
    assert (days.short(day), days.short_day(day), days.short_month(day), days.long(day)) == (
        "1 Sep 2026",
        "1 Sep",
        "Sep 2026",
        "1 September 2026",
    )


def test_a_moment_is_shown_in_its_own_zone_and_one_in_utc_in_the_current_zone() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert days.moment(late) == "1 December 2026, 00:30"
        assert days.moment(late.astimezone(ZoneInfo("Asia/Tokyo"))) == "1 December 2026, 08:30"
    assert days.clock(time(9, 5)) == "09:05"

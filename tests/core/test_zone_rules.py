"""Read by its own rules, a zone in a calendar file shows the instant that it is: in each hour around the changes of clocks (C27)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fleetportal.core.ical import zone_rules

ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "Europe/Moscow", "Asia/Tokyo", "Australia/Lord_Howe", "Africa/Casablanca"]


def shown_by_rules(key: str, moment: datetime) -> datetime:
    """The clock that RFC 5545 asks for: of all observances begun by then, the last one's offset."""
    begun = []
    for part in zone_rules(key, 2027).subcomponents:
        rdates = part.get("rdate")
        times = [part.decoded("dtstart"), *([one.dt for one in rdates.dts] if rdates else [])]
        offset_from, offset_to = part.decoded("tzoffsetfrom"), part.decoded("tzoffsetto")
        begun += [(onset, offset_to) for time in times if (onset := time.replace(tzinfo=UTC) - offset_from) <= moment]
    return (moment + max(begun)[1]).replace(tzinfo=None)


@pytest.mark.parametrize("key", ZONES)
def test_every_half_hour_of_the_year_is_the_one_of_the_zone(key: str) -> None:
    moment, zone = datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo(key)
    while moment.year == 2027:
        near = moment.astimezone(zone).utcoffset() != (moment + timedelta(days=1)).astimezone(zone).utcoffset()
        for half in range(48 if near else 1):
            asked = moment + timedelta(minutes=30 * half)
            assert shown_by_rules(key, asked) == asked.astimezone(zone).replace(tzinfo=None)
        moment += timedelta(days=1)


def test_summer_time_of_berlin_begins_at_two() -> None:
    (summer,) = [part for part in zone_rules("Europe/Berlin", 2027).subcomponents if part.name == "DAYLIGHT"]
    assert (summer.decoded("dtstart").hour, summer.decoded("tzoffsetfrom")) == (2, timedelta(hours=1))

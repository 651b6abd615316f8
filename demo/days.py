"""The days on which the demo lets people meet."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count


def is_closed(on: date) -> bool:
    """Between Christmas Eve and New Year nobody meets."""
    return (on.month, on.day) >= (12, 24) or (on.month, on.day) == (1, 1)


def weekdays(since: date) -> Iterator[date]:
    """The days from `since` on, without Saturdays, Sundays and those between the years."""
    return (on for days in count() if (on := since + timedelta(days=days)).weekday() < 5 and not is_closed(on))


def thursday(on: date, *, weeks: int) -> date:
    """The Thursday of that many weeks from the one after `on`, or two weeks later where that is between the years."""
    found = on + timedelta(days=(3 - on.weekday()) % 7 or 7) + timedelta(weeks=weeks)
    return found + timedelta(weeks=2) if is_closed(found) else found

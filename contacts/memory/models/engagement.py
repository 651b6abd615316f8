"""What takes our people, or a room, beside meetings: apps above register theirs, so that nobody is booked twice."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleetportal.core.db import lock_name
from fleetportal.core.registry import Registry


@dataclass(frozen=True)
class Engagement:
    """From when to when somebody of ours is taken, and where; `words` say by what."""

    starts_at: datetime
    ends_at: datetime
    user: int | None
    centre: int
    location: str
    words: str

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


# (first, last, users, centre) -> what takes one of `users`, or a room at `centre`, between two moments. One query each.
engagements: Registry[Callable[[datetime, datetime, Sequence[int], int], Iterable[Engagement]]] = Registry("engagements of our people")


def begin_booking() -> None:
    """Until the transaction ends nobody else books a person or a room: each who books looks at what the others have booked.

    Costs 1 query on PostgreSQL; on SQLite there is only one writer anyway.
    """
    lock_name("contacts.meetings.fixed")

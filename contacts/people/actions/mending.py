"""Ends the periods of vehicles whose role or vehicle ended before that was done in the same step, each night until none is left."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from contacts.people.models.holders import Holder, VehicleDriver, follow

CHUNK = 500

# model -> the paths to the days that end its periods
ENDED_BY: tuple[tuple[type[models.Model], str], ...] = (
    (Holder, "user__ends_on"),
    (Holder, "vehicle__given_back_on"),
    (VehicleDriver, "driver__ends_on"),
    (VehicleDriver, "vehicle__given_back_on"),
)


def mend_periods() -> int:
    """How many periods went on after the end of their role or the return of their vehicle, and were ended, with an entry for each.

    Costs 4 queries where there are none, at most 9 more for five hundred.
    """
    return sum(mend(model, path) for model, path in ENDED_BY)


def mend(model: type[models.Model], path: str) -> int:
    """How many periods of `model` went on after the day at `path`, and were ended: five hundred in a transaction."""
    goes_on = Q(ends_on=None) | (Q(ends_on__gt=F(path)) & Q(ends_on__gt=F("starts_on")))
    stale = model._default_manager.filter(goes_on, **{f"{path}__isnull": False}).order_by("pk")
    last, count = 0, 0
    while ends := dict(stale.filter(pk__gt=last).values_list("pk", path)[:CHUNK]):
        with transaction.atomic():
            follow(model._default_manager.filter(pk__among=ends), last_day_of(ends), by=None)
        last, count = max(ends), count + len(ends)
    return count


def last_day_of(ends: dict[int, date]) -> Callable[[Any], date | None]:
    return lambda period: ends[period.pk]

"""What a request costs PostgreSQL, as pg_stat_statements counts it: what we send, and the database's own look-ups of foreign keys."""

from collections.abc import Iterable

from django.db import models

from fleetportal.core import audit
from fleetportal.core.web.idempotency import Answer

TRANSACTION = 2  # BEGIN and COMMIT


def look_ups(rows: Iterable[models.Model]) -> int:
    """How many rows the database looks for when `rows` are written: one for each constrained key that is not empty."""
    return sum(getattr(row, key.attname) is not None for row in rows for key in row._meta.concrete_fields if is_constrained(key))


def is_constrained(field: "models.Field[object, object]") -> bool:
    return field.is_relation and bool(getattr(field, "db_constraint", False))


def new_rows(*tables: type[models.Model], since: dict[type[models.Model], int]) -> list[models.Model]:
    """The rows of `tables`, of the history and of the kept answers that came after those of `since`."""
    return [row for table in (*tables, *EVERY) for row in table._default_manager.filter(pk__gt=since[table])]


def newest(*tables: type[models.Model]) -> dict[type[models.Model], int]:
    """The highest number in each of `tables`, of the history and of the kept answers."""
    return {table: table._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for table in (*tables, *EVERY)}


EVERY = (audit.Entry, audit.Change, Answer)

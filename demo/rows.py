"""Rows on their way into the database, a table at a time, by the bulk writer of core.

Numbers are given out here, from the highest that is there, so that rows can name each other before any of them is written.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

from fleetportal.core.db import bulk


class TableRows:
    """The rows of one model that wait to be written. `add` gives each its number; columns not named hold their default."""

    def __init__(self, model: type[models.Model], *, now: datetime) -> None:
        self.model = model
        fields = model._meta.local_concrete_fields
        self.key = model._meta.pk.attname
        self.last: int = model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        self.names = [field.attname for field in fields]
        self.pick = itemgetter(*self.names)
        self.blank = {
            field.attname: now if isinstance(field, models.DateTimeField) and field.has_default() else field.get_default()
            for field in fields
        }
        self.known = self.blank.keys()
        self.rows: list[dict[str, object]] = []

    def add(self, **values: object) -> int:
        """The number of a new row with these columns."""
        if not values.keys() <= self.known:
            raise TypeError(f"{self.model._meta.label} has no {values.keys() - self.known}")
        self.last += 1
        self.rows.append({**self.blank, **values, self.key: self.last})
        return self.last

    def take(self) -> list[dict[str, object]]:
        """The rows that wait; from now on others do."""
        rows, self.rows = self.rows, []
        return rows

    def write(self, rows: list[dict[str, object]], cursor: Any) -> None:
        """Write `rows`. Costs 1 statement."""
        bulk.write(self.model, self.names, map(self.pick, rows), cursor=cursor)


class Tables:
    """One `TableRows` for each model, written in the order in which the models depend on each other.

    On PostgreSQL a thread writes one batch, on this transaction's own connection, while the next is being made; between `write` and
    `finish` nobody else may ask the database anything.
    """

    def __init__(self, order: list[type[models.Model]], *, now: datetime) -> None:
        self.tables = {model: TableRows(model, now=now) for model in order}
        self.writer = ThreadPoolExecutor(max_workers=1)
        self.under_way: Future[None] | None = None

    def __getitem__(self, model: type[models.Model]) -> TableRows:
        return self.tables[model]

    def write(self) -> None:
        """Begin to write what waits, as soon as the batch before is written."""
        self.wait()
        batch = [(table, table.take()) for table in self.tables.values()]
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            self.under_way = self.writer.submit(write_all, batch, connection.connection.cursor)
        else:
            write_all(batch, connection.cursor)

    def wait(self) -> None:
        """Until nothing is under way. Raises what the writing raised."""
        under_way, self.under_way = self.under_way, None
        if under_way is not None:
            under_way.result()

    def finish(self) -> None:
        """Write what waits and let the database count on from the last number."""
        self.write()
        self.wait()
        self.writer.shutdown()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.tables)):
                cursor.execute(statement)


def write_all(batch: list[tuple[TableRows, list[dict[str, object]]]], open_cursor: Callable[[], Any]) -> None:
    """Write the rows of every table, in order."""
    with open_cursor() as cursor:
        for table, rows in batch:
            if rows:
                table.write(rows, cursor)


def check_at_once() -> None:
    """Let the database check references statement by statement: its list of those to check at the end would grow with the demo."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

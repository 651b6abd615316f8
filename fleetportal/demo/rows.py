"""Rows on their way into the database, a table at a time: COPY on PostgreSQL, one statement for many rows on SQLite.

Numbers are given out here, from the highest that is there, so that rows can name each other before any of them is written.
"""

import json
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

Converter = Callable[[Any], Any]
# What a driver does not take as it is, by the field's kind; PostgreSQL's takes days and moments.
CONVERTED: dict[str, tuple[type[models.Field[Any, Any]], ...]] = {
    "postgresql": (models.JSONField,),
    "sqlite": (models.JSONField, models.DateField, models.BinaryField),
}


class Table:
    """The rows of one model that wait to be written. `add` gives each its number; columns not named hold their default."""

    def __init__(self, model: type[models.Model], *, now: datetime) -> None:
        self.model = model
        fields = model._meta.local_concrete_fields
        self.key = model._meta.pk.attname
        self.last: int = model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        self.columns = [str(field.column) for field in fields]
        self.pick = itemgetter(*(field.attname for field in fields))
        self.blank = {
            field.attname: now if isinstance(field, models.DateTimeField) and field.has_default() else field.get_default()
            for field in fields
        }
        self.known = self.blank.keys()
        self.converters = [(field.attname, converter(field)) for field in fields if isinstance(field, CONVERTED[connection.vendor])]
        self.rows: list[dict[str, Any]] = []

    def add(self, **values: Any) -> int:
        """The number of a new row with these columns."""
        if not values.keys() <= self.known:
            raise TypeError(f"{self.model._meta.label} has no {values.keys() - self.known}")
        self.last += 1
        self.rows.append({**self.blank, **values, self.key: self.last})
        return self.last

    def write(self) -> None:
        """Write what waits. Costs 1 statement."""
        if not self.rows:
            return
        for name, convert in self.converters:
            for row in self.rows:
                if row[name] is not None:
                    row[name] = convert(row[name])
        table, columns = connection.ops.quote_name(self.model._meta.db_table), ", ".join(map(connection.ops.quote_name, self.columns))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in map(self.pick, self.rows):
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self.columns))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(map(self.pick, self.rows)))
        self.rows = []


def converter(field: models.Field[Any, Any]) -> Converter:
    """What makes a value of `field` fit for the driver."""
    if isinstance(field, models.JSONField):
        return json.dumps
    return lambda value: field.get_db_prep_save(value, connection)


class Tables:
    """One Table for each model, made when first asked for and written in the order the models stand on each other."""

    def __init__(self, order: list[type[models.Model]], *, now: datetime) -> None:
        self.tables = {model: Table(model, now=now) for model in order}

    def __getitem__(self, model: type[models.Model]) -> Table:
        return self.tables[model]

    def write(self) -> None:
        for table in self.tables.values():
            table.write()

    def finish(self) -> None:
        """Write what waits and let the database count on from the last number."""
        self.write()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.tables)):
                cursor.execute(statement)


def check_at_once() -> None:
    """Let the database check references statement by statement: its list of those to check at the end would grow with the demo."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

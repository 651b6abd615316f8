"""Statements that a hot path sends each time, put into SQL once for a process: Django spends longer on the words than the database on
the answer (a signed-in user with rights: 1.9 ms against 0.1 ms).

A prepared statement is for a path of which it takes a fifth: the signed-in user of every request, the wash, the door, the sending of
messages. Everything else is a plain queryset.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import Expression

Row = TypeVar("Row", bound=models.Model)
Read = Callable[[Any], Any]


class Place(Expression):
    """A place in a prepared statement that is filled anew with each asking; `like` is the field whose values it takes."""

    def __init__(self, name: str, like: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=like)
        self.name, self.like = name, like

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Prepared(Generic[Row]):
    """A question for rows of a model, with rows as its answer: `Prepared(lambda pk: Company.objects.filter(pk=pk), pk=Company._meta.pk)`.

    `ask` gets a `Place` for each name and answers a queryset, once for a process; what the places hold may change with each
    asking, the shape of the question may not. So a day, a language or a user comes in by a place, never from around `ask`.

    `columns` are read, as `only` would ("state", "person__last_name"), all of the model's own where none of them is named; `related`
    rows are read whole, as `select_related` would; of what the queryset annotates, `extra` names what the rows get.
    """

    def __init__(
        self,
        ask: Callable[..., models.QuerySet[Row]],
        *,
        columns: Sequence[str] = (),
        related: Sequence[str] = (),
        extra: Sequence[str] = (),
        **like: "models.Field[Any, Any]",
    ) -> None:
        self.ask, self.columns, self.related, self.extra, self.like = ask, columns, related, extra, like
        self.plans: dict[str, QueryPlan[Row]] = {}

    def __call__(self, **values: Any) -> list[Row]:
        """The rows. Costs 1 query."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = self.planned()
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, [filled(value, values) for value in plan.parameters])
            return [plan.row(found) for found in cursor.fetchall()]

    def first(self, **values: Any) -> Row | None:
        """The first row, None where there is none. Costs 1 query."""
        return next(iter(self(**values)), None)

    def planned(self) -> "QueryPlan[Row]":
        rows = self.ask(**{name: Place(name, field) for name, field in self.like.items()})
        parts, names = [], list[str]()
        for path, model, fields in parts_of(rows.model, self.columns, self.related):
            key = [field.primary_key for field in fields].index(True)
            parts.append(ModelPart(path, model, len(names), key, [field.attname for field in fields], [reader(field) for field in fields]))
            names += [f"{path}__{field.attname}" if path else field.attname for field in fields]
        sql, parameters = rows.values_list(*names, *self.extra).query.sql_with_params()
        return QueryPlan(sql, tuple(parameters), parts, {name: place for place, name in enumerate(self.extra, start=len(names))})


def filled(value: Any, values: dict[str, Any]) -> Any:
    return value.like.get_db_prep_value(values[value.name], connection) if isinstance(value, Place) else value


def parts_of(
    model: type[models.Model], columns: Sequence[str], related: Sequence[str]
) -> "list[tuple[str, type[models.Model], list[models.Field[Any, Any]]]]":
    """(path, model, fields to be read) of the model itself and of each row that comes along."""
    paths = list(dict.fromkeys([*related, *(column.partition("__")[0] for column in columns if "__" in column)]))
    others: dict[str, Any] = {path: model._meta.get_field(path).related_model for path in paths}
    own = [*(column for column in columns if "__" not in column)]
    parts = [("", model, fields_of(model, [*own, *paths] if own else []))]
    for path, other in others.items():
        wanted = [] if path in related else [column.removeprefix(f"{path}__") for column in columns if column.startswith(f"{path}__")]
        parts.append((path, other, fields_of(other, wanted)))
    return parts


def fields_of(model: type[models.Model], wanted: Sequence[str]) -> "list[models.Field[Any, Any]]":
    """The fields of `model` that are kept in a column; where any are `wanted`, those and the primary key alone."""
    return [field for field in model._meta.concrete_fields if not wanted or field.primary_key or field.name in wanted]


def reader(field: "models.Field[Any, Any]") -> Read | None:
    """What makes a value of a model out of what the database says; None where both are the same."""
    if hasattr(field, "from_db_value"):
        return lambda value: field.from_db_value(value, None, connection)
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return lambda value: value and aware(value)
    return None


def aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ModelPart:
    """Where a row of the answer holds the columns of one model."""

    path: str
    model: type[models.Model]
    start: int
    key: int  # which of its columns is the primary key
    names: list[str]
    reads: list[Read | None]

    def row(self, found: Sequence[Any]) -> models.Model | None:
        """The row of this model; None where there is none."""
        values = found[self.start : self.start + len(self.names)]
        if values[self.key] is None:
            return None
        read = [value if read is None else read(value) for value, read in zip(values, self.reads, strict=True)]
        return self.model.from_db(connection.alias, self.names, read)


@dataclass(frozen=True)
class QueryPlan(Generic[Row]):
    """A question in SQL, and how a row of the database becomes one of the model."""

    sql: str
    parameters: tuple[Any, ...]
    parts: list[ModelPart]
    extra: dict[str, int]

    def row(self, found: Sequence[Any]) -> Row:
        own, *related = self.parts
        row: Any = own.row(found)
        for part in related:
            setattr(row, part.path, part.row(found))
        for name, place in self.extra.items():
            setattr(row, name, found[place])
        return row

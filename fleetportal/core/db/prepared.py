"""Statements that a hot path sends each time, put into SQL once for a process: Django spends longer on the words than the database on
the answer (a signed-in user with rights: 1.9 ms against 0.1 ms).

A prepared statement is for a path of which it takes a fifth: the signed-in user of every request, the wash, the door, Today, the sending
of messages. Everything else is a plain queryset.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import Expression, RawSQL

from fleetportal.core.db.locks import can_lock

Row = TypeVar("Row", bound=models.Model)
Read = Callable[[Any], Any]


class Place(Expression):
    """A place in a prepared statement that is filled anew with each asking; `like` is the field whose values it takes."""

    def __init__(self, name: str, like: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=like)
        self.name, self.like = name, like

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def text(self, sql: str, value: Any) -> str:
        """The statement `sql` once `value` is known."""
        return sql

    def parameters(self, value: Any) -> list[Any]:
        """What the database gets for `value`."""
        return [self.like.get_db_prep_value(value, connection)]


class Several(Place):
    """A place for any number of values in one parameter, for `pk__among=` of a prepared statement."""

    def parameters(self, value: Any) -> list[Any]:
        return [list(value) if connection.vendor == "postgresql" else json.dumps(list(value))]


class Condition(Place):
    """A place for a subquery whose shape depends on the asker, for `company__in=` of a prepared statement.

    It is filled with a RawSQL, as Django would put it into the statement, or with an empty list where nothing is in reach.
    """

    @property
    def mark(self) -> str:
        return f"(«{self.name}»)"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.mark, [self]

    def text(self, sql: str, value: RawSQL | Sequence[Any]) -> str:
        return sql.replace(self.mark, f"({value.sql})" if isinstance(value, RawSQL) else "(NULL)")

    def parameters(self, value: RawSQL | Sequence[Any]) -> list[Any]:
        return list(value.params) if isinstance(value, RawSQL) else []


class Statement:
    """A question put into SQL once for a process: `ask` gets a `Place` for each name in `like` and answers a queryset.

    What the places hold may change with each asking, the shape of the question may not. So a day, a language or a user comes in by
    a place, never from around `ask`.
    """

    def __init__(self, ask: Callable[..., Any], like: "dict[str, Any]") -> None:
        self.ask, self.like = ask, like

    def asked(self) -> Any:
        """The queryset with its places empty."""
        return self.ask(**{name: kind(name) if callable(kind) else Place(name, kind) for name, kind in self.like.items()})


def several(like: "models.Field[Any, Any]") -> Callable[[str], Place]:
    """For a place that holds any number of values as the field `like` takes them."""
    return partial(Several, like=like)


def condition(like: "models.Field[Any, Any]") -> Callable[[str], Place]:
    """For a place that holds a subquery for keys as the field `like` takes them."""
    return partial(Condition, like=like)


class PreparedValues(Statement):
    """A question for bare values: `PreparedValues(lambda by: Decision.objects.filter(by=by).values_list("pk", "at"), by=User._meta.pk)`."""

    def __init__(self, ask: "Callable[..., models.QuerySet[Any, Any]]", **like: Any) -> None:
        super().__init__(ask, like)
        self.texts: dict[str, StatementText] = {}

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows as the database says them. Costs 1 query."""
        words = self.texts.get(connection.vendor)
        if words is None:
            words = self.texts[connection.vendor] = StatementText.of(self.asked())
        return words.found(values)


class Prepared(Statement, Generic[Row]):
    """A question for rows of a model, with rows as its answer: `Prepared(lambda pk: Company.objects.filter(pk=pk), pk=Company._meta.pk)`.

    `columns` are read, as `only` would ("state", "person__last_name"), all of the model's own where none of them is named; `related`
    rows are read whole, as `select_related` would; of what the queryset annotates, `extra` names what the rows get. Where it `locks`,
    the model's own rows are read under the lock that `lock` takes, inside a transaction.
    """

    def __init__(
        self,
        ask: Callable[..., models.QuerySet[Row]],
        *,
        columns: Sequence[str] = (),
        related: Sequence[str] = (),
        extra: Sequence[str] = (),
        locks: bool = False,
        **like: Any,
    ) -> None:
        super().__init__(ask, like)
        self.columns, self.related, self.extra, self.locks = columns, related, extra, locks
        self.plans: dict[str, QueryPlan[Row]] = {}

    def __call__(self, **values: Any) -> list[Row]:
        """The rows. Costs 1 query."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = self.planned()
        return [plan.row(found) for found in plan.words.found(values)]

    def first(self, **values: Any) -> Row | None:
        """The first row, None where there is none. Costs 1 query."""
        return next(iter(self(**values)), None)

    def planned(self) -> "QueryPlan[Row]":
        rows = self.asked()
        parts, names = [], list[str]()
        for path, model, fields in parts_of(rows.model, self.columns, self.related):
            key = [field.primary_key for field in fields].index(True)
            parts.append(ModelPart(path, model, len(names), key, [field.attname for field in fields], [reader(field) for field in fields]))
            names += [f"{path}__{field.attname}" if path else field.attname for field in fields]
        words = StatementText.of(rows.values_list(*names, *self.extra))
        if self.locks and can_lock():
            words = replace(words, sql=f'{words.sql} FOR NO KEY UPDATE OF "{rows.model._meta.db_table}"')
        return QueryPlan(words, parts, {name: place for place, name in enumerate(self.extra, start=len(names))})


def parts_of(
    model: type[models.Model], columns: Sequence[str], related: Sequence[str]
) -> "list[tuple[str, type[models.Model], list[models.Field[Any, Any]]]]":
    """(path, model, fields to be read) of the model itself and of each row that comes along, a row before those that it holds."""
    paths = list(dict.fromkeys([*related, *(column.rpartition("__")[0] for column in columns if "__" in column)]))
    own = [*(column for column in columns if "__" not in column)]
    parts = [("", model, fields_of(model, [*own, *(path for path in paths if "__" not in path)] if own else []))]
    for path in sorted(paths, key=lambda path: path.count("__")):
        wanted = [] if path in related else [column.removeprefix(f"{path}__") for column in columns if column.startswith(f"{path}__")]
        parts.append((path, at_end(model, path), fields_of(at_end(model, path), [name.partition("__")[0] for name in wanted])))
    return parts


def at_end(model: type[models.Model], path: str) -> Any:
    """The model to which `path` leads."""
    end: Any = model
    for name in path.split("__"):
        end = end._meta.get_field(name).related_model
    return end


def fields_of(model: type[models.Model], wanted: Sequence[str]) -> "list[models.Field[Any, Any]]":
    """The fields of `model` that are kept in a column; where any are `wanted`, those and the primary key alone."""
    return [field for field in model._meta.concrete_fields if not wanted or field.primary_key or field.name in wanted]


def reader(field: "models.Field[Any, Any]") -> Read | None:
    """What makes a value of a model out of what the database says; None where both are the same."""
    if hasattr(field, "from_db_value"):
        return lambda value: field.from_db_value(value, None, connection)
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return lambda value: value and aware(value)
    if isinstance(field, models.UUIDField) and connection.vendor == "sqlite":
        return lambda value: value and UUID(value)
    return None


def aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StatementText:
    """A statement in SQL with what fills it: values that stay, and places."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[Place, ...]

    @classmethod
    def of(cls, rows: "models.QuerySet[Any, Any]") -> "StatementText":
        sql, parameters = rows.query.sql_with_params()
        return cls(sql, tuple(parameters), tuple({value.name: value for value in parameters if isinstance(value, Place)}.values()))

    def found(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """What the database answers once the places are filled with `values`. Costs 1 query."""
        sql, parameters = self.sql, list[Any]()
        for place in self.places:
            sql = place.text(sql, values[place.name])
        for value in self.parameters:
            parameters += value.parameters(values[value.name]) if isinstance(value, Place) else (value,)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()


@dataclass(frozen=True)
class ModelPart:
    """Where a row of the answer holds the columns of one model."""

    path: str
    model: type[models.Model]
    start: int
    key: int  # which of its columns is the primary key
    names: list[str]
    reads: list[Read | None]

    @cached_property
    def above(self) -> str:
        """The path to the row that holds this one, "" for the model's own."""
        return self.path.rpartition("__")[0]

    @cached_property
    def name(self) -> str:
        """Under which name the row above holds this one."""
        return self.path.rpartition("__")[2]

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

    words: "StatementText"
    parts: list[ModelPart]
    extra: dict[str, int]

    def row(self, found: Sequence[Any]) -> Row:
        own, *related = self.parts
        row: Any = own.row(found)
        for part in related:
            holder = row if not part.above else getattr(row, part.above)
            if holder is not None:
                setattr(holder, part.name, part.row(found))
        for name, place in self.extra.items():
            setattr(row, name, found[place])
        return row

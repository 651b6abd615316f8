"""Statements of hot paths, turned into SQL once per process: Django spends longer building the SQL than the database spends on
the answer (a signed-in user with rights: 1.9 ms against 0.1 ms).

Prepare a statement only where building it takes a fifth of the path's time, alone or with the others of its module: the signed-in user
of every request, the wash, the door, a guest's page, a fresh landing page, Today, the last look at a message, the row of a contact.
`make bench BENCH_ROWS=prepared` measures each. Everything else is a plain queryset.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, Generic, TypeGuard, TypeVar, Union, cast
from uuid import UUID

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression, RawSQL
from django.db.models.sql.compiler import SQLCompiler

from fleetportal.core.db.locks import can_lock

Row = TypeVar("Row", bound=models.Model)
Values = TypeVar("Values", bound=tuple[object, ...])
FoundRow = tuple[Any, ...]  # as the database driver returns it
Asked = TypeVar("Asked", bound="models.QuerySet[models.Model, object]")
Read = Callable[[Any], object]
Like = Union["models.Field[Any, Any]", Callable[[str], "Placeholder"]]


class Placeholder(Expression):
    """A parameter of a prepared statement, filled in at each call; `like` is the field whose values it takes."""

    def __init__(self, name: str, like: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=like)
        self.name, self.like = name, like

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", [self]

    def text(self, sql: str, value: object) -> str:
        """The statement `sql` once `value` is known."""
        return sql

    def parameters(self, value: object) -> list[object]:
        """What the database gets for `value`."""
        return [self.like.get_db_prep_value(value, connection)]


class Several(Placeholder):
    """A placeholder for any number of values in one parameter, for `pk__among=` of a prepared statement."""

    def parameters(self, value: object) -> list[object]:
        values = [*cast(Iterable[object], value)]
        return [values if connection.vendor == "postgresql" else json.dumps(values)]


class Condition(Placeholder):
    """A placeholder for a subquery that depends on the user, for `company__in=` of a prepared statement.

    It is filled with a RawSQL, as Django would write it into the statement, or with an empty list where nothing is in reach.
    """

    @property
    def mark(self) -> str:
        return f"(«{self.name}»)"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return self.mark, [self]

    def text(self, sql: str, value: object) -> str:
        return sql.replace(self.mark, f"({value.sql})" if isinstance(value, RawSQL) else "(NULL)")

    def parameters(self, value: object) -> list[object]:
        return list(value.params) if isinstance(value, RawSQL) else []


class Statement(Generic[Asked]):
    """A queryset turned into SQL once per process: `ask` gets a `Placeholder` for each name in `like` and returns a queryset.

    The values may change with each call, the shape of the statement may not. So a day, a language or a user is always a parameter
    of `ask`, never a variable of the surrounding code. `ask` may annotate its parameters with the types of the values.
    """

    def __init__(self, ask: Callable[..., Asked], like: dict[str, Like]) -> None:
        self.ask, self.like = ask, like

    @cached_property
    def placeholders(self) -> dict[str, Placeholder]:
        return {name: kind(name) if callable(kind) else Placeholder(name, kind) for name, kind in self.like.items()}

    def asked(self) -> Asked:
        """The queryset with a placeholder for each parameter."""
        return self.ask(**self.placeholders)


def several(like: "models.Field[Any, Any]") -> Callable[[str], Placeholder]:
    """For a placeholder that holds any number of values of the field `like`."""
    return partial(Several, like=like)


def condition(like: "models.Field[Any, Any]") -> Callable[[str], Placeholder]:
    """For a placeholder that holds a subquery of keys of the field `like`."""
    return partial(Condition, like=like)


class PreparedValues(Statement["models.QuerySet[models.Model, Values]"], Generic[Values]):
    """A prepared statement for bare values, made like `Prepared`; `ask` ends in `values_list`."""

    def __init__(self, ask: "Callable[..., models.QuerySet[models.Model, Values]]", **like: Like) -> None:
        super().__init__(ask, like)
        self.texts: dict[str, StatementText] = {}

    def __call__(self, **values: object) -> list[Values]:
        """The rows as the database returns them, moments with their zone. Costs 1 query."""
        text = self.texts.get(connection.vendor)
        if text is None:
            text = self.texts[connection.vendor] = StatementText.from_queryset(self.asked())
        found = text.found(values)
        if connection.vendor == "sqlite":  # which knows no zones: Django adds UTC to what it reads itself
            found = [tuple(aware(value) if isinstance(value, datetime) else value for value in row) for row in found]
        return cast(list[Values], found)


class Prepared(Statement["models.QuerySet[Row]"], Generic[Row]):
    """A prepared statement for rows of a model: `Prepared(lambda pk: Company.objects.filter(pk=pk), pk=Company._meta.pk)`.

    `columns` are read, as with `only` ("state", "person__last_name"); where none is given, all of the model's own. `related` rows are
    read whole, as with `select_related`; `extra` names the annotations that the rows get. With `locks`, the model's own rows are read
    under the lock that `lock` takes, inside a transaction.
    """

    def __init__(
        self,
        ask: Callable[..., models.QuerySet[Row]],
        *,
        columns: Sequence[str] = (),
        related: Sequence[str] = (),
        extra: Sequence[str] = (),
        locks: bool = False,
        **like: Like,
    ) -> None:
        super().__init__(ask, like)
        self.columns, self.related, self.extra, self.locks = columns, related, extra, locks
        self.plans: dict[str, QueryPlan[Row]] = {}

    def __call__(self, **values: object) -> list[Row]:
        """The rows. Costs 1 query."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = self.planned()
        return [plan.row(found) for found in plan.statement.found(values)]

    def first(self, **values: object) -> Row | None:
        """The first row, None where there is none. Costs 1 query."""
        return next(iter(self(**values)), None)

    def planned(self) -> "QueryPlan[Row]":
        """The statement of the question, made once, and how the columns of its rows become rows of the models."""
        rows = self.asked()
        parts, names = [], list[str]()
        for path, model, fields in parts_of(rows.model, self.columns, self.related):
            key = [field.primary_key for field in fields].index(True)
            parts.append(ModelPart(path, model, len(names), key, [field.attname for field in fields], [reader(field) for field in fields]))
            names += [f"{path}__{field.attname}" if path else field.attname for field in fields]
        statement = StatementText.from_queryset(rows.values_list(*names, *self.extra))
        if self.locks and can_lock():
            statement = replace(statement, sql=f'{statement.sql} FOR NO KEY UPDATE OF "{rows.model._meta.db_table}"')
        return QueryPlan(statement, parts, {name: index for index, name in enumerate(self.extra, start=len(names))})


def parts_of(
    model: type[models.Model], columns: Sequence[str], related: Sequence[str]
) -> "list[tuple[str, type[models.Model], list[models.Field[Any, Any]]]]":
    """(path, model, fields to be read) of the model itself and of each related row, parents before children."""
    paths = list(dict.fromkeys([*related, *(column.rpartition("__")[0] for column in columns if "__" in column)]))
    own = [*(column for column in columns if "__" not in column)]
    parts = [("", model, fields_of(model, [*own, *(path for path in paths if "__" not in path)] if own else []))]
    for path in sorted(paths, key=lambda path: path.count("__")):
        wanted = [] if path in related else [column.removeprefix(f"{path}__") for column in columns if column.startswith(f"{path}__")]
        parts.append((path, at_end(model, path), fields_of(at_end(model, path), [name.partition("__")[0] for name in wanted])))
    return parts


def at_end(model: type[models.Model], path: str) -> type[models.Model]:
    """The model to which `path` leads."""
    end = model
    for name in path.split("__"):
        end = cast(type[models.Model], end._meta.get_field(name).related_model)
    return end


def fields_of(model: type[models.Model], wanted: Sequence[str]) -> "list[models.Field[Any, Any]]":
    """The fields of `model` that have a column; where any are `wanted`, only those and the primary key."""
    return [field for field in model._meta.concrete_fields if not wanted or field.primary_key or field.name in wanted]


def reader(field: "models.Field[Any, Any]") -> Read | None:
    """The function that turns a database value into a model value; None where both are the same."""
    if hasattr(field, "from_db_value"):
        return lambda value: field.from_db_value(value, None, connection)
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return lambda value: value and aware(value)
    if isinstance(field, models.UUIDField) and connection.vendor == "sqlite":
        return lambda value: value and UUID(value)
    return None


def aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


class Marked(Placeholder):
    """A placeholder that a statement carries as text, so that a log of statements can show it."""

    @property
    def mark(self) -> str:
        return f"«{self.name}»"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", [self.mark]


class PreparedUpdate(Statement["models.QuerySet[models.Model, object]"]):
    """A prepared `update()` of the rows that `ask` finds: `to` has the new values, each fixed or the name of a placeholder in braces.

    The text is what Django sends for `ask(…).update(…)`, caught on its way to the database.
    """

    def __init__(self, ask: "Callable[..., models.QuerySet[Any, Any]]", *, to: dict[str, object], **like: "models.Field[Any, Any]") -> None:
        super().__init__(ask, {name: partial(Marked, like=field) for name, field in like.items()})
        self.to = to
        self.texts: dict[str, StatementText] = {}
        self.table = ""

    def filled(self, values: dict[str, object]) -> tuple[str, list[Any]]:
        """The SQL of the update and its parameters for these `values` of the placeholders. Costs nothing."""
        text = self.texts.get(connection.vendor)
        if text is None:
            text = self.texts[connection.vendor] = self.caught()
        return text.filled(values)

    def __call__(self, **values: object) -> int:
        """The number of rows that were changed. Costs 1 query."""
        with connection.cursor() as cursor:
            cursor.execute(*self.filled(values))
            return int(cursor.rowcount)

    def caught(self) -> "StatementText":
        rows, sent = self.asked(), list[tuple[str, Sequence[Any]]]()
        self.table = rows.model._meta.db_table
        new = {name: self.placeholders[value[1:-1]] if is_named(value) else value for name, value in self.to.items()}
        logs, connection.force_debug_cursor = connection.force_debug_cursor, False  # what is caught is not sent, so it is not logged
        try:
            with connection.execute_wrapper(lambda execute, sql, parameters, many, context: sent.append((sql, parameters))):
                rows.update(**new)
        finally:
            connection.force_debug_cursor = logs
        ((sql, parameters),) = sent
        marks = {f"«{name}»": placeholder for name, placeholder in self.placeholders.items()}
        return StatementText.made(sql, [marks.get(value, value) if isinstance(value, str) else value for value in parameters])


def is_named(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.startswith("{")


@dataclass(frozen=True)
class StatementText:
    """A statement in SQL with its parameters: fixed values, and placeholders."""

    sql: str
    parameters: tuple[object, ...]
    placeholders: tuple[Placeholder, ...]

    @classmethod
    def from_queryset(cls, rows: "models.QuerySet[models.Model, object]") -> "StatementText":
        return cls.made(*rows.query.sql_with_params())

    @classmethod
    def made(cls, sql: str, parameters: Sequence[Any]) -> "StatementText":
        return cls(sql, tuple(parameters), tuple({value.name: value for value in parameters if isinstance(value, Placeholder)}.values()))

    def filled(self, values: dict[str, object]) -> tuple[str, list[Any]]:
        """The SQL and the parameters for these `values` of the placeholders."""
        sql, parameters = self.sql, list[Any]()
        for placeholder in self.placeholders:
            sql = placeholder.text(sql, values[placeholder.name])
        for value in self.parameters:
            parameters += value.parameters(values[value.name]) if isinstance(value, Placeholder) else (value,)
        return sql, parameters

    def found(self, values: dict[str, object]) -> list[FoundRow]:
        """The rows for these `values` of the placeholders. Costs 1 query."""
        with connection.cursor() as cursor:
            cursor.execute(*self.filled(values))
            return cursor.fetchall()


@dataclass(frozen=True)
class ModelPart:
    """The part of a result row that holds the columns of one model."""

    path: str
    model: type[models.Model]
    start: int
    key: int  # which of its columns is the primary key
    names: list[str]
    reads: list[Read | None]

    @cached_property
    def above(self) -> str:
        """The path to the parent row, "" for the model itself."""
        return self.path.rpartition("__")[0]

    @cached_property
    def name(self) -> str:
        """The attribute of the parent row that holds this one."""
        return self.path.rpartition("__")[2]

    def row(self, found: FoundRow) -> models.Model | None:
        """The row of this model; None where there is none."""
        values = found[self.start : self.start + len(self.names)]
        if values[self.key] is None:
            return None
        read = [value if read is None else read(value) for value, read in zip(values, self.reads, strict=True)]
        return self.model.from_db(connection.alias, self.names, read)


@dataclass(frozen=True)
class QueryPlan(Generic[Row]):
    """A statement in SQL, and how its rows become rows of the model."""

    statement: StatementText
    parts: list[ModelPart]
    extra: dict[str, int]

    def row(self, found: FoundRow) -> Row:
        """The row with its related rows set, and with the `extra` columns as attributes."""
        own, *related = self.parts
        row = cast(Row, own.row(found))
        for part in related:
            holder = row if not part.above else getattr(row, part.above)
            if holder is not None:
                setattr(holder, part.name, part.row(found))
        for name, index in self.extra.items():
            setattr(row, name, found[index])
        return row

"""Statements that nearly every request sends, put into SQL once for a process: Django spends longer on the words than the database
on the answer.

For what is asked and written on every request, at the door and at the counter, and for each message; anything else is a plain
queryset. New rows are made by `objects.create`; by `insert` where so hot a verb makes one or a few; by `core.bulk` where an import
makes hundreds at once; by `bulk_create` where one that stands already is to stay, or a verb makes a handful beside its own row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

from fleetportal.core.db import bulk

Row = TypeVar("Row", bound=models.Model)


class Place(Expression):
    """A place in a prepared statement that is filled anew with each asking; `like` is the field whose values it takes."""

    def __init__(self, name: str, like: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=like)
        self.name, self.like = name, like

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class PreparedUpdate:
    """A conditional update of rows: `PreparedUpdate(lambda pk: Voucher.objects.filter(pk=pk), {"state": State.REDEEMED}, pk=...)`."""

    def __init__(self, ask: Callable[..., models.QuerySet[Any]], to: dict[str, Any], **like: "models.Field[Any, Any]") -> None:
        self.ask, self.to, self.like = ask, to, like
        self.plans: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def __call__(self, **values: Any) -> int:
        """How many rows met the condition and are changed. Costs 1 query."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            query: Any = self.ask(**places(self.like)).query.chain(UpdateQuery)
            query.add_update_values(self.to)
            sql, parameters = query.get_compiler(connection.alias).as_sql()
            plan = self.plans[connection.vendor] = (sql, tuple(parameters))
        with connection.cursor() as cursor:
            cursor.execute(plan[0], [filled(value, values) for value in plan[1]])
            return int(cursor.rowcount)


class Prepared(Generic[Row]):
    """A question for rows of a model, whose answers are such rows: `Prepared(lambda pk: Company.objects.filter(pk=pk), pk=...)`.

    `ask` gets a `Place` for each name and answers a queryset, once for a process; what the places hold may change with each
    asking, the shape of the question may not. So a day, a language or a user comes in by a place, never from around `ask`. What
    `select_related`, `only` and `annotate` add comes along; what `prefetch_related` would, does not.
    """

    def __init__(self, ask: Callable[..., models.QuerySet[Row]], **like: "models.Field[Any, Any]") -> None:
        self.ask, self.like = ask, like
        self.plans: dict[str, Plan[Row]] = {}

    def __call__(self, **values: Any) -> list[Row]:
        """The rows. Costs 1 query."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = planned(self.ask(**places(self.like)))
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, [filled(value, values) for value in plan.parameters])
            return [plan.row(found) for found in cursor.fetchall()]

    def first(self, **values: Any) -> Row | None:
        """The first row, None where there is none. Costs 1 query."""
        return next(iter(self(**values)), None)


def places(like: "dict[str, models.Field[object, object]]") -> dict[str, Place]:
    return {name: Place(name, field) for name, field in like.items()}


def filled(value: object, values: dict[str, object]) -> Any:
    return value.like.get_db_prep_value(values[value.name], connection) if isinstance(value, Place) else value


@dataclass(frozen=True)
class Plan(Generic[Row]):
    """A question in SQL, and how a row of the database becomes one of the model: what Django's ModelIterable works out each time."""

    sql: str
    parameters: tuple[Any, ...]
    model: type[Row]
    start: int
    end: int
    names: list[str]
    related: list[Any]
    extra: dict[str, int]
    converts: list[tuple[int, list[Any], Any]]

    def row(self, found: Sequence[object]) -> Row:
        values = list(found)
        for place, converts, expression in self.converts:
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        row = self.model.from_db(connection.alias, self.names, values[self.start : self.end])
        for above in self.related:
            above.populate(values, row)
        for name, place in self.extra.items():
            setattr(row, name, values[place])
        return row


def planned(rows: models.QuerySet[Row]) -> Plan[Row]:
    compiler: Any = rows.query.get_compiler(connection.alias)
    sql, parameters = compiler.as_sql()
    select, about = compiler.select, compiler.klass_info
    start, end = about["select_fields"][0], about["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    related = get_related_populators(about, select, connection.alias)  # type: ignore[call-arg]  # the stubs are of a later Django
    converters = compiler.get_converters([column[0] for column in select])
    converts = [(place, converts, expression) for place, (converts, expression) in converters.items()]
    return Plan(sql, tuple(parameters), about["model"], start, end, names, related, compiler.annotation_col_map or {}, converts)


def insert(*rows: Row) -> Row:
    """The first of the new `rows`, all of one model, all saved; `save()` is not called and no signal sent. Costs 1 query."""
    model = type(rows[0])
    start, columns, places = words_of_insert(model, connection.vendor)
    values = [taken(row.__dict__[name], convert) for row in rows for name, convert in columns]
    with connection.cursor() as cursor:
        cursor.execute(f"{start} {', '.join([places] * len(rows))} RETURNING {model._meta.pk.column}", values)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    return rows[0]


def taken(value: object, convert: bulk.Convert | None) -> Any:
    return value if convert is None or value is None else convert(value)


@cache
def words_of_insert(model: type[models.Model], vendor: str) -> tuple[str, list[tuple[str, bulk.Convert | None]], str]:
    """How the statement begins, (attribute, what becomes of its value) of each column, and the places for one row."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [(field.attname, bulk.converter(field)) for field in fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES', columns, f"({', '.join(['%s'] * len(fields))})"

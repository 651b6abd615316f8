"""Look-ups and conditions that one database answers well only when they are written its way."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Subquery
from django.db.models.expressions import Expression
from django.db.models.lookups import In, IsNull
from django.db.models.sql import Query


@models.Field.register_lookup
class Among(models.Lookup):
    """`name__among=values`: what `__in` finds, with all the values in one parameter. A batch of an import asks for 500 names at
    once, and a statement with a placeholder for each costs more to write than to answer."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: object, rhs: Iterable[object] | Expression) -> None:
        super().__init__(lhs, rhs if isinstance(rhs, Expression) else list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # the stubs narrow the parameters
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*params, self.rhs]
        values = self.rhs if isinstance(self.rhs, Expression) else json.dumps(self.rhs)  # a placeholder is filled later
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, values]


models.ForeignKey.register_lookup(Among)


@models.BigAutoField.register_lookup
class AmongFew(In):
    """`pk__among_few=queryset`: as `pk__in`, where the queryset has few rows beside the table.

    PostgreSQL takes them first and looks each up; as a join it would walk the table in the order of the page, past everybody else's.
    """

    lookup_name = "among_few"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, object]:
        if not isinstance(self.rhs, Query):
            return self.as_sql(compiler, connection)
        column, parameters = self.process_lhs(compiler, connection)
        few, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{few})", (*parameters, *more)


def is_one(rows: models.QuerySet[models.Model, object]) -> IsNull:
    """As `Exists(rows)`, evaluated row by row: for a page of a large table, where the first fifty are enough.

    Of an `Exists` PostgreSQL makes a hash or a join of everybody's rows before it answers the first.
    """
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)

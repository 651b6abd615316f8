"""Look-ups and conditions that one of the databases runs fast only in a particular form."""

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
    """`name__among=values`: the same rows as `__in`, with all values in one parameter. An import looks up 500 names at once, and a
    statement with a placeholder for each takes longer to build than to run."""

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
    """`pk__among_few=queryset`: like `pk__in`, for a queryset with few rows compared with the table.

    PostgreSQL fetches the few and looks each up; with a join it would scan the table in the order of the page, past all other rows.
    """

    lookup_name = "among_few"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, object]:
        if not isinstance(self.rhs, Query):
            return self.as_sql(compiler, connection)
        column, parameters = self.process_lhs(compiler, connection)
        few, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{few})", (*parameters, *more)


def is_one(rows: models.QuerySet[models.Model, object]) -> IsNull:
    """Like `Exists(rows)`, but evaluated row by row: for one page of a large table, where the first fifty rows are enough.

    PostgreSQL turns an `Exists` into a hash or a join over all rows before it returns the first.
    """
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)

"""The columns of a list: their headings on the page and in the export."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import django_tables2
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
CHUNK = 2000

Words = str | Promise


class TableColumn(django_tables2.Column):
    """A column of a list: `css` is for the page; `kind` (of core.sheets), `reads` and `value` are for the export.

    `reads` names the values that the query returns for the column, and `value` turns them into the cell; without `value` the single
    value is the cell. For a column without `reads`, `value` gets the row itself. Everything else is django-tables2's.
    """

    def __init__(
        self,
        verbose_name: Words,
        *,
        kind: str = "text",
        css: str = "",
        exported: bool = True,
        reads: Sequence[str] = (),
        value: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("orderable", False)
        super().__init__(verbose_name=verbose_name, **kwargs)
        self.kind, self.css, self.exported, self.reads, self.value_of = kind, css, exported, tuple(reads), value


@dataclass(frozen=True)
class ExtraColumn:
    """A column that a higher app adds to a lower app's list, before the column `at` ("": at the end).

    `decorate` adds what `cell` (row to HTML) shows to the queryset, `in_sheet` adds what the export `reads` (None: the same);
    `order_by` is the field to sort by.
    """

    name: str
    label: Words
    cell: Callable[[Any], str]
    decorate: Callable[[Any], Any]
    reads: tuple[str, ...]
    value: Callable[..., Any] | None = None
    in_sheet: Callable[[Any], Any] | None = None
    at: str = ""
    kind: str = "text"
    css: str = ""
    order_by: str = ""

    def column(self) -> TableColumn:
        return TableColumn(
            self.label, kind=self.kind, css=self.css, reads=self.reads, value=self.value,
            empty_values=(), orderable=bool(self.order_by), order_by=self.order_by or None,
        )  # fmt: skip


@dataclass(frozen=True)
class Head:
    """One column heading of the table."""

    label: Words
    css: str
    address: str = ""
    sorted: str = ""  # ascending, descending or ""


@cache
def with_extra(table: type[django_tables2.Table], extra: tuple[ExtraColumn, ...]) -> type[django_tables2.Table]:
    """`table` with the columns that higher apps add, each in its position."""
    names = [*table.base_columns, ""]
    order = [name for at in names for name in (*(column.name for column in extra if column.at == at), at) if name]
    meta = type("Meta", (table.Meta,), {"sequence": order})
    return type(table.__name__, (table,), {**{column.name: column.column() for column in extra}, "Meta": meta})


def reader(name: str, column: TableColumn) -> Callable[[Any], Any]:
    """The function that reads the cell of `column` from a row."""
    if column.reads:
        paths = [django_tables2.A(one.replace("__", ".")) for one in column.reads]
        make = column.value_of or (lambda value: value)
        return lambda row: make(*(path.resolve(row, quiet=True) for path in paths))
    if column.value_of is not None:
        return column.value_of
    path = django_tables2.A(column.accessor or name)
    return partial(path.resolve, quiet=True) if len(path.bits) > 1 else partial(plainly, path.bits[0])


def plainly(name: str, row: object) -> object:
    """The attribute, or the result of the method."""
    value = getattr(row, name, None)
    return value() if callable(value) else value


def label_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    """For a column's `value`: the label of a choice, translated once per language."""

    @cache
    def labels(_language: str) -> dict[str, str]:
        return {value: str(label) for value, label in choices.choices}

    return lambda value: labels(get_language() or "").get(value, value)


class QueriedCells:
    """Cells read by one query for all `columns`, without making model instances; each column needs `reads`."""

    def __init__(self, columns: Sequence[TableColumn]) -> None:
        self.names = list(dict.fromkeys(("pk", *(name for column in columns for name in column.reads))))
        indexes = {name: index for index, name in enumerate(self.names)}
        self.columns = [([indexes[name] for name in column.reads], column.value_of) for column in columns]

    def cells(self, rows: models.QuerySet[models.Model], keys: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """The cells of the rows with these `keys`, by key. Costs 1 query."""
        asked = rows.order_by().select_related(None).prefetch_related(None).filter(pk__among=keys).values_list(*self.names)
        answered = [*zip(*asked, strict=True)]
        if not answered:
            return {}
        cells = [self.column([answered[index] for index in indexes], value) for indexes, value in self.columns]
        return dict(zip(answered[0], zip(*cells, strict=True), strict=True))

    def column(self, values: Sequence[Sequence[Any]], value: Callable[..., Any] | None) -> Iterable[Any]:
        return values[0] if value is None else map(value, *values)

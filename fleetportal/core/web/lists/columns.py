"""The columns of a list: their headings on the page and in the export."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import TextIOWrapper
from typing import IO, Any

import django_tables2
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language

from fleetportal.core import sheets

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
CHUNK = 2000

Words = str | Promise


class TableColumn(django_tables2.Column):
    """A column of a list: `kind` (of core.sheets) and `value` for the export, `css` for its head; the rest is django-tables2's."""

    def __init__(
        self, verbose_name: Words, *, kind: str = "text", css: str = "", exported: bool = True, value: Any = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("orderable", False)
        super().__init__(verbose_name=verbose_name, **kwargs)
        self.kind, self.css, self.exported, self.value_of = kind, css, exported, value


@dataclass(frozen=True)
class ExtraColumn:
    """A column that a higher app adds to a lower one's list, before the column `at` ("" puts it last).

    `decorate` adds to the queryset what `cell` (row to HTML) shows and `value` exports; `order_by` names what sorts it.
    """

    name: str
    label: Words
    cell: Callable[[Any], str]
    decorate: Callable[[Any], Any]
    value: Callable[[Any], Any]
    at: str = ""
    kind: str = "text"
    css: str = ""
    order_by: str = ""

    def column(self) -> TableColumn:
        sort: dict[str, Any] = {"orderable": True, "order_by": self.order_by} if self.order_by else {}
        return TableColumn(self.label, kind=self.kind, css=self.css, value=self.value, empty_values=(), **sort)


@dataclass(frozen=True)
class Head:
    """One cell of the table's head."""

    label: Words
    css: str
    address: str = ""
    sorted: str = ""  # ascending, descending or nothing


@cache
def with_extra(table: type[django_tables2.Table], extra: tuple[ExtraColumn, ...]) -> type[django_tables2.Table]:
    """`table` with the columns that higher apps add, each at its place."""
    names = [*table.base_columns, ""]
    order = [name for at in names for name in (*(column.name for column in extra if column.at == at), at) if name]
    meta = type("Meta", (table.Meta,), {"sequence": order})
    return type(table.__name__, (table,), {**{column.name: column.column() for column in extra}, "Meta": meta})


def reader(name: str, column: TableColumn) -> Callable[[Any], Any]:
    """What reads the cell of `column` off a row."""
    if column.value_of is not None:
        read: Callable[[Any], Any] = column.value_of
        return read
    path = django_tables2.A(column.accessor or name)
    return partial(path.resolve, quiet=True) if len(path.bits) > 1 else partial(plainly, path.bits[0])


def plainly(name: str, row: Any) -> Any:
    """The attribute; called where it is a method."""
    value = getattr(row, name, None)
    return value() if callable(value) else value


def label_of(field: str, choices: type[models.TextChoices]) -> Callable[[Any], str]:
    """For a column's `value`: the label of the choice in `field`, each translated once a language."""

    @cache
    def labels(_language: str) -> dict[str, str]:
        return {value: str(label) for value, label in choices.choices}

    return lambda row: labels(get_language() or "").get(value := getattr(row, field), value)


def write_sheet(kind: str, out: IO[bytes], columns: Sequence[sheets.SheetColumn], rows: Iterable[Sequence[Any]]) -> int:
    """How many rows were written to `out` as `kind`, taken one at a time."""
    if kind == "xlsx":
        return sheets.write_xlsx(out, columns, rows)
    stream = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    count = sheets.write_csv(stream, columns, rows)
    stream.detach()
    return count

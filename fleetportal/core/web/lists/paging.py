"""One page of many rows: by offset near the beginning, by its neighbouring row further down.

To skip rows a database must read them: page 1,500 would cost as much as all pages before it. So beyond the rows that are counted,
the links to the next and previous pages name their neighbouring row (`?page=1500&after=KEY`), and the page is found in the index.
An address without one, or whose row is gone or out of reach, falls back to an offset, as far as SKIPPED_UP_TO.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_tables2
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable, OrderBy
from django.utils import formats
from django.utils.translation import gettext, ngettext

COUNTED_UP_TO = 1000
SKIPPED_UP_TO = 2000  # rows; a page further down is found beside its neighbour, or not at all


@dataclass(frozen=True)
class Page:
    """The keys of a page's rows, the number of all rows as far as they are counted, and whether more follow.

    `is_too_deep` is true of a page that can't be found by its number alone.
    """

    keys: list[int]
    count: int
    has_next: bool
    is_too_deep: bool = False


@dataclass(frozen=True)
class Sorted:
    """One expression that rows are sorted by, under its own name in the query."""

    name: str
    is_descending: bool
    may_be_null: bool


def page_of(ordered: models.QuerySet[models.Model], *, number: int, size: int, after: int | None = None, before: int | None = None) -> Page:
    """Page `number` (from 1) of `size` rows, in the order of `ordered`, a queryset of `in_order`.

    Costs 1 query: near the beginning the keys also give the count; further down it is known. 2 with a neighbour, 1 more where no row
    is found.
    """
    first = (number - 1) * size
    if is_counted(number, size):
        found = list(ordered.values_list("pk", flat=True)[: COUNTED_UP_TO + 1])
        return Page(found[first : first + size], len(found), len(found) > first + size)
    found = keys_on(ordered, number=number, size=size, after=after, before=before)
    if not found:
        count = capped_count(ordered)
        return Page([], count, has_next=False, is_too_deep=count > COUNTED_UP_TO and number > last_by_number(size))
    return Page(found[:size], min(first + len(found), COUNTED_UP_TO + 1), len(found) > size)


def keys_on(ordered: models.QuerySet[models.Model], *, number: int, size: int, after: int | None, before: int | None) -> list[int]:
    """The keys of that page, and of one row more: beside its neighbour, else by its number. None past the end, and none of a page that
    is further down than its number may lead. Costs 1 query, 2 with a neighbour, 3 with one that is gone.
    """
    found = beside(ordered, size, after=after, before=before)
    if found or number > last_by_number(size):
        return found
    first = (number - 1) * size
    return list(ordered.values_list("pk", flat=True)[first : first + size + 1])


def is_counted(number: int, size: int) -> bool:
    """True where the page and the first row of the next are among the rows that are counted anyway."""
    return number * size <= COUNTED_UP_TO


def last_by_number(size: int) -> int:
    """The last page of `size` rows that is found by its number alone."""
    return SKIPPED_UP_TO // size


def beside(ordered: models.QuerySet[models.Model], size: int, *, after: int | None, before: int | None) -> list[int]:
    """The keys after the row `after`, or before the row `before`, and one more; none where that row is not in the list."""
    if after is None and before is None:
        return []
    rows, keys = sought(ordered)
    at = rows.filter(pk=before if after is None else after).values_list(*(key.name for key in keys)).first()
    if at is None:
        return []
    if after is not None:
        return list(rows.filter(beyond(keys, at)).values_list("pk", flat=True)[: size + 1])
    found = list(rows.filter(beyond(keys, at, back=True)).reverse().values_list("pk", flat=True)[:size])
    return [*reversed(found), before] if before is not None and len(found) == size else []


def sought(ordered: models.QuerySet[models.Model]) -> tuple[models.QuerySet[models.Model], list[Sorted]]:
    """`ordered` with an annotation for each expression that it is sorted by."""
    keys: list[Sorted] = []
    names: dict[str, object] = {}
    for index, item in enumerate(ordered.query.order_by):
        name = f"sorted_{index}"
        if isinstance(item, str):
            plain = item.lstrip("-")
            names[name] = F(plain)
            keys.append(Sorted(name, descends(item), may_be_null(ordered.model, plain)))
        elif isinstance(item, OrderBy):
            names[name] = item.expression
            path = getattr(item.expression, "name", "")  # of F; an annotation may be without a value
            keys.append(Sorted(name, item.descending, may_be_null(ordered.model, path)))
    return ordered.annotate(**names), keys


def may_be_null(model: Any, path: str) -> bool:
    """False where every field along `path` always has a value."""
    if path == "pk":
        return False
    for step in path.split("__"):
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        model = field.related_model
    return False


def beyond(keys: Sequence[Sorted], at: Sequence[object], *, back: bool = False) -> Q:
    """Rows after the one with the values `at`; with `back`, before it."""
    past = Q(pk__in=[])
    for key, value in reversed([*zip(keys, at, strict=True)]):
        same = Q(**{f"{key.name}__isnull": True}) if value is None else Q(**{key.name: value})
        past = further(key, value, back) | (same & past)
    first = keys[0]
    if not first.may_be_null:  # what an index can begin at
        side = "lte" if first.is_descending is not back else "gte"
        past = Q(**{f"{first.name}__{side}": at[0]}) & past
    return past


def further(key: Sorted, value: object, back: bool) -> Q:
    """Rows whose value comes after `value` in the order, in which rows without a value are last; with `back`, before it."""
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if back else Q(pk__in=[])
    past = Q(**{f"{key.name}__{'lt' if key.is_descending is not back else 'gt'}": value})
    return past | Q(**{f"{key.name}__isnull": True}) if key.may_be_null and not back else past


def capped_count(rows: models.QuerySet[models.Model]) -> int:
    """The number of rows, counted up to COUNTED_UP_TO + 1. Costs 1 query."""
    return rows.order_by().values("pk")[: COUNTED_UP_TO + 1].count()


def in_order(table: django_tables2.Table) -> models.QuerySet[models.Model]:
    """The rows in the order of the table, those without a value last, then by primary key, so that no row appears on two pages.

    The key descends where the column before it does: an index on both is then read backwards without sorting.
    """
    rows: models.QuerySet[models.Model] = table.data.data
    order = [empty_last(rows.model, item) for item in rows.query.order_by]
    return rows.order_by(*order, "-pk" if order and descends(order[-1]) else "pk")


def empty_last(model: type[models.Model], item: Any) -> str | Combinable:
    """`item` of an order, so that both databases put rows without a value last, upwards and downwards: by themselves SQLite
    takes an empty value for the smallest, PostgreSQL for the largest."""
    if not isinstance(item, str) or not may_be_null(model, item.lstrip("-")):
        return item
    return OrderBy(F(item.lstrip("-")), descending=descends(item), nulls_last=True)


def descends(item: object) -> bool:
    """True where a queryset is sorted by `item` in descending order."""
    return item.startswith("-") if isinstance(item, str) else isinstance(item, OrderBy) and bool(item.descending)


def in_this_order(rows: models.QuerySet[models.Model], keys: Sequence[int]) -> list[Any]:
    """The rows of `keys`, in their order: only these rows are decorated. Costs 1 query."""
    if not keys:
        return []
    found = {row.pk: row for row in rows.order_by().filter(pk__among=keys)}
    return [found[key] for key in keys if key in found]


def said_span(first: int, shown: int, count: int) -> str:
    """ "1 to 50 of more than 1,000", for `shown` rows after the first `first`."""
    if not shown:
        return ""
    numbers = {"first": grouped(first + 1), "last": grouped(first + shown), "count": grouped(min(count, COUNTED_UP_TO))}
    if count > COUNTED_UP_TO:
        return gettext("%(first)s to %(last)s of more than %(count)s") % numbers
    return gettext("%(first)s to %(last)s of %(count)s") % numbers


def said_count(count: int) -> str:
    """ "more than 1,000 rows", "1 row"."""
    if count > COUNTED_UP_TO:
        return gettext("more than %s rows") % grouped(COUNTED_UP_TO)
    return ngettext("%d row", "%d rows", count) % count


def grouped(number: int) -> str:
    return str(formats.number_format(number, force_grouping=True))

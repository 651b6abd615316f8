"""Writes many new rows at once with as little work per row as possible: the overhead of `bulk_create` is most of an import.

COPY on PostgreSQL, an INSERT of many rows on SQLite; ids are reserved first, so that rows can refer to each other before any is
written.
"""

import gc
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone

from fleetportal.core.db.folded import Folded, with_folded

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]
PARAMETERS = 32_766  # of one statement, from SQLite 3.32 on
encoded = json.JSONEncoder(separators=(",", ":")).encode


def new(model: type[Row], /, **values: Any) -> Row:
    """`model(**values)` at a fifth of the cost: defaults are copied, no signals are sent, names are not checked. Django's own
    constructor takes a quarter of the time of an import."""
    plain, made, relations = defaults(model)
    row = model.__new__(model)
    state = row.__dict__
    state.update(plain)
    state["_state"] = ModelState()
    for name, make in made:
        state[name] = make()
    for name, value in values.items():
        if name in state:
            state[name] = value
        else:  # a related row; `add` looks up its id where it has none yet
            row._state.fields_cache[name] = value
            state[relations[name]] = value.id if value is not None else None
    return row


@cache
def defaults(model: type[models.Model]) -> tuple[dict[str, object], list[tuple[str, Callable[[], Any]]], dict[str, str]]:
    """(attributes with fixed defaults, attributes with callable defaults, relations with their attribute)."""
    plain: dict[str, object] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            plain[field.attname] = None
            made.append((field.attname, moment if field.default is timezone.now else field.default))
        else:
            plain[field.attname] = field.get_default()
    return plain, made, {field.name: field.attname for field in model._meta.concrete_fields if field.is_relation}


def moment() -> datetime:
    """`timezone.now` without reading the settings each time."""
    return datetime.now(UTC)


@contextmanager
def uncollected() -> Iterator[None]:
    """Switches garbage collection off: a batch makes tens of thousands of rows that all live until it ends, and scanning them again
    and again takes a quarter of its time. For one batch only; its garbage is collected afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def reserve(model: type[models.Model], count: int) -> list[int]:
    """`count` ids for new rows of `model`. Call in the transaction that writes them. Costs 1 query."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = "SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0"  # apart, or it is looked up for each number
            cursor.execute(f"SELECT nextval(name) FROM ({named}) AS sequence, generate_series(1, %s)", [f'"{table}"', count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])  # the IMMEDIATE transaction keeps other writers out
        found = cursor.fetchone()
        first = found[0] + 1 if found else 1
        return list(range(first, first + count))


def add(rows: Sequence[models.Model]) -> None:
    """Save the new `rows`, all of one model; folded columns are filled, `save()` is not called.

    Costs nothing for none, 1 query and those of `write`.
    """
    if not rows:
        return
    model = type(rows[0])
    refold(rows)
    number, alias = model._meta.pk.attname, connection.alias
    for state, pk in zip(map(vars, rows), reserve(model, len(rows)), strict=True):
        state[number] = pk
    renumber(rows)
    names = [field.attname for field in model._meta.concrete_fields]
    values = itemgetter(*names)
    write(model, names, (values(state) for state in map(vars, rows)))
    for row in rows:
        row._state.adding, row._state.db = False, alias


def ready(rows: Sequence[Row]) -> list[list[Any]]:
    """The values of new `rows`, all of one model, as `add_ready` takes them: made in one process, they may be written by another."""
    if not rows:
        return []
    refold(rows)
    model = type(rows[0])
    names = [field.attname for field in model._meta.concrete_fields]
    values = itemgetter(*names)
    return list(database_values(model, names, (values(state) for state in map(vars, rows))))


def add_ready(model: type[models.Model], rows: Sequence[list[Any]]) -> None:
    """Save new rows of `model` from values that are `ready`; each gets its number. Costs as much as `add`."""
    if not rows:
        return
    names = [field.attname for field in model._meta.concrete_fields]
    place = names.index(model._meta.pk.attname)
    for row, pk in zip(rows, reserve(model, len(rows)), strict=True):
        row[place] = pk
    write(model, names, rows, are_ready=True)


def add_missing(rows: Sequence[models.Model], *, key: str) -> None:
    """Save those of the new `rows`, all of one model, whose unique `key` is not taken yet; each then has its id, or that of the
    existing row.

    There must be at least one, and no two may share a key.
    Costs 1 query for a thousand rows on PostgreSQL, 2 on SQLite, 1 for a single row.
    """
    model = type(rows[0])
    if connection.vendor == "postgresql" or len(rows) == 1:  # a statement that touches the row of the same key also returns its id
        model._default_manager.bulk_create(rows, batch_size=1000, update_conflicts=True, unique_fields=[key], update_fields=[key])
        return
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    execute_many(model, names, ([getattr(row, name) for name in names] for row in rows), suffix=f"ON CONFLICT ({key}) DO NOTHING")
    found = model._default_manager.filter(**{f"{key}__among": [getattr(row, key) for row in rows]})
    ids = dict(found.values_list(key, "pk"))
    for row in rows:
        row.pk, row._state.adding, row._state.db = ids[getattr(row, key)], False, connection.alias


def add_unless_there(row: models.Model) -> bool:
    """True where the new `row` is saved; False where a unique constraint refuses it, and then nothing has changed.

    Waits for a row that another transaction is just writing. Costs 1 query.
    """
    model = type(row)
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    placeholders = ", ".join(["%s"] * len(names))
    statement = (
        f'INSERT INTO "{model._meta.db_table}" ({columns(model, names)}) VALUES ({placeholders}) ON CONFLICT DO NOTHING RETURNING "id"'
    )
    (values,) = database_values(model, names, [[getattr(row, name) for name in names]])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found:
        row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return found is not None


def add_where_free(rows: Sequence[Row], *, key: str) -> list[Row]:
    """Save those of the new `rows`, all of one model, that no unique constraint refuses, and return them with their ids. Each has another
    `key`.

    Waits for rows that other transactions are just writing: give rows in one order, or two such calls wait for each other. Costs nothing
    for none, 1 query for each PARAMETERS values.
    """
    if not rows:
        return []
    model, saved = type(rows[0]), dict[object, int]()
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    returning = f'ON CONFLICT DO NOTHING RETURNING {columns(model, [key])}, "id"'
    with connection.cursor() as cursor:
        most = PARAMETERS // len(names)
        for at in range(0, len(rows), most):
            some = [[getattr(row, name) for name in names] for row in rows[at : at + most]]
            execute_many(model, names, some, suffix=returning, cursor=cursor)
            saved |= dict(cursor.fetchall())
    found = [row for row in rows if getattr(row, key) in saved]
    for row in found:
        row.pk, row._state.adding, row._state.db = saved[getattr(row, key)], False, connection.alias
    return found


def renumber(rows: Sequence[models.Model]) -> None:
    """Copy the ids of related rows that had none yet when the new `rows`, all of one model, were made."""
    relations = defaults(type(rows[0]))[2] if rows else {}
    for row in rows:
        for name, above in row._state.fields_cache.items():
            if above is not None and name in relations:
                row.__dict__[relations[name]] = above.id


def write(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[object]], *, cursor: Any = None, are_ready: bool = False
) -> None:
    """Write new rows of `model` from their values, `names` being the attributes; as they are where they `are_ready`.

    Costs 1 query on PostgreSQL, on SQLite 1 for each PARAMETERS values (a thousand rows of thirty columns).

    `cursor` is a cursor of the driver, for a thread that writes on a connection opened by another thread.
    """
    if connection.vendor != "postgresql":
        execute_many(model, names, rows, cursor=cursor, are_ready=are_ready)
        return
    statement = f'COPY "{model._meta.db_table}" ({columns(model, names)}) FROM STDIN'
    with opened(cursor) as using, connection.wrap_database_errors, using.copy(statement) as copy:
        for row in rows if are_ready else database_values(model, names, rows):
            copy.write_row(row)


def execute_many(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    suffix: str = "",
    cursor: Any = None,
    are_ready: bool = False,
) -> None:
    """As `write`, by INSERT; `suffix` ends the statement. Each statement holds as many rows as the limit on parameters allows: row
    by row, SQLite takes two and a half times as long."""
    placeholders = f"({', '.join(['%s'] * len(names))})"
    start = f'INSERT INTO "{model._meta.db_table}" ({columns(model, names)}) VALUES'
    values, most = list(rows if are_ready else database_values(model, names, rows)), PARAMETERS // len(names)
    with opened(cursor) as using:
        for at in range(0, len(values), most):
            some = values[at : at + most]
            using.execute(f"{start} {', '.join([placeholders] * len(some))} {suffix}", [*chain.from_iterable(some)])


def opened(cursor: Any) -> AbstractContextManager[Any]:
    """`cursor`, which the caller closes, or a new one."""
    return connection.cursor() if cursor is None else nullcontext(cursor)


def columns(model: type[models.Model], names: Sequence[str]) -> str:
    """The columns of the attributes `names`, as a list in SQL."""
    by_name = {field.attname: field.column for field in model._meta.concrete_fields}
    return ", ".join(f'"{by_name[name]}"' for name in names)


def database_values(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[list[Any]]:
    """Each of `rows` in database values."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    converts = [converter(by_name[name]) for name in names]
    special = [(index, remembering(convert)) for index, convert in enumerate(converts) if convert is not None]
    return (converted(row, special) for row in rows)


def update(rows: Sequence[models.Model], fields: Collection[str]) -> None:
    """Write the current values of `fields` of the saved `rows`, all of one model, with the folded columns. Costs 1 query.

    All rows get all `fields` written: call it only with rows that were read under a lock.
    """
    if not rows:
        return
    refold(rows)
    model = type(rows[0])
    wanted = set(with_folded(model, fields))
    columns = [column for column in model._meta.concrete_fields if column.name in wanted]
    converts = [converter(column) for column in columns]
    special = [(index, convert) for index, convert in enumerate(converts) if convert is not None]
    names = [column.attname for column in columns]
    values = (converted([*(state[name] for name in names), state["id"]], special) for state in map(vars, rows))
    assignments = ", ".join(f'"{column.column}" = %s' for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{model._meta.db_table}" SET {assignments} WHERE "id" = %s', list(values))


def refold(rows: Iterable[models.Model]) -> None:
    """Fill the folded columns of `rows`, where their model has any."""
    for row in rows:
        if isinstance(row, Folded):
            row.refold()


def converted(row: Sequence[object], special: Sequence[tuple[int, Convert]]) -> list[Any]:
    """`row` with the values at the places of `special` converted; None stays None."""
    values = list(row)
    for index, convert in special:
        if values[index] is not None:
            values[index] = convert(values[index])
    return values


def converter(field: "models.Field[object, object]") -> Convert | None:
    """The function that turns a value of `field` into a database value; None where both are the same."""
    if isinstance(field, models.JSONField):
        return as_json
    if isinstance(field, models.CharField) and field.choices:
        return str  # a choice is an enum member, which COPY would write by its name
    if connection.vendor == "sqlite" and isinstance(field, models.DateTimeField):
        return moment_text
    if connection.vendor == "sqlite" and isinstance(field, models.DateField):
        return str
    return None


def as_json(value: Any) -> str:
    """`value` as JSON; most lists of an import, like that of a row's problems, are empty."""
    return "[]" if value == [] else encoded(value)


def moment_text(value: Any) -> Any:
    """What Django's `adapt_datetimefield_value` makes of a moment for SQLite, at a third of its cost where it is one in UTC."""
    if type(value) is datetime and value.tzinfo is UTC and connection.timezone is UTC:
        return str(value)[: -len("+00:00")]
    return connection.ops.adapt_datetimefield_value(value)


def remembering(convert: Convert) -> Convert:
    """`convert`, called once for a value that is the same in row after row, like the time and the facts of a batch's history.

    Not for sharing between threads: they would write each other's values.
    """
    last: Any = None
    made: Any = None

    def converted_once(value: object) -> Any:
        nonlocal last, made
        if value is not last:
            last, made = value, convert(value)
        return made

    return converted_once

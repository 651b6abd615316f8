"""Locks on rows and on names, and the refusal when a lock can't be taken in time."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connections, models, router, transaction
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused

Row = TypeVar("Row", bound=models.Model)


def lock(row: Row, *, keep: Sequence[str] = ()) -> Row:
    """Lock `row` until the end of the transaction and read it again. Lock parents before children, many rows in pk order.

    FOR NO KEY UPDATE on PostgreSQL; on SQLite the IMMEDIATE transaction already holds the lock. Raises TransactionManagementError
    outside a transaction. Unsaved changes to `row` are lost; the related rows in `keep` are not read again: use them for names to
    show, never for a decision. Costs 1 query.
    """
    using = router.db_for_write(type(row), instance=row)
    if not connections[using].in_atomic_block:
        raise transaction.TransactionManagementError("lock() needs a transaction")
    manager = type(row)._base_manager.using(using)
    kept = {name: getattr(row, name) for name in keep}
    row.refresh_from_db(from_queryset=manager.select_for_update(no_key=True) if can_lock(using) else manager.all())
    for name, related in kept.items():
        if related is not None and getattr(row, f"{name}_id") == related.pk:
            setattr(row, name, related)
    return row


def locked(rows: "models.QuerySet[Row]", *, against_naming: bool = False) -> "models.QuerySet[Row]":
    """`rows` in pk order, each read under the lock that `lock` takes: for a batch that is checked and then written.

    With `against_naming`, as before a deletion, no new row can refer to any of them until the transaction ends.
    Raises TransactionManagementError outside a transaction when it is read on PostgreSQL.
    """
    rows = rows.order_by("pk")
    return rows.select_for_update(no_key=not against_naming, of=("self",)) if can_lock() else rows


def lock_many(rows: Sequence[Row]) -> None:
    """Read `rows`, all of one model, again under the lock that `lock` takes, in pk order.

    Raises DoesNotExist where one of them is gone, TransactionManagementError outside a transaction. Unsaved changes are lost. Costs
    1 query.
    """
    if not rows:
        return
    if not connections["default"].in_atomic_block:
        raise transaction.TransactionManagementError("lock_many() needs a transaction")
    model = type(rows[0])
    names = [field.attname for field in model._meta.concrete_fields]
    asked = model._base_manager.filter(pk__among=[row.pk for row in rows]).order_by("pk")
    asked = asked.select_for_update(no_key=True) if can_lock() else asked
    found = {values[0]: values[1:] for values in asked.values_list("pk", *names)}
    for row in rows:
        if row.pk not in found:
            raise model.DoesNotExist(f"{model._meta.label} {row.pk} is gone")  # type: ignore[attr-defined]  # stubs: of concrete models
        renew(row, dict(zip(names, found[row.pk], strict=True)))


def renew(row: models.Model, values: dict[str, object]) -> None:
    """Set `values` on `row`, and drop cached related rows that it no longer refers to."""
    for field in row._meta.concrete_fields:
        if field.is_relation and getattr(row, field.attname) != values[field.attname]:
            row._state.fields_cache.pop(field.name, None)
    row.__dict__.update(values)


def can_lock(using: str = "default") -> bool:
    """True where rows can be locked one by one (PostgreSQL); SQLite locks the whole file for each writer."""
    return bool(connections[using].features.has_select_for_update)


def lock_name(what: str) -> None:
    """Lock the name `what` until this transaction ends; for a rule over several rows that have no common parent row to lock.

    Lasts to the end of the transaction. On SQLite the IMMEDIATE transaction is enough. Raises TransactionManagementError
    outside one. Costs 1 query on PostgreSQL.
    """
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lock_name() needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def wait_at_most(seconds: float) -> None:
    """From now on a statement of this transaction that waits longer for a lock fails, on PostgreSQL. Costs 1 query there."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])


@contextmanager
def commits_without_waiting() -> Iterator[None]:
    """Within the block, commits on PostgreSQL do not wait for the disk; on SQLite they never do (`synchronous=NORMAL`).

    A crash of the database server, not of our process, may lose the commits of its last half second. Use it only for writes that
    are repeated when they are missing. Costs 2 queries on PostgreSQL.
    """
    connection = connections["default"]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        if connection.is_usable():  # otherwise the next connection begins with the server's default
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")


# The errors for a lock that was held too long, and for a deadlock.
LOCKED = {"55P03", "40P01", "40001"}

SQLITE_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Busy(Refused):
    """Too many writers at once: the lock could not be taken in time. Nothing has changed; the same request can be sent again."""

    code = "busy"
    status = 503


def busy(error: OperationalError) -> Busy | None:
    """The refusal for a lock that could not be taken in time; None for any other database error."""
    cause = error.__cause__
    locked = getattr(cause, "sqlstate", None) in LOCKED or (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF in SQLITE_LOCKED
    message = _("The portal is very busy right now. Nothing was changed; please try again in a few seconds.")
    return Busy(message, facts={"retry_after": 3}) if locked else None

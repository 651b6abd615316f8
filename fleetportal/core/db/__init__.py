"""What the databases do differently has one home: folded text, locks, periods that must not overlap."""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import IntegrityError, OperationalError, connections, models, router, transaction
from django.db.models import Func, Q, Subquery, Value
from django.db.models.lookups import In, IsNull
from django.db.models.sql import Query
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused

Row = TypeVar("Row", bound=models.Model)

SHORT_I = "\u0438\u0306"  # й taken apart: a letter of its own, not an и with an accent
JOINING = re.compile("[\u0027\u2018\u2019\u02bc\u0060\u00b4\u200b-\u200d\ufeff]")
REMEMBERED = 100  # signs; longer texts do not come again
COMBINING = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """`text` as search, uniqueness, duplicate look-up and sorting see it: no case, no accents, ё as е, ß as ss, single blanks.

    SQLite finds neither «иванов» nor «überland» by `icontains`, so no human name is ever compared unfolded.
    """
    return folded(text) if len(text) <= REMEMBERED else folded.__wrapped__(text)


@lru_cache(maxsize=16_384)  # an import asks for the same name some forty times
def folded(text: str) -> str:
    text = JOINING.sub("", text.replace("\x00", ""))  # before NFKC, which makes a blank of ´
    if text.isascii():  # the same answer in a tenth of the time: imports fold plates, numbers and addresses by the hundred thousand
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFD", text).replace(SHORT_I, "\ue000")
    text = COMBINING.sub("", text).replace("\ue000", "й")
    text = unicodedata.normalize("NFKC", text).casefold()
    for letter, plain in (("ł", "l"), ("ø", "o"), ("æ", "ae"), ("œ", "oe"), ("đ", "d"), ("ı", "i")):
        text = text.replace(letter, plain)
    return " ".join(JOINING.sub("", text).split())


@models.Field.register_lookup
class Among(models.Lookup):
    """`name__among=values`: what `__in` finds, with all the values in one parameter. A batch of an import asks for 500 names at
    once, and a statement with a place for each costs more to write than to answer."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*params, self.rhs]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]


models.ForeignKey.register_lookup(Among)


def above(model: type[models.Model], relation: str) -> Any:
    """The default manager of the model above that points at `model` by `relation`: how a lower file asks about a higher noun."""
    related: Any = model._meta.get_field(relation).related_model
    return related._default_manager


@models.BigAutoField.register_lookup
class AmongFew(In):
    """`pk__among_few=queryset`: as `pk__in`, where the queryset has few rows beside the table.

    PostgreSQL takes them first and looks each up; as a join it would walk the table in the order of the page, past everybody else's.
    """

    lookup_name = "among_few"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if not isinstance(self.rhs, Query):
            return self.as_sql(compiler, connection)
        column, parameters = self.process_lhs(compiler, connection)
        few, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{few})", (*parameters, *more)


def is_one(rows: models.QuerySet[Any]) -> IsNull:
    """As `Exists(rows)`, asked of each row as it comes: for a page of a large table, where the first fifty are enough.

    Of an `Exists` PostgreSQL makes a hash or a join of everybody's rows before it answers the first.
    """
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)


def lock(row: Row, *, keep: Sequence[str] = ()) -> Row:
    """`row`, read again under a lock that lasts to the end of the transaction; parents before children, many in pk order.

    FOR NO KEY UPDATE on PostgreSQL; on SQLite the IMMEDIATE transaction has locked already. Raises
    TransactionManagementError outside a transaction. What was not saved of `row` is lost; the rows in `keep`, which it points
    at, stay as they were read: for names that are shown, never for what a decision hangs on. Costs 1 query.
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


def locked(rows: "models.QuerySet[Row]") -> "models.QuerySet[Row]":
    """`rows` in pk order, each read under the lock that `lock` takes: for a batch that is judged and then written.

    Raises TransactionManagementError outside a transaction when it is read on PostgreSQL.
    """
    rows = rows.order_by("pk")
    return rows.select_for_update(no_key=True, of=("self",)) if can_lock() else rows


def can_lock(using: str = "default") -> bool:
    """True where rows can be locked one by one (PostgreSQL); SQLite locks the whole file for a writer."""
    return bool(connections[using].features.has_select_for_update)


def alone(what: str) -> None:
    """Nobody else who asks for `what` goes on before this transaction ends; for a rule over rows that no single one stands above.

    Lasts to the end of the transaction. On SQLite the IMMEDIATE transaction has seen to it. Raises TransactionManagementError
    outside one. Costs 1 query on PostgreSQL.
    """
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("alone() needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


@contextmanager
def unhurried_commits() -> Iterator[None]:
    """Inside, a commit on PostgreSQL does not wait for the disk; SQLite's does not anyway (`synchronous=NORMAL`).

    A crash of the database server itself, not of ours, may take back what was committed in its last half second: for writes that
    are done again where they are missing, and for nothing else. Costs 2 queries on PostgreSQL.
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
        if connection.is_usable():  # else the next connection begins with what the server says
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")


class Overlap(Refused):
    code = "overlap"


class NoOverlap(ExclusionConstraint):
    """No two rows that agree on `same` share a day of their periods (first and last day included; no last day: still running).

    EXCLUDE on PostgreSQL (needs btree_gist); nothing in SQLite's schema, where `validate()` is a range query asked inside
    the verb's IMMEDIATE transaction. Save through `save_apart`, which does both.
    """

    def __init__(
        self, *, name: str, same: Sequence[str], start: str = "starts_on", end: str = "ends_on", condition: Q | None = None
    ) -> None:
        self.same, self.start, self.end = tuple(same), start, end
        days = Func(start, end, Value("[]"), function="daterange", output_field=DateRangeField())
        expressions: list[tuple[Any, str]] = [*((field, RangeOperators.EQUAL) for field in same), (days, RangeOperators.OVERLAPS)]
        super().__init__(name=name, expressions=expressions, condition=condition)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"name": self.name, "same": self.same, "start": self.start, "end": self.end}
        if self.condition:
            kwargs["condition"] = self.condition
        return "fleetportal.core.db.NoOverlap", (), kwargs

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if self.clashes(model, instance, using).exists():
            raise ValidationError(_("This period overlaps another one."), code="overlap")

    def clashes(self, model: Any, instance: Any, using: str = "default") -> models.QuerySet[Any]:
        """The rows whose period shares a day with `instance`'s; none for an instance that `condition` leaves out. 1 query more with one."""
        rows: models.QuerySet[Any] = model._base_manager.using(using).exclude(pk=instance.pk)
        values = {field.name: Value(getattr(instance, field.attname), field) for field in model._meta.concrete_fields}
        if self.condition and not self.condition.check(values, using):
            return rows.none()
        rows = rows.filter(**{field: getattr(instance, model._meta.get_field(field).attname) for field in self.same})
        if self.condition:
            rows = rows.filter(self.condition)
        start: date = getattr(instance, self.start)
        end: date | None = getattr(instance, self.end)
        rows = rows.filter(Q(**{f"{self.end}__gte": start}) | Q(**{f"{self.end}__isnull": True}))
        return rows.filter(**{f"{self.start}__lte": end}) if end else rows


def save_apart(row: models.Model, *, refusal: Refused) -> None:
    """Save `row` unless its period overlaps another's, by its model's NoOverlap constraints; else raise `refusal`.

    Call inside the verb's transaction, after `lock` of the row they have in common: two that first meet at EXCLUDE may
    end in a deadlock. Costs 1 query for each such constraint (2 where it has a condition) and the save.
    """
    for constraint in row._meta.constraints:
        if isinstance(constraint, NoOverlap) and constraint.clashes(type(row), row).exists():
            raise refusal
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # PostgreSQL's EXCLUDE, when somebody else was faster by a moment
        if violated(error) in {c.name for c in row._meta.constraints if isinstance(c, NoOverlap)}:
            raise refusal from error
        raise


def violated(error: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL names as violated; "" on SQLite."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


# What the databases say when somebody else held a lock too long, or two waited for each other.
LOCKED = {"55P03", "40P01", "40001"}
SQLITE_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Busy(Refused):
    """Too many write at once: the wait for a lock was given up. Nothing has changed; the same request may be sent again."""

    code = "busy"
    status = 503


def busy(error: OperationalError) -> Busy | None:
    """The refusal for a lock that was not got in time; None for any other error of the database."""
    cause = error.__cause__
    locked = getattr(cause, "sqlstate", None) in LOCKED or (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF in SQLITE_LOCKED
    words = _("Many people are writing at this moment. Nothing was changed; try again in a few seconds.")
    return Busy(words, facts={"retry_after": 3}) if locked else None

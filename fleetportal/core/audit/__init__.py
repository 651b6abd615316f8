"""History, kept in two tables: `Entry` is an action, `Change` a field that it changed.

An entry holds ids and no personal data; it is written in the verb's transaction and never changed or deleted. A change is personal
data: it is erased with the person and kept as long as the retention table says.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import repeat
from typing import Any, Generic, NoReturn, TypeVar

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleetportal.core.db import bulk, lock, lock_many
from fleetportal.core.db.together import IdOf, write
from fleetportal.core.errors import Refused
from fleetportal.core.requests import request_id

Row = TypeVar("Row", bound=models.Model)


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, obj: models.Model) -> "EntryQuerySet":
        return self.filter(object_type=label(obj), object_id=obj.pk)

    def update(self, **kwargs: object) -> NoReturn:
        raise TypeError("An audit entry is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("An audit entry is never deleted.")


class Entry(models.Model):
    """One action: who did what to which row, when, in which request."""

    action = models.CharField(max_length=60)  # nothing looks for it alone, and an index costs each of an import's rows
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)  # a plain id: the entry outlives the user; None: a scheduled job or a guest
    request_id = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField(default=timezone.now)
    facts = models.JSONField(default=dict)  # ids, counts and codes only

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="entry_by_object")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("An audit entry is never deleted.")


class Change(models.Model):
    """One field of one row, before and after."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="changes")
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_type", "object_id"], name="change_by_object")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}.{self.field}"


Changes = Mapping[str, tuple[Any, Any]]


def record(
    action: str,
    obj: models.Model,
    *,
    by: object,
    changes: Changes | None = None,
    facts: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write the entry for an action on `obj`, with its changes; `by=None` for a scheduled job or a guest.

    `changes` maps a field to (before, after); equal pairs are left out. `at` is the time of the action, if not now.
    Costs 1 query, 2 with changes.
    """
    entry, *changed = entry_of(action, obj, by=by, changes=changes, facts=facts, at=at)
    write(entry)
    if changed:
        for change in changed:
            change.entry_id = entry.pk
        Change.objects.bulk_create(changed)
    return entry


def entry_of(
    action: str,
    obj: models.Model,
    *,
    by: object,
    changes: Changes | None = None,
    facts: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> tuple["Entry", *tuple["Change", ...]]:
    """The rows that `record` writes, for a verb that writes them together with its own. A fact may be the `IdOf` a row before them."""
    _in_transaction()
    about: dict[str, object] = {"object_type": label(obj), "object_id": obj.pk or IdOf(obj)}
    when = {"actor_id": actor(by), "request_id": request_id(), "at": at or timezone.now()}
    entry = bulk.new(Entry, action=action, **about, **when, facts=dict(facts or {}))
    named = plain_changes(changes or {})
    return (entry, *(bulk.new(Change, entry=entry, **about, field=field, before=before, after=after) for field, (before, after) in named))


def record_many(
    action: str,
    rows: Iterable[tuple[models.Model, Changes]],
    *,
    by: object,
    facts: Mapping[str, object] | None = None,
    own: Iterable[Mapping[str, object]] | None = None,
    at: Iterable[datetime] | None = None,
) -> list[int]:
    """Write an entry for each (row, its changes); their ids. Costs 2 queries, 3 with changes, whatever the number of rows.

    `facts` are added to every entry; `own` has additional facts for each row and `at` the time of each action, if not now, in the
    same order.
    """
    _in_transaction()
    rows = list(rows)
    if not rows:
        return []
    same, facts = (action, actor(by), request_id()), dict(facts or {})
    entries = bulk.reserve(Entry, len(rows))
    objects = [(label(row), row.pk) for row, _changes in rows]
    noted = repeat(facts, len(rows)) if own is None else ({**one, **facts} for one in own)
    moments = repeat(timezone.now(), len(rows)) if at is None else at
    bulk.write(
        Entry,
        ("id", "object_type", "object_id", "action", "actor_id", "request_id", "at", "facts"),
        ((entry, *about, *same, moment, note) for entry, about, moment, note in zip(entries, objects, moments, noted, strict=True)),
    )
    changes = [
        (entry, *about, field, *pair)
        for entry, about, (_row, changed) in zip(entries, objects, rows, strict=True)
        if changed
        for field, pair in plain_changes(changed)
    ]
    if changes:
        bulk.write(Change, ("entry_id", *CHANGE), changes)
    return entries


CHANGE = ("object_type", "object_id", "field", "before", "after")


def plain_changes(changes: Changes) -> Iterator[tuple[str, tuple[object, object]]]:
    """(field, before and after in JSON) of each difference."""
    return ((field, (json_value(before), json_value(after))) for field, (before, after) in changes.items() if before != after)


def actor(by: Any) -> int | None:
    return by.pk if by is not None else None


def label(obj: models.Model | type[models.Model]) -> str:
    """The name of a row's table in the history, like "gifts.voucher"."""
    return obj._meta.label_lower


def column(row: models.Model, field: str) -> str:
    """The attribute with the stored value of `field`: the id for a foreign key."""
    return str(getattr(row._meta.get_field(field), "attname"))  # noqa: B009  a reverse relation has none, and no verb edits one


def json_value(value: object) -> object:
    """`value` in a form that JSON can store."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    return value


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry belongs into the transaction of what it records.")


@dataclass(frozen=True)
class Theirs:
    """The value that somebody else saved in a field, and who and when according to the history (None if unknown)."""

    value: object
    actor_id: int | None = None
    at: datetime | None = None


class EditedMeanwhile(Refused):
    """Somebody else has changed the same fields since they were shown; `theirs` has their values, `merged` their other changes."""

    code = "edited_meanwhile"

    def __init__(self, theirs: Mapping[str, Theirs], merged: Mapping[str, object]) -> None:
        super().__init__(_("Someone else has changed this in the meantime. Reload the page to see their changes."))
        self.theirs, self.merged = dict(theirs), dict(merged)


def edit(
    row: models.Model,
    values: Mapping[str, object],
    *,
    action: str,
    by: object,
    shown: Mapping[str, object] | None = None,
    together: Collection[str] = (),
) -> dict[str, tuple[object, object]]:
    """Save those of `values` that the user changed, with an entry; the changes as (before, after).

    A field counts as changed where its value differs from `shown`, the values that the form showed (without `shown`, from `row`);
    changing one of the fields `together` counts as changing all of them. The row is locked and read again, so "before" is what the
    database held, and changes that somebody else made to other fields are kept. Raises EditedMeanwhile where both changed the same
    field. Costs nothing when nothing changed, otherwise 4 queries.
    """
    _in_transaction()
    names = {field: column(row, field) for field in values}
    seen = {field: json_value(getattr(row, name)) for field, name in names.items()} if shown is None else shown
    meant = {field: value for field, value in values.items() if field not in seen or seen[field] != json_value(value)}
    if not meant:
        return {}
    if not meant.keys().isdisjoint(together):
        meant |= {field: values[field] for field in together if field in values}
    lock(row)
    if shown is not None:
        now = {field: getattr(row, name) for field, name in names.items()}
        refuse_clashes(row, {field: json_value(value) for field, value in meant.items()}, shown=shown, now=now)
    changed = put(row, meant)
    if changed:
        row.save(update_fields=list(changed))
        record(action, row, by=by, changes=changed)
    return changed


@dataclass(frozen=True)
class Edited(Generic[Row]):
    """A row that `edit_many` changed: its changes as (before, after) and the id of its entry."""

    row: Row
    changes: Changes
    entry: int


def edit_many(
    edits: Iterable[tuple[Row, Mapping[str, object]]], *, action: str, by: object, facts: Mapping[str, object] | None = None
) -> list[Edited[Row]]:
    """Like `edit`, for many rows of one model: (row, values) for each, no row twice. Returns those that changed.

    Costs nothing where nothing changed, otherwise 5 queries whatever the number of rows.
    """
    _in_transaction()
    meant = [(row, values) for row, asked in edits if (values := differing(row, asked))]
    lock_many([row for row, _values in meant])
    changed = [(row, changes) for row, values in meant if (changes := put(row, values))]
    bulk.update([row for row, _changes in changed], {field for _row, changes in changed for field in changes})
    entries = record_many(action, changed, by=by, facts=facts)
    return [Edited(row, changes, entry) for (row, changes), entry in zip(changed, entries, strict=True)]


def differing(row: models.Model, values: Mapping[str, object]) -> dict[str, object]:
    """Those of `values` that differ from `row`."""
    return {field: value for field, value in values.items() if json_value(getattr(row, column(row, field))) != json_value(value)}


def put(row: models.Model, values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Set `values` on `row`; the changes as (before, after)."""
    changed = {}
    for field, value in values.items():
        name = column(row, field)
        before = getattr(row, name)
        setattr(row, field, value)
        if getattr(row, name) != before:
            changed[field] = (before, getattr(row, name))
    return changed


def refuse_clashes(row: models.Model, meant: Mapping[str, object], *, shown: Mapping[str, object], now: Mapping[str, object]) -> None:
    """Raises EditedMeanwhile where a changed field holds `now` neither the value shown nor the new one. Costs 1 query in that case."""
    new = {field: value for field, value in now.items() if field in shown and json_value(value) != shown[field]}
    clashing = {field: value for field, value in new.items() if field in meant and json_value(value) != meant[field]}
    if not clashing:
        return
    written = Change.objects.filter(object_type=label(row), object_id=row.pk, field__in=clashing).select_related("entry").order_by("pk")
    newest = {change.field: change.entry for change in written}
    theirs = {
        field: Theirs(value, newest[field].actor_id, newest[field].at) if field in newest else Theirs(value)
        for field, value in clashing.items()
    }
    raise EditedMeanwhile(theirs, {field: value for field, value in new.items() if field not in meant})

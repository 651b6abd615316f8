"""Writes the few rows of one verb together: one statement on PostgreSQL, one after another on SQLite, without Django building the SQL
anew each time: at the wash and at the door that took half of the time.

For many rows of one model use `bulk`; where no hot path needs it, `create` is shorter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from django.db import connection, models

from fleetportal.core.db.bulk import columns, converter, refold
from fleetportal.core.db.prepared import PreparedUpdate


@dataclass(frozen=True)
class IdOf:
    """The id of `row`, which is written before in the same call of `write`; a value for a field, or one in a JSON field."""

    row: models.Model


@dataclass(frozen=True)
class UnlessThere:
    """`row`, unless a unique constraint refuses it."""

    row: models.Model


@dataclass(frozen=True)
class Updated:
    """A prepared update with the values of its placeholders."""

    update: PreparedUpdate
    values: dict[str, object] = field(default_factory=dict)


Step = models.Model | UnlessThere | Updated


def write(*steps: Step) -> bool:
    """True when the new rows and the updates are written; each new row then has its id.

    The first step decides: where it is an update that finds no row, or a row that is there already, False, and nothing has changed.
    Call it inside a transaction; no two steps may concern the same row, and an update finds at most one. Raises ValueError for the
    `IdOf` a row that is not written before. Costs 1 query on PostgreSQL, on SQLite 1 for each step.
    """
    if connection.vendor == "postgresql" and len(steps) > 1:
        return at_once(steps)
    written = one_by_one(steps[0])
    for step in steps[1:] if written else ():
        one_by_one(step)
    return written


def one_by_one(step: Step) -> bool:
    if isinstance(step, Updated):
        return step.update(**step.values) > 0
    row = row_of(step)
    text, values = inserted(row, {}, is_optional=isinstance(step, UnlessThere))
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found = cursor.fetchone()
    if found:
        saved(row, found[0])
    return found is not None


def at_once(steps: Sequence[Step]) -> bool:
    """A statement of one part for each step; all but the first depend on what the first one returns."""
    parts, values, names = list[str](), list[Any](), dict[int, str]()
    for number, step in enumerate(steps):
        if isinstance(step, Updated):
            text, given = step.update.filled(step.values)
            text += " AND EXISTS (SELECT 1 FROM w0)" if number else ""
            text += f' RETURNING "{step.update.table}"."id"'
        else:
            row = row_of(step)
            text, given = inserted(row, names, is_optional=isinstance(step, UnlessThere), after_another=number > 0)
            names[id(row)] = f"w{number}"
        parts.append(f"w{number} AS ({text})")
        values += given
    numbers = ", ".join(f"(SELECT id FROM w{number})" for number, step in enumerate(steps) if not number or not isinstance(step, Updated))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT {numbers}", values)
        found = cursor.fetchone()
    if found[0] is None:
        return False
    new = [row_of(step) for step in steps if not isinstance(step, Updated)]
    for row, pk in zip(new, found[-len(new) :] if new else (), strict=True):
        saved(row, pk)
    return True


def row_of(step: models.Model | UnlessThere) -> models.Model:
    return step.row if isinstance(step, UnlessThere) else step


def saved(row: models.Model, pk: int) -> None:
    """Put the ids into `row` that are known by now: its own, and those of the rows before it."""
    row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    state, related = row.__dict__, row._state.fields_cache
    for name, above, _convert in insert_of(type(row), connection.vendor).fields:
        value = state[name]
        if isinstance(value, IdOf):
            state[name] = value.row.pk
        elif value is None and above in related and related[above] is not None:
            state[name] = related[above].pk
        elif isinstance(value, dict):
            state[name] = {key: one.row.pk if isinstance(one, IdOf) else one for key, one in value.items()}


def inserted(row: models.Model, names: Mapping[int, str], *, is_optional: bool, after_another: bool = False) -> tuple[str, list[Any]]:
    """The INSERT of `row` and its values; `names` are the parts of the statement that write rows before it, none for rows saved."""
    refold([row])
    insert = insert_of(type(row), connection.vendor)
    state, related = row.__dict__, row._state.fields_cache
    marks, values = list(insert.marks), list[Any]()
    for place, (name, above, convert) in enumerate(insert.fields):
        value = state[name]
        if value is None and above in related and related[above] is not None:
            value = IdOf(related[above])
        if isinstance(value, IdOf):
            value, marks[place] = known(value, names, marks[place])
            if value is None:
                continue
        elif isinstance(value, dict) and any(isinstance(one, IdOf) for one in value.values()):
            value, marks[place] = facts(value, names)
        values.append(value if convert is None or value is None else convert(value))
    end = f'{" ON CONFLICT DO NOTHING" if is_optional else ""} RETURNING "id"'
    if after_another:
        return f"{insert.start} SELECT {', '.join(marks)} FROM w0{end}", values
    return f"{insert.start} VALUES ({', '.join(marks)}){end}", values


def known(value: IdOf, names: Mapping[int, str], mark: str) -> tuple[int | None, str]:
    """The id as a value where it is known, otherwise None and the expression that finds it."""
    part = names.get(id(value.row))
    if part is None and value.row.pk is None:
        raise ValueError(f"{value.row!r} has to be written before the row that names it.")
    return (None, f"(SELECT id FROM {part})") if part else (value.row.pk, mark)


def facts(value: Mapping[str, object], names: Mapping[int, str]) -> tuple[dict[str, object], str]:
    """What is known of a JSON object, and the expression that adds the ids which are not."""
    plain = {name: one for name, one in value.items() if not isinstance(one, IdOf)}
    late = {}
    for name, one in value.items():
        if isinstance(one, IdOf):
            if part := names.get(id(one.row)):
                late[name] = part
            else:
                plain[name] = one.row.pk
    added = ", ".join(f"'{name}', (SELECT id FROM {part})" for name, part in late.items())
    return plain, f"%s::jsonb || jsonb_build_object({added})" if late else "%s"


class Insert(NamedTuple):
    """The INSERT of a model: its start, a mark for each value, and for each field its attribute, relation and converter."""

    start: str
    marks: list[str]
    fields: list[tuple[str, str, Any]]


@cache
def insert_of(model: type[models.Model], vendor: str) -> Insert:
    concrete = [one for one in model._meta.concrete_fields if not one.primary_key]
    start = f'INSERT INTO "{model._meta.db_table}" ({columns(model, [one.attname for one in concrete])})'
    return Insert(start, ["%s"] * len(concrete), [(one.attname, one.name if one.is_relation else "", converter(one)) for one in concrete])

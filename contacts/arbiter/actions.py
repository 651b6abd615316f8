"""Holds people for an occasion, and releases them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.arbiter.models import SAME_OCCASION_DAYS, Hold, HoldQuerySet, Release, standing_against
from contacts.people.models.person import Person
from contacts.people.person_data import moving
from fleetportal.core import audit
from fleetportal.core.db import bulk, locked
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

AT_ONCE = 1000


class HeldElsewhere(Refused):
    """Another centre holds the person for an occasion of the same kind."""

    code = "held_elsewhere"


@dataclass(frozen=True)
class HeldFor:
    """What people are approached for: an event, a contact round. `at` is its beginning, `about` its row."""

    kind: str
    centre: int
    about: models.Model
    at: datetime


@dataclass(frozen=True)
class Holding:
    """What became of an attempt: the ids of those held for the occasion now, and of the others who holds them."""

    held: set[int]
    others: dict[int, Hold]


def hold_many(occasion: HeldFor, people: Mapping[int, int], *, by: "User | None") -> Holding:
    """Hold `people` (ids, each with the id of the company that it is for) for `occasion`.

    The first holder keeps a person; only an earlier occasion of the same centre gives them up for this one. Repeating it changes nothing.
    Costs as many queries for a thousand people as for one: 1 where nobody is new, else 4, 3 more where holds are released first, 1 more
    where another centre was faster by a moment. Call it with the occasion locked.
    """
    with transaction.atomic(savepoint=False):
        now = timezone.now()
        found = holds_of([*people], occasion, now=now)
        others = {hold.person_id: hold for hold in reversed(found) if hold.is_against}  # the first of several
        ended = [hold for hold in found if hold.is_open and hold.until <= now]
        mine = {hold.person_id: hold for hold in found if hold.is_open and hold.centre_id == occasion.centre and hold.until > now}
        held = {person for person, hold in mine.items() if hold.is_about(occasion.about)}
        free = {person: people[person] for person in sorted(people) if person not in held and person not in others}
        release_rows(ended, because=Release.OVER, by=None, now=now)
        release_rows([mine[person] for person in free if person in mine], because=Release.TAKEN_OVER, by=by, now=now)
        new = take(occasion, free, by=by, now=now)
        lost = [person for person in free if person not in new]
        faster = Hold.objects.of(lost).open().filter(kind=occasion.kind).select_related("centre") if lost else ()
        return Holding(held | new, others | {hold.person_id: hold for hold in faster})


def holds_of(people: Sequence[int], occasion: HeldFor, *, now: datetime) -> list[Any]:
    """The holds of `people` that are open for this kind, or stand against `occasion` (`is_against`), the first ones first. 1 query."""
    against = standing_against(occasion.kind, occasion.centre, occasion.at, now=now)
    rows = Hold.objects.of(people).filter(Q(kind=occasion.kind, released_at=None) | against).select_related("centre")
    return list(rows.annotate(is_against=ExpressionWrapper(against, BooleanField())).order_by("held_at", "pk"))


def take(occasion: HeldFor, people: Mapping[int, int], *, by: "User | None", now: datetime) -> set[int]:
    """The ids of those of `people` whom the constraint lets `occasion` hold. Costs 3 queries, none for nobody."""
    about = {"about_type": audit.label(occasion.about), "about_id": occasion.about.pk}
    same = {"kind": occasion.kind, "centre_id": occasion.centre, "until": occasion.at, "held_at": now, **about}
    rows = [Hold(person_id=person, company_id=company, **same) for person, company in people.items()]
    made = bulk.add_where_free(rows, key="person_id")
    audit.record_many("hold.taken_up", [(row, {}) for row in made], by=by, facts={"centre": occasion.centre})
    return {row.person_id for row in made}


def release_many(holds: HoldQuerySet, *, because: Release, by: "User | None") -> int:
    """Release those of `holds` that are open; how many. Costs 1 query where there are none, 3 for one, else 4."""
    with transaction.atomic(savepoint=False):
        rows = list(locked(holds.open()))
        release_rows(rows, because=because, by=by, now=timezone.now())
        return len(rows)


def release_rows(rows: Sequence[Hold], *, because: Release, by: "User | None", now: datetime) -> None:
    """Release these open holds, in the transaction of the verb. Costs 3 queries, 2 for one, none for nobody."""
    if not rows:
        return
    Hold.objects.open().filter(pk__among=[row.pk for row in rows]).update(released_at=now, released_because=because)
    note_released(rows, because, by=by)


def note_released(rows: Sequence[Hold], because: Release, *, by: "User | None") -> None:
    """Costs 2 queries, 1 for one."""
    facts = {"because": str(because)}
    if len(rows) == 1:  # a guest who answers waits for it
        audit.record("hold.ended", rows[0], by=by, facts=facts)
    else:
        audit.record_many("hold.ended", [(row, {}) for row in rows], by=by, facts=facts)


def call_off_holds(about: models.Model, *, by: "User | None") -> None:
    """Nobody is or was held for an occasion that does not take place. Costs 1 query where nobody was, else 4."""
    with transaction.atomic(savepoint=False):
        rows = list(locked(Hold.objects.about(about).lasting()))
        ended = {"released_at": Coalesce("released_at", timezone.now()), "released_because": Release.CALLED_OFF}
        if rows:
            Hold.objects.filter(pk__among=[row.pk for row in rows]).update(**ended)
            note_released(rows, Release.CALLED_OFF, by=by)


def release_over(*, now: datetime) -> int:
    """Release whoever is held for what has begun; how many. Costs 5 queries for a thousand."""
    released = 0
    while ids := list(Hold.objects.over(now=now).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        released += release_many(Hold.objects.filter(pk__among=ids), because=Release.OVER, by=None)
    return released


def move_holds(duplicate: Person, kept: Person) -> list[tuple[models.Model, audit.Changes]]:
    """Moves the holds of a person who turned out to be `kept`: of two occasions that stand against each other the first one keeps them."""
    now = timezone.now()
    standing: list[Hold] = []
    for hold in locked(Hold.objects.of([duplicate.pk, kept.pk]).lasting()).order_by("held_at", "pk"):
        open_before = [one for one in standing if one.is_open and one.kind == hold.kind]
        if hold.is_open and any(stands_against(one, hold) for one in standing):
            release_rows([hold], because=Release.GIVEN_UP, by=None, now=now)
            continue
        if hold.is_open:
            release_rows(open_before, because=Release.TAKEN_OVER, by=None, now=now)
            standing = [one for one in standing if one not in open_before]
        standing.append(hold)
    return moving(Hold, "person")(duplicate, kept)


def stands_against(one: Hold, other: Hold) -> bool:
    """True where, of two holds of one human, `one` keeps another centre's `other` out."""
    days = SAME_OCCASION_DAYS.on(timezone.localtime(other.until).date())
    is_near = abs(one.until - other.until) < timedelta(days=days)
    return one.kind == other.kind and one.centre_id != other.centre_id and (one.is_open or is_near)


def follow(occasion: HeldFor, *, by: "User | None") -> None:
    """Let the holds of an occasion follow its moved day, its centre and its kind; whoever is held for its new kind already is given up.

    Call it in the transaction of the change. Costs 2 queries, 3 more where somebody is given up.
    """
    own = Hold.objects.about(occasion.about)
    same_kind = Hold.objects.open().filter(person=OuterRef("person"), kind=occasion.kind)
    release_many(own.exclude(kind=occasion.kind).filter(Exists(same_kind)), because=Release.GIVEN_UP, by=by)
    own.update(until=occasion.at, centre=occasion.centre, kind=occasion.kind)

"""Personal data: how each table forgets a person, and how its rows move when two people are merged.

Every table that names a person (by a foreign key to Person, to one of the roles or to PersonAddress, or by a bare id) must be on
both lists under its label, "events.registration". A test checks all models for this. An app adds its own tables in its `apps.py`:

    person_data.to_forget.register("events.registration", forget_registrations)   # (person) -> None
    person_data.to_move.register("events.registration", person_data.moving(Registration, "person"))

Both run inside the verb's transaction, an app's entries before those of `contacts`. The row of the Person itself is kept, but
emptied: seats, money and stock that refer to it still add up, and nothing in it identifies the person. There is no verb to merge
two people yet; `to_move` is ready for it, and tested.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import TouchedCompany
from contacts.people.models.holders import Holder, VehicleDriver
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import Person
from contacts.people.models.roles import GROUPS
from fleetportal.core import audit
from fleetportal.core.db import lock, search
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.models import User

Words = str | Promise
Moved = list[tuple[models.Model, audit.Changes]]  # rows that now refer to another person, each with its changes
Forget = Callable[[Person], None]
Move = Callable[[Person, Person], Moved]

# Each app registers what it stores about a person, and how that is emptied (`git grep "to_forget.register"`).
to_forget: Registry[Forget] = Registry("things to forget about a person")
to_move: Registry[Move] = Registry("things to move in a merge")

# What is stored about a person, as label and count: shown before it is forgotten. Each costs 1 query.
to_count: Registry[tuple[Words, Callable[[Person], int]]] = Registry("what is kept about a person")

EMPTY = {"first_name": "", "last_name": "", "title": "", "born_on": None, "family": "", "best_time": "", "external_id": "", "centre": None}


def kept_about(person: Person) -> list[tuple[Words, int]]:
    """(label, number of rows) of everything stored about `person`, without zeros."""
    counted = [(label, count(person)) for label, count in to_count]
    return [(label, number) for label, number in counted if number]


def rows_of(model: type[models.Model], path: str = "person") -> Callable[[Person], int]:
    """Counts the rows of `model` whose `path` is the person."""
    return lambda person: model._default_manager.filter(**{path: person}).count()


def forget(person: Person, *, by: "User | None") -> None:
    """Erase everything that identifies `person`; companies' figures are kept. Cannot be undone. Costs 1 to 3 queries for each table."""
    with transaction.atomic():
        lock(person)
        roles = [role for model in GROUPS.values() for role in model._default_manager.filter(person=person)]
        for forget_rows in to_forget:
            forget_rows(person)
        audit.record("person.forgotten", person, by=by)
        TouchedCompany.add_all(role.company_id for role in roles)


# --- how a table forgets ------------------------------------------------------------------------------------------------------


def deleting(model: type[models.Model], path: str) -> Forget:
    """Forgets by deleting the rows whose `path` is the person, and their history."""

    def forget_rows(person: Person) -> None:
        rows = model._default_manager.filter(**{path: person})
        forget_changes(model, rows.values("pk"))
        rows.delete()

    return forget_rows


def emptying(model: type[models.Model], path: str, **empty: object) -> Forget:
    """Forgets by writing `empty` over the rows whose `path` is the person, and dropping their history."""

    def forget_rows(person: Person) -> None:
        rows = model._default_manager.filter(**{path: person})
        forget_changes(model, rows.values("pk"))
        rows.update(**empty)

    return forget_rows


def forget_changes(model: type[models.Model], ids: Any) -> None:
    """Erase the history's values of these rows: the entries are kept, before and after are deleted."""
    audit.Change.objects.filter(object_type=audit.label(model), object_id__in=ids).delete()


def forget_pairs(person: Person) -> None:
    PersonPair.objects.filter(Q(one=person) | Q(other=person)).delete()


def forget_search_row(person: Person) -> None:
    search.forget(Person, [person.pk])


def keep_as_it_is(person: Person) -> None:
    """Forgets nothing: these are sums that tax law requires, without any personal data."""


def forget_self(person: Person) -> None:
    forget_changes(Person, [person.pk])
    for field, empty in EMPTY.items():
        setattr(person, field, empty)
    person.save()


# --- how a table goes along in a merge ----------------------------------------------------------------------------------------


def moving(model: type[models.Model], field: str) -> Move:
    """Moves rows by replacing the duplicate with the kept person; for tables that may have rows of both."""

    def move(duplicate: Person, kept: Person) -> Moved:
        rows = list(model._default_manager.filter(**{field: duplicate}))
        return [renamed(row, field, kept) for row in rows]

    return move


def renamed(row: models.Model, field: str, to: models.Model) -> tuple[models.Model, audit.Changes]:
    name = f"{field}_id"
    before = getattr(row, name)
    setattr(row, field, to)
    row.save(update_fields=[field])
    return row, {field: (before, to.pk)}


def move_roles(group: str) -> Move:
    """Moves roles; where both have a running one at the same company, the duplicate's is ended."""

    def move(duplicate: Person, kept: Person) -> Moved:
        moved: Moved = []
        for role in GROUPS[group]._default_manager.filter(person=duplicate):
            changes: dict[str, tuple[object, object]] = {}
            standing = GROUPS[group]._default_manager.filter(person=kept, company=role.company_id, ends_on=None).first()
            if standing and role.ends_on is None:
                moved += _hand_vehicles_over(role, standing)
                role.ends_on = max(timezone.localdate(), role.starts_on or timezone.localdate())
                role.save(update_fields=["ends_on"])
                changes["ends_on"] = (None, role.ends_on)
            row, named = renamed(role, "person", kept)
            moved.append((row, {**changes, **named}))
            TouchedCompany.add_all([role.company_id])
        return moved

    return move


def _hand_vehicles_over(role: Any, standing: Any) -> Moved:
    """Move the vehicles of the ended role to the kept role."""
    moved = [renamed(held, "user", standing) for held in Holder.objects.filter(user=role.pk)] if role.group == "user" else []
    if role.group == "driver":
        for drive in VehicleDriver.objects.filter(driver=role.pk):
            same = VehicleDriver.objects.filter(driver=standing, vehicle=drive.vehicle_id, ends_on=None)
            if drive.ends_on is not None or not same.exists():
                moved.append(renamed(drive, "driver", standing))
    return moved


def move_pairs(duplicate: Person, kept: Person) -> Moved:
    """Moves the duplicate's pairs to the kept person. Of two pairs with the same third person one is kept, marked as different if
    either was."""
    moved: Moved = []
    for pair in PersonPair.objects.filter(Q(one=duplicate) | Q(other=duplicate)):
        third = pair.other_id if pair.one_id == duplicate.pk else pair.one_id
        one, other = sorted((third, kept.pk))
        standing = PersonPair.objects.filter(one=one, other=other).first()
        if standing and pair.told_apart_at and not standing.told_apart_at:
            standing.told_apart_at = pair.told_apart_at
            standing.save(update_fields=["told_apart_at"])
            moved.append((standing, {"told_apart_at": (None, standing.told_apart_at)}))
        if third == kept.pk or standing:
            pair.delete()
            continue
        changes = {"one_id": (pair.one_id, one), "other_id": (pair.other_id, other)}
        pair.one_id, pair.other_id = one, other
        pair.save(update_fields=["one", "other"])
        moved.append((pair, changes))
    return moved


def move_search_row(duplicate: Person, kept: Person) -> Moved:
    search.forget(Person, [duplicate.pk])
    search.index([kept.search_row])
    return []


def move_nothing(duplicate: Person, kept: Person) -> Moved:
    """Moves nothing: these rows belong to rows that are moved."""
    return []

"""What the portal keeps about a person: how each table forgets them, and how it goes along when two people are found to be one.

Every table that names a person (by a foreign key to Person, to one of the roles or to PersonAddress, or by a bare id) stands
on both lists under its label, "events.registration". A test walks the models and fails on one that does not. An app adds its
own tables in its `apps.py`:

    people_data.to_forget.register("events.registration", forget_registrations)   # (person) -> None
    people_data.to_move.register("events.registration", people_data.moving(Registration, "person"))

Both run inside the verb's transaction, an app's entries before those of `contacts`. The row of the Person itself stays, empty:
seats, money and stock that hang on it still add up, and nothing of it says who it was.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from contacts.consent.models import Consent
from contacts.hospitality import Received, move_sums
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.task import Task
from contacts.people.models.holders import Holder, VehicleDriver
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import Person, PersonAddress
from contacts.people.models.roles import GROUPS
from contacts.reasons.models import Decision, Reason
from fleetportal.core import audit, links
from fleetportal.core.db import lock, search
from fleetportal.core.outbox.message import Message
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.models import User

Moved = list[tuple[models.Model, audit.Changes]]  # rows that now name somebody else, each with what changed
Forget = Callable[[Person], None]
Move = Callable[[Person, Person], Moved]

to_forget: Registry[Forget] = Registry("things to forget about a person")
to_move: Registry[Move] = Registry("things to move in a merge")

EMPTY = {"first_name": "", "last_name": "", "title": "", "born_on": None, "family": "", "best_time": "", "external_id": "", "centre": None}
CHANNELS_ARE_LINKED_BY = "preferences"


def forget(person: Person, *, by: "User | None") -> None:
    """Everything that says who `person` was is gone; companies' figures stay. Cannot be undone. Costs 1 to 3 queries for each table."""
    with transaction.atomic():
        lock(person)
        roles = [role for model in GROUPS.values() for role in model._default_manager.filter(person=person).select_related("company")]
        for forget_rows in to_forget:
            forget_rows(person)
        audit.record("person.forgotten", person, by=by)
        for company in {role.company for role in roles}:
            company.touch()


# --- how a table forgets ------------------------------------------------------------------------------------------------------


def deleting(model: type[models.Model], path: str) -> Forget:
    """Forgets by deleting the rows whose `path` is the person, and their history."""

    def forget_rows(person: Person) -> None:
        rows = model._default_manager.filter(**{path: person})
        forget_changes(model, rows.values("pk"))
        rows.delete()

    return forget_rows


def emptying(model: type[models.Model], path: str, **empty: Any) -> Forget:
    """Forgets by writing `empty` over the rows whose `path` is the person, and dropping their history."""

    def forget_rows(person: Person) -> None:
        rows = model._default_manager.filter(**{path: person})
        forget_changes(model, rows.values("pk"))
        rows.update(**empty)

    return forget_rows


def forget_changes(model: type[models.Model], ids: Any) -> None:
    """Drop what the history says about these rows: the act stays, before and after go."""
    audit.Change.objects.filter(object_type=audit.label(model), object_id__in=ids).delete()


def forget_messages(person: Person) -> None:
    """Waiting messages are held back; those sent keep state and key only."""
    messages = Message.objects.to(person)
    messages.hold_back("The recipient was forgotten.")
    messages.erase()


def forget_links(person: Person) -> None:
    addresses = person.addresses.values("pk")
    links.Link.objects.filter(scope=CHANNELS_ARE_LINKED_BY, subject_id__in=addresses).revoke(now=timezone.now())


def forget_pairs(person: Person) -> None:
    PersonPair.objects.filter(Q(one=person) | Q(other=person)).delete()


def forget_search_row(person: Person) -> None:
    search.forget(Person, [person.pk])


def keeps(person: Person) -> None:
    """Forgets nothing: sums of money that tax law asks for, and not a word about who it was."""


def forget_self(person: Person) -> None:
    forget_changes(Person, [person.pk])
    for field, empty in EMPTY.items():
        setattr(person, field, empty)
    person.save()


# --- how a table goes along in a merge ----------------------------------------------------------------------------------------


def moving(model: type[models.Model], field: str) -> Move:
    """Moves by naming the kept person instead of the duplicate; for tables in which both may stand side by side."""

    def move(duplicate: Person, kept: Person) -> Moved:
        rows = list(model._default_manager.filter(**{field: duplicate}))
        return [_renamed(row, field, kept) for row in rows]

    return move


def _renamed(row: models.Model, field: str, to: models.Model) -> tuple[models.Model, audit.Changes]:
    name = f"{field}_id"
    before = getattr(row, name)
    setattr(row, field, to)
    row.save(update_fields=[field])
    return row, {field: (before, to.pk)}


def move_roles(group: str) -> Move:
    """Moves roles; where both hold a running one at the same company, the duplicate's becomes the past."""

    def move(duplicate: Person, kept: Person) -> Moved:
        moved: Moved = []
        for role in GROUPS[group]._default_manager.filter(person=duplicate).select_related("company"):
            changes: dict[str, tuple[Any, Any]] = {}
            standing = GROUPS[group]._default_manager.filter(person=kept, company=role.company, ends_on=None).first()
            if standing and role.ends_on is None:
                moved += _hand_vehicles_over(role, standing)
                role.ends_on = max(timezone.localdate(), role.starts_on or timezone.localdate())
                role.save(update_fields=["ends_on"])
                changes["ends_on"] = (None, role.ends_on)
            row, renamed = _renamed(role, "person", kept)
            moved.append((row, {**changes, **renamed}))
            role.company.touch()
        return moved

    return move


def _hand_vehicles_over(role: Any, standing: Any) -> Moved:
    """The vehicles of a role that ends go to the one that stands."""
    moved = [_renamed(held, "user", standing) for held in Holder.objects.filter(user=role.pk)] if role.group == "user" else []
    if role.group == "driver":
        for drive in VehicleDriver.objects.filter(driver=role.pk):
            same = VehicleDriver.objects.filter(driver=standing, vehicle=drive.vehicle_id, ends_on=None)
            if drive.ends_on is not None or not same.exists():
                moved.append(_renamed(drive, "driver", standing))
    return moved


def move_addresses(duplicate: Person, kept: Person) -> Moved:
    """Moves addresses; one that the kept person has already gives its consents, and its preferences link, to that one."""
    moved: Moved = []
    for address in PersonAddress.objects.filter(person=duplicate):
        same = PersonAddress.objects.filter(person=kept, channel=address.channel, value_folded=address.value_folded).first()
        if same is None:
            moved.append(_renamed(address, "person", kept))
            continue
        moved += [_renamed(consent, "address", same) for consent in Consent.objects.filter(address=address)]
        links.Link.objects.filter(scope=CHANNELS_ARE_LINKED_BY, subject_id=address.pk).update(subject_id=same.pk)
        moved.append((address, {"person": (duplicate.pk, None)}))
        PersonAddress.objects.filter(pk=address.pk).delete()
    return moved


def move_decisions(duplicate: Person, kept: Person) -> Moved:
    """Moves what was decided; a reason that was the duplicate's own is known by the kept person's key from now on."""
    moved: Moved = []
    for decision in Decision.objects.filter(person=duplicate):
        before = decision.key
        decision.key = before.replace(f":{decision.company_id}:{duplicate.pk}:", f":{decision.company_id}:{kept.pk}:", 1)
        decision.person = kept
        decision.save(update_fields=["key", "person"])
        moved.append((decision, {"person": (duplicate.pk, kept.pk), "key": (before, decision.key)}))
    return moved


def drop_reasons(duplicate: Person, kept: Person) -> Moved:
    """Moves nothing: reasons are found anew, since the companies are touched."""
    Reason.objects.filter(person=duplicate).delete()
    return []


def move_messages(duplicate: Person, kept: Person) -> Moved:
    rows = list(Message.objects.to(duplicate))
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(recipient_id=kept.pk)
    return [(row, {"recipient_id": (duplicate.pk, kept.pk)}) for row in rows]


def move_pairs(duplicate: Person, kept: Person) -> Moved:
    """Whom the duplicate may be, the kept person may be; of two pairs with the same third one stays, told apart if either was."""
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


def stays(duplicate: Person, kept: Person) -> Moved:
    """Moves nothing: the rows hang on others that move."""
    return []


def register() -> None:
    """Put the tables of this app and of the ground on both lists; roles and addresses last, so that what hangs on them finds its way."""
    own: Iterable[tuple[str, Forget, Move, int]] = (
        ("contacts.interaction", emptying(Interaction, "person", text="", person=None), moving(Interaction, "person"), 200),
        ("contacts.received", keeps, moving(Received, "person"), 200),
        ("contacts.yearsum", keeps, move_sums, 200),
        ("contacts.reason", deleting(Reason, "person"), drop_reasons, 200),
        ("contacts.decision", emptying(Decision, "person", why="", person=None), move_decisions, 200),
        ("contacts.task", emptying(Task, "person", title="", result="", person=None), moving(Task, "person"), 200),
        ("core.message", forget_messages, move_messages, 210),
        ("core.link", forget_links, stays, 220),
        ("contacts.personpair", forget_pairs, move_pairs, 220),
        ("contacts.consent", deleting(Consent, "address__person"), stays, 230),
        ("contacts.holder", deleting(Holder, "user__person"), stays, 240),
        ("contacts.vehicledriver", deleting(VehicleDriver, "driver__person"), stays, 240),
        *((f"contacts.{model._meta.model_name}", deleting(model, "person"), move_roles(group), 250) for group, model in GROUPS.items()),
        ("contacts.personaddress", deleting(PersonAddress, "person"), move_addresses, 260),
        ("core.searchrow", forget_search_row, move_search_row, 270),
        ("contacts.person", forget_self, stays, 280),
    )
    for name, forget_rows, move, weight in own:
        to_forget.register(name, forget_rows, weight=weight)
        to_move.register(name, move, weight=weight)


def people_named_by(model: type[models.Model]) -> list[str]:
    """The fields of `model` that name a person: foreign keys to a person, to one of the roles or to an address."""
    people = {Person, PersonAddress, *GROUPS.values()}
    own = [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]
    return [field.name for field in own if field.related_model in people]

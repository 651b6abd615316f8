"""How the stops of contact rounds forget a person, move in a merge and end with a role."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contacts.arbiter.models import Release
from contacts.people.models.person import Person
from contacts.people.models.roles import Role, role_ends
from contacts.people.person_data import Moved, forget_changes, renamed, to_forget, to_move
from contacts.rounds.holding import let_go
from contacts.rounds.models import Stop
from fleetportal.core import audit

if TYPE_CHECKING:
    from accounts.models import User

GONE = {"state": Stop.State.LEFT_OUT, "why": "gone"}


def forget_stops(person: Person) -> None:
    """Keeps the round's figures; nothing in them says who it was, and nobody is called any more."""
    rows = Stop.objects.filter(person=person)
    forget_changes(Stop, rows.values("pk"))
    rows.open().update(**GONE)
    Stop.objects.filter(person=person).update(person=None, facts={}, rule="", reason_key="", answers={})


def move_stops(duplicate: Person, kept: Person) -> Moved:
    """Moves stops to the kept person, who is in each round once and waits in one of them at most."""
    moved: Moved = []
    own = set(Stop.objects.filter(person=kept).values_list("contact_round", flat=True))
    waits = Stop.objects.open().filter(person=kept).exists()
    for stop in Stop.objects.filter(person=duplicate).order_by("pk"):
        changes: dict[str, tuple[object, object]] = {}
        if stop.is_open and (waits or stop.contact_round_id in own):
            changes = dict(audit.put(stop, {"state": Stop.State.LEFT_OUT, "why": "twice"}))
            stop.save(update_fields=list(changes))
        if stop.contact_round_id in own:
            stop.person = None
            stop.save(update_fields=["person"])
            moved.append((stop, {**changes, "person": (duplicate.pk, None)}))
        else:
            row, named = renamed(stop, "person", kept)
            moved.append((row, {**changes, **named}))
    return moved


def end_stops(roles: "Sequence[Role]", by: "User | None") -> None:
    """Whoever leaves a company is not called there any more."""
    left = [role for role in roles if role.ends_on is not None]
    if not left:
        return
    asked = Stop.objects.open().filter(person__among=[role.person_id for role in left]).order_by("pk")
    ended = {(role.person_id, role.company_id, str(role.group)) for role in left}
    rows = [stop for stop in asked if (stop.person_id, stop.company_id, stop.group) in ended]
    audit.edit_many([(stop, GONE) for stop in rows], action="stop.left_out", by=by)
    let_go(rows, because=Release.GIVEN_UP, by=by)


def register() -> None:
    to_forget.register("contacts.stop", forget_stops, weight=205)
    to_move.register("contacts.stop", move_stops, weight=205)
    role_ends.register("stops", end_stops)

"""How the tables of contacts, accounts and core forget a person, and move in a merge."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.arbiter.actions import move_holds
from contacts.arbiter.models import Hold
from contacts.consent.models import Consent
from contacts.hospitality import Received, move_sums
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.incoming import IncomingMail
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.meeting import Meeting
from contacts.memory.models.task import Task
from contacts.people.actions import access
from contacts.people.models.holders import Holder, VehicleDriver
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress
from contacts.people.models.roles import GROUPS
from contacts.people.person_data import (
    Forget,
    Move,
    Moved,
    Words,
    deleting,
    emptying,
    forget_changes,
    forget_pairs,
    forget_search_row,
    forget_self,
    keep_as_it_is,
    move_nothing,
    move_pairs,
    move_roles,
    move_search_row,
    moving,
    renamed,
    rows_of,
    to_count,
    to_forget,
    to_move,
)
from contacts.reasons.models import Decision, Reason
from fleetportal.core import links
from fleetportal.core.outbox.message import Message
from fleetportal.core.web import idempotency

CHANNELS_ARE_LINKED_BY = "preferences"


def forget_messages(person: Person) -> None:
    """Withdraws waiting messages; sent ones keep only state and key."""
    messages = Message.objects.to(person)
    messages.hold_back("The recipient was forgotten.")
    messages.erase()


def forget_answers(person: Person) -> None:
    """Removes the answers kept for repeated requests in which the person is named or written to."""
    written_to = person.addresses.values_list("value", flat=True)
    idempotency.forget_naming([person.first_name, person.last_name, *written_to])


def forget_links(person: Person) -> None:
    addresses = person.addresses.values("pk")
    links.Link.objects.filter(scope=CHANNELS_ARE_LINKED_BY, subject_id__in=addresses).revoke(now=timezone.now())


def forget_incoming(person: Person) -> None:
    """Deletes what came in from the person, also what waits to be sorted and is from an address of theirs."""
    written_from = person.addresses.filter(channel=Channel.EMAIL).values("value_folded")
    theirs = IncomingMail.objects.filter(Q(person=person) | Q(person=None, sender_folded__in=written_from))
    forget_changes(IncomingMail, theirs.values("pk"))
    theirs.delete()


def forget_meetings(person: Person) -> None:
    """Keeps the company's meetings, but revokes the person's links to them."""
    rows = Meeting.objects.filter(decision_maker=person)
    links.Link.objects.filter(scope="meeting", subject_id__in=rows.values("pk")).revoke(now=timezone.now())
    emptying(Meeting, "decision_maker", decision_maker=None)(person)


STRICT = (AddressState.UNCONFIRMED, AddressState.CONFIRMED, AddressState.BOUNCING, AddressState.WITHDRAWN)


def move_addresses(duplicate: Person, kept: Person) -> Moved:
    """Moves addresses; where the kept person has the same one, its consents and its preferences link are moved to that."""
    moved: Moved = []
    for address in PersonAddress.objects.filter(person=duplicate):
        same = PersonAddress.objects.filter(person=kept, channel=address.channel, value_folded=address.value_folded).first()
        if same is None:
            moved.append(renamed(address, "person", kept))
            continue
        if STRICT.index(address.state) > STRICT.index(same.state):  # a mailbox that was withdrawn or is dead is not written to again
            moved.append((same, {"state": (same.state, address.state)}))
            same.state = address.state
            same.save(update_fields=["state"])
        moved += [renamed(consent, "address", same) for consent in Consent.objects.filter(address=address)]
        links.Link.objects.filter(scope=CHANNELS_ARE_LINKED_BY, subject_id=address.pk).update(subject_id=same.pk)
        moved.append((address, {"person": (duplicate.pk, None)}))
        PersonAddress.objects.filter(pk=address.pk).delete()
    return moved


def move_decisions(duplicate: Person, kept: Person) -> Moved:
    """Moves decisions; those about the duplicate's own reasons get the key with the kept person."""
    moved: Moved = []
    for decision in Decision.objects.filter(person=duplicate):
        before = decision.key
        decision.key = before.replace(f":{decision.company_id}:{duplicate.pk}:", f":{decision.company_id}:{kept.pk}:", 1)
        decision.person = kept
        decision.save(update_fields=["key", "person"])
        moved.append((decision, {"person": (duplicate.pk, kept.pk), "key": (before, decision.key)}))
    return moved


def drop_reasons(duplicate: Person, kept: Person) -> Moved:
    """Moves nothing: reasons are recomputed, since the companies are touched."""
    Reason.objects.filter(person=duplicate).delete()
    return []


def move_messages(duplicate: Person, kept: Person) -> Moved:
    rows = list(Message.objects.to(duplicate))
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(recipient_id=kept.pk)
    return [(row, {"recipient_id": (duplicate.pk, kept.pk)}) for row in rows]


def register() -> None:
    """Put the tables of these apps on both lists; roles and addresses last, so that rows referring to them move first."""
    own: Iterable[tuple[str, Forget, Move, int]] = (
        ("contacts.interaction", emptying(Interaction, "person", text="", person=None), moving(Interaction, "person"), 200),
        ("contacts.received", keep_as_it_is, moving(Received, "person"), 200),
        ("contacts.yearsum", keep_as_it_is, move_sums, 200),
        ("contacts.reason", deleting(Reason, "person"), drop_reasons, 200),
        ("contacts.decision", emptying(Decision, "person", why="", person=None), move_decisions, 200),
        ("contacts.meeting", forget_meetings, moving(Meeting, "decision_maker"), 200),
        ("contacts.task", emptying(Task, "person", title="", result="", person=None), moving(Task, "person"), 200),
        (
            "contacts.complaint",
            emptying(Complaint, "person", text="", answer="", learned="", person=None),
            moving(Complaint, "person"),
            200,
        ),
        ("contacts.incomingmail", forget_incoming, moving(IncomingMail, "person"), 200),
        ("contacts.hold", deleting(Hold, "person"), move_holds, 200),
        ("core.message", forget_messages, move_messages, 210),
        ("core.answer", forget_answers, move_nothing, 5),
        ("files of requests for access", access.forget_files, move_nothing, 5),
        ("core.link", forget_links, move_nothing, 220),
        ("contacts.personpair", forget_pairs, move_pairs, 220),
        ("contacts.consent", deleting(Consent, "address__person"), move_nothing, 230),
        ("contacts.holder", deleting(Holder, "user__person"), move_nothing, 240),
        ("contacts.vehicledriver", deleting(VehicleDriver, "driver__person"), move_nothing, 240),
        *((f"contacts.{model._meta.model_name}", deleting(model, "person"), move_roles(group), 250) for group, model in GROUPS.items()),
        ("contacts.personaddress", deleting(PersonAddress, "person"), move_addresses, 260),
        ("core.searchrow", forget_search_row, move_search_row, 270),
        ("contacts.person", forget_self, move_nothing, 280),
    )
    for name, forget_rows, move, weight in own:
        to_forget.register(name, forget_rows, weight=weight)
        to_move.register(name, move, weight=weight)
    register_counts()


def register_counts() -> None:
    """Say what is counted of a person before they are forgotten or moved."""
    counted: Iterable[tuple[Words, type[models.Model], str]] = (
        (_("Addresses"), PersonAddress, "person"),
        (_("Consents"), Consent, "address__person"),
        *((model._meta.verbose_name_plural or "", model, "person") for model in GROUPS.values()),
        (_("Interactions"), Interaction, "person"),
        (_("Tasks"), Task, "person"),
        (_("Meetings"), Meeting, "decision_maker"),
        (_("Complaints"), Complaint, "person"),
        (_("Incoming e-mails"), IncomingMail, "person"),
        (_("Held for occasions"), Hold, "person"),
    )
    for number, (label, model, path) in enumerate(counted):
        to_count.register(f"{model._meta.label_lower}", (label, rows_of(model, path)), weight=number)

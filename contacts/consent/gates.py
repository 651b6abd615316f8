"""May this message go, now? Asked right before the sender hands it over.

Messages to a person go to one of their addresses; messages to a user, or to a guest with only an address, need no consent check.
"""

from django.db.models import Exists, OuterRef, Q

from contacts.consent.models import with_consent
from contacts.people.mailboxes import at_mailbox
from contacts.people.models.person import AddressState, PersonAddress
from fleetportal.core import audit
from fleetportal.core.audit import Change
from fleetportal.core.outbox import line, sending
from fleetportal.core.outbox.gates import ConditionGate, gates
from fleetportal.core.outbox.message import Message

# The person's address that a message goes to.
address = PersonAddress.objects.filter(
    person=OuterRef("recipient_id"), channel=OuterRef("channel"), value_folded=OuterRef("recipient_folded")
)
to_a_person = Q(recipient_type="contacts.person")
withdrawn = Q(Exists(address.filter(state__in=(AddressState.WITHDRAWN, AddressState.WRONG))))
agreed = Q(Exists(with_consent(address, OuterRef(OuterRef("purpose")))))

# Owed under a contract or requested by the recipient: needs no consent, only an address that was not withdrawn.
service = ConditionGate(~(to_a_person & withdrawn), "This address was withdrawn.")
# Promotion: only to an address whose owner has agreed to this purpose and not withdrawn it.
marketing = ConditionGate(to_a_person & agreed, "No consent for this purpose at this address.")


def note_bounce(message: Message) -> None:
    """Stop writing to an address that a mail server reports as unknown, until somebody corrects it. Costs 1 query, 4 for each person."""
    if message.recipient_type == "contacts.person":
        end_mailbox(address_of(message))


def end_mailbox(address: PersonAddress) -> None:
    """Nobody is written to at the mailbox of `address` until somebody corrects it: for everybody who has it, since the answer is about the
    mailbox. Costs 1 query, 4 for each person."""
    for bouncing in at_mailbox(PersonAddress.objects.usable().order_by("pk"), address):
        audit.edit(bouncing, {"state": AddressState.BOUNCING}, action="address.bounced", by=None)


def take_bounce_back(message: Message) -> None:
    """The address of `message` counts again as it did before it bounced, for everybody who has it: the answer said nothing of it. Costs 1
    query, 6 for each person."""
    if message.recipient_type == "contacts.person":
        bouncing = PersonAddress.objects.filter(state=AddressState.BOUNCING).order_by("pk")
        for good in at_mailbox(bouncing, address_of(message)):
            audit.edit(good, {"state": state_before_bounce(good)}, action="address.believed_again", by=None)


def address_of(message: Message) -> PersonAddress:
    """The address to which `message` went, no row."""
    return PersonAddress(channel=message.channel, value=message.recipient, value_folded=message.recipient_folded)


def state_before_bounce(bouncing: PersonAddress) -> str:
    """What its history says; an address whose history says nothing counts as unconfirmed. Costs 1 query."""
    bounce = (
        Change.objects.filter(entry__action="address.bounced", field="state", object_type=audit.label(bouncing), object_id=bouncing.pk)
        .order_by("-pk")
        .first()
    )
    before = bounce.before if bounce else ""
    return str(before) if before in AddressState.values else AddressState.UNCONFIRMED


def register() -> None:
    """Register the gate of messages that need no consent, and what a bounced one does to its address. Others come from above."""
    gates.register("service", service)
    sending.bounced.register("addresses", note_bounce)
    line.believed_again.register("addresses", take_bounce_back)

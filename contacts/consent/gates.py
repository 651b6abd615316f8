"""May this message go, now? Asked right before the sender hands it over.

Messages to a person go to one of their addresses; messages to a user, or to a guest with only an address, need no consent check.
"""

from django.db.models import Exists, OuterRef, Q

from contacts.consent.models import with_consent
from contacts.people.models.person import AddressState, PersonAddress
from fleetportal.core import audit
from fleetportal.core.outbox import sending
from fleetportal.core.outbox.gates import ConditionGate, gates
from fleetportal.core.outbox.message import Message

# The person's address that a message goes to.
address = PersonAddress.objects.filter(
    person=OuterRef("recipient_id"), channel=OuterRef("channel"), value_folded=OuterRef("recipient_folded")
)
to_a_person = Q(recipient_type="contacts.person")
withdrawn = Q(Exists(address.filter(state=AddressState.WITHDRAWN)))
agreed = Q(Exists(with_consent(address, OuterRef(OuterRef("purpose")))))

# Owed under a contract or requested by the recipient: needs no consent, only an address that was not withdrawn.
service = ConditionGate(~(to_a_person & withdrawn), "This address was withdrawn.")
# Promotion: only to an address whose owner has agreed to this purpose and not withdrawn it.
marketing = ConditionGate(to_a_person & agreed, "No consent for this purpose at this address.")


def note_bounce(message: Message) -> None:
    """Stop writing to an address that a mail server reports as unknown, until somebody corrects it: for everybody who has that mailbox,
    since the answer is about the mailbox. Costs 1 query, 4 for each person."""
    if message.recipient_type == "contacts.person":
        known = PersonAddress.objects.filter(channel=message.channel, value_folded=message.recipient_folded).order_by("pk")
        for bouncing in known.usable():
            audit.edit(bouncing, {"state": AddressState.BOUNCING}, action="address.bounced", by=None)


def register() -> None:
    gates.register("service", service)
    gates.register("marketing", marketing)
    sending.bounced.register("addresses", note_bounce)

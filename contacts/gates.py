"""May this message go, now? Asked right before the sender hands it over (DOMAIN, "Consent")."""

from datetime import datetime

from contacts.models.consent import allowed
from contacts.models.person import AddressState, Channel, PersonAddress, PersonAddressQuerySet
from fleetportal.core import audit, outbox
from fleetportal.core.db import fold

PERSON = "contacts.person"


def service(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Owed under a contract or asked for by the recipient: needs no consent, only an address that is not withdrawn. Costs 1 query."""
    if own_address(message).filter(state=AddressState.WITHDRAWN).exists():
        return outbox.Never("This address was withdrawn.")
    return outbox.Go()


def marketing(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Promotion: goes only to an address that said yes to this purpose and has not taken it back. Costs 1 query."""
    if allowed(Channel.EMAIL, message.purpose).filter(pk__in=own_address(message)).exists():
        return outbox.Go()
    return outbox.Never("No consent for this purpose at this address.")


def own_address(message: outbox.Message) -> PersonAddressQuerySet:
    """The person's address that the message goes to; none for users, and for guests who only left an address."""
    if message.recipient_type != PERSON:
        return PersonAddress.objects.none()
    return PersonAddress.objects.filter(person=message.recipient_id, channel=Channel.EMAIL, value_folded=fold(message.recipient))


def note_bounce(message: outbox.Message) -> None:
    """The address that a mail server says does not exist is written to no more, until somebody mends it. Costs 1 query, 4 when found."""
    for address in own_address(message).usable():
        audit.edit(address, {"state": AddressState.BOUNCING}, action="address.bounced", by=None)


def register() -> None:
    outbox.gates["service"] = service
    outbox.gates["marketing"] = marketing
    outbox.bounced.register("addresses", note_bounce)

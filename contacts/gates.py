"""May this message go, now? Asked right before the sender hands it over (DOMAIN, "Consent")."""

from datetime import datetime

from django.db.models import QuerySet

from contacts.models.consent import allowed
from contacts.models.person import AddressState, Channel, PersonAddress, PersonAddressQuerySet
from fleetportal.core import audit, outbox
from fleetportal.core.db import fold

PERSON = "contacts.person"


def service(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Owed under a contract or asked for by the recipient: needs no consent, only an address that is not withdrawn. Costs 1 query."""
    return services([message], now)[message.pk]


def services(messages: list[outbox.Message], now: datetime) -> dict[int, outbox.Verdict]:
    """The same for many. Costs 1 query."""
    withdrawn = written_to(messages, PersonAddress.objects.filter(state=AddressState.WITHDRAWN))
    never = outbox.Never("This address was withdrawn.")
    return {message.pk: never if whose(message) in withdrawn else outbox.Go() for message in messages}


def marketing(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Promotion: goes only to an address that said yes to this purpose and has not taken it back. Costs 1 query."""
    return marketings([message], now)[message.pk]


def marketings(messages: list[outbox.Message], now: datetime) -> dict[int, outbox.Verdict]:
    """The same for many. Costs 1 query for each purpose."""
    verdicts: dict[int, outbox.Verdict] = {}
    for purpose in {message.purpose for message in messages}:
        asking = [message for message in messages if message.purpose == purpose]
        agreed = written_to(asking, allowed(Channel.EMAIL, purpose))
        never = outbox.Never("No consent for this purpose at this address.")
        verdicts |= {message.pk: outbox.Go() if whose(message) in agreed else never for message in asking}
    return verdicts


def written_to(messages: list[outbox.Message], addresses: QuerySet[PersonAddress]) -> set[tuple[int | None, str]]:
    """Those of `addresses` that `messages` go to, as (person, folded address). Costs 1 query."""
    people = {message.recipient_id for message in messages if message.recipient_type == PERSON}
    rows = addresses.filter(person__in=people, channel=Channel.EMAIL)
    return set(rows.values_list("person_id", "value_folded"))


def whose(message: outbox.Message) -> tuple[int | None, str]:
    """The person's address that the message goes to; nobody's for users, and for guests who only left an address."""
    return (message.recipient_id if message.recipient_type == PERSON else None, fold(message.recipient))


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
    outbox.gates_of_many |= {"service": services, "marketing": marketings}
    outbox.bounced.register("addresses", note_bounce)

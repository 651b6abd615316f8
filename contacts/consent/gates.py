"""May this message go, now? Asked right before the sender hands it over (DOMAIN, "Consent")."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, Q, QuerySet

from contacts.consent.models import allowed
from contacts.people.models.person import AddressState, Channel, PersonAddress, PersonAddressQuerySet
from fleetportal.core import audit, outbox
from fleetportal.core.db import fold
from fleetportal.core.outbox import verdicts
from fleetportal.core.outbox.verdicts import Condition, Go, Never, Verdict

PERSON = "contacts.person"


def service(message: outbox.Message, now: datetime) -> Verdict:
    """Owed under a contract or asked for by the recipient: needs no consent, only an address that is not withdrawn. Costs 1 query."""
    return services([message], now)[message.pk]


def services(messages: list[outbox.Message], now: datetime) -> dict[int, Verdict]:
    """The same for many. Costs 1 query."""
    withdrawn = written_to(messages, PersonAddress.objects.filter(state=AddressState.WITHDRAWN))
    never = Never("This address was withdrawn.")
    return {message.pk: never if whose(message) in withdrawn else Go() for message in messages}


def marketing(message: outbox.Message, now: datetime) -> Verdict:
    """Promotion: goes only to an address that said yes to this purpose and has not taken it back. Costs 1 query."""
    return marketings([message], now)[message.pk]


def marketings(messages: list[outbox.Message], now: datetime) -> dict[int, Verdict]:
    """The same for many. Costs 1 query for each purpose."""
    verdicts: dict[int, Verdict] = {}
    for purpose in {message.purpose for message in messages}:
        asking = [message for message in messages if message.purpose == purpose]
        willing = written_to(asking, allowed(Channel.EMAIL, purpose))
        never = Never("No consent for this purpose at this address.")
        verdicts |= {message.pk: Go() if whose(message) in willing else never for message in asking}
    return verdicts


def written_to(messages: list[outbox.Message], addresses: QuerySet[PersonAddress]) -> set[tuple[int | None, str]]:
    """Those of `addresses` that `messages` go to, as (person, folded address). Costs 1 query."""
    people = {message.recipient_id for message in messages if message.recipient_type == PERSON}
    rows = addresses.filter(person__in=people, channel=Channel.EMAIL)
    return set(rows.values_list("person_id", "value_folded"))


def whose(message: outbox.Message) -> tuple[int | None, str]:
    """The person's address that the message goes to; nobody's for users, and for guests who only left an address."""
    return (message.recipient_id if message.recipient_type == PERSON else None, fold(message.recipient))


def not_withdrawn(purpose: str, person: Any, address: Any) -> Q:
    """What `service` asks, of one message as it goes; for whatever purpose."""
    return ~Q(Exists(meant(person, address).filter(state=AddressState.WITHDRAWN)))


def agreed(purpose: str, person: Any, address: Any) -> Q:
    """What `marketing` asks, of one message as it goes."""
    return Q(Exists(meant(person, address).filter(pk__in=allowed(Channel.EMAIL, purpose).values("pk"))))


def meant(person: Any, address: Any) -> QuerySet[PersonAddress]:
    return PersonAddress.objects.filter(person=person, channel=Channel.EMAIL, value_folded=address)


def facts(message: outbox.Message) -> dict[str, Any]:
    """What both conditions hang on."""
    return dict(zip(("person", "address"), whose(message), strict=True))


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
    verdicts.gates |= {"service": service, "marketing": marketing}
    verdicts.gates_of_many |= {"service": services, "marketing": marketings}
    like: dict[str, Any] = {"person": PersonAddress._meta.get_field("person"), "address": PersonAddress._meta.get_field("value_folded")}
    verdicts.conditions |= {"service": Condition(not_withdrawn, facts, like), "marketing": Condition(agreed, facts, like)}
    outbox.bounced.register("addresses", note_bounce)

"""Unsubscribing from promotional messages: a link to the preferences of an address, and the one-click method of RFC 8058.

Example:
    way_out = unsubscribe.link(address)
    headers = unsubscribe.headers(way_out, purpose)
    queue(MessageDraft(…, gate="marketing", purpose=purpose, headers=headers, context={"preferences": way_out}))
"""

from collections.abc import Mapping, Sequence

from django.db.models import F, Subquery

from contacts.consent.models import Consent
from contacts.people.models.person import Channel, Person, PersonAddress
from fleetportal.core.links import Link

SCOPE = "preferences"


def link(address: PersonAddress) -> Link:
    """The preferences link of this address: one for each, valid permanently. Costs 1 query, 2 the first time."""
    return Link.objects.get_or_make(SCOPE, address.pk)


def addresses_for(people: Sequence[Person], purpose: str) -> dict[int, PersonAddress]:
    """The address to which promotion for `purpose` is written, by the person's id: one that agreed to it, else the first usable one,
    at which the gate holds it back.

    Nobody without a usable e-mail address is among them. Costs 1 query.
    """
    newest = Subquery(Consent.objects.latest_for(purpose).values("is_given")[:1])
    usable = PersonAddress.objects.usable().filter(person__among=[person.pk for person in people], channel=Channel.EMAIL)
    agreed_first = usable.annotate(agreed=newest).order_by(F("agreed").desc(nulls_last=True), "is_private", "pk")
    found: dict[int, PersonAddress] = {}
    for address in agreed_first:
        found.setdefault(address.person_id, address)
    return found


def links_of(addresses: Mapping[int, PersonAddress]) -> dict[int, Link]:
    """The way out of what is written to `addresses`, under their keys. Costs 1 query, 2 where any link is new."""
    links = Link.objects.get_or_make_many(SCOPE, [address.pk for address in addresses.values()])
    return {key: links[address.pk] for key, address in addresses.items()}


def headers(way_out: Link, purpose: str) -> dict[str, str]:
    """The headers with which mail programs show an unsubscribe button, for a message of `purpose`."""
    return {
        "List-Unsubscribe": f"<{way_out.placeholder}?purpose={purpose}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }

"""Unsubscribing from promotional messages: a link to the preferences of an address, and the one-click method of RFC 8058.

Example:
    way_out = unsubscribe.link(address)
    headers = unsubscribe.headers(way_out, purpose)
    queue(MessageDraft(…, gate="marketing", purpose=purpose, headers=headers, context={"preferences": way_out}))
"""

from collections.abc import Sequence

from contacts.people.models.person import Channel, Person, PersonAddress
from fleetportal.core.links import Link

SCOPE = "preferences"


def link(address: PersonAddress) -> Link:
    """The preferences link of this address: one for each, valid permanently. Costs 1 query, 2 the first time."""
    return Link.objects.get_or_make(SCOPE, address.pk)


def links_of(people: Sequence[Person]) -> dict[int, Link]:
    """The preferences links for e-mail to people whose addresses are prefetched, by their ids.

    People without a usable address are left out. Costs 1 query, 2 where any link is new.
    """
    addresses = {person.pk: address for person in people if (address := person.usable_address(Channel.EMAIL))}
    links = Link.objects.get_or_make_many(SCOPE, [address.pk for address in addresses.values()])
    return {pk: links[address.pk] for pk, address in addresses.items()}


def headers(way_out: Link, purpose: str) -> dict[str, str]:
    """The headers with which mail programs show an unsubscribe button, for a message of `purpose`."""
    return {
        "List-Unsubscribe": f"<{way_out.placeholder}?purpose={purpose}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }

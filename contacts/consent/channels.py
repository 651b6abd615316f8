"""Whether a person may be contacted on each channel: allowed, withdrawn, or no answer yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.people.models.person import AddressState, Channel, Person, PersonAddress

ICONS = {Channel.EMAIL: "mail", Channel.PHONE: "phone", Channel.SMS: "message-2", Channel.LETTER: "mailbox", Channel.IN_PERSON: "users"}
SHOWN = (Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.LETTER)
WORDS = {"yes": _("allowed"), "no": _("withdrawn"), "": _("not asked")}


@dataclass(frozen=True)
class Reach:
    """One channel's mark: `state` is yes, no or nothing."""

    channel: Channel
    icon: str
    state: str
    text: object


def reach_of(person: Person, *, sees_private: bool = False) -> list[Reach]:
    """The marks of a person whose addresses and consents are prefetched, without a query."""
    addresses = [address for address in person.addresses.all() if sees_private or not address.is_private]
    return [reach(channel, [address for address in addresses if address.channel == channel]) for channel in SHOWN]


def reach(channel: Channel, addresses: list[PersonAddress]) -> Reach:
    states = {state_of(address) for address in addresses}
    state = "yes" if "yes" in states else "no" if "no" in states else ""
    return Reach(channel, ICONS[channel], state, WORDS[state])


def state_of(address: PersonAddress) -> str:
    """The state of one address over all purposes: the newest answer for each counts, and a yes for any is a yes."""
    if address.state == AddressState.WITHDRAWN:
        return "no"
    newest: dict[str, bool] = {}
    for consent in address.consents.all():  # newest first
        newest.setdefault(consent.purpose, consent.is_given)
    if address.is_usable and any(newest.values()):
        return "yes"
    return "no" if newest and not any(newest.values()) else ""


@dataclass(frozen=True)
class ConsentSaid:
    """What is known of one address and one purpose, in words: `state` as for the marks."""

    address: PersonAddress
    purpose: object
    state: str
    basis: object
    at: datetime


def said_of(person: Person, *, sees_private: bool = False) -> list[ConsentSaid]:
    """The newest answer for each address and purpose; no query on rows with `addresses_with_consents`."""
    found = []
    for address in person.addresses.all():
        if address.is_private and not sees_private:
            continue
        newest: dict[str, Any] = {}
        for consent in address.consents.all():  # newest first
            newest.setdefault(consent.purpose, consent)
        for consent in newest.values():
            state = "yes" if consent.is_given and address.is_usable else "no"
            found.append(ConsentSaid(address, consent.get_purpose_display(), state, consent.get_basis_display(), consent.at))
    return found


@dataclass(frozen=True)
class Calling:
    """Whether a person may be called, in words."""

    allowed: bool
    words: object


def may_call(person: Person, *, is_customer: bool, has_asked: bool) -> Calling:
    """The rule for calls among businesses: nobody after a refusal; a customer, and whoever asked or agreed.

    `is_customer`: the company has a contract or a vehicle of ours; `has_asked`: they turned to us themselves. No query.
    """
    states = {state_of(address) for address in person.addresses.all() if address.channel == Channel.PHONE}
    if "no" in states:
        return Calling(False, _("Don’t call: they have refused calls."))
    if "yes" in states:
        return Calling(True, _("May be called: they agreed."))
    if is_customer:
        return Calling(True, _("May be called: existing customer."))
    if has_asked:
        return Calling(True, _("May be called: they asked us."))
    return Calling(False, _("Don’t call: no customer yet, and neither interest nor consent is recorded."))

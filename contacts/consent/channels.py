"""Whether a person may be contacted on each channel: allowed, withdrawn, or no answer yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise
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


class CallsKnown(Protocol):
    """What is known of calls to a person, by `contacts.memory.calling`."""

    @property
    def state(self) -> str: ...
    @property
    def short(self) -> str | Promise: ...


def reach_of(person: Person, *, sees_private: bool = False, calling: CallsKnown | None = None) -> list[Reach]:
    """The marks of a person whose addresses and consents are prefetched, without a query; the telephone's by `calling`."""
    addresses = [address for address in person.addresses.all() if sees_private or not address.is_private]
    marks = [reach(channel, [address for address in addresses if address.channel == channel]) for channel in SHOWN]
    if calling is not None and any(address.channel == Channel.PHONE for address in addresses):
        telephone = Reach(Channel.PHONE, ICONS[Channel.PHONE], calling.state, calling.short)
        marks = [telephone if mark.channel == Channel.PHONE else mark for mark in marks]
    return marks


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
    purpose: str
    label: object
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
            found.append(
                ConsentSaid(address, consent.purpose, consent.get_purpose_display(), state, consent.get_basis_display(), consent.at)
            )
    return found

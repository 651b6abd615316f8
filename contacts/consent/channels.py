"""Whether a person may be contacted on each channel: allowed, withdrawn, or no answer yet."""

from dataclasses import dataclass

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

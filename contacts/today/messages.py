"""An e-mail written on a card: a row of the outbox, so that the gates are asked, and a line on the timeline."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts.arbiter.cap import capped, enough
from contacts.consent import unsubscribe
from contacts.consent.models import Purpose
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Interaction
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress
from contacts.reasons.models import Reason
from fleetportal.core.audit import label
from fleetportal.core.errors import Refused
from fleetportal.core.outbox import gates, queueing
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.queueing import MessageDraft

if TYPE_CHECKING:
    from accounts.models import User

LEAVES_AFTER = timedelta(seconds=20)  # so that it can be called back


class MayNotWrite(Refused):
    """There is no address, or the gates say that this may not be sent there."""

    code = "may_not_write"


class MessageHasLeft(Refused):
    """It cannot be called back any more."""

    code = "message_has_left"


@dataclass(frozen=True)
class Letter:
    """What the user writes; `purpose` is empty for what the customer asked for or is owed, else what consent is needed for."""

    text: str
    subject: str = ""
    purpose: str = ""


def send(reason: Reason, letter: Letter, logged: Interaction, *, by: "User") -> Message:
    """Queue the e-mail to the card's person; the gates are asked now, and once more as it leaves.

    Raises MayNotWrite. Call it inside the verb's transaction. Costs 4 queries, 3 more with a purpose.
    """
    person = reason.person
    address = unsubscribe.addresses_for([person], letter.purpose or Purpose.OFFERS).get(person.pk) if person else None
    if person is None or address is None:
        raise MayNotWrite(no_address(person))
    if letter.purpose and capped([person.pk]):
        raise MayNotWrite(enough().message)
    way_out = unsubscribe.link(address) if letter.purpose else None
    reply_to = {"Reply-To": by.email} if by.email else {}
    message = queueing.queue(
        MessageDraft(
            "contacts/mail/from_card",
            to=person,
            about=logged,
            concerns=(label(Company), reason.company_id),
            gate="marketing" if letter.purpose else "service",
            purpose=letter.purpose,
            key=f"card:{logged.pk}",
            address=address.value,
            context={"letter": letter, "by": by, "company": reason.company, "preferences": way_out},
            headers=reply_to | (unsubscribe.headers(way_out, letter.purpose) if way_out else {}),
            due_at=timezone.now() + LEAVES_AFTER,
        )
    )
    verdict = gates.ask([message], timezone.now()).get(message.pk)
    if isinstance(verdict, gates.Never):
        raise MayNotWrite(refusal_of(letter, reason, address))
    return message


def no_address(person: Person | None) -> str:
    """Why nothing can be written to `person` by e-mail; "" where it can. No query on rows of `with_addresses()`, else 1."""
    if person is None:
        return _("There is nobody on file here to write to.")
    known = [address for address in person.addresses.all() if address.channel == Channel.EMAIL]
    if any(address.is_usable for address in known):
        return ""
    words = {
        AddressState.BOUNCING: _("E-mails to %(address)s come back: the mail server doesn’t know the address."),
        AddressState.WITHDRAWN: _("%(address)s was withdrawn, so nothing is sent there."),
        AddressState.WRONG: _("%(address)s is marked as wrong."),
    }
    said = [words[AddressState(address.state)] % {"address": address.value} for address in known]
    return said[0] if said else _("No e-mail address is known.")


def refusal_of(letter: Letter, reason: Reason, address: PersonAddress) -> str:
    """Why the gates keep the letter back. Costs at most 1 query."""
    if not letter.purpose:
        return _("This may not be sent: the address was withdrawn.")
    if Complaint.objects.braking().filter(Q(company=reason.company_id) | Q(person=address.person_id)).exists():
        return _("This may not be sent while a complaint of this customer is open, nor within a week after its answer.")
    values = {"address": address.value, "purpose": Purpose(letter.purpose).label}
    return _("This may not be sent: nobody has agreed at %(address)s to %(purpose)s.") % values


def call_back(message_id: int) -> None:
    """Hold the e-mail back. Raises MessageHasLeft where it is on its way. Costs 1 query, 2 where it is not waiting any more."""
    message = Message.objects.filter(pk=message_id)
    if not message.hold_back("Called back by who wrote it.") and message.exclude(state=MessageState.HELD_BACK).exists():
        raise MessageHasLeft(_("The e-mail has left and can’t be called back."))

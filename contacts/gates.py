"""May this message go, now? Asked right before the sender hands it over (DOMAIN, "Consent")."""

from datetime import datetime

from contacts.models.consent import allowed
from contacts.models.person import Channel
from fleetportal.core import outbox
from fleetportal.core.db import fold


def service(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Owed under a contract or asked for by the recipient: needs no consent, only an address that is not withdrawn."""
    return outbox.Go()


def marketing(message: outbox.Message, now: datetime) -> outbox.Verdict:
    """Promotion: goes only to an address that said yes to this purpose and has not taken it back. Costs 1 query."""
    said_yes = allowed(Channel.EMAIL, message.purpose).filter(person=message.recipient_id, value_folded=fold(message.recipient))
    if said_yes.exists():
        return outbox.Go()
    return outbox.Never("No consent for this purpose at this address.")


def register() -> None:
    outbox.gates["service"] = service
    outbox.gates["marketing"] = marketing

"""May anything promotional leave? Only to people who have not received enough of it."""

from django.db.models import Q

from contacts.arbiter.cap import at_cap_now
from contacts.memory import gates as complaints
from fleetportal.core.outbox.gates import FurtherGate, gates

not_too_many = FurtherGate(complaints.calm, ~Q(at_cap_now()), "They have received enough promotional messages for now.")


def register() -> None:
    gates.register("marketing", not_too_many)

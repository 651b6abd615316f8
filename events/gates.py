"""May a letter about an event leave? Only while what it says is so: a gate asks at the moment of sending, after whatever happened since
it was written.
"""

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Now, Substr

from contacts.consent import gates as consent
from contacts.memory import gates as complaints
from events.models import EventState, Invitation, Registration, Status
from fleetportal.core.outbox.gates import FurtherGate, gates

AHEAD = {"event__state": EventState.PUBLISHED, "event__starts_at__gt": Now()}
OPEN = Q(event__registration_closes_at=None) | Q(event__registration_closes_at__gt=Now())
STEP_BEGINS = len("events/mail/") + 1

registration = Registration.objects.filter(pk=OuterRef("about_id"))
invitation = Invitation.objects.filter(pk=OuterRef("about_id"), declined_at=None, **AHEAD)
has_registered = Exists(Registration.objects.active().filter(event=OuterRef("event"), person=OuterRef("person")))
# the key of the letter that the registration's newest state asks for (`letters.to_guests`)
key_now = Concat(
    Value("registration:"),
    Cast("pk", CharField()),
    Value(":"),
    Substr(OuterRef("template"), STEP_BEGINS),
    Value(":"),
    Cast("revision", CharField()),
)

newest = FurtherGate(
    consent.service,
    Q(Exists(registration.annotate(key_now=key_now).filter(key_now=OuterRef("key")).exclude(Q(status=Status.CANCELLED) & has_registered))),
    "A newer letter says how it stands now.",
)
reminder = FurtherGate(
    consent.service,
    Q(Exists(registration.seated().filter(**AHEAD))),
    "The guest is not coming any more, or the event has begun or does not take place.",
)
inviting = FurtherGate(
    complaints.calm,
    Q(Exists(invitation.filter(OPEN).exclude(has_registered))),
    "The guest has replied, registration has closed, or the event does not take place.",
)
asked = FurtherGate(
    consent.service,
    Q(Exists(invitation.exclude(has_registered))),
    "The guest has replied, or the event has begun or does not take place.",
)


def register() -> None:
    gates.register("registration", newest)
    gates.register("reminder", reminder)
    gates.register("invitation", inviting)
    gates.register("asked", asked)

"""May a letter about an event leave? Only while what it says is so: a gate asks at the moment of sending, after whatever happened since
it was written.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Now, Substr

from contacts.arbiter import gates as arbiter
from contacts.arbiter.actions import release_many
from contacts.arbiter.models import Hold, Release
from contacts.arbiter.naming import named
from contacts.consent import gates as consent
from events.models import Event, EventState, Invitation, Registration, Status
from fleetportal.core.audit import label
from fleetportal.core.outbox.gates import FurtherGate, Never, Verdict, gates
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.sending import kept_here

AHEAD = {"event__state": EventState.PUBLISHED, "event__starts_at__gt": Now()}
OPEN = Q(event__registration_closes_at=None) | Q(event__registration_closes_at__gt=Now())
INVITING = "events/mail/invitation"  # the template of the letter that invites
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


class HolderGate(FurtherGate):
    """Says who holds whoever may not be invited."""

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """Costs 1 query, 2 where some may not go, 5 where that is because of another centre."""
        verdicts = super().ask_many(messages, now)
        refused = [message for message in messages if verdicts[message.pk] == Never(self.reason)]
        said = holders({message.about_id for message in refused})
        return verdicts | {one.pk: Never(said[one.about_id]) for one in refused if one.about_id in said}


def holders(invitations: Collection[int]) -> dict[int, str]:
    """Which other centre has the people of these invitations, in words, by the invitation's id. Costs 3 queries, none for nobody."""
    if not invitations:
        return {}
    rows = list(Invitation.objects.filter(pk__among=list(invitations)).select_related("event"))
    holds = list(Hold.objects.lasting().of([row.person_id for row in rows]).select_related("centre").order_by("-held_at", "-pk"))
    words = named(holds)
    return {row.pk: words[hold.pk] for row in rows for hold in holds if has_instead(hold, row)}


def has_instead(hold: Hold, invitation: Invitation) -> bool:
    event = invitation.event
    return (hold.person_id, hold.kind) == (invitation.person_id, event.kind) and hold.centre_id != event.centre_id


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
    arbiter.not_too_many,
    Q(Exists(invitation.filter(OPEN).exclude(has_registered))),
    "The guest has replied, registration has closed, or the event does not take place.",
)
# Another centre may have got the person since this was written, when two records of one human were merged; nobody who was given up is held.
lasting = Hold.objects.lasting().filter(about_type=label(Event), about_id=OuterRef("event"), person=OuterRef("person"))
elsewhere = Hold.objects.open().filter(person=OuterRef("person"), kind=OuterRef("event__kind")).exclude(centre=OuterRef("event__centre"))
held = HolderGate(inviting, Q(Exists(invitation.filter(Exists(lasting)).exclude(Exists(elsewhere)))), "Another centre has approached them.")
asked = FurtherGate(
    consent.service,
    Q(Exists(invitation.exclude(has_registered))),
    "The guest has replied, or the event has begun or does not take place.",
)


def free_whoever_was_not_invited(message: Message) -> None:
    """Whoever never gets the letter that invites them, say because of a complaint, is held no longer. Costs at most 5 queries, none for
    other letters."""
    if message.template == INVITING:
        row = Invitation.objects.filter(pk=message.about_id).first()
        if row is not None and row.message_key == message.key:
            holds = Hold.objects.filter(about_type=label(Event), about_id=row.event_id).of([row.person_id])
            release_many(holds, because=Release.GIVEN_UP, by=None)


def register() -> None:
    kept_here.register("holds", free_whoever_was_not_invited)
    gates.register("registration", newest)
    gates.register("reminder", reminder)
    gates.register("invitation", held)
    gates.register("asked", asked)

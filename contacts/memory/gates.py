"""May a letter about a meeting leave? Only the newest one: times that were replaced, or one of which has been chosen, stay here."""

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat

from contacts.consent import gates as consent
from contacts.memory.models.meeting import Meeting, MeetingState
from fleetportal.core.outbox.gates import FurtherGate, gates

number = Concat(Value("meeting:"), Cast("pk", CharField()), Value(":"))
# the key of the letter that the meeting's state asks for (`letters`)
key_now = Case(
    When(state=MeetingState.PROPOSED, then=Concat(number, Value("offer:"), Cast("offers", CharField()))),
    default=Concat(number, Cast("revision", CharField())),
)
of_meeting = Meeting.objects.filter(pk=OuterRef("about_id")).annotate(key_now=key_now)
newest = FurtherGate(
    consent.service, Q(Exists(of_meeting.filter(key_now=OuterRef("key")))), "The meeting has changed since this was written."
)


def register() -> None:
    gates.register("meeting", newest)

"""May a letter about a meeting leave? Only the newest one: times that were replaced, or one of which has been chosen, stay here.
May anything promotional leave? Not to a company whose complaint is open, or was answered a short while ago.
"""

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat

from accounts.models import Company
from contacts.consent import gates as consent
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.meeting import Meeting, MeetingState
from contacts.people.models.person import Person
from fleetportal.core import audit
from fleetportal.core.outbox.gates import FurtherGate, gates

number = Concat(Value("meeting:"), Cast("pk", CharField()), Value(":"))
# the key of the letter that the meeting's state asks for (`letters`)
key_now = Case(
    When(state=MeetingState.PROPOSED, then=Concat(number, Value("offer:"), Cast("offers", CharField()))),
    default=Concat(number, Cast("revision", CharField())),
)
of_meeting = Meeting.objects.filter(pk=OuterRef("about_id"), decision_maker=OuterRef("recipient_id")).annotate(key_now=key_now)
newest = FurtherGate(
    consent.service,
    Q(Exists(of_meeting.filter(key_now=OuterRef("key")))),
    "The meeting has changed since this was written, or somebody else is asked.",
)


about_its_company = Q(concerns_type=audit.label(Company), concerns_id__in=Complaint.objects.braking().values("company"))
person_complained = Q(Exists(Complaint.objects.braking().filter(person=OuterRef("recipient_id"))), recipient_type=audit.label(Person))
calm = FurtherGate(
    consent.marketing, ~about_its_company & ~person_complained, "A complaint of this customer is open or was answered just now."
)


def register() -> None:
    gates.register("meeting", newest)

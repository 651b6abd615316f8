"""What an answer by calendar is about: matched by the entry's UID, SEQUENCE and attendee, never by a time."""

import re
from collections.abc import Callable

from django.conf import settings

from contacts.people.models.person import Person
from fleetportal.core.ical import AnswerToInvitation
from fleetportal.core.registry import Registry

UID = re.compile(r"(?P<noun>[a-z]+)-(?P<pk>\d{1,18})@(?P<host>[^@\s]+)")

# The noun of a UID of ours ("registration" of "registration-7@fleet.example") -> what takes the answer of that person to the row with
# that id: True where it stands as answered now. Filled from above.
answered_entries: Registry[Callable[[int, AnswerToInvitation, Person], bool]] = Registry("what takes answers by calendar")


def take_answer(answer: AnswerToInvitation, person: Person) -> bool:
    """Whether the answer is to an entry of ours and stands there now. Costs what its noun's verb costs."""
    found = UID.fullmatch(answer.uid)
    if not found or found["host"] != settings.BASE_HOST or found["noun"] not in answered_entries:
        return False
    return answered_entries[found["noun"]](int(found["pk"]), answer, person)

"""Answers that guests give in their calendar."""

from contacts.models import Person
from events.actions.registering import cancel
from events.models import Registration
from fleetportal.core.errors import Refused
from fleetportal.core.ical import AnswerToInvitation


def take_answer(registration_id: int, answer: AnswerToInvitation, person: Person) -> bool:
    """Cancels the registration that its guest declined; True where it stands as the guest answered.

    False where the answer is to an older entry, or is neither yes nor no, or where it is too late: somebody has to look at it. Costs 1
    query, and those of a cancellation.
    """
    registration = Registration.objects.select_related("event", "seating").filter(pk=registration_id, person=person).first()
    if registration is None or answer.sequence < registration.revision:
        return False
    if answer.answer == "DECLINED":
        try:
            cancel(registration, by=None)
        except Refused:
            return False
        return True
    return answer.answer == "ACCEPTED" and registration.is_active

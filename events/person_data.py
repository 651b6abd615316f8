"""How the tables of events forget a person and move in a merge."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from contacts.people.person_data import Moved, forget_changes, rows_of, to_count, to_forget, to_move
from events.actions import registering, requests
from events.models import Invitation, InvitationRequest, Registration
from fleetportal.core import audit
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState


def forget_registrations(person: Person) -> None:
    """Gives held seats to the waiting list and keeps only the numbers, without names, wishes or a valid ticket.

    A party that is inside already keeps its seats.
    """
    rows = Registration.objects.filter(person=person).select_related("event__centre", "event__host", "company", "seating")
    for registration in rows.active():
        if registration.event.is_ahead and not registration.heads_let_in():
            registering.cancel(registration, by=None)
    ids = list(rows.values_list("pk", flat=True))
    Link.objects.filter(scope="ticket", subject_id__in=ids).revoke(now=timezone.now())
    forget_changes(Registration, ids)
    Registration.objects.filter(pk__in=ids).update(person=None, companions=[], wishes="", question="")


def forget_invitations(person: Person) -> None:
    rows = Invitation.objects.filter(person=person)
    Link.objects.filter(scope="invitation", subject_id__in=rows.values("pk")).revoke(now=timezone.now())
    rows.delete()


def forget_requests(person: Person) -> None:
    """Deletes what they asked for; runs while their addresses and invitations are known."""
    requests.erase(InvitationRequest.objects.by(person))


def move_registrations(duplicate: Person, kept: Person) -> Moved:
    """Moves registrations; where both are registered for the same event, the better one stays: who is inside before who is not, seats
    before a place on the waiting list, the larger party, the earlier place. The other's seats go to the waiting list, and nobody is
    written to as if the guest had cancelled."""
    both = Registration.objects.active().filter(person=duplicate, event__in=kept.registrations.active().values("event"))
    for registration in both.select_related("event__centre", "event__host", "company", "seating"):
        if registration.event.is_ahead:
            rows = Registration.objects.active().filter(event=registration.event_id, person=kept)
            pair = [registration, rows.select_related("event__centre", "event__host", "company", "seating").get()]
            registering.drop_double(min(pair, key=standing), by=None)
    moved: Moved = []
    taken = kept.registrations.active().values("event")
    for registration in duplicate.registrations.exclude(status__in=("seated", "waiting"), event__in=taken):
        registration.person = kept
        registration.save(update_fields=["person"])
        moved.append((registration, {"person": (duplicate.pk, kept.pk)}))
    return moved


def standing(registration: Registration) -> tuple[int, bool, int, int]:
    """How good it is to be registered like that; the greater the better."""
    return registration.heads_let_in(), registration.is_seated, registration.party, -(registration.waiting_number or 0)


def move_invitations(duplicate: Person, kept: Person) -> Moved:
    """Moves invitations; where both were invited to the same event, the duplicate's link now opens the kept one, which says what either
    answered: the human is asked, and reminded, once."""
    moved: Moved = []
    invited = {one.event_id: one for one in kept.invitations.all()}
    for invitation in duplicate.invitations.all():
        same = invited.get(invitation.event_id)
        if same:
            moved += [(same, join(invitation, same)), (invitation, {"person": (duplicate.pk, None)})]
            Link.objects.filter(scope="invitation", subject_id=invitation.pk).update(subject_id=same.pk)
            InvitationRequest.objects.filter(invitation=invitation.pk).update(invitation=same.pk)
            Invitation.objects.filter(pk=invitation.pk).delete()
            continue
        invitation.person = kept
        invitation.save(update_fields=["person"])
        moved.append((invitation, {"person": (duplicate.pk, kept.pk)}))
    return moved


def join(invitation: Invitation, same: Invitation) -> audit.Changes:
    """What `same` says of both from now on: a no counts unless the human is coming, and one of two letters that wait is enough."""
    before = {"declined_at": same.declined_at, "nudged_at": same.nudged_at}
    comes = Registration.objects.active().filter(event=same.event_id, person__in=(same.person_id, invitation.person_id)).exists()
    same.declined_at = None if comes else same.declined_at or invitation.declined_at
    same.nudged_at = same.nudged_at or invitation.nudged_at
    same.save(update_fields=["declined_at", "nudged_at"])
    letters = Message.objects.filter(key__in=[invitation.message_key, same.message_key])
    unsent = letters.filter(state=MessageState.WAITING)
    if unsent.count() == letters.count():  # neither has left: one may
        unsent = unsent.exclude(key=same.message_key)
    unsent.hold_back("The guest was invited twice, as two people.")
    return {name: (value, getattr(same, name)) for name, value in before.items() if value != getattr(same, name)}


def register() -> None:
    to_forget.register("events.request", forget_requests, weight=10)
    to_forget.register("events.registration", forget_registrations)
    to_forget.register("events.invitation", forget_invitations, weight=110)
    to_move.register("events.registration", move_registrations)
    to_move.register("events.invitation", move_invitations)
    to_count.register("events.registration", (_("Registrations"), rows_of(Registration)))
    to_count.register("events.request", (_("Requests for an invitation"), lambda person: InvitationRequest.objects.by(person).count()))
    to_count.register("events.invitation", (_("Invitations"), rows_of(Invitation)))

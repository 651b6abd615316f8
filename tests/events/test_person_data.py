"""What events keep of a person: it can be forgotten, and goes along in a merge."""

import pytest
from django.db import transaction

from contacts.people.person_data import to_forget, to_move
from events.actions import registering
from events.models import Invitation, Registration, Status
from fleetportal.core.audit import Change
from fleetportal.core.links import Link
from tests.factories.contacts import make_person
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db
EVENTS = ("events.registration", "events.invitation")


def forget(person):
    with transaction.atomic():
        for name in EVENTS:
            to_forget[name](person)


def move(duplicate, kept):
    with transaction.atomic():
        return {name: to_move[name](duplicate, kept) for name in EVENTS}


def test_a_forgotten_guest_leaves_heads_without_a_name_and_seats_for_who_waits(north_ag):
    event = make_event(north_ag.centre, capacity=2)
    gone = make_registration(event, make_guest(north_ag), party=2, companions=["Katrin"], wishes="vegan", question="How far?")
    waits = make_registration(event, party=2)
    registering.change(gone, by=None, wishes="vegetarian")
    ticket = Link.objects.get(scope="ticket", subject_id=gone.pk)

    forget(gone.person)

    row = Registration.objects.get(pk=gone.pk)
    assert (row.person, row.companions, row.wishes, row.question, row.status) == (None, [], "", "", Status.CANCELLED)
    assert Registration.objects.get(pk=waits.pk).is_seated
    ticket.refresh_from_db()
    assert ticket.revoked_at is not None
    assert not Change.objects.filter(object_type="events.registration", object_id=gone.pk, field="wishes").exists()


def test_a_forgotten_guests_invitation_is_gone_with_its_link_and_others_stay():
    gone, stays = make_invitation(), make_invitation()
    forget(gone.person)
    assert list(Invitation.objects.all()) == [stays]
    assert Link.objects.get(scope="invitation", subject_id=gone.pk).revoked_at is not None
    assert Link.objects.get(scope="invitation", subject_id=stays.pk).revoked_at is None


def test_a_merge_moves_what_the_duplicate_had():
    kept, invitation = make_person(), make_invitation()
    duplicate = invitation.person
    registration = make_registration(invitation.event, duplicate)
    moved = move(duplicate, kept)
    assert Invitation.objects.get().person == Registration.objects.get().person == kept
    assert {name: [row.pk for row, _changes in rows] for name, rows in moved.items()} == {
        "events.registration": [registration.pk],
        "events.invitation": [invitation.pk],
    }


def test_in_a_merge_one_registration_and_one_invitation_remain_and_both_links_open_them():
    first, second = make_invitation(event := make_event(capacity=5)), make_invitation(event)
    for invitation, party in ((first, 2), (second, 3)):
        make_registration(event, invitation.person, party=party)
    move(second.person, first.person)
    standing = Registration.objects.active().get()
    assert (standing.person, standing.party, event.seating().taken) == (first.person, 2, 2)
    assert Invitation.objects.get() == first
    assert set(Link.objects.filter(scope="invitation").values_list("subject_id", flat=True)) == {first.pk}

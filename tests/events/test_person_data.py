"""What events keep of a person: it can be forgotten, and goes along in a merge."""

import pytest
from django.db import transaction

from contacts.people.person_data import to_forget, to_move
from events.actions import registering
from events.models import Invitation, InvitationRequest, Registration, Status
from fleetportal.core.audit import Change
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
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
    assert (standing.person, standing.party, event.seating().taken) == (first.person, 3, 3)
    assert Invitation.objects.get() == first
    assert set(Link.objects.filter(scope="invitation").values_list("subject_id", flat=True)) == {first.pk}


@pytest.mark.parametrize("better", ["kept", "duplicate"])
def test_in_a_merge_the_better_standing_stays_and_nobody_is_told_of_a_cancellation(better):
    event = make_event(capacity=4)
    seated, stranger = make_registration(event, make_guest(), party=4), make_registration(event, make_guest(), party=2)
    waits = make_registration(event, make_guest(), party=4)
    letters = Message.objects.count()
    kept, duplicate = (seated.person, waits.person) if better == "kept" else (waits.person, seated.person)

    move(duplicate, kept)

    row = Registration.objects.active().exclude(pk=stranger.pk).get()
    assert (row.pk, row.person, row.status) == (seated.pk, kept, Status.SEATED)
    assert Message.objects.count() == letters
    assert (event.seating().taken, event.seating().waiting) == (4, 1)


def test_in_a_merge_seats_given_back_are_passed_on():
    event = make_event(capacity=5)
    one, four, waits = (make_registration(event, make_guest(), party=party) for party in (1, 4, 1))

    move(one.person, four.person)

    assert Registration.objects.get(pk=waits.pk).is_seated
    assert set(Message.objects.values_list("template", flat=True)) == {"events/mail/seated", "events/mail/waiting", "events/mail/promoted"}


@pytest.mark.parametrize("left", ["neither", "the duplicate's", "the kept one's"])
def test_in_a_merge_the_human_gets_one_letter(north_ag, left):
    event = make_event(north_ag.centre)
    duplicate, kept = make_guest(north_ag), make_guest(north_ag)
    theirs, mine = (make_invitation(event, one, company=north_ag) for one in (duplicate, kept))
    sent = {"the duplicate's": theirs, "the kept one's": mine}.get(left)
    if sent:
        Message.objects.filter(key=sent.message_key).update(state="sent")
    move(duplicate, kept)
    waiting = list(Message.objects.filter(state="waiting").values_list("key", flat=True))
    assert waiting == ([] if sent else [mine.message_key])


@pytest.mark.parametrize("who", ["duplicate", "kept"])
@pytest.mark.parametrize("comes", [False, True])
def test_in_a_merge_a_no_and_a_reminder_count_whoever_of_the_two_they_were_for(north_ag, who, comes):
    event = make_event(north_ag.centre)
    people = {"duplicate": make_guest(north_ag), "kept": make_guest(north_ag)}
    invitations = {name: make_invitation(event, one, company=north_ag) for name, one in people.items()}
    if comes:
        make_registration(event, people["kept"], company=north_ag)
    Invitation.objects.filter(pk=invitations[who].pk).update(declined_at=event.entered_at, nudged_at=event.entered_at)
    asked = InvitationRequest.objects.create(event=event, invitation=invitations["duplicate"], email="x@y.example", name="X")
    move(people["duplicate"], people["kept"])
    one = Invitation.objects.get()
    assert (one.declined_at is None, one.nudged_at) == (comes, event.entered_at)
    assert InvitationRequest.objects.get(pk=asked.pk).invitation == one

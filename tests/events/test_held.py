"""An invitation holds a person against the other centres, and each end of it lets them go; whoever is refused is told who holds."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company
from contacts.arbiter.actions import HeldElsewhere, move_holds
from contacts.arbiter.models import Hold, Release
from contacts.memory.actions.complaints import complain
from contacts.models import PersonAddress
from contacts.person_data import move_addresses, move_messages
from events.actions import planning, registering, requests
from events.actions.choosing import invitable
from events.actions.inviting import call_back, invite, invite_many, nudge, run_inviting, start_inviting
from events.models import Event, EventKind, Invitation
from events.person_data import move_invitations
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.factories.contacts import make_person, make_role
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(south_ag: Company) -> Event:
    return make_event(south_ag.centre, title="Preview evening")


@pytest.fixture
def ours(north_ag: Company) -> Event:
    return make_event(north_ag.centre, starts_at=in_days(33))


@pytest.fixture
def both(north_ag: Company, south_ag: Company) -> Any:
    """Works for a company of each centre."""
    person = make_guest(north_ag)
    make_role("user", south_ag, person)
    return person


def test_whoever_is_held_elsewhere_is_refused_by_the_holders_name(
    theirs: Event, ours: Event, both: Any, north_ag: Company, south_ag: Company
) -> None:
    invite(theirs, both, company=south_ag, by=None)
    before = Message.objects.count()

    with pytest.raises(HeldElsewhere, match=f"^Held by Süd: Preview evening, .*{theirs.on.day}"):
        invite(ours, both, company=north_ag, by=None)

    assert (Invitation.objects.count(), Message.objects.count()) == (1, before)
    assert not invitable(ours, None).exists()


def decline(invitation: Invitation) -> None:
    registering.decline(invitation, by=None)


def accept(invitation: Invitation) -> None:
    make_registration(invitation.event, invitation.person, company=invitation.company)


def call_off(invitation: Invitation) -> None:
    planning.call_off(invitation.event, by=None)


@pytest.mark.parametrize(
    ("act", "because", "near"),
    [(decline, Release.ANSWERED, False), (accept, Release.ANSWERED, False), (call_off, Release.CALLED_OFF, True)],
)
def test_an_answer_frees_for_later_and_a_cancellation_at_once(
    theirs: Event, ours: Event, both: Any, north_ag: Company, south_ag: Company, act: Any, because: Release, near: bool
) -> None:
    later = make_event(north_ag.centre, starts_at=in_days(28 + 40))
    act(invite(theirs, both, company=south_ag, by=None))

    assert Hold.objects.get().released_because == because
    assert invitable(ours, None).filter(pk=both.pk).exists() == near
    assert invite(later, both, company=north_ag, by=None).pk


def test_invitations_called_back_hold_nobody(theirs: Event, ours: Event, both: Any, south_ag: Company, dora: Any, settings: Any) -> None:
    settings.INVITATIONS_WAIT_SECONDS = 60
    job = start_inviting(theirs, by=dora)
    run_inviting(job, float("inf"))
    assert not invitable(ours, None).exists()

    assert call_back(job, by=dora) == 1

    assert Hold.objects.get().released_because == Release.GIVEN_UP
    assert invitable(ours, None).get() == both


@pytest.mark.parametrize(
    ("values", "is_free"),
    [({"starts_at": in_days(100), "ends_at": in_days(100, 19)}, False), ({"kind": EventKind.TEST_DRIVE}, True)],
    ids=["moved", "kind"],
)
def test_an_edited_event_holds_as_it_is_now(
    theirs: Event, ours: Event, both: Any, south_ag: Company, values: dict[str, Any], is_free: bool
) -> None:
    invite(theirs, both, company=south_ag, by=None)

    planning.edit(theirs, by=None, **values)

    hold = Hold.objects.get()
    assert (hold.until, hold.kind) == (theirs.starts_at, theirs.kind)
    assert invitable(ours, None).filter(pk=both.pk).exists() == is_free
    registering.decline(Invitation.objects.get(), by=None)
    assert invitable(ours, None).filter(pk=both.pk).exists(), "far away or of another kind"


def test_whoever_asked_gets_an_answer_from_both(
    theirs: Event, ours: Event, both: Any, north_ag: Company, south_ag: Company, anna: Any
) -> None:
    invite(theirs, both, company=south_ag, by=None)
    asked = requests.ask(ours, by_mail=both.email, name="Alex", company_name=north_ag.name, how_known="", language="en")

    requests.invite_asked(asked, company=north_ag, group="user", by=anna, person=both)

    assert Message.objects.filter(template="events/mail/asked").count() == 1
    assert Hold.objects.get().centre == theirs.centre


# --- asked again when it leaves ----------------------------------------------------------------------------------------------


def test_a_letter_stays_whose_person_turned_out_to_be_held_by_another(
    theirs: Event, ours: Event, north_ag: Company, south_ag: Company
) -> None:
    first, double = make_guest(south_ag), make_guest(north_ag)
    invite(theirs, first, company=south_ag, by=None)
    lost = invite(ours, double, company=north_ag, by=None)
    with transaction.atomic():
        for move in (move_holds, move_invitations, move_messages, move_addresses):
            move(double, first)
    assert PersonAddress.objects.filter(person=first).count() == 2

    send_due(seconds=20)

    assert [message.to for message in mail.outbox] == [[first.email]]
    message = Message.objects.about(lost).get()
    assert message.state == MessageState.HELD_BACK
    assert message.last_answer.startswith("Held by Süd: Preview evening, ")


def test_a_reminder_leaves_for_an_event_whose_guest_a_later_one_has(north_ag: Company) -> None:
    first, later, guest = make_event(north_ag.centre), make_event(north_ag.centre, starts_at=in_days(50)), make_guest(north_ag)
    invitation = make_invitation(first, guest, company=north_ag)
    make_invitation(later, guest, company=north_ag)

    nudge(invitation, by=None)
    send_due(seconds=20)

    assert len(mail.outbox) == 3


def test_whoever_is_not_written_to_because_of_a_complaint_is_free_again(
    theirs: Event, ours: Event, both: Any, north_ag: Company, south_ag: Company, anna: Any
) -> None:
    lost = invite(theirs, both, company=south_ag, by=None)
    complaint = complain(south_ag, person=both, text="Late again.", by=anna, on=theirs.centre.today(timezone.now()))
    send_due(seconds=20)

    assert (mail.outbox, Message.objects.about(lost).get().state) == ([], MessageState.HELD_BACK)
    assert Hold.objects.get().released_because == Release.GIVEN_UP
    complaint.answered_at = timezone.now() - timedelta(days=30)
    complaint.save()
    assert invitable(ours, None).get() == both


def test_a_reminder_that_is_held_back_frees_nobody(theirs: Event, both: Any, south_ag: Company, anna: Any) -> None:
    invitation = invite(theirs, both, company=south_ag, by=None)
    send_due(seconds=20)
    complain(south_ag, person=both, text="Late again.", by=anna, on=theirs.centre.today(timezone.now()))
    nudge(invitation, by=None)
    send_due(seconds=20)

    assert (len(mail.outbox), Hold.objects.get().released_at) == (1, None), "they were approached"


# --- an event that is moved --------------------------------------------------------------------------------------------------


def test_an_event_moved_near_anothers_gives_up_whom_that_one_had_first(theirs: Event, north_ag: Company, south_ag: Company) -> None:
    """Whose letter has left was approached and keeps the invitation; whose letter waits is not invited a second time."""
    waiting, reached, only_ours = make_guest(north_ag), make_guest(north_ag), make_guest(north_ag)
    far = make_event(north_ag.centre, starts_at=theirs.starts_at + timedelta(days=60), ends_at=theirs.ends_at + timedelta(days=60))
    for person in (waiting, reached):
        make_role("user", south_ag, person)
        registering.decline(invite(theirs, person, company=south_ag, by=None), by=None)
    invite(far, reached, company=north_ag, by=None)
    send_due(seconds=20)
    for person in (waiting, only_ours):
        invite(far, person, company=north_ag, by=None)
    assert Hold.objects.open().about(far).count() == 3

    planning.edit(far, by=None, starts_at=far.starts_at - timedelta(days=40), ends_at=far.ends_at - timedelta(days=40))

    assert set(Invitation.objects.filter(event=far).values_list("person", flat=True)) == {reached.pk, only_ours.pk}
    assert set(Hold.objects.open().about(far).values_list("person", flat=True)) == {reached.pk, only_ours.pk}
    assert not Message.objects.filter(recipient_id=waiting.pk, state=MessageState.WAITING).exists()


# --- the pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["event", "proposal", "held_back"])
def test_the_pages_name_the_holder(
    client: Client, theirs: Event, ours: Event, both: Any, south_ag: Company, north_ag: Company, anna: Any, name: str
) -> None:
    make_guest(north_ag)
    invite(theirs, both, company=south_ag, by=None)
    client.force_login(anna)

    page = client.get(reverse(f"events:{name}", args=[ours.pk])).content.decode()

    assert ("Approached by other centres" in page) == (name != "held_back"), "there each group has its holder as its title"
    assert page.count("Held by Süd: Preview evening, ") == 1
    assert "Ask to co-host" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_whoever_is_held_costs_the_same_for_one_and_three(
    client: Client, theirs: Event, ours: Event, north_ag: Company, south_ag: Company, anna: Any, rows: int, django_assert_num_queries: Any
) -> None:
    people = [make_guest(north_ag) for _one in range(rows)]
    invite_many(theirs, [(person, south_ag) for person in people], by=None)
    client.force_login(anna)
    client.get(reverse("events:list"))

    with django_assert_num_queries(9):  # session 2, event, groups 3, holders 3
        client.get(reverse("events:held_back", args=[ours.pk]))


def test_events_further_apart_than_the_rule_says_hold_nobody_who_answered(theirs: Event, north_ag: Company, south_ag: Company) -> None:
    person, distance = make_person(), timedelta(days=30)
    make_role("user", north_ag, person)
    invitation = invite(theirs, make_guest(south_ag), company=south_ag, by=None)
    Hold.objects.update(person=person)
    registering.decline(invitation, by=None)
    Hold.objects.update(released_at=theirs.starts_at, released_because=Release.ANSWERED)

    at = [make_event(north_ag.centre, starts_at=theirs.starts_at + sign * distance).occasion for sign in (-1, 1)]

    found = [Hold.objects.against(one.kind, one.centre, one.at, now=theirs.starts_at).exists() for one in at]
    assert found == [False, True]

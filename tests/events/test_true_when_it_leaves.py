"""What a waiting letter says is true when it leaves (F4), it goes to an address that agreed (F6), and its calendar entry keeps who sent
it (F12, F16)."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.utils import timezone

from accounts.models import Company
from contacts.consent.models import Consent
from contacts.models import PersonAddress, Purpose
from events.actions import inviting, planning, registering
from events.actions.sessions import remind_coming
from events.models import Event, Invitation, Registration
from fleetportal.core import ical
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.events.work import run_jobs
from tests.factories.accounts import make_centre, make_user
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def put_off(step: str) -> None:
    """The mail server said "later" to letters of that step: they go after whatever is queued now."""
    Message.objects.filter(template=f"events/mail/{step}").update(due_at=timezone.now() + timedelta(minutes=1))


def send_all() -> list[tuple[str, str]]:
    """The step of each letter that was held back, or its step and what became of it, in order."""
    run_jobs()
    Message.objects.filter(state=MessageState.WAITING).update(due_at=timezone.now())
    while send_due():
        pass
    return [(message.template.rpartition("/")[2], str(message.state)) for message in Message.objects.order_by("pk")]


def reminded(north_ag: Company) -> Registration:
    event = make_event(north_ag.centre, starts_at=in_days(2))
    guest = make_guest(north_ag)
    make_invitation(event, guest, company=north_ag)
    registration = make_registration(event, guest, company=north_ag)
    send_due()
    remind_coming(now=event.starts_at - timedelta(hours=20))
    run_jobs()
    put_off("reminder")
    return registration


def cancel(registration: Registration) -> None:
    registering.cancel(registration, by=None)


def decline(registration: Registration) -> None:
    registering.decline(Invitation.objects.get(), by=None)


def call_off(registration: Registration) -> None:
    planning.call_off(Event.objects.get(), by=None)


def move(registration: Registration) -> None:
    event = Event.objects.get()
    planning.edit(event, by=None, starts_at=event.starts_at + WEEK, ends_at=event.ends_at + WEEK)


@pytest.mark.parametrize("act", [cancel, decline, call_off, move])
def test_a_waiting_reminder_stays_here_once_it_is_untrue(north_ag: Company, act: Any) -> None:
    act(reminded(north_ag))

    assert ("reminder", "held_back") in send_all()


def test_a_reminder_that_holds_leaves(north_ag: Company) -> None:
    registering.change(reminded(north_ag), by=None, party=2)

    assert ("reminder", "sent") in send_all()


def test_a_confirmation_that_was_put_off_does_not_follow_the_cancellation(north_ag: Company) -> None:
    registration = make_registration(make_event(north_ag.centre), company=north_ag)
    put_off("seated")
    registering.cancel(registration, by=None)

    assert send_all() == [("seated", "held_back"), ("cancelled", "sent")]


@pytest.mark.parametrize("act", [cancel, decline])
def test_a_cancellation_that_was_put_off_does_not_follow_the_next_yes(north_ag: Company, act: Any) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    make_invitation(event, guest, company=north_ag)
    act(make_registration(event, guest, company=north_ag))
    put_off("cancelled")
    make_registration(event, guest, company=north_ag)

    assert ("cancelled", "held_back") in send_all()


@pytest.mark.parametrize("step", ["nudge", "invitation"])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_whoever_has_answered_is_not_asked(north_ag: Company, step: str, answer: str) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    invitation = make_invitation(event, guest, company=north_ag)
    if step == "nudge":
        send_due()
        inviting.nudge(invitation, by=None)
    put_off(step)

    if answer == "yes":
        make_registration(event, guest, company=north_ag)
    else:
        registering.decline(invitation, by=None)

    assert (step, "held_back") in send_all()


@pytest.mark.parametrize("step", ["nudge", "invitation"])
def test_an_invitation_that_waits_leaves_with_the_new_day(north_ag: Company, step: str) -> None:
    event = make_event(north_ag.centre)
    invitation = make_invitation(event, make_guest(north_ag), company=north_ag)
    if step == "nudge":
        send_due()
        inviting.nudge(invitation, by=None)

    planning.edit(Event.objects.get(), by=None, starts_at=event.starts_at + WEEK, ends_at=event.ends_at + WEEK)
    send_due()
    assert Message.objects.get(template=f"events/mail/{step}").state == MessageState.WAITING, "it waits to be written anew"
    send_all()

    moved = Event.objects.get()
    letter = Message.objects.get(template=f"events/mail/{step}")
    assert letter.state == MessageState.SENT
    assert f"{moved.begins.day} " in letter.text
    assert f"{event.begins.day} {event.begins:%B}" not in letter.text


@pytest.mark.parametrize("passed", ["starts_at", "registration_closes_at"])
def test_no_invitation_leaves_once_the_event_has_begun_or_registration_closed(north_ag: Company, passed: str) -> None:
    event = make_event(north_ag.centre)
    make_invitation(event, make_guest(north_ag), company=north_ag)
    Event.objects.update(**{passed: timezone.now() - timedelta(minutes=1)})

    assert send_all() == [("invitation", "held_back")]


# --- F6 ------------------------------------------------------------------------------------------------------------------------


def agree(address: PersonAddress, purpose: str = Purpose.INVITATIONS, *, is_given: bool = True) -> None:
    Consent.enter(address, purpose, is_given=is_given, wording="x", source="x", by=None, language="en")


@pytest.mark.parametrize("first", ["no word", "no", "yes to offers"])
def test_an_invitation_goes_to_the_address_that_agreed(north_ag: Company, first: str) -> None:
    guest = make_guest(north_ag, consent=False)
    address = guest.addresses.get(channel="email")
    if first != "no word":
        agree(address, Purpose.OFFERS if first == "yes to offers" else Purpose.INVITATIONS, is_given=first != "no")
    second = PersonAddress.enter(guest, channel="email", value="second@home.example", by=None)
    agree(second)
    event = make_event(north_ag.centre)

    invitation = make_invitation(event, guest, company=north_ag)
    send_due()
    inviting.nudge(invitation, by=None)
    send_due()

    assert {(one.recipient, str(one.state)) for one in Message.objects.all()} == {("second@home.example", "sent")}
    sent = as_email(Message.objects.first())
    link = sent.extra_headers["List-Unsubscribe"]
    assert link[1:-1].partition("?")[0] in sent.body, "the way out is that address's"


# --- F12, F16 --------------------------------------------------------------------------------------------------------------------


def entries(registration: Registration) -> list[Any]:
    files = [part["text"] for message in Message.objects.about(registration).order_by("pk") for part in message.attachments]
    return [icalendar.Calendar.from_ical(file).walk("VEVENT")[0] for file in files]


def test_the_organizer_stays_for_the_life_of_the_entry(north_ag: Company) -> None:
    centre = north_ag.centre
    event = make_event(centre, host=make_user("a", email="a@house.example"))
    registration = make_registration(event, company=north_ag)
    changes: tuple[dict[str, Any], ...] = (
        {"host": make_user("b", email="b@house.example"), "location": "Hall 2"},
        {"host": None, "location": "Hall 3"},
        {"centre": make_centre("x", name="X", email="x@house.example", street="Via Roma 1")},
    )
    for values in changes:
        planning.edit(Event.objects.get(), by=None, **values)
        run_jobs()
    registering.cancel(Registration.objects.get(), by=None)

    found = entries(registration)
    assert [int(entry["SEQUENCE"]) for entry in found] == [0, 1, 2, 3, 4]
    assert len({(str(entry["ORGANIZER"]), entry["ORGANIZER"].params["CN"]) for entry in found}) == 1


def test_answers_go_to_the_host(north_ag: Company) -> None:
    event = make_event(north_ag.centre, host=make_user("a", email="a@house.example"))
    make_invitation(event, make_guest(north_ag), company=north_ag)
    make_registration(event, company=north_ag)

    assert {as_email(message).extra_headers["Reply-To"] for message in Message.objects.all()} == {"a@house.example"}


@pytest.mark.parametrize("end", ["cancel", "call off"])
def test_whoever_only_waited_gets_no_withdrawal(north_ag: Company, end: str) -> None:
    event = make_event(north_ag.centre, capacity=1)
    make_registration(event, company=north_ag)
    waits = make_registration(event, company=north_ag)

    if end == "cancel":
        registering.cancel(waits, by=None)
    else:
        planning.call_off(event, by=None)
        run_jobs()

    last = Message.objects.about(waits).latest("pk")
    assert (last.attachments, "calendar" in last.text + last.html) == ([], False)


def test_an_attendee_of_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert ical.Party("Ute", "ute@bücher.example").uri == "mailto:ute@xn--bcher-kva.example"

"""A guest without an e-mail address hears by post that an event has moved or been called off: from the change to the printed letter."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Company, User
from contacts.models import Interaction, Person, PersonAddress
from events.actions import planning
from events.models import Event, Registration
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.channels.letter import PaperLetter, as_sheet
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.events.work import run_jobs
from tests.factories.events import in_days, make_event, make_guest, make_registration

pytestmark = pytest.mark.django_db
POST = "Am Markt 1\n20457 Hamburg"


def make_post_guest(company: Company, *, email: str = "", state: str = "unconfirmed") -> Person:
    """Herr Brandt, who has a postal address, and an e-mail address where one is given."""
    guest = make_guest(company, consent=False, last_name="Brandt", first_name="Thomas", email=email)
    PersonAddress.enter(guest, channel="letter", value=POST, by=None, state=state)
    return guest


@pytest.fixture
def event(north_ag: Company) -> Event:
    return make_event(north_ag.centre, starts_at=in_days(20), ends_at=in_days(20, 19))


def come(event: Event, guest: Person, company: Company) -> Registration:
    return make_registration(event, guest, company=company)


def move(event: Event, days: int = 27) -> None:
    planning.edit(Event.objects.get(pk=event.pk), by=None, starts_at=in_days(days), ends_at=in_days(days, 19))
    run_jobs()
    send_due()


def call_off(event: Event) -> None:
    planning.call_off(Event.objects.get(pk=event.pk), by=None)
    run_jobs()
    send_due()


@pytest.mark.parametrize(("change", "step"), [(move, "moved"), (call_off, "called_off")])
def test_the_letter_waits_to_be_printed_and_is_marked_printed(
    client: Client, admin: User, event: Event, north_ag: Company, change: Any, step: str
) -> None:
    guest = make_post_guest(north_ag)
    registration = come(event, guest, north_ag)
    assert not Message.objects.exists(), "a confirmation goes by e-mail alone"

    change(event)

    (message,) = Message.objects.all()
    assert (message.template, message.channel, message.recipient) == (f"events/mail/{step}", "letter", POST)
    assert (message.state, message.attachments, message.html) == (MessageState.SENT, [], "")
    assert "attached" not in message.text and "Brandt" in message.text
    assert as_sheet(message, {}).address == f"Thomas Brandt\n{POST}"
    contact = Interaction.objects.get(kind=f"event.{step}")
    assert (contact.person, contact.channel, contact.about_id) == (guest, "letter", registration.pk)
    client.force_login(admin)
    letter = PaperLetter.objects.get()
    assert "Thomas Brandt<br>Am Markt 1<br>20457 Hamburg" in client.get("/messages/letters/").content.decode()
    assert client.get(f"/messages/letters/{letter.pk}.pdf").content.startswith(b"%PDF-")
    client.post("/messages/letters/printed/", {"letter": letter.pk})
    assert Entry.objects.filter(action="letter.printed").get().actor_id == admin.pk
    assert not PaperLetter.objects.unprinted().exists()


def test_whoever_has_an_e_mail_address_gets_no_letter(event: Event, north_ag: Company) -> None:
    come(event, make_post_guest(north_ag, email="brandt@customer.example"), north_ag)
    call_off(event)
    assert set(Message.objects.values_list("channel", flat=True)) == {"email"}
    assert not PaperLetter.objects.exists()


@pytest.mark.parametrize("state", ["bouncing", "withdrawn"])
def test_an_address_that_is_no_good_gets_no_letter(event: Event, north_ag: Company, state: str) -> None:
    come(event, make_post_guest(north_ag, state=state), north_ag)
    call_off(event)
    assert not Message.objects.exists()


def test_post_is_used_where_the_e_mail_address_bounces(event: Event, north_ag: Company) -> None:
    guest = make_post_guest(north_ag, email="gone@customer.example")
    come(event, guest, north_ag)
    guest.addresses.filter(channel="email").update(state="bouncing")
    call_off(event)
    assert Message.objects.get(template="events/mail/called_off").channel == "letter"


def test_an_address_withdrawn_after_the_letter_was_queued_stops_it(event: Event, north_ag: Company) -> None:
    guest = make_post_guest(north_ag)
    come(event, guest, north_ag)
    planning.call_off(Event.objects.get(pk=event.pk), by=None)
    run_jobs()
    guest.addresses.update(state="withdrawn")
    send_due()
    assert Message.objects.get().state == MessageState.HELD_BACK
    assert not PaperLetter.objects.exists()


def test_a_letter_not_yet_printed_is_taken_off_the_pile_when_the_event_moves_again(
    client: Client, admin: User, event: Event, north_ag: Company
) -> None:
    printed, waiting = (make_post_guest(north_ag) for _guest in range(2))
    for guest in (printed, waiting):
        come(event, guest, north_ag)
    move(event)
    PaperLetter.objects.filter(message__recipient_id=printed.pk).mark_printed(by=admin)
    move(event, days=34)
    pile = list(PaperLetter.objects.unprinted())
    assert [letter.message.recipient_id for letter in pile] == [printed.pk, waiting.pk]
    assert {letter.message.key.rpartition(":")[2] for letter in pile} == {"2"}
    held_back = Message.objects.get(state=MessageState.HELD_BACK)
    assert held_back.recipient_id == waiting.pk
    client.force_login(admin)
    assert client.get("/messages/letters/").context["waiting"].paginator.count == 2


@pytest.mark.parametrize("guests", [1, 3])
def test_letters_cost_the_same_for_one_guest_and_for_three(
    event: Event, north_ag: Company, guests: int, django_assert_max_num_queries: Any
) -> None:
    for _guest in range(guests):
        come(event, make_post_guest(north_ag), north_ag)
    come(event, make_guest(north_ag), north_ag)
    planning.call_off(Event.objects.get(pk=event.pk), by=None)
    with django_assert_max_num_queries(30):
        run_jobs()
    assert Message.objects.filter(channel="letter").count() == guests

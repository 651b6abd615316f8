"""What an invited guest sees and does by link: no account, no script, and looking changes nothing (R26)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import TouchedCompany
from cms import kept
from contacts.people.actions import people
from events.actions import planning, registering
from events.models import Event, Invitation, Registration, Status
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from fleetportal.core.templatetags.portal import day_and_month
from fleetportal.core.web.keeping import UNTIL
from tests.answers import said
from tests.factories.events import make_event, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def path(invitation: Invitation, step: str = "") -> str:
    return Link.objects.get(scope="invitation", subject_id=invitation.pk).path + step


def answer(**fields: Any) -> dict[str, Any]:
    return {"party": 2, "name2": "Katrin", "wishes": "vegetarian", "question": "", **fields}


def state() -> tuple[int, ...]:
    return (Registration.objects.count(), Entry.objects.count(), Message.objects.count(), Link.objects.count())


def test_two_taps_and_the_guest_is_registered_with_company(client: Client) -> None:
    invitation = make_invitation()
    page = client.get(path(invitation))
    assert "I’m coming" in page.content.decode()

    done = client.post(path(invitation), answer())

    registration = Registration.objects.get()
    assert (done.status_code, done["Location"]) == (303, path(invitation))
    assert (registration.party, registration.companions, registration.wishes) == (2, ["Katrin"], "vegetarian")
    assert registration.company == invitation.company
    assert "Your two seats are reserved." in client.get(path(invitation)).content.decode()


def test_registering_costs_what_it_did(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Of each request the link and the invitation 2; see each. The letter goes with what else waits, and two statements of its own.

    The landing page is known from another guest. On PostgreSQL the worker also says that its commits need not wait for the disk.
    """
    settings.KEEP_PAGES_SECONDS = 60
    monkeypatch.setattr(kept, "landings", {})
    invitation = make_invitation()
    client.get(path(make_invitation(invitation.event)))
    address, unhurried = path(invitation), 2 if connection.vendor == "postgresql" else 0
    savepoint = 2  # of the test's transaction; the portal begins and ends one of its own
    with django_assert_num_queries(2 + 2):  # what the guest replied before, the seats
        client.get(address)
    with django_assert_num_queries(
        12 + 3 + savepoint
    ):  # seats 2, reply 1, registration, entry, line, addresses, ticket, letter, answer, hold
        assert client.post(address, answer(_key="one")).status_code == 303
    with django_assert_num_queries(2 + 2):  # the registration, the ticket
        client.get(address)
    Message.objects.exclude(template="events/mail/seated").delete()
    with django_assert_num_queries(
        unhurried + 1 + 2 + savepoint + 1 + 1 + 2
    ):  # is sending paused; leased; gate, links; looked at again, what came of it
        assert not send_due()
    assert Message.objects.filter(state=MessageState.SENT).count() == 1


def test_a_registration_for_a_second_delivery_lets_reasons_be_looked_at_again() -> None:
    plain, event = make_invitation(), make_invitation(make_event(kind="second_delivery"))
    TouchedCompany.objects.all().delete()

    for invited in (plain, event):
        make_registration(invited.event, invited.person, company=invited.company)

    assert [touch.company for touch in TouchedCompany.objects.all()] == [event.company]


def test_the_page_speaks_the_guests_language_until_the_guest_chooses_another(client: Client) -> None:
    invitation = make_invitation()
    people.edit(invitation.person, by=None, language="de")

    assert '<html lang="de">' in client.get(path(invitation)).content.decode()
    client.cookies["language"] = "it"
    assert '<html lang="it">' in client.get(path(invitation)).content.decode()


def test_the_same_key_registers_once(client: Client) -> None:
    invitation = make_invitation()
    first = client.post(path(invitation), answer(_key="one"))
    before = state()

    again = client.post(path(invitation), answer(_key="one"))

    assert said(again) == said(first)
    assert state() == before


@pytest.mark.parametrize(
    "fields", [{"party": 0}, {"party": 7}, {"party": "many"}, {"party": "9" * 5000}, {"name2": "x" * 41}, {"wishes": "x" * 501}]
)
def test_a_faulty_answer_keeps_what_was_typed_and_changes_nothing(client: Client, fields: dict[str, Any]) -> None:
    invitation = make_invitation()
    before = state()

    page = client.post(path(invitation), answer(question="How long is the boot?") | fields)

    assert page.status_code == 422
    assert "How long is the boot?" in page.content.decode()
    assert state() == before


def test_a_full_event_offers_the_waiting_list_and_says_the_place(client: Client) -> None:
    event = make_event(capacity=2)
    make_registration(event, party=2)
    invitation = make_invitation(event)
    page = " ".join(client.get(path(invitation)).content.decode().split())
    assert '<span class="say say1"> Put me on the waiting list </span>' in page
    assert '<span class="say say2"> Put us on the waiting list </span>' in page

    client.post(path(invitation), answer())

    assert Registration.objects.get(person=invitation.person).status == Status.WAITING
    assert "You are next on the waiting list." in client.get(path(invitation)).content.decode()


def test_who_may_bring_nobody_is_spoken_to_as_one(client: Client) -> None:
    event = make_event(capacity=1, largest_party=1)
    make_registration(event)
    page = " ".join(client.get(path(make_invitation(event))).content.decode().split())
    assert "Put me on the waiting list </button>" in page
    assert "Put us" not in page


def test_a_closed_event_says_so_and_takes_no_answer(client: Client) -> None:
    invitation = make_invitation()
    Event.objects.update(registration_closes_at=timezone.now())
    before = state()

    refused = client.post(path(invitation), answer())

    assert refused.status_code == 409
    assert "closed" in refused.content.decode()
    assert state() == before


def test_no_is_an_answer_and_may_be_taken_back(client: Client) -> None:
    invitation = make_invitation()

    client.post(path(invitation, "no/"))
    assert Invitation.objects.get().declined_at is not None
    client.post(path(invitation), answer())

    assert Invitation.objects.get().declined_at is None
    assert Registration.objects.get().status == Status.SEATED


def test_change_asks_for_more_seats_than_there_are_in_vain(client: Client) -> None:
    event = make_event(capacity=3)
    invitation = make_invitation(event)
    client.post(path(invitation), answer())

    assert client.get(path(invitation, "change/")).status_code == 200
    refused = client.post(path(invitation, "change/"), answer(party=4))
    changed = client.post(path(invitation, "change/"), answer(party=3, name3="Jonte"))

    assert (refused.status_code, changed.status_code) == (409, 303)
    assert Registration.objects.get().companions == ["Katrin", "Jonte"]


def test_cancelling_is_asked_before_it_is_done(client: Client) -> None:
    invitation = make_invitation()
    client.post(path(invitation), answer())

    asked = client.get(path(invitation, "cancel/"))
    assert "Do you want to give up your 2 seats?" in asked.content.decode()
    assert Registration.objects.get().status == Status.SEATED
    client.post(path(invitation, "cancel/"))

    assert Registration.objects.get().status == Status.CANCELLED
    assert Invitation.objects.get().declined_at is not None


def test_the_ticket_shows_its_code_and_its_calendar_file(client: Client) -> None:
    registration = make_registration(party=2)
    link = Link.objects.get(scope="ticket", subject_id=registration.pk)

    page, file = client.get(link.path), client.get(f"{link.path}appointment.ics")

    assert re.search(r'<svg class="qr"[^>]*>', page.content.decode())
    assert file["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:registration-{registration.pk}@" in file.content.decode()
    registering.cancel(registration, by=None)
    assert "This ticket has been cancelled" in client.get(link.path).content.decode()
    assert client.get(f"{link.path}appointment.ics").status_code == 404


@pytest.mark.parametrize("step", ["", "form/", "change/", "cancel/", "appointment.ics"])
def test_looking_changes_nothing(client: Client, step: str) -> None:
    invitation = make_invitation()
    client.post(path(invitation), answer())
    before = state()

    for method in ("get", "head", "options"):
        response = getattr(client, method)(path(invitation, step))
        assert response.status_code in (200, 405)
        assert response["Cache-Control"] == "no-store"

    assert state() == before


def test_scanners_that_open_every_link_of_a_letter_answer_nothing(client: Client) -> None:
    invitation = make_invitation()
    message = Message.objects.get(key=invitation.message_key)
    addresses = [link.path for link in Link.objects.filter(scope="invitation")]
    before = state()

    for address in addresses:
        client.get(address)
        client.get(address + "no/")

    assert "{link:" in message.text
    assert (state(), Invitation.objects.get().declined_at) == (before, None)


@pytest.mark.parametrize("step", ["", "form/", "change/", "cancel/", "appointment.ics"])
def test_an_invitation_taken_away_looks_like_one_that_never_was(client: Client, step: str) -> None:
    invitation = make_invitation()
    address = path(invitation, step)
    unknown = re.sub(r"invitation/[^/]+", "invitation/" + "A" * 32, address)
    Invitation.objects.all().delete()

    assert said(client.get(address), apart_from=[address]) == said(client.get(unknown), apart_from=[unknown])


def test_the_form_prefills_whom_the_guest_brought_last_time(client: Client) -> None:
    earlier = make_registration(party=3, companions=["Katrin", "Jonte"])
    invitation = make_invitation(person=earlier.person, company=earlier.company)

    page = client.get(path(invitation)).content.decode()

    assert 'value="Jonte"' in page
    assert '<input type="radio" name="party" value="3" checked>' in page


def test_a_telephone_keeps_a_ticket_to_the_end_of_the_evening_and_no_other(client: Client) -> None:
    registration = make_registration(make_event(capacity=1))
    link = Link.objects.get(scope="ticket", subject_id=registration.pk)
    page = client.get(link.path)
    assert page[UNTIL] == str(int(registration.event.ends_at.timestamp()))
    assert "kept.js" in page.content.decode()
    registering.cancel(registration, by=None)
    page = client.get(link.path)
    assert (page.status_code, page.has_header(UNTIL), "kept.js" in page.content.decode()) == (200, False, False)


def test_a_ticket_of_an_event_called_off_says_that_and_not_that_it_was_given_back(client: Client) -> None:
    registration = make_registration()
    planning.call_off(registration.event, by=None, reason="The car is stuck.")
    words = client.get(Link.objects.get(scope="ticket", subject_id=registration.pk).path).content.decode()
    assert "This event has been cancelled." in words and "The car is stuck." in words
    assert "ticket has been cancelled" not in words and "enough at the door" not in words


def test_nobody_looks_forward_to_what_is_called_off(client: Client, anna: Any) -> None:
    invitation = make_invitation(make_event(host=anna))
    assert "Looking forward to seeing you" in client.get(path(invitation)).content.decode()
    planning.call_off(invitation.event, by=None)
    assert "Looking forward to seeing you" not in client.get(path(invitation)).content.decode()


def test_who_comes_may_cancel_until_it_begins_after_the_list_is_closed(client: Client) -> None:
    invitation = make_invitation(make_event(title="Late"))
    client.post(path(invitation), answer())
    Event.objects.update(registration_closes_at=timezone.now() - timedelta(days=1))
    words = client.get(path(invitation)).content.decode()
    assert re.search(rf'You can <a href="[^"]+/cancel/">cancel</a> until {day_and_month(Event.objects.get().begins)}\.', words)
    assert "hange the number of guests" not in words

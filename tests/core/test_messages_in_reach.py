"""Administrators see, send again and print the messages of their centres; what concerns nobody in particular belongs to the whole house."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Centre, Company, User
from contacts.memory.actions import meetings
from contacts.models import Person
from fleetportal.core.audit import Entry, label
from fleetportal.core.outbox.channels.letter import PaperLetter
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState
from fleetportal.core.outbox.sending import send_due
from gifts.actions import challenging, telling
from tests.factories.accounts import make_user
from tests.factories.contacts import make_role
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration
from tests.factories.gifts import make_programme, make_voucher
from tests.factories.messages import make_message, state_of

pytestmark = pytest.mark.django_db
ADDRESS = "Alpha GmbH\nAm Markt 1\n20457 Hamburg"


@pytest.fixture
def norbert(north: Centre) -> User:
    """Administers the north alone."""
    return make_user("norbert", role="administrator", at=[north], home_centre=north)


@pytest.fixture
def messages(brandt: Person, north_ag: Company, south_ag: Company, south: Centre) -> dict[str, Message]:
    """Parked messages, by what they concern: a company of the north, one of the south, the south itself, nobody."""
    concern = {
        "north_ag": (label(Company), north_ag.pk),
        "south_ag": (label(Company), south_ag.pk),
        "south": (label(Centre), south.pk),
        "nobody": ("", None),
    }
    facts: dict[str, Any] = {"state": MessageState.PARKED}
    return {key: make_message(brandt, concerns_type=what, concerns_id=pk, **facts) for key, (what, pk) in concern.items()}


@pytest.fixture
def letters(messages: dict[str, Message]) -> dict[str, PaperLetter]:
    Message.objects.update(state=MessageState.WAITING, channel=MessageChannel.LETTER, recipient=ADDRESS)
    send_due()
    return {key: PaperLetter.objects.get(message=message) for key, message in messages.items()}


def test_messages_in_trouble_are_those_of_ones_centres(client: Client, norbert: User, admin: User, messages: dict[str, Message]) -> None:
    for user, seen in ((norbert, {"north_ag"}), (admin, set(messages))):
        client.force_login(user)
        stuck = client.get("/messages/").context["stuck"]
        assert set(stuck) == {messages[key] for key in seen}
        assert stuck.paginator.count == len(seen)


def test_only_a_message_in_reach_is_sent_again(client: Client, norbert: User, messages: dict[str, Message]) -> None:
    client.force_login(norbert)
    for key, status in (("south_ag", 404), ("south", 404), ("nobody", 404), ("north_ag", 303)):
        assert client.post(f"/messages/{messages[key].pk}/again/").status_code == status, key
    states = {key: state_of(message) for key, message in messages.items()}
    assert states == {"north_ag": "waiting", "south_ag": "parked", "south": "parked", "nobody": "parked"}
    assert Entry.objects.filter(action="message.sent_again").count() == 1


def test_letters_to_print_are_those_of_ones_centres(client: Client, norbert: User, admin: User, letters: dict[str, PaperLetter]) -> None:
    for user, seen in ((norbert, {"north_ag"}), (admin, set(letters))):
        client.force_login(user)
        waiting = client.get("/messages/letters/").context["waiting"]
        assert set(waiting) == {letters[key] for key in seen}
        assert waiting.paginator.count == len(seen)
        for key, letter in letters.items():
            assert client.get(f"/messages/letters/{letter.pk}.pdf").status_code == (200 if key in seen else 404), key


def test_only_letters_in_reach_are_printed(client: Client, norbert: User, letters: dict[str, PaperLetter]) -> None:
    client.force_login(norbert)
    one = client.get("/messages/letters/waiting.pdf").content
    assert client.get(f"/messages/letters/{letters['north_ag'].pk}.pdf").content == one, "the file of all has no page of others"
    client.post("/messages/letters/printed/", {"letter": [letter.pk for letter in letters.values()]})
    assert set(PaperLetter.objects.exclude(printed_at=None)) == {letters["north_ag"]}
    assert Entry.objects.filter(action="letter.printed").count() == 1
    assert client.get("/messages/letters/waiting.pdf").status_code == 404


def test_messages_go_with_their_company_when_it_changes_centres(
    norbert: User, messages: dict[str, Message], south_ag: Company, north: Centre
) -> None:
    Company.objects.filter(pk=south_ag.pk).update(centre=north)
    assert set(Message.objects.where(norbert, may="administer")) == {messages["north_ag"], messages["south_ag"]}


def test_what_the_house_writes_concerns_the_company_it_is_about(north_ag: Company, anna: User, django_assert_num_queries: Any) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    make_invitation(event, guest, company=north_ag)
    make_registration(event, guest, company=north_ag)
    decision_maker = make_role("decision_maker", north_ag).person
    sides = {"decision_maker": decision_maker, "account_manager": anna, "director": None}
    meeting = meetings.propose(north_ag, [in_days(20, 10)], by=anna, **sides)
    meetings.fix(meeting, in_days(20, 10), by=anna)
    assert Message.objects.count() == 4
    assert set(Message.objects.values_list("concerns_type", "concerns_id")) == {("accounts.company", north_ag.pk)}


def test_a_voucher_and_its_code_concern_the_company_or_else_the_centre_of_the_programme(north: Centre, north_ag: Company) -> None:
    programme = make_programme(north)
    driver = make_role("driver", north_ag)
    known, unknown = make_voucher(programme, driver=driver), make_voucher(programme)
    with transaction.atomic():
        messages = [telling.send(voucher, driver.person) for voucher in (known, unknown)]
    challenging.challenge(programme, first_name="Kim", channel="email", address="kim@guest.example", plate="HHAB1")
    messages.append(Message.objects.get(template="gifts/mail/code"))
    concern = [(message.concerns_type, message.concerns_id) for message in messages]
    assert concern == [("accounts.company", north_ag.pk), ("accounts.centre", north.pk), ("accounts.centre", north.pk)]

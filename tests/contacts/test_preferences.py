"""What an address may be sent: the page, the one click, and that nothing promotional leaves without a record."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Company
from contacts.consent import actions, gates, unsubscribe
from contacts.consent.models import reachable
from contacts.models import AddressState, Consent, Person, PersonAddress, Purpose
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.factories.contacts import give_consent, make_person
from tests.factories.messages import make_message

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ALL_YES = dict.fromkeys(Purpose.values, "yes")


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt", email="brandt@customer.example")


@pytest.fixture
def address(brandt: Person) -> PersonAddress:
    return brandt.addresses.get()


@pytest.fixture
def link(address: PersonAddress) -> Link:
    return unsubscribe.link(address)


@pytest.fixture
def guest() -> Client:
    """A browser that insists on CSRF tokens, as a real one meets."""
    return Client(enforce_csrf_checks=True)


def make_promotion(person: Person, purpose: str = Purpose.INVITATIONS, *, recipient: str = "") -> Message:
    now, number = timezone.now(), Message.objects.count()
    facts: dict[str, Any] = {
        "gate": "marketing",
        "purpose": purpose,
        "recipient": recipient or person.email,
        "recipient_type": "contacts.person",
    }
    facts |= {"recipient_id": person.pk, "language": "en", "subject": "Come", "text": "Come.", "message_id": f"<{number}@x.example>"}
    facts |= {"headers": unsubscribe.headers(unsubscribe.link(person.addresses.filter(channel="email").first()), purpose)}
    return Message.objects.create(key=f"p:{number}", template="-", about_type="x", about_id=1, due_at=now, queued_at=now, **facts)


def said(address: PersonAddress) -> dict[str, bool | None]:
    return actions.current_consents(address)


# --- the link and the headers --------------------------------------------------------------------------------------------------


def test_an_address_has_one_link_for_good(address: PersonAddress) -> None:
    first = unsubscribe.link(address)
    assert unsubscribe.link(address) == first
    first.revoked_at = timezone.now()
    first.save()
    assert unsubscribe.link(address) != first


def test_a_promotion_carries_the_headers_with_a_working_link_and_stores_no_token(brandt: Person, address: PersonAddress) -> None:
    give_consent(brandt)
    message = make_promotion(brandt)
    send_due()
    headers = mail.outbox[0].extra_headers
    link = unsubscribe.link(address)
    assert headers["List-Unsubscribe"] == f"<{link.url}?purpose=invitations>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.token not in str(Message.objects.values().get(pk=message.pk))


# --- one click -----------------------------------------------------------------------------------------------------------------


def test_one_click_works_in_one_request_without_cookie_token_or_redirect(
    guest: Client, brandt: Person, address: PersonAddress, link: Link
) -> None:
    for purpose in (Purpose.INVITATIONS, Purpose.NEWS):
        give_consent(brandt, purpose)
    response = guest.post(f"{link.path}?purpose=invitations", ONE_CLICK)
    assert (response.status_code, response.content) == (200, b"")
    assert not response.cookies
    assert (said(address)["invitations"], said(address)["news"]) == (False, True)
    entry = Consent.objects.latest("pk")
    assert (entry.source, entry.recorded_by, entry.language) == ("one-click unsubscribe", None, "en")


@pytest.mark.parametrize("query", ["", "?purpose=nonsense", "?purpose="])
def test_one_click_without_a_purpose_stops_every_one(guest: Client, brandt: Person, address: PersonAddress, link: Link, query: str) -> None:
    give_consent(brandt, Purpose.NEWS)
    guest.post(f"{link.path}{query}", ONE_CLICK)
    assert set(said(address).values()) == {False}


def test_one_click_twice_writes_once(guest: Client, brandt: Person, address: PersonAddress, link: Link) -> None:
    give_consent(brandt)
    for _ in range(3):
        assert guest.post(f"{link.path}?purpose=invitations", ONE_CLICK).status_code == 200
    assert Consent.objects.filter(address=address, is_given=False).count() == 1


def test_one_click_stops_what_is_queued_already(guest: Client, brandt: Person, link: Link) -> None:
    give_consent(brandt)
    give_consent(brandt, Purpose.NEWS)
    queued, other = make_promotion(brandt), make_promotion(brandt, Purpose.NEWS)
    guest.post(f"{link.path}?purpose=invitations", ONE_CLICK)
    send_due()
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {queued.pk: MessageState.HELD_BACK, other.pk: MessageState.SENT}
    assert len(mail.outbox) == 1


def test_one_click_ends_it_for_everybody_at_that_mailbox(guest: Client, brandt: Person, link: Link) -> None:
    other = make_person("Other", email="brandt@customer.example")
    give_consent(other)
    guest.post(link.path, ONE_CLICK)
    guest.post(link.path, ONE_CLICK)
    assert said(other.addresses.get())["invitations"] is False
    assert other.addresses.get().consents.count() == 2, "one yes, one no"


def test_a_no_on_the_page_ends_it_for_everybody_at_that_mailbox(client: Client, brandt: Person, link: Link) -> None:
    give_consent(brandt)
    other = make_person("Other", email="brandt@customer.example")
    give_consent(other)
    give_consent(other, Purpose.NEWS)
    client.post(link.path, {**dict.fromkeys(Purpose.values, "no"), "news": "yes"})
    assert {purpose: yes for purpose, yes in said(other.addresses.get()).items() if yes is not None} == {"invitations": False, "news": True}


@pytest.mark.parametrize("value", ["bründt@customer.example", "brandt@cüstomer.example"])
def test_a_mailbox_that_is_only_written_alike_is_another_one(guest: Client, brandt: Person, link: Link, value: str) -> None:
    alike = make_person("Other", email=value)
    PersonAddress.objects.filter(person=alike).update(value_folded="brandt@customer.example")
    give_consent(alike)
    guest.post(link.path, ONE_CLICK)
    assert said(alike.addresses.get())["invitations"] is True


@pytest.mark.parametrize("token", ["x" * 32, "short", "ünïcode"])
def test_a_token_that_opens_nothing_answers_404_alike(guest: Client, db: None, token: str) -> None:
    shown, clicked = guest.get(f"/preferences/{token}/"), guest.post(f"/preferences/{token}/", ONE_CLICK)
    assert shown.status_code == clicked.status_code == 404


def test_looking_changes_nothing(guest: Client, brandt: Person, link: Link) -> None:
    give_consent(brandt)
    before = (Consent.objects.count(), Entry.objects.count())
    for method in (guest.get, guest.head):
        assert method(f"{link.path}?purpose=invitations&List-Unsubscribe=One-Click").status_code == 200
    assert guest.options(link.path).status_code == 405
    assert (Consent.objects.count(), Entry.objects.count()) == before


# --- the page ------------------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_and_saves_what_changes(client: Client, brandt: Person, address: PersonAddress, link: Link) -> None:
    give_consent(brandt, Purpose.NEWS)
    page = client.get(link.path).content.decode()
    assert "brandt@customer.example" in page
    assert 'name="news" value="yes"' in page
    response = client.post(link.path, {**dict.fromkeys(Purpose.values, "no"), "invitations": "yes"})
    assert (response.status_code, response.headers["Location"]) == (302, f"{link.path}?saved=1")
    assert {purpose for purpose, yes in said(address).items() if yes} == {"invitations"}
    assert said(address)["offers"] is None, "who was never asked and does not want it has nothing to withdraw"
    given = Consent.objects.get(purpose="invitations")
    assert (
        given.wording == "Yes, you may write to me at brandt@customer.example about: Invitations. I can withdraw this consent at any time."
    )
    assert (given.source, given.basis, len(given.wording_hash)) == ("preferences page", "consent", 64)
    assert "Saved. Your choices apply from now on." in client.get(response.headers["Location"]).content.decode()


def test_saving_the_same_again_writes_nothing(client: Client, address: PersonAddress, link: Link) -> None:
    client.post(link.path, ALL_YES)
    before = Consent.objects.count()
    client.post(link.path, ALL_YES)
    assert Consent.objects.count() == before == len(Purpose.values)


def test_an_answer_that_is_missing_is_asked_for(client: Client, address: PersonAddress, link: Link) -> None:
    response = client.post(link.path, {**ALL_YES, "news": ""})
    assert response.status_code == 422
    assert "An answer is missing" in response.content.decode()
    assert not Consent.objects.exists()


def test_stop_all_is_one_button(client: Client, brandt: Person, address: PersonAddress, link: Link) -> None:
    give_consent(brandt)
    response = client.post(f"{link.path}stop/")
    assert response.headers["Location"] == f"{link.path}?stopped=1"
    assert set(said(address).values()) == {False}
    assert client.get(f"{link.path}stop/").status_code == 405
    assert address.is_usable, "what is owed under a contract still goes there"


def test_the_forms_of_the_page_are_checked_for_their_token(guest: Client, address: PersonAddress, link: Link) -> None:
    assert guest.post(link.path, ALL_YES).status_code == 403
    assert guest.post(f"{link.path}stop/").status_code == 403
    assert not Consent.objects.exists()


def test_the_page_speaks_its_readers_language(client: Client, link: Link, brandt: Person) -> None:
    Person.objects.filter(pk=brandt.pk).update(language="de")
    assert '<html lang="de">' in client.get(link.path).content.decode()


def test_a_forgotten_address_opens_nothing(client: Client, link: Link, address: PersonAddress) -> None:
    address.delete()
    assert client.get(link.path).status_code == 404


# --- no promotion without a record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [(), (False,), (True, False)])
def test_a_promotion_without_a_standing_yes_is_held_back(brandt: Person, entries: tuple[bool, ...]) -> None:
    for is_given in entries:
        give_consent(brandt, is_given=is_given)
    message = make_promotion(brandt)
    send_due()
    message.refresh_from_db()
    assert (message.state, mail.outbox) == (MessageState.HELD_BACK, [])
    assert "consent" in message.last_answer


def test_a_yes_counts_for_its_purpose_its_address_and_its_person_alone(brandt: Person, north_ag: Company) -> None:
    give_consent(brandt)
    PersonAddress.objects.create(person=brandt, channel="email", value="private@brandt.example")
    heir = make_person("Heir", email="brandt@customer.example")
    sent = make_promotion(brandt)
    held = [make_promotion(brandt, Purpose.NEWS), make_promotion(brandt, recipient="private@brandt.example"), make_promotion(heir)]
    send_due()
    assert set(Message.objects.filter(state=MessageState.SENT)) == {sent}
    assert set(Message.objects.filter(state=MessageState.HELD_BACK)) == set(held)


@pytest.mark.parametrize("state", [AddressState.BOUNCING, AddressState.WITHDRAWN])
def test_an_address_that_is_no_good_gets_no_promotion(brandt: Person, state: str) -> None:
    give_consent(brandt)
    brandt.addresses.update(state=state)
    message = make_promotion(brandt)
    send_due()
    message.refresh_from_db()
    assert message.state == MessageState.HELD_BACK


def test_every_promotion_sent_has_a_record_that_says_who_when_how_and_what(brandt: Person) -> None:
    people = [brandt, *(make_person(email=f"p{n}@customer.example") for n in range(6))]
    for number, person in enumerate(people):
        if number % 2:
            give_consent(person)
        if number % 3 == 0:
            give_consent(person, is_given=False)
        make_promotion(person)
    send_due()
    sent = {message.to[0] for message in mail.outbox}
    with_yes = {consent.address.value for consent in Consent.objects.filter(is_given=True, wording__gt="", source__gt="", at__isnull=False)}
    assert sent - with_yes == set()
    assert sent == {people[1].email, people[5].email}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda consent: consent.save(),
        lambda consent: consent.save(update_fields=["is_given"]),
        lambda consent: consent.save(update_fields=["address", "at"]),
        lambda consent: Consent.objects.filter(pk=consent.pk).update(is_given=True),
        lambda consent: consent.address.consents.update(wording="Other words"),
        lambda consent: Consent.objects.bulk_update([consent], ["is_given"]),
        lambda consent: Consent.objects.bulk_create([consent], update_conflicts=True, unique_fields=["id"], update_fields=["is_given"]),
    ],
    ids=["save", "save one", "save more", "update", "update by the address", "bulk update", "bulk create over it"],
)
def test_an_entry_of_the_ledger_is_never_changed(address: PersonAddress, tamper: Any) -> None:
    """A change of mind is a new entry: what was said before, in which words and when, stays to be shown."""
    consent = Consent.enter(address, Purpose.OFFERS, is_given=False, wording="No.", source="at the counter", by=None, language="en")
    consent.is_given, consent.wording = True, "Other words"
    with pytest.raises(TypeError), transaction.atomic():
        tamper(consent)
    kept = Consent.objects.get()
    assert (kept.is_given, kept.wording) == (False, "No.")


@pytest.mark.django_db
def test_whoever_is_reachable_is_whoever_the_gate_lets_be_written_to() -> None:
    """One definition: the circle of an event and the gate of its invitations never disagree."""
    answers: dict[str, list[bool]] = {"never asked": [], "yes": [True], "no": [False]}
    answers |= {"yes, then no": [True, False], "no, then yes": [False, True]}
    people = {}
    for said, given in answers.items():
        for state in AddressState.values:
            person = people[said, state] = make_person(said, email=f"{len(people)}@customer.example")
            for is_given in given:
                give_consent(person, is_given=is_given)
            person.addresses.update(state=state)
            make_message(person, gate="marketing", purpose=Purpose.INVITATIONS)
    send_due(seconds=60)
    written_to = set(Message.objects.filter(state=MessageState.SENT).values_list("recipient_id", flat=True))
    willing = set(reachable(Person.objects.all(), "email", Purpose.INVITATIONS).values_list("pk", flat=True))
    usable = (AddressState.UNCONFIRMED, AddressState.CONFIRMED)
    assert written_to == willing == {people[said, state].pk for said in ("yes", "no, then yes") for state in usable}
    assert not set(reachable(Person.objects.all(), "sms", Purpose.INVITATIONS))


# --- what is about a mailbox is about everybody who has it ---------------------------------------------------------------------


def test_a_bounce_and_its_end_count_for_everybody_at_the_mailbox_and_for_nobody_else(brandt: Person) -> None:
    same, alike = make_person("Same", email="Brandt@Customer.example"), make_person("Alike", email="brandt@cüstomer.example")
    PersonAddress.objects.filter(person=alike).update(value_folded="brandt@customer.example")
    message = make_message(brandt)
    gates.note_bounce(message)
    states = [one.addresses.get().state for one in (brandt, same, alike)]
    assert states == [AddressState.BOUNCING, AddressState.BOUNCING, AddressState.UNCONFIRMED]
    gates.take_bounce_back(message)
    assert {one.addresses.get().state for one in (brandt, same, alike)} == {AddressState.UNCONFIRMED}

"""What came in is a row first, once; what it says is done in the same transaction."""

import pytest
from django.utils import timezone

from accounts.models import Company, User
from contacts.memory.actions import incoming
from contacts.memory.actions.incoming import take_in
from contacts.memory.models.incoming import IncomingMail, IncomingState, MailSorted, NoCompanyOfPerson
from contacts.models import AddressState, Consent, Interaction, Person, PersonAddress, Task
from contacts.people import person_data
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.message import Message, MessageState
from tests.contacts.inbox.letters import ANSWERED, FROM, letter, report
from tests.factories.accounts import make_company
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.messages import make_message

pytestmark = pytest.mark.django_db
ANSWER = letter(FROM + "Message-ID: <v1@kunde.example>\nSubject: AW: Einladung\n" + ANSWERED, "Gern, ich komme.\n\nErika Muster")
DEAD = "Final-Recipient: rfc822; erika@kunde.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"


@pytest.fixture
def erika(north_ag: Company) -> Person:
    person = make_person("Muster", first_name="Erika", email="erika@kunde.example")
    make_role("decision_maker", north_ag, person)
    return person


@pytest.fixture
def invitation(erika: Person, north_ag: Company) -> Message:
    facts = {"message_id": "<inv-1@dealer.example>", "state": MessageState.SENT, "sent_at": timezone.now()}
    return make_message(
        erika, "invitation", recipient="Erika@kunde.example", concerns_type="accounts.company", concerns_id=north_ag.pk, **facts
    )


def state_of(person: Person) -> str:
    return PersonAddress.objects.get(person=person, channel="email").state


def test_answer_is_on_the_timeline_and_leads_to_a_task(erika, invitation, north_ag, anna):
    row, _found, is_new = take_in(ANSWER)
    line, task = Interaction.objects.get(), Task.objects.get()
    assert is_new and row.state == IncomingState.PLACED and (row.person, row.company) == (erika, north_ag)
    assert (line.kind, line.direction, line.text, line.is_real_contact) == ("mail.received", "in", "Gern, ich komme.", True)
    assert (line.person, line.company, line.about_id) == (erika, north_ag, row.pk)
    assert (task.owner, task.company, task.person) == (anna, north_ag, erika) and "Erika Muster" in task.title
    assert Entry.objects.filter(action="mail.received", object_id=row.pk).count() == 1


def test_same_message_twice_is_one_row(erika, invitation):
    first = take_in(ANSWER)
    again = take_in(ANSWER)
    relayed = take_in(b"Received: from elsewhere\n" + ANSWER)
    assert (again[0], again[2], relayed[0], relayed[2]) == (first[0], False, first[0], False)
    assert (IncomingMail.objects.count(), Interaction.objects.count(), Task.objects.count()) == (1, 1, 1)


def test_message_id_of_another_sender_is_another_message(erika, invitation):
    take_in(ANSWER)
    take_in(ANSWER.replace(b"erika@kunde.example", b"boris@kunde.example"))
    assert IncomingMail.objects.count() == 2


def test_second_message_of_a_person_adds_no_second_task(erika):
    take_in(ANSWER)
    take_in(letter(FROM + "Message-ID: <v2@kunde.example>\nSubject: AW: Einladung\n" + ANSWERED, "Noch etwas."))
    assert (Interaction.objects.count(), Task.objects.count()) == (2, 1)


def test_answer_from_another_address_belongs_to_the_letter_s_recipient(erika, invitation):
    assert take_in(ANSWER.replace(b"erika@kunde.example", b"assistant@kunde.example"))[0].person == erika


def test_answer_of_somebody_else_we_know_belongs_to_them_and_to_the_letter_s_company(erika, invitation, north_ag):
    other = make_person("Kern", email="kern@kunde.example")
    make_role("user", make_company(north_ag.centre), other)
    row = take_in(ANSWER.replace(b"erika@kunde.example", b"kern@kunde.example"))[0]
    assert (row.person, row.company) == (other, north_ag)


def test_address_of_two_people_is_nobody_s(erika, north_ag):
    make_role("driver", north_ag, make_person("Twin", email="erika@kunde.example"))
    row = take_in(ANSWER)[0]
    assert row.person is None and row.state == IncomingState.WAITING
    assert not Interaction.objects.exists() and not Task.objects.exists()


def test_company_of_several_is_the_one_with_which_the_person_last_had_to_do(erika, north_ag):
    other = make_company(north_ag.centre)
    make_role("user", other, erika)
    Interaction.note(other, person=erika, text="x", by=None)
    assert take_in(ANSWER)[0].company == other


def test_dead_mailbox_is_written_to_no_more_by_anybody(erika, invitation, north_ag):
    twin = make_person("Twin", email="ERIKA@kunde.example")
    take_in(report(DEAD, original="Message-ID: <inv-1@dealer.example>\nSubject: Invitation\n\nHello"))
    assert (state_of(erika), state_of(twin)) == (AddressState.BOUNCING, AddressState.BOUNCING)
    assert Interaction.objects.get().kind == "mail.bounced" and not Task.objects.exists()


def test_dead_mailbox_without_our_message_id_is_believed_where_we_wrote_lately(erika, invitation):
    take_in(report(DEAD))
    assert state_of(erika) == AddressState.BOUNCING


def test_bounce_of_a_letter_that_we_never_wrote_ends_no_address(erika):
    take_in(report(DEAD))
    assert state_of(erika) == AddressState.UNCONFIRMED


@pytest.mark.parametrize(
    "said", ["5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full", "5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 blocked"]
)
def test_soft_bounce_leaves_the_address(erika, invitation, said):
    take_in(report(f"Final-Recipient: rfc822; erika@kunde.example\nAction: failed\nStatus: {said}"))
    assert state_of(erika) == AddressState.UNCONFIRMED and Interaction.objects.get().kind == "mail.bounced"


def test_absence_is_noted_with_its_last_day_and_is_no_contact(erika, invitation):
    heads = FROM + "Subject: Automatische Antwort: x\nAuto-Submitted: auto-replied\n" + ANSWERED
    row = take_in(letter(heads, "Ich bin bis 12.01. nicht im Büro."))[0]
    line = Interaction.objects.get()
    assert (line.kind, line.is_real_contact) == ("mail.away", False) and line.text.startswith("Away until 12 January 2026.")
    assert str(row.away_until) == "2026-01-12" and not Task.objects.exists()


def test_wish_for_no_more_letters_withdraws_every_consent_at_once(erika, invitation):
    give_consent(erika, "invitations")
    take_in(letter(FROM + "Subject: AW: Einladung\n" + ANSWERED, "Bitte keine weiteren E-Mails mehr."))
    newest = {consent.purpose: consent for consent in Consent.objects.order_by("at", "pk")}
    assert newest and not any(consent.is_given for consent in newest.values())
    assert newest["invitations"].source == incoming.BY_MAIL and Interaction.objects.get().kind == "mail.unsubscribed"


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (ANSWER, IncomingState.WAITING),
        (letter(FROM + "Subject: unsubscribe"), IncomingState.WAITING),
        (letter(FROM + "Subject: x\nAuto-Submitted: auto-replied", "Weg"), IncomingState.NOTED),
        (report(DEAD), IncomingState.NOTED),
        (letter(FROM + "Subject: Our news\nList-Unsubscribe: <https://x.example/u>", "News"), IncomingState.NOTED),
    ],
)
def test_unknown_sender_waits_only_where_somebody_must_look(raw, state, north):
    assert take_in(raw)[0].state == state
    assert not Interaction.objects.exists() and not Task.objects.exists()


def test_newsletter_of_a_customer_is_no_contact(erika):
    assert take_in(letter(FROM + "Subject: Our news\nList-Id: <news.kunde.example>", "News"))[0].state == IncomingState.NOTED
    assert not Interaction.objects.exists()


def test_waiting_message_is_placed_once(north_ag, anna, carla):
    row = take_in(ANSWER)[0]
    person = make_person("Muster", email="other@kunde.example")
    make_role("user", north_ag, person)
    stale = IncomingMail.objects.get(pk=row.pk)
    incoming.place(row, person, by=carla)
    with pytest.raises(MailSorted):
        incoming.discard(stale, why="Spam", by=carla)
    row.refresh_from_db()
    assert (row.state, row.person, row.company, row.sorted_by) == (IncomingState.PLACED, person, north_ag, carla)
    assert Interaction.objects.get().person == person and Task.objects.get().owner == anna


def test_message_is_not_placed_on_somebody_without_a_company(carla):
    row = take_in(ANSWER)[0]
    with pytest.raises(NoCompanyOfPerson):
        incoming.place(row, make_person("Alone", email="alone@kunde.example"), by=carla)
    assert IncomingMail.objects.get().state == IncomingState.WAITING and not Interaction.objects.exists()


def test_discarded_message_keeps_only_that_it_came(carla):
    row = take_in(ANSWER)[0]
    incoming.discard(row, why="Spam", by=carla)
    row = IncomingMail.objects.get()
    assert (row.state, row.why, row.text, row.subject, row.sender_name) == (IncomingState.DISCARDED, "Spam", "", "", "")
    assert take_in(ANSWER)[2] is False


def test_forgetting_a_person_deletes_what_came_in_from_them(erika, invitation, admin: User):
    take_in(ANSWER)
    IncomingMail.objects.create(digest="x", kind="other", sender="erika@kunde.example", text="waits")
    IncomingMail.objects.create(digest="y", kind="other", sender="somebody@kunde.example", text="stays")
    assert person_data.kept_about(erika) and "Incoming e-mails" in dict(person_data.kept_about(erika))
    person_data.forget(erika, by=admin)
    assert [row.text for row in IncomingMail.objects.all()] == ["stays"]
    assert not Interaction.objects.exclude(text="").exists()

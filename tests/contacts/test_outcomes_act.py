"""Today: an outcome does what it says: strikes a number, proposes a meeting, opens a complaint, sends an e-mail, waits until any day."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.memory.actions import meetings
from contacts.models import AddressState, Complaint, Decision, Interaction, Meeting, Person, PersonAddress, Reason, Task
from fleetportal.core.outbox.message import Message, MessageState
from tests.contacts.today import TODAY, on, words
from tests.factories.accounts import make_company
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.reasons import make_reason, make_silent

NUMBER, MOBILE = "+49 40 66969 005", "+49 176 05794312"


def post(client: Client, reason: Reason, act: str, **data: Any) -> Any:
    return client.post(f"/today/{reason.pk}/{act}/", data)


def undo(client: Client) -> Any:
    return client.post(f"/today/undo/{Decision.objects.latest('pk').pk}/")


def asked(client: Client, reason: Reason, chip: str) -> str:
    return words(client.get(f"/today/{reason.pk}/asked/", {"chip": chip}))


@pytest.fixture
def bellandi(north_ag: Company) -> Person:
    person = make_role("decision_maker", north_ag, make_person("Bellandi", phone=NUMBER)).person
    PersonAddress.enter(person, channel="phone", value=MOBILE, by=None)
    PersonAddress.objects.filter(value=NUMBER).update(state=AddressState.CONFIRMED)
    return person


@pytest.fixture
def reason(north_ag: Company, bellandi: Person) -> Reason:
    return make_reason(north_ag)


@pytest.mark.parametrize("act", ["reached", "not-reached", "plan", "not-now"])
def test_the_summary_of_a_refused_outcome_leads_to_something(as_anna: Client, reason: Reason, act: str) -> None:
    """Each link's error is on the page, and a field or group says that it is its own."""
    page = post(as_anna, reason, act).content.decode()
    links = re.findall(r'href="#([^"]+)" data-field', page)
    assert links
    assert [one for one in links if f'id="{one}"' not in page or f'aria-describedby="{one}' not in page] == []


# --- wrong number -------------------------------------------------------------------------------------------------------------


def states(person: Person) -> dict[str, str]:
    return dict(PersonAddress.objects.filter(person=person, channel="phone").values_list("value", "state"))


def test_a_wrong_number_is_struck_and_the_other_one_offered(as_anna: Client, reason: Reason, bellandi: Person) -> None:
    line = asked(as_anna, reason, "wrong_number")
    assert MOBILE in line and "The right number, if you know it" in line
    post(as_anna, reason, "not-reached", chip="wrong_number")
    assert states(bellandi) == {NUMBER: "wrong", MOBILE: "unconfirmed"}
    assert bellandi.phone == MOBILE
    undo(as_anna)
    assert states(bellandi) == {NUMBER: "confirmed", MOBILE: "unconfirmed"}


def test_the_number_that_was_called_is_struck(as_anna: Client, reason: Reason, bellandi: Person) -> None:
    called = PersonAddress.objects.get(value=MOBILE)
    post(as_anna, reason, "not-reached", chip="wrong_number", called=called.pk)
    assert states(bellandi) == {NUMBER: "confirmed", MOBILE: "wrong"}


def test_the_right_number_is_taken_in_the_same_line(as_anna: Client, reason: Reason, bellandi: Person) -> None:
    assert post(as_anna, reason, "not-reached", chip="wrong_number", number="nonsense").status_code == 422
    post(as_anna, reason, "not-reached", chip="wrong_number", number="040 66969 777")
    assert states(bellandi)["040 66969 777"] == "unconfirmed"
    undo(as_anna)
    assert set(states(bellandi)) == {NUMBER, MOBILE}


def test_without_a_person_the_companys_own_number_is_meant(as_anna: Client, north_ag: Company) -> None:
    Company.objects.filter(pk=north_ag.pk).update(phone="+49 40 1")
    empty_chair = make_reason(north_ag, rule="coverage")
    post(as_anna, empty_chair, "not-reached", chip="wrong_number", number="+49 40 66969 100")
    north_ag.refresh_from_db()
    assert north_ag.phone == "+49 40 66969 100"
    undo(as_anna)
    north_ag.refresh_from_db()
    assert north_ag.phone == "+49 40 1"


def test_the_persons_other_reasons_go_behind_with_the_card(as_anna: Client, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    lease = make_reason(north_ag)
    assert Reason.objects.filter(person=person).count() == 2
    post(as_anna, lease, "not-reached", chip="wrong_number")
    mine = Reason.objects.filter(person=person)
    assert mine.count() == 2 and not mine.open(on=on()).exists()
    assert mine.open(on=on() + timedelta(days=1)).count() == 2


# --- one card for one person --------------------------------------------------------------------------------------------------


def test_a_decision_holds_for_the_whole_card_and_later_reasons_are_not_concerned(as_anna: Client, anna: User, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    lease = make_reason(north_ag)
    silence = Reason.objects.get(rule="silence", person=person)
    assert lease.person == person
    post(as_anna, lease, "not-now", on=(on() + timedelta(days=45)).isoformat(), text="Call me then.")
    mine = Reason.objects.filter(person=person)
    assert mine.filter(pk=silence.pk).exists()
    assert not mine.open(on=on()).exists() and not mine.open(on=on() + timedelta(days=44)).exists()
    assert mine.open(on=on() + timedelta(days=45)).count() == mine.count()
    mine.filter(pk=silence.pk).update(found_on=on() + timedelta(days=1))
    assert mine.open(on=on() + timedelta(days=1)).get() == silence, "found after the decision"
    undo(as_anna)
    assert mine.open(on=on()).count() == mine.count()


def test_after_a_talk_the_other_reasons_rest_a_week(as_anna: Client, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    lease = make_reason(north_ag)
    post(as_anna, lease, "written", chip="letter", text="Wrote.")
    silence = Reason.objects.filter(rule="silence", person=person)
    assert not silence.open(on=on() + timedelta(days=6)).exists()
    assert silence.open(on=on() + timedelta(days=7)).exists()


# --- wants a meeting ----------------------------------------------------------------------------------------------------------


def times_in(client: Client, reason: Reason) -> list[datetime]:
    form = client.get(f"/today/{reason.pk}/asked/", {"chip": "wants_meeting"}).context["asked"]
    return [datetime.fromisoformat(value) for value, _words in form.fields["times"].choices] if "times" in form.fields else []


def test_three_free_times_are_offered_and_proposed(as_anna: Client, anna: User, reason: Reason, bellandi: Person) -> None:
    times = times_in(as_anna, reason)
    assert len({moment.date() for moment in times}) == len(times) == 3
    chosen = [moment.isoformat() for moment in times[:2]]
    post(as_anna, reason, "reached", chip="wants_meeting", text="Thursdays.", times=chosen)
    meeting = Meeting.objects.get()
    assert (meeting.decision_maker, meeting.account_manager, meeting.times) == (bellandi, anna, times[:2])
    assert Message.objects.filter(recipient_id=bellandi.pk, gate="meeting").exists() and not Task.objects.exists()
    undo(as_anna)
    assert not Meeting.objects.open().exists()


def test_no_time_is_offered_at_which_a_side_is_busy(as_anna: Client, anna: User, reason: Reason) -> None:
    first = times_in(as_anna, reason)[0]
    other = make_company(reason.company.centre)
    meetings.arrange(other, first, decision_maker=None, account_manager=anna, director=None, by=anna)
    assert first not in times_in(as_anna, reason) and len(times_in(as_anna, reason)) == 3


def test_where_no_meeting_can_be_proposed_a_task_for_tomorrow_remembers(as_anna: Client, anna: User, reason: Reason) -> None:
    post(as_anna, reason, "reached", chip="wants_meeting", text="Thursdays.")
    task = Task.objects.get()
    assert (task.owner, task.person, task.company) == (anna, reason.person, reason.company)
    assert on() < task.due_on <= on() + timedelta(days=3) and "Thursdays." in task.title
    undo(as_anna)
    assert not Task.objects.exists()


def test_with_a_meeting_under_way_none_is_proposed_again(as_anna: Client, anna: User, reason: Reason, bellandi: Person) -> None:
    (first, *_rest) = times_in(as_anna, reason)
    meetings.arrange(reason.company, first, decision_maker=bellandi, account_manager=anna, director=None, by=anna)
    assert times_in(as_anna, reason) == []
    post(as_anna, reason, "reached", chip="wants_meeting", text="Another one.")
    assert Task.objects.count() == Meeting.objects.count() == 1


# --- not now, on any day ------------------------------------------------------------------------------------------------------


def test_not_now_takes_any_day_ahead(as_anna: Client, reason: Reason) -> None:
    assert post(as_anna, reason, "not-now", on=on().isoformat(), text="Today.").status_code == 422
    assert post(as_anna, reason, "not-now", text="No day.").status_code == 422
    day = on() + timedelta(days=45)
    post(as_anna, reason, "not-now", on=day.isoformat(), text="Call me then.")
    assert Decision.objects.get().until == day


def test_undo_brings_the_card_back_with_what_was_typed_on_it(as_anna: Client, reason: Reason) -> None:
    day = (on() + timedelta(days=45)).isoformat()
    post(as_anna, reason, "not-now", on=day, text="Call me then.")
    undone = as_anna.post(f"/today/undo/{Decision.objects.get().pk}/", headers={"HX-Request": "true"})
    page = words(undone)
    assert undone.context["opened"] == reason and undone.context["act"] == "not-now"
    assert 'value="Call me then."' in page and f'value="{day}"' in page
    post(as_anna, reason, "not-reached", chip="left_word", text="Left a message.")
    page = words(as_anna.post(f"/today/undo/{Decision.objects.get().pk}/", headers={"HX-Request": "true"}))
    assert 'value="Left a message."' in page
    assert re.search('value="left_word"[^>]* checked', page)


# --- a message ----------------------------------------------------------------------------------------------------------------


def test_a_message_is_an_e_mail_in_the_outbox_and_on_the_timeline(as_anna: Client, anna: User, reason: Reason, bellandi: Person) -> None:
    post(as_anna, reason, "written", chip="email", subject="Your lease", text="Here is the offer\nyou asked for.")
    message = Message.objects.get()
    assert (message.recipient, message.subject, message.state, message.gate) == (bellandi.email, "Your lease", "waiting", "service")
    assert "Here is the offer\nyou asked for." in message.text and bellandi.addressed in message.text
    assert (message.concerns_type, message.concerns_id) == ("accounts.company", reason.company_id)
    logged = Interaction.objects.get(channel="email")
    assert (logged.text, logged.by) == ("Here is the offer\nyou asked for.", anna)
    undo(as_anna)
    message.refresh_from_db()
    assert message.state == MessageState.HELD_BACK and not Interaction.objects.filter(channel="email").exists()


def test_what_has_left_is_not_called_back(as_anna: Client, reason: Reason) -> None:
    post(as_anna, reason, "written", chip="email", text="Gone.")
    Message.objects.update(state=MessageState.SENT)
    assert undo(as_anna).status_code == 409
    assert Decision.objects.exists() and Interaction.objects.filter(text="Gone.").exists()


def test_an_offer_asks_for_consent_before_it_is_queued(as_anna: Client, reason: Reason, bellandi: Person) -> None:
    assert post(as_anna, reason, "written", chip="email", purpose="offers", text="Buy.").status_code == 409
    assert not Message.objects.exists() and not Decision.objects.exists() and not Interaction.objects.filter(text="Buy.").exists()
    give_consent(bellandi, "offers")
    post(as_anna, reason, "written", chip="email", purpose="offers", text="Buy.")
    message = Message.objects.get()
    assert (message.gate, message.purpose) == ("marketing", "offers") and "List-Unsubscribe" in message.headers


def test_an_e_mail_needs_words_and_an_address(as_anna: Client, reason: Reason, bellandi: Person) -> None:
    assert post(as_anna, reason, "written", chip="email").status_code == 422
    PersonAddress.objects.filter(person=bellandi, channel="email").update(state=AddressState.BOUNCING)
    assert post(as_anna, reason, "written", chip="email", text="x").status_code == 409
    assert not Decision.objects.exists()


# --- what the card says -------------------------------------------------------------------------------------------------------


def test_a_card_without_a_number_says_so(as_anna: Client, north_ag: Company) -> None:
    make_role("decision_maker", north_ag, make_person("Ohne"))
    make_reason(north_ag)
    assert "No telephone number known" in words(as_anna.get(TODAY))


def test_all_numbers_of_a_person_stand_on_the_card(as_anna: Client, reason: Reason) -> None:
    page = words(as_anna.get(TODAY))
    assert NUMBER in page and MOBILE in page


def test_a_complaint_needs_words(as_anna: Client, reason: Reason) -> None:
    assert post(as_anna, reason, "reached", chip="complained", text="").status_code == 422
    assert not Complaint.objects.exists() and timezone.now()

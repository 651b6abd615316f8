"""Whoever asks for an invitation on the landing page gets an answer: the page says the same to everybody, and staff decide."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, User
from cms.landing import make_landing_page
from contacts.models import Driver, Person, Task
from contacts.people.disclosing import collect
from contacts.people.person_data import to_forget
from events import landing
from events.actions import planning
from events.actions import requests as asking
from events.actions.sessions import remind_now
from events.models import AlreadyDecided, Event, Invitation, InvitationRequest, RequestState
from events.showing import requests_of
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from fleetportal.core.web.throttle import Counter
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest, make_invitation
from tests.races import race

pytestmark = pytest.mark.django_db
FORM = {"name": "Jana Petersen", "company_name": "Petersen Bau", "how_known": "A friend.", "email": "jana@petersen.example"}


@pytest.fixture
def event(north_ag: Company, anna: User, dora: User) -> Event:
    event = make_event(north_ag.centre, host=anna)
    make_landing_page(event, dora)
    return event


def post(client: Client, event: Event, **facts: str) -> Any:
    return client.post(f"/events/{event.pk}/ask/?language=en", FORM | facts)


def work() -> None:
    while jobs.run_due():
        pass


def ask(event: Event, **facts: str) -> InvitationRequest:
    known = {"name": FORM["name"], "company_name": FORM["company_name"], "how_known": "", "language": "en"}
    by_mail = facts.pop("by_mail", FORM["email"])
    asked = asking.ask(event, by_mail=by_mail, **(known | facts))
    work()
    asked.refresh_from_db()
    return asked


def test_the_landing_page_leads_to_the_form(client: Client, event: Event) -> None:
    found = landing.landing_page_of(event)
    assert found is not None
    page = client.get(found.address).content.decode()
    assert "mailto:" not in page
    assert f"/events/{event.pk}/ask/?language=en" in page
    assert client.get(f"/events/{event.pk}/ask/?language=en").status_code == 200


def test_what_is_sent_waits_for_staff(client: Client, event: Event, anna: User) -> None:
    response = post(client, event)

    assert response.status_code == 303
    assert b"Thank you" in client.get(response["Location"]).content
    asked = InvitationRequest.objects.get()
    work()
    assert (asked.name, asked.email, asked.state, asked.language) == ("Jana Petersen", "jana@petersen.example", "open", "en")
    assert [message.recipient for message in Message.objects.filter(template="events/mail/asked_for")] == [anna.email] * bool(anna.email)


def test_the_answer_is_the_same_whoever_asks(event: Event, north_ag: Company) -> None:
    """A stranger, somebody we know, somebody who is invited, who refused everything, and who asked a moment ago (R30)."""
    make_invitation(event, make_guest(north_ag, email="invited@nord.example"), company=north_ag)
    make_guest(north_ag, consent=False, email="silent@nord.example")
    ask(event, by_mail="again@nord.example")
    answers = set()
    for email in ("stranger@x.example", "invited@nord.example", "silent@nord.example", "again@nord.example", "AGAIN@nord.example"):
        client = Client()
        response = post(client, event, email=email)
        shown = client.get(response["Location"]).content
        answers.add((response.status_code, response["Location"], len(shown)))
    assert len(answers) == 1
    assert InvitationRequest.objects.count() == 4


@pytest.mark.parametrize("wrong", [{"email": "no"}, {"email": ""}, {"name": "17"}, {"company_name": " "}])
def test_bad_input_is_said_at_its_field_and_nothing_is_lost(client: Client, event: Event, wrong: dict[str, str]) -> None:
    response = post(client, event, **wrong)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(wrong)
    assert b"A friend." in response.content
    assert not InvitationRequest.objects.exists()


def test_requests_are_limited_by_network_and_by_account(event: Event) -> None:
    for number in range(10):
        assert post(Client(), event, email=f"p{number}@x.example").status_code == 303
    assert post(Client(), event, email="p11@x.example").status_code == 429
    Counter.objects.all().delete()
    for number in range(5):
        response = Client(REMOTE_ADDR=f"10.0.0.{number}").post(f"/events/{event.pk}/ask/", FORM)
        assert response.status_code == 303
    assert Client(REMOTE_ADDR="10.0.0.77").post(f"/events/{event.pk}/ask/", FORM | {"email": "JANA@petersen.example"}).status_code == 429


def test_an_event_without_a_public_page_is_not_there(client: Client, north_ag: Company, dora: User) -> None:
    hidden, draft = make_event(north_ag.centre), make_event(north_ag.centre, published=False)
    make_landing_page(draft, dora)
    missing = client.get("/events/999999999/ask/")
    for event in (hidden, draft):
        assert client.get(f"/events/{event.pk}/ask/").status_code == missing.status_code == 404
        assert post(client, event).status_code == 404


def test_the_host_has_a_task_where_we_know_the_company_and_a_line_on_today_otherwise(
    client: Client, event: Event, north_ag: Company, anna: User
) -> None:
    colleague = make_person(email="office@known.example")
    make_role("user", north_ag, colleague)
    by_name, by_address = ask(event, company_name="NORDHAFEN Logistik GmbH"), ask(event, by_mail="office@known.example")
    unknown = ask(event, by_mail="who@x.example")

    assert {asked.task.owner for asked in (by_name, by_address) if asked.task} == {anna}
    assert {asked.task.company for asked in (by_name, by_address) if asked.task} == {north_ag}
    assert unknown.task is None
    client.force_login(anna)
    assert b"1 person has asked for an invitation" in client.get("/today/").content


@pytest.mark.parametrize("has_left", [False, True])
def test_where_nobody_hosts_the_event_the_manager_of_its_centre_has_a_line(
    event: Event, north_ag: Company, anna: User, carla: User, boris: User, has_left: bool
) -> None:
    """Also where we know the company, and where the host was deactivated, who is written to no more."""
    User.objects.filter(pk=anna.pk).update(email="anna@house.example", is_active=not has_left)
    if not has_left:
        Event.objects.filter(pk=event.pk).update(host=None)
    event.refresh_from_db()
    ask(event)
    ask(event, by_mail="known@nord.example", company_name=north_ag.name)

    assert [line.title for line in requests_of(carla, event.on)] == ["2 people have asked for an invitation"]
    assert requests_of(User.objects.get(pk=anna.pk), event.on) == requests_of(boris, event.on) == []
    assert not Task.objects.exists()
    assert not Message.objects.filter(template="events/mail/asked_for").exists()


def test_a_new_person_is_invited_without_any_other_consent(event: Event, north_ag: Company, carla: User) -> None:
    asked = ask(event, company_name=north_ag.name)
    invitation = asking.invite_asked(asked, company=north_ag, group="user", by=carla)

    assert (invitation.person.first_name, invitation.person.last_name, invitation.company) == ("Jana", "Petersen", north_ag)
    assert not invitation.person.addresses.get().consents.exists()
    assert Task.objects.get().state == "closed"
    letter = Message.objects.get(template="events/mail/asked")
    assert letter.recipient == FORM["email"]
    assert "because you asked us" in letter.text
    send_due()
    letter.refresh_from_db()
    assert letter.state == MessageState.SENT


def test_whoever_is_known_is_invited_as_the_same_person_also_after_a_no(event: Event, north_ag: Company, carla: User) -> None:
    known = make_guest(north_ag, email=FORM["email"])
    before = make_invitation(event, known, company=north_ag)
    Invitation.objects.update(declined_at=timezone.now())
    invitation = asking.invite_asked(ask(event), person=known, company=north_ag, group="user", by=carla)
    assert invitation == before
    assert Invitation.objects.get().declined_at is None
    assert Person.objects.filter(addresses__value=FORM["email"]).count() == 1


def test_a_refusal_is_a_letter_and_can_be_taken_up_again(event: Event, north_ag: Company, carla: User) -> None:
    asked = ask(event)
    asking.refuse(asked, by=carla)
    asking.refuse(asked, by=carla)
    letter = Message.objects.get(template="events/mail/not_invited")
    assert (letter.recipient, letter.state) == (FORM["email"], MessageState.WAITING)
    assert "can’t offer you a seat" in letter.text

    assert ask(event).is_open  # they ask again
    asking.invite_asked(InvitationRequest.objects.get(), company=north_ag, group="driver", by=carla)
    with pytest.raises(AlreadyDecided):
        asking.refuse(asked, by=carla)
    assert ask(event).is_open  # the letter was lost


@pytest.mark.parametrize("end", ["begun", "called off"])
def test_whoever_is_left_over_is_answered_by_the_clock(event: Event, end: str) -> None:
    ask(event)
    remind_now()
    assert InvitationRequest.objects.get().is_open
    if end == "begun":
        Event.objects.update(starts_at=timezone.now() - timedelta(minutes=1))
    else:
        planning.call_off(event, by=None)
    remind_now()
    remind_now()
    assert InvitationRequest.objects.get().state == RequestState.REFUSED
    assert ("has been cancelled" in Message.objects.get(template="events/mail/not_invited").text) == (end == "called off")


def test_what_was_asked_is_forgotten_with_the_person_and_after_three_months(event: Event, north_ag: Company) -> None:
    person = make_guest(north_ag, email=FORM["email"])
    ask(event)
    for forget in to_forget:
        forget(person)
    assert not InvitationRequest.objects.exists()
    ask(event)
    Event.objects.update(starts_at=timezone.now() - timedelta(days=92), ends_at=timezone.now() - timedelta(days=91))
    remind_now()
    assert not InvitationRequest.objects.exists()


def test_whoever_is_known_elsewhere_gets_the_role_that_staff_chose(event: Event, north_ag: Company, carla: User) -> None:
    elsewhere = make_company(north_ag.centre)
    known = make_guest(elsewhere, email=FORM["email"])
    asking.invite_asked(ask(event), person=known, company=north_ag, group="driver", by=carla)
    assert Driver.objects.get(person=known).company == north_ag
    asking.invite_asked(ask(event), person=known, company=elsewhere, group="driver", by=carla)
    assert Driver.objects.get(person=known).company == north_ag, "they are known there as a user"


def test_a_request_is_on_today_again_once_its_task_is_closed(event: Event, north_ag: Company, anna: User, carla: User) -> None:
    asked = ask(event, company_name=north_ag.name)
    assert not InvitationRequest.objects.for_host(anna).exists()
    Task.objects.get().close(result="Later.", by=anna)
    assert InvitationRequest.objects.for_host(anna).get() == asked
    asking.refuse(InvitationRequest.objects.get(), by=carla)
    ask(event, company_name="Nobody knows it")
    again = InvitationRequest.objects.for_host(anna).get()
    assert again.task is None, "the closed task was of the request before"


def test_a_request_answered_a_moment_ago_does_not_keep_the_clock_from_the_others(event: Event, north_ag: Company, carla: User) -> None:
    first, second = ask(event), ask(event, by_mail="b@x.example")
    late = list(InvitationRequest.objects.select_related("event__centre").order_by("pk"))
    asking.invite_asked(first, company=north_ag, group="user", by=carla)
    assert [asking.answered_by_clock(one) for one in late] == [False, True]
    assert InvitationRequest.objects.get(pk=second.pk).state == RequestState.REFUSED


@pytest.mark.parametrize("is_closed", [True, False])
def test_nothing_that_was_written_because_of_a_request_outlives_it(event: Event, north_ag: Company, anna: User, is_closed: bool) -> None:
    anna.email = "anna@house.example"
    anna.save(update_fields=["email"])
    event.host = anna
    asked = ask(event, company_name=north_ag.name)
    if is_closed:
        asking.refuse(asked, by=anna)
    other = ask(make_event(north_ag.centre, host=anna), by_mail="other@x.example", name="Otto Other", company_name="Other")
    asking.erase(InvitationRequest.objects.filter(pk=asked.pk))
    assert InvitationRequest.objects.get() == other
    assert not Message.objects.filter(text__contains="Petersen").exists()
    assert not Message.objects.filter(recipient=FORM["email"]).exists()
    assert not Task.objects.filter(title__contains="Petersen").exists()
    assert Task.objects.count() == is_closed
    assert Message.objects.filter(text__contains="Otto Other").exists()


def test_a_request_is_the_persons_also_after_they_changed_their_address(event: Event, north_ag: Company, carla: User) -> None:
    asked = ask(event, company_name=north_ag.name)
    person = asking.invite_asked(asked, company=north_ag, group="user", by=carla).person
    person.addresses.update(value="new@x.example", value_folded="new@x.example")
    assert InvitationRequest.objects.by(person).get() == asked
    assert not InvitationRequest.objects.by(make_person(email="c@x.example")).exists()


def test_a_request_and_its_answer_are_disclosed(event: Event, north_ag: Company, carla: User) -> None:
    person = make_guest(north_ag, email=FORM["email"])
    asking.refuse(ask(event, how_known="From the fair"), by=carla)
    told = {table["table"]: str(table["rows"]) for table in collect(person)["tables"]}
    assert "From the fair" in told["events.invitationrequest"]
    assert "can’t offer you a seat" in told["core.message of events"]


def test_staff_answer_on_a_page(client: Client, event: Event, north_ag: Company, carla: User, django_assert_num_queries: Any) -> None:
    first, second = ask(event), ask(event, by_mail="b@x.example", name="Bo")
    client.force_login(carla)
    page = f"/events/{event.pk}/requests/"
    with django_assert_num_queries(4):
        shown = client.get(page).content
    assert b"jana@petersen.example" in shown
    refused = client.post(f"/events/requests/{first.pk}/invite/", {"company": "nobody", "group": "user"})
    assert refused.status_code == 422
    assert client.post(f"/events/requests/{first.pk}/invite/", {"company": north_ag.name, "group": "user"}).status_code == 303
    assert client.post(f"/events/requests/{second.pk}/refuse/").status_code == 303
    assert client.get(f"/events/requests/{second.pk}/refuse/").status_code == 405
    assert set(InvitationRequest.objects.values_list("state", flat=True)) == {"invited", "refused"}
    assert client.get(f"/events/{event.pk}/").status_code == 200


def two_answer(event: Event, company: Company, by: User) -> list[Any]:
    asked = ask(event)
    acts: list[Callable[[], Any]] = [
        partial(asking.invite_asked, InvitationRequest.objects.get(pk=asked.pk), company=company, group="user", by=by),
        partial(asking.refuse, InvitationRequest.objects.select_related("event__centre", "event__host").get(pk=asked.pk), by=by),
    ]
    return race(*acts)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_decides(north_ag: Company, anna: User, carla: User) -> None:
    event = make_event(north_ag.centre, host=anna)
    outcomes = two_answer(event, north_ag, carla)
    assert [type(one) for one in outcomes].count(AlreadyDecided) == 1
    assert Message.objects.filter(template__in=["events/mail/asked", "events/mail/not_invited"]).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_is_one_request(north_ag: Company, anna: User) -> None:
    event = make_event(north_ag.centre, host=anna)
    facts = {"name": "Jana Petersen", "company_name": "Petersen Bau", "how_known": "", "language": "en"}
    race(*[partial(asking.ask, event, by_mail=FORM["email"], **facts) for _number in range(4)])
    work()
    assert InvitationRequest.objects.count() == 1


LURES = ("Win at https://evil.example/x", "Jana @evil", "Jana <b>", "Call 0900 123456 now", "Jana {me}", "\u202e17")


@pytest.mark.parametrize("name", LURES)
def test_nobody_sends_their_own_message_to_others_by_a_name(client: Client, event: Event, name: str) -> None:
    assert post(client, event, name=name).status_code == 422
    assert not InvitationRequest.objects.exists()


def test_no_name_becomes_a_link_or_breaks_a_line_in_a_letter(client: Client, event: Event, anna: User, carla: User) -> None:
    User.objects.filter(pk=anna.pk).update(email="anna@dealer.example")
    sent = {"name": "Dr.Jana\r\nBcc: x\u200b Evil.example", "company_name": "Evil.example http://x.example\r\nX: y"}
    assert post(client, event, **sent).status_code == 303
    work()
    asking.refuse(InvitationRequest.objects.get(), by=carla)
    refusal = Message.objects.get(template="events/mail/not_invited")
    assert "Dear Dr. Jana Bcc: x Evil. example," in refusal.text
    told = Message.objects.get(template="events/mail/asked_for")
    for letter in (refusal, told):
        assert "Evil.example" not in letter.text + letter.html + letter.subject
        assert "x.example" not in letter.text + letter.html
        assert "\nBcc" not in letter.text and "\nX:" not in letter.text


def test_a_mailbox_in_many_spellings_is_one_account(event: Event) -> None:
    answers = []
    for number, email in enumerate(
        ("jana.p@gmail.com", "janap+1@gmail.com", "j.anap+2@gmail.com", "JANAP@googlemail.com", "janap@gmail.com")
    ):
        answers.append(Client(REMOTE_ADDR=f"10.1.0.{number}").post(f"/events/{event.pk}/ask/", FORM | {"email": email}).status_code)
    assert answers == [303] * 5
    assert Client(REMOTE_ADDR="10.1.0.9").post(f"/events/{event.pk}/ask/", FORM | {"email": "janap+9@gmail.com"}).status_code == 429


def test_asking_costs_the_same_whoever_asks(client: Client, event: Event, north_ag: Company) -> None:
    """R22, R30: nobody learns from the time of an answer whom, or which company, we know."""
    make_role("user", north_ag, make_person(email="office@known.example"))
    post(client, event, email="first@x.example")  # opens the windows of the limits
    costs = set()
    for facts in ({"email": "x@x.example"}, {"email": "office@known.example"}, {"email": "y@x.example", "company_name": north_ag.name}):
        with CaptureQueriesContext(connection) as asked:
            assert post(client, event, **facts).status_code == 303
        costs.add(len([one for one in asked if "throttle" not in one["sql"] and "counter" not in one["sql"]]))
    assert len(costs) == 1
    assert not Task.objects.exists()
    work()
    assert Task.objects.count() == 2
    work()
    assert Task.objects.count() == 2

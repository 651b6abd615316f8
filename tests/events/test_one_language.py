"""Every text of an event in each language, beside each other; a letter is in one language alone (pages 6, F16)."""

from typing import Any

import icalendar
import pytest
from django.test import Client

from accounts.models import Company, User
from cms.landing import make_landing_page, translate
from events import landing, letters
from events.actions import planning, registering
from events.actions.sessions import draft_second_delivery
from events.models import Event
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db
ENGLISH = {"title": "The new Larea", "headline": "We lift the cloth.", "intro": "Come and see it."}
GERMAN = {"title": "Der neue Larea", "headline": "Wir lüften das Tuch.", "intro": "Kommen Sie und sehen Sie ihn."}
FOREIGN = ("The new", "We lift", "Come and see")


def text_of(message: Message) -> str:
    attached = "".join(part["text"] for part in message.attachments)
    return f"{message.subject}\n{message.text}\n{message.html}\n{attached}"


def all_letters(event: Event, company: Company, language: str) -> list[Message]:
    """From the invitation to the cancellation, of one guest."""
    guest = make_guest(company, language=language)
    make_invitation(event, guest, company=company)
    registration = make_registration(event, guest, company=company)
    planning.edit(Event.objects.get(pk=event.pk), by=None, location="Hall 2")
    run_jobs()
    registering.cancel(type(registration).objects.get(pk=registration.pk), by=None)
    return list(Message.objects.order_by("pk"))


def test_all_letters_speak_the_language_whose_texts_are_there(north_ag: Company) -> None:
    told = all_letters(make_event(north_ag.centre, translations={"de": GERMAN}, **ENGLISH), north_ag, "de")

    assert {message.language for message in told} == {"de"} and len(told) == 4
    for message in told:
        assert GERMAN["title"] in text_of(message)
        assert not any(words in text_of(message) for words in FOREIGN)
    for message in told[1:]:
        entry = icalendar.Calendar.from_ical(message.attachments[0]["text"]).walk("VEVENT")[0]
        assert str(entry["SUMMARY"]) == GERMAN["title"]


@pytest.mark.parametrize("missing", ["all", "title", "headline", "intro"])
@pytest.mark.parametrize("language", ["de", "it", "ru"])
def test_where_a_text_is_missing_the_whole_letter_is_in_the_language_of_the_house(north_ag: Company, language: str, missing: str) -> None:
    written = {} if missing == "all" else {language: GERMAN | {missing: ""}}
    told = all_letters(make_event(north_ag.centre, translations=written, **ENGLISH), north_ag, language)

    assert {message.language for message in told} == {"en"}
    for message in told:
        assert ENGLISH["title"] in text_of(message) or ENGLISH["headline"] in text_of(message)
        assert "Dear" in message.text and GERMAN["title"] not in text_of(message)


def test_a_translated_landing_page_gives_its_title_to_every_letter(north_ag: Company, dora: User) -> None:
    event = make_event(north_ag.centre, title="The new Larea", intro="Come and see it.")
    make_landing_page(event, dora)
    translate(event, "it", title="La nuova Larea", intro="Venite a vederla.", by=dora)

    told = all_letters(event, north_ag, "it")

    assert {message.language for message in told} == {"it"}
    assert all("La nuova Larea" in text_of(message) and "The new" not in text_of(message) for message in told)


def test_a_title_that_changes_in_one_language_is_told(north_ag: Company) -> None:
    event = make_event(north_ag.centre, translations={"de": GERMAN}, **ENGLISH)
    make_registration(event, make_guest(north_ag, language="de"), company=north_ag)

    planning.edit(event, by=None, translations={"de": GERMAN | {"title": "Der ganz neue Larea"}})
    run_jobs()

    assert "Der ganz neue Larea" in Message.objects.get(template="events/mail/moved").subject


def test_a_waiting_invitation_is_written_anew_in_the_language_that_has_texts_now(north_ag: Company) -> None:
    event = make_event(north_ag.centre, **ENGLISH)
    make_invitation(event, make_guest(north_ag, language="de"), company=north_ag)
    planning.edit(event, by=None, translations={"de": GERMAN}, location="Hall 2")
    run_jobs()

    message = Message.objects.get(template="events/mail/invitation")
    assert (message.language, message.subject) == ("de", GERMAN["headline"])


# --- the form and the cockpit -----------------------------------------------------------------------------------------------------


def test_the_form_has_the_texts_of_every_language_beside_each_other(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    form = client.get("/events/new/").context["form"]
    assert [len(one.fields) for one in form.languages()] == [3, 3, 3, 3]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    assert data["title_de"] and data["title_de"] != data["title"], "the template's name is translated"
    data |= ENGLISH | {f"{name}_de": text for name, text in GERMAN.items()} | {"title_ru": "", "location": "Hall 1", "_key": "a" * 16}

    assert client.post("/events/new/", data).status_code == 303

    event = Event.objects.get()
    assert event.translations["de"] == GERMAN and set(event.translations) == {"de", "it"}
    page = client.get(f"/events/{event.pk}/edit/")
    assert [one.is_missing for one in page.context["form"].languages()] == [False, False, True, True]
    assert page.content.decode().count("texts missing") == 2
    assert "Texts are missing in Italian, Russian" in client.get(f"/events/{event.pk}/").content.decode()


def test_saving_without_a_change_changes_nothing(client: Client, carla: User, north_ag: Company) -> None:
    event = make_event(north_ag.centre, translations={"de": GERMAN}, starts_at=in_days(20), **ENGLISH)
    guest = make_registration(event, company=north_ag)
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields} | {"_shown": form.showing}

    assert client.post(f"/events/{event.pk}/edit/", data).status_code == 303

    assert Event.objects.get().translations == {"de": GERMAN}
    assert type(guest).objects.get().to_tell == ""


def test_a_second_delivery_is_drafted_in_every_language(north: Any, carla: User) -> None:
    event = draft_second_delivery(north, by=carla, now=in_days(0))
    assert landing.missing_languages(event, None) == []


def test_the_entry_of_the_page_has_the_title_of_the_letters(north_ag: Company) -> None:
    event = make_event(north_ag.centre, translations={"de": GERMAN}, **ENGLISH)
    registration = make_registration(event, make_guest(north_ag, language="de"), company=north_ag)
    assert letters.appointment(registration).title == GERMAN["title"]

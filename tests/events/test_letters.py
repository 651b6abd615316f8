"""What guests get: words, links, one-click unsubscribe, and a calendar entry that follows every change."""

import email
import email.policy
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.conf import settings

from events.actions import planning, registering, telling
from events.letters import appointment
from events.models import Event
from fleetportal.core import ical
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def letters(about: Any) -> list[Message]:
    return list(Message.objects.about(about).order_by("pk"))


def entry(message: Message) -> tuple[str, icalendar.Event]:
    """The method and the event of the letter's calendar file, as it is handed over."""
    mime = email.message_from_bytes(as_email(message).message().as_bytes(), policy=email.policy.default)
    (part,) = [part for part in mime.walk() if part.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == str(calendar["METHOD"])
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def test_an_invitation_has_a_personal_link_and_one_click_unsubscribe(north_ag: Any) -> None:
    invitation = make_invitation(make_event(north_ag.centre, headline="We lift the cloth."), make_guest(north_ag), company=north_ag)

    message = Message.objects.get(key=invitation.message_key)
    sent = as_email(message)

    assert (sent.subject, message.gate, message.purpose) == ("We lift the cloth.", "invitation", "invitations")
    answer = Link.objects.get(scope="invitation", subject_id=invitation.pk)
    preferences = Link.objects.get(scope="preferences")
    assert answer.url in sent.body and answer.url in sent.alternatives[0][0]
    assert sent.extra_headers["List-Unsubscribe"] == f"<{preferences.url}?purpose=invitations>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert answer.token not in message.text + message.html


def test_what_a_guest_typed_never_becomes_a_link(north_ag: Any) -> None:
    other = make_invitation(make_event(north_ag.centre), make_guest(north_ag), company=north_ag)
    stolen = Link.objects.get(scope="invitation", subject_id=other.pk)

    registration = make_registration(company=north_ag, wishes=f"{{link:{stolen.pk}}} <b>bold</b>")

    sent = as_email(letters(registration)[0])
    assert stolen.token not in sent.body + sent.alternatives[0][0]
    assert "<b>" not in sent.alternatives[0][0]


def test_the_entry_follows_the_registration_to_its_end() -> None:
    registration = make_registration(party=2)
    registering.change(registration, by=None, party=3)
    registering.cancel(registration, by=None)

    told = [entry(message) for message in letters(registration)]

    assert [method for method, _event in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for _method, event in told}) == 1
    sequences = [int(event["SEQUENCE"]) for _method, event in told]
    assert sequences == sorted(set(sequences))
    assert [str(event["STATUS"]) for _method, event in told] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(told[0][1]["ATTENDEE"]) == f"mailto:{registration.person.email}"


def test_who_waits_gets_no_entry_before_there_are_seats() -> None:
    event = make_event(capacity=1)
    coming, waits = make_registration(event), make_registration(event)
    assert letters(waits)[0].attachments == []

    registering.cancel(coming, by=None)

    method, found = entry(letters(waits)[-1])
    assert (method, found.start) == ("REQUEST", event.starts_at)


def test_an_event_that_moves_corrects_every_calendar_and_one_called_off_empties_it(north_ag: Any) -> None:
    event = make_event(north_ag.centre, capacity=2)
    coming, waits = make_registration(event, party=2, company=north_ag), make_registration(event, company=north_ag)

    planning.edit(event, by=None, starts_at=event.starts_at + timedelta(hours=1), ends_at=event.ends_at + timedelta(hours=1))
    run_jobs()
    planning.edit(event, by=None, intro="Only words: nobody is told.")
    planning.call_off(event, by=None, reason="The car is not here yet.")
    run_jobs()

    told = [entry(message) for message in letters(coming)]
    assert [method for method, _event in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert told[1][1].start == Event.objects.get().starts_at
    assert [int(found["SEQUENCE"]) for _method, found in told] == [0, 1, 2]
    assert [message.template for message in letters(waits)] == ["events/mail/waiting", "events/mail/moved", "events/mail/called_off"]


@pytest.mark.parametrize(
    ("day", "offset"),
    [(date(2027, 3, 27), 1), (date(2027, 3, 28), 2), (date(2027, 10, 30), 2), (date(2027, 10, 31), 1)],
    ids=["day before summer time", "first of summer time", "last of summer time", "first of winter time"],
)
def test_times_are_right_on_the_days_when_clocks_change(north: Any, day: date, offset: int) -> None:
    event = make_event(north, starts_at=datetime(day.year, day.month, day.day, 18, 30, tzinfo=north.zone))

    file = ical.write("REQUEST", appointment(make_registration(event, company=make_company(north))))

    calendar = icalendar.Calendar.from_ical(file)
    start = calendar.walk("VEVENT")[0].start
    assert (start.hour, start.minute, start.utcoffset()) == (18, 30, timedelta(hours=offset))
    assert f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T183000" in file
    zone = calendar.walk("VTIMEZONE")[0]
    assert zone.to_tz().utcoffset(datetime(day.year, day.month, day.day, 18, 30)) == timedelta(hours=offset)  # noqa: DTZ001


def test_a_calendar_file_is_as_the_standard_asks() -> None:
    registration = make_registration(make_event(title="Müller; Söhne, " + "lang " * 20))

    file = ical.write("REQUEST", appointment(registration))

    lines = file.split("\r\n")
    assert "\n" not in file.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert [line for line in lines if line.startswith(("BEGIN:V", "METHOD", "VERSION"))][:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
    ]
    assert f"UID:registration-{registration.pk}@{settings.BASE_HOST}" in lines


@pytest.mark.parametrize("language", ["en", "de", "it", "ru"])
@pytest.mark.parametrize("step", ["seated", "changed", "cancelled", "waiting", "promoted", "moved", "called_off", "reminder"])
def test_every_letter_has_subject_text_and_html_without_leftovers(language: str, step: Any) -> None:
    written = {code: {"title": "Larea", "headline": "", "intro": ""} for code in ("de", "it", "ru")}
    registration = make_registration(make_event(translations=written), make_guest(language=language), party=2, wishes="vegetarian")

    telling.tell(registration, step)

    sent = as_email(letters(registration)[-1])
    html = sent.alternatives[0][0]
    assert sent.subject and f'<html lang="{language}">' in html
    assert html.count("<p ") == html.count("</p>"), "each paragraph begins and ends"
    for words in (sent.subject, sent.body, html):
        assert not any(left in words for left in ("{{", "{%", "{link:", "None", "&lt;"))
    assert "\n\n\n" not in sent.body

"""What a message is: bounce, automatic reply, answer, answer by calendar, the wish to get no more letters, or something else."""

from datetime import date

import pytest

from contacts.memory.inbox.reading.mail import read
from tests.contacts.inbox.letters import ANSWERED, FROM, calendar, letter

NO_MORE = "unsubscribe"

KINDS = [
    (
        "suppressing is no sign alone",
        "Subject: AW: x\nX-Auto-Response-Suppress: DR, OOF, AutoReply\n" + ANSWERED,
        "Gern, ich komme",
        "reply",
    ),
    (
        "suppressing all, no way back",
        "Return-Path: <>\nSubject: Automatische Antwort: x\nX-Auto-Response-Suppress: All",
        "Ich bin nicht im Büro",
        "auto_reply",
    ),
    ("word before a semicolon", 'Subject: x\nAuto-Submitted: auto-replied; owner-email="a@example.com"', "weg", "auto_reply"),
    ("word before a bracket", "Subject: x\nAuto-Submitted: auto-replied (zimbra; vacation)", "weg", "auto_reply"),
    ("submitted by a person", "Subject: AW: x\nAuto-Submitted: no\n" + ANSWERED, "Ja", "reply"),
    ("subject alone", "Subject: Out of office: Invitation", "Back on 12 January", "auto_reply"),
    ("words, no way back", "Return-Path: <>\nSubject: Re: x\n" + ANSWERED, "Ich bin bis 12.01. nicht im Büro.", "auto_reply"),
    ("words of a person", "Return-Path: <e@k.example>\nSubject: Re: x\n" + ANSWERED, "Ich bin bis 12.01. nicht im Büro.", "reply"),
    ("Gmail's header", "Subject: Re: x\nX-Autoreply: yes", "weg", "auto_reply"),
    ("cPanel's precedence", "Subject: Re: x\nX-Precedence: auto_reply", "weg", "auto_reply"),
    ("bulk is no sign", "Subject: Re: x\nPrecedence: bulk", "Ja", "reply"),
    ("Italian", "Subject: Risposta automatica: Invito", "Sono in ferie", "auto_reply"),
    ("Russian", "Subject: Автоматический ответ: Приглашение", "Я в отпуске", "auto_reply"),
    ("answer to an automatic reply", "Subject: AW: Automatische Antwort: x\n" + ANSWERED, "Danke", "reply"),
    ("by subject", "Subject: unsubscribe", "", NO_MORE),
    ("one word", "Subject: Re: Invitation", "STOP", NO_MORE),
    ("English", "Subject: Re: Invitation", "Please remove me from your mailing list.", NO_MORE),
    ("German", "Subject: AW: x\n" + ANSWERED, "Bitte keine weiteren E-Mails mehr.\n\nGruß\nErika", NO_MORE),
    ("German list", "Subject: Re: x", "Bitte nehmen Sie mich aus Ihrem Verteiler.\nMit freundlichen Grüßen\nErika Muster", NO_MORE),
    ("Italian list", "Subject: Re: x", "Vi prego di cancellarmi dalla vostra lista.", NO_MORE),
    ("Russian list", "Subject: Re: x", "Прошу отписать меня от рассылки.", NO_MORE),
    ("an event cancelled", "Subject: AW: x\n" + ANSWERED, "Ich möchte mich leider vom Event abmelden, mein Auto ist kaputt.", "reply"),
    ("Friday cancelled", "Subject: AW: x\n" + ANSWERED, "Bitte melden Sie mich für Freitag ab. Danke", "reply"),
    ("a guest less", "Subject: AW: x\n" + ANSWERED, "Please remove my wife from the guest list, she is ill.", "reply"),
    (
        "only the quote asks",
        "Subject: AW: x",
        "Gern\n\nAm 5.1.2026 um 10:00 schrieb D:\n> Bitte melden Sie mich vom Newsletter ab",
        "reply",
    ),
    ("a question of its own", "Subject: Frage", "Haben Sie am Montag offen?", "other"),
    ("quote without a thread", "Subject: Test", "Hello\n\nFrom: D <d@dealer.example>\nSent: Monday\nTo: E\nSubject: x\n\nHi", "reply"),
    (
        "a bounce passed on",
        "Subject: WG: Unzustellbar",
        "Kam zurück.\n\nVon: Mailer <m@x.example>\nGesendet: heute\nBetreff: x\n\n550 5.1.1",
        "other",
    ),
    ("our own letter", "Subject: Spring\nList-Unsubscribe: <mailto:unsub@dealer.example>", "Hello", "other"),
]


@pytest.mark.parametrize(("heads", "body", "kind"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_kind_of_a_letter(heads, body, kind):
    assert read(letter(FROM + heads, body)).kind == kind


@pytest.mark.parametrize("to", ["unsub@dealer.example", "unsubscribe+u-123@dealer.example", "abmelden@dealer.example"])
def test_letter_to_the_address_of_the_header_asks_for_no_more(to):
    assert read(letter(f"From: a@b.example\nTo: {to}\nSubject: u-123")).kind == NO_MORE


@pytest.mark.parametrize(("method", "kind"), [("REPLY", "calendar_reply"), ("COUNTER", "calendar_reply"), ("REQUEST", "other")])
def test_calendar_answers_only_by_its_method(method, kind):
    assert read(letter(FROM + "Subject: Accepted", calendar(method), kind=f"text/calendar; method={method}")).kind == kind


def test_calendar_answer_has_uid_sequence_attendee_and_answer():
    (answer,) = read(letter(FROM + "Subject: x", calendar("REPLY", answer="DECLINED"), kind="text/calendar")).invitations
    assert (answer.uid, answer.sequence, answer.attendee, answer.answer) == ("1@dealer.example", 2, "erika@kunde.example", "DECLINED")


def test_calendar_that_cannot_be_read_is_still_an_answer_where_its_header_says_so():
    found = read(letter(FROM + "Subject: Accepted", "BEGIN:VCALENDAR\nrubbish", kind="text/calendar; method=REPLY"))
    assert (found.kind, found.invitations) == ("calendar_reply", [])


def test_broken_calendar_is_no_answer():
    broken = calendar("REPLY").replace("SEQUENCE:2", "SEQUENCE:two").replace("END:VEVENT", "")
    assert read(letter(FROM + "Subject: x", broken, kind="text/calendar")).kind == "other"


AWAY = [
    ("Ich bin bis 12.01. nicht im Büro.", date(2026, 1, 12)),
    ("Ich bin bis einschließlich Freitag, den 16. Januar 2026 im Urlaub.", date(2026, 1, 16)),
    ("Ich bin ab dem 19.01.2026 wieder für Sie da.", date(2026, 1, 18)),
    ("I am out of the office until 12 January 2026 and have no access.", date(2026, 1, 12)),
    ("I will be back on January 12th.", date(2026, 1, 11)),
    ("I am away from 5 January to 23 January.", date(2026, 1, 23)),
    ("Sono in ferie fino al 20 gennaio.", date(2026, 1, 20)),
    ("Sarò assente, rientrerò il 21 gennaio 2026.", date(2026, 1, 20)),
    ("Я в отпуске с 5 по 15 января.", date(2026, 1, 15)),
    ("Вернусь 16 января 2026 г.", date(2026, 1, 15)),
    ("Away until 2026-02-01.", date(2026, 2, 1)),
    ("Bis bald! Ich bin nicht da.", None),
    ("Bis 31.02. bin ich weg.", None),
    ("Seit 2019 bis 12.01.2020 war ich weg.", None),
]


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_day_until_which_an_automatic_reply_says_the_person_is_away(text, day):
    assert read(letter(FROM + "Subject: x\nAuto-Submitted: auto-replied", text)).away_until == day


def test_day_without_a_year_is_the_next_one():
    late = letter("From: a@b.example\nDate: Tue, 29 Dec 2026 08:00:00 +0100\nSubject: x\nAuto-Submitted: auto-replied", "Bis 4. Januar weg")
    assert read(late).away_until == date(2027, 1, 4)


def test_thread_begins_with_the_letter_that_is_answered():
    found = read(letter(FROM + "Subject: Re: x\nIn-Reply-To: <3@d.example>\nReferences: <1@d.example> <2@d.example> <3@d.example>", "Ja"))
    assert found.answers_to == ["<3@d.example>", "<2@d.example>", "<1@d.example>"]


def test_missing_or_impossible_date_is_none():
    assert read(letter("From: a@b.example\nDate: Tue, 99 Foo 2026 25:99:00 +9999\nSubject: x")).sent_at is None
    assert read(letter("From: a@b.example\nSubject: x")).sent_at is None

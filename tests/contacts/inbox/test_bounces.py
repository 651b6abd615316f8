"""Bounces: whom a letter did not reach, and whether that is the mailbox's end. Only what a server says of the mailbox is hard."""

import pytest

from contacts.memory.inbox.reading.mail import read
from tests.contacts.inbox.letters import letter, report

TO = "Final-Recipient: rfc822; anna@kunde.example\nAction: failed\n"

ANSWERS = [
    ("5.1.1", "550 5.1.1 <anna@kunde.example>: Recipient address rejected: User unknown", "hard"),
    ("5.0.0", "550 5.1.1 User unknown", "hard"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "hard"),
    ("5.0.0", "550 No such user here", "hard"),
    ("5.1.2", "550 Host unknown", "hard"),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", "soft"),
    ("5.2.2", "552 5.2.2 Mailbox full", "soft"),
    ("5.7.1", "554 5.7.1 Relay access denied", "soft"),
    ("5.7.1", "550 5.7.1 User unknown to our policy", "soft"),
    ("5.1.8", "553 5.1.8 Domain of sender address a@dealer.example does not exist", "soft"),
    ("5.7.26", "550-5.7.26 Unauthenticated email is not accepted due to DMARC policy", "soft"),
    ("4.4.7", "delivery temporarily suspended: connection timed out", "soft"),
    ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", "soft"),
    ("5.0.0", "550 Empfänger unbekannt", "hard"),
    ("5.0.0", "550 casella piena", "soft"),
    ("5.0.0", "550 пользователь не найден", "hard"),
]


@pytest.mark.parametrize(("status", "answer", "verdict"), ANSWERS)
def test_verdict_is_what_the_server_says_of_the_mailbox(status, answer, verdict):
    found = read(report(f"{TO}Status: {status}\nDiagnostic-Code: smtp; {answer}"))
    assert (found.kind, found.address, found.verdict) == ("bounce", "anna@kunde.example", verdict)


def test_status_of_the_server_counts_before_the_report_s_general_one():
    assert read(report(f"{TO}Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 User unknown")).status == "5.1.1"
    assert read(report(f"{TO}Status: 5.1.1\nDiagnostic-Code: smtp; 550 [192.0.2.5.1] unknown user")).status == "5.1.1"


def test_recipients_of_one_report_are_told_apart():
    other = "\n\nFinal-Recipient: rfc822; boris@kunde.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full"
    found = read(report(f"{TO}Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown{other}"))
    assert [(failure.address, failure.verdict) for failure in found.failures] == [
        ("anna@kunde.example", "hard"),
        ("boris@kunde.example", "soft"),
    ]


def test_delayed_is_soft_whatever_the_reason():
    delayed = "Final-Recipient: rfc822; anna@kunde.example\nAction: delayed\nStatus: 4.4.4\nDiagnostic-Code: smtp; 454 Host not found"
    assert read(report(delayed)).verdict == "soft"


def test_report_that_all_was_delivered_is_no_bounce():
    assert read(report("Final-Recipient: rfc822; anna@kunde.example\nAction: relayed\nStatus: 2.1.5")).kind == "other"


def test_no_such_user_after_the_letter_was_taken_is_a_filter():
    text = "<anna@kunde.example>: host mx.kunde.example said:\n    550 Unknown user (in reply to end of DATA command)"
    fields = f"{TO}Status: 5.0.0\nDiagnostic-Code: smtp; 550 Unknown user"
    assert read(report(fields, text=text)).verdict == "soft"
    assert read(report(fields, text=text.replace("end of DATA", "RCPT TO"))).verdict == "hard"


def test_only_the_head_of_the_original_comes_back():
    found = read(report(TO, original="Subject: Invitation\nContent-Type: multipart/alternative; boundary=B\n"))
    assert (found.kind, found.text) == ("bounce", "Not delivered")


def test_original_names_the_letter_that_came_back():
    found = read(report(TO, original="Message-ID: <out-7@dealer.example>\nSubject: Invitation\n\nHello"))
    assert found.answers_to == ["<out-7@dealer.example>"]


OLD = [
    (
        "qmail",
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice",
        "Hi. I wasn't able to deliver your message to the following addresses.\n\n<anna@kunde.example>:\n"
        "Remote host said: 550 5.1.1 no mailbox here by that name\n\n--- Below this line is a copy of the message.\n\nTo: boris@x.example",
        ("hard", "anna@kunde.example", "5.1.1"),
    ),
    (
        "Exim",
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: anna@kunde.example\nSubject: Mail delivery failed",
        "The following address(es) failed:\n\n  anna@kunde.example\n    host mx [192.0.2.1]: 552 mailbox full\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nSubject: User unknown",
        ("soft", "anna@kunde.example", ""),
    ),
    (
        "Exchange in German",
        "From: Microsoft Outlook <MicrosoftExchange329e71@kunde.example>\nSubject: Unzustellbar: Einladung",
        "Ihre Nachricht an anna@kunde.example konnte nicht zugestellt werden.\n\n550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        ("hard", "anna@kunde.example", "5.1.10"),
    ),
    (
        "Russian",
        "From: mailer-daemon@mail.example\nReturn-Path: <>\nSubject: Недоставленное сообщение",
        "Письмо для anna@kunde.example не доставлено: пользователь не найден",
        ("hard", "anna@kunde.example", ""),
    ),
    (
        "Italian",
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Mancato recapito",
        "Il messaggio a anna@kunde.example non è stato recapitato: casella piena",
        ("soft", "anna@kunde.example", ""),
    ),
    (
        "a service's JSON",
        "From: no-reply@sns.example\nSubject: AWS Notification Message",
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"anna@kunde.example",'
        '"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}\n\n--\nIf you wish to stop receiving',
        ("hard", "anna@kunde.example", "5.1.1"),
    ),
]


@pytest.mark.parametrize(("heads", "body", "found"), [row[1:] for row in OLD], ids=[row[0] for row in OLD])
def test_bounce_without_the_form_of_the_standard(heads, body, found):
    message = read(letter(f"{heads}\nTo: events@dealer.example", body))
    assert (message.kind, (message.verdict, message.address, message.status)) == ("bounce", found)


def test_receipt_that_a_letter_was_read_is_no_bounce_and_no_absence():
    kind = "multipart/report; report-type=disposition-notification; boundary=A"
    body = "--A\nContent-Type: text/plain\n\nDisplayed\n--A\nContent-Type: message/disposition-notification\n\nDisposition: x\n--A--\n"
    assert read(letter("From: a@b.example\nSubject: Read: x\nAuto-Submitted: auto-replied", body, kind=kind)).kind == "other"


@pytest.mark.parametrize(("said", "kind"), [("opt-out", "unsubscribe"), ("abuse", "other")])
def test_feedback_report_is_no_bounce(said, kind):
    body = f"--A\nContent-Type: text/plain\n\nReport\n--A\nContent-Type: message/feedback-report\n\nFeedback-Type: {said}\n--A--\n"
    heads = "From: feedback@arf.example\nSubject: FW: x"
    assert read(letter(heads, body, kind="multipart/report; report-type=feedback-report; boundary=A")).kind == kind

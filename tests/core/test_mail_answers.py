"""R47: what a mail server's answer is about, in the words of many servers."""

import pytest

from fleetportal.core.outbox.channels.answers import About, Stage, about

RCPT, TEXT, LINE = Stage.RECIPIENT, Stage.TEXT, Stage.LINE
ANSWERS = [
    (RCPT, 550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table", About.NOBODY),
    (RCPT, 550, "5.1.2 bad destination system", About.NOBODY),
    (RCPT, 501, "5.1.3 bad address syntax", About.NOBODY),
    (RCPT, 551, "5.1.6 moved", About.NOBODY),
    (RCPT, 556, "5.1.10 null mx", About.NOBODY),
    (RCPT, 550, "5.2.1 The email account that you tried to reach is disabled", About.NOBODY),
    (RCPT, 550, "User unknown", About.NOBODY),
    (RCPT, 550, "no such user here", About.NOBODY),
    (RCPT, 550, "Requested action not taken: mailbox unavailable", About.NOBODY),
    (RCPT, 553, "sorry, no mailbox here by that name", About.NOBODY),
    (RCPT, 550, "Unknown recipient", About.NOBODY),
    (RCPT, 550, "The recipient does not exist", About.NOBODY),
    (RCPT, 550, "relay not permitted", About.US),
    (RCPT, 554, "Relay access denied", About.US),
    (RCPT, 553, "sorry, that domain isn't in my list of allowed rcpthosts", About.US),
    (RCPT, 550, "sender address unknown", About.US),
    (RCPT, 550, "Access denied", About.US),
    (RCPT, 550, "your IP is blacklisted", About.US),
    (RCPT, 550, "mailbox unavailable: blocked by policy", About.US),
    (RCPT, 550, "5.7.1 Unable to relay", About.US),
    (RCPT, 550, "5.7.26 unauthenticated mail is prohibited", About.US),
    (RCPT, 550, "5.4.1 Recipient address rejected: Access denied", About.US),
    (RCPT, 550, "5.4.5 Daily user sending limit exceeded", About.US),
    (RCPT, 550, "5.1.8 Sender address rejected: domain not found", About.US),
    (RCPT, 530, "Must issue a STARTTLS command first", About.US),
    (RCPT, 535, "5.7.8 authentication failed", About.US),
    (RCPT, 530, "who are you?", About.US),
    (RCPT, 535, "5.5.1 no", About.US),
    (RCPT, 421, "closing", About.US),
    (RCPT, 552, "5.2.2 mailbox full", About.LATER),
    (RCPT, 552, "storage exceeded", About.LATER),
    (RCPT, 452, "4.2.2 over quota", About.LATER),
    (RCPT, 450, "4.7.1 greylisted, try again", About.LATER),
    (RCPT, 550, "no", About.MESSAGE),
    (RCPT, 550, "5.5.1 bad sequence", About.MESSAGE),
    (TEXT, 554, "looks like spam", About.MESSAGE),
    (TEXT, 552, "message size exceeds limit", About.MESSAGE),
    (TEXT, 550, "5.7.1 blocked by policy", About.US),
    (TEXT, 550, "5.1.1 unknown", About.NOBODY),
    (TEXT, 451, "try later", About.LATER),
    (LINE, 554, "no service", About.US),
    (LINE, 451, "try later", About.US),
    (LINE, 550, "5.1.1 sender unknown", About.US),
    (LINE, 552, "5.3.4 message too big", About.MESSAGE),
]


@pytest.mark.parametrize(("stage", "code", "answer", "meaning"), ANSWERS)
def test_r47_an_answer_is_about(stage: Stage, code: int, answer: str, meaning: About) -> None:
    assert about(stage, code, answer) is meaning

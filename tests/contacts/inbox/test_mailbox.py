"""The mailbox: read one message at a time, changed in nothing, and what a colleague moves away meanwhile is no message.

The server is a script of the few lines that reading needs, as Dovecot 2.3 says them, not a real one.
"""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company
from contacts.memory.actions.mailbox import take_in_mailbox
from contacts.memory.models.incoming import IncomingMail
from contacts.models import Interaction, Person
from contacts.tasks import read_mailbox
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.queueing import MessageDraft, queue
from tests.contacts.inbox.imap_server import Folder, serving
from tests.contacts.inbox.letters import ANSWERED, FROM, letter
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def erika(north_ag: Company) -> Person:
    person = make_person("Muster", first_name="Erika", email="erika@kunde.example")
    make_role("decision_maker", north_ag, person)
    return person


def answer(number: int) -> bytes:
    heads = f"{FROM}Message-ID: <{number}@kunde.example>\nSubject: AW: {number}\n{ANSWERED}"
    return letter(heads, f"Gern, {number}.").replace(b"\n", b"\r\n")


@pytest.fixture
def folder() -> Folder:
    return Folder({5: answer(1), 6: None, 9: answer(3)})


@pytest.fixture
def mailbox(folder: Folder, settings) -> Iterator[Folder]:
    with serving(folder) as url:
        settings.IMAP_URL = url
        yield folder


def test_what_is_being_moved_away_is_no_message(mailbox: Folder, erika: Person):
    assert take_in_mailbox() == 2
    assert sorted(line.text for line in Interaction.objects.all()) == ["Gern, 1.", "Gern, 3."]
    assert all(row.person == erika and row.received_at.year > 2000 for row in IncomingMail.objects.all())


def test_it_is_asked_for_again_and_the_others_are_not_taken_twice(mailbox: Folder, erika: Person):
    take_in_mailbox()
    mailbox.letters[6] = answer(2)  # moved back
    assert take_in_mailbox() == 1
    assert Interaction.objects.count() == 3


def test_only_what_is_new_is_fetched_and_nothing_is_changed(mailbox: Folder, erika: Person):
    del mailbox.letters[6]
    take_in_mailbox()
    before = len(mailbox.said)
    assert take_in_mailbox() == 0
    assert not any("FETCH" in command for command in mailbox.said[before:])
    assert not any(command.split()[0] in ("SELECT", "STORE", "EXPUNGE") or "STORE" in command for command in mailbox.said)
    assert all("PEEK" in command for command in mailbox.said if "FETCH" in command)


def test_first_look_leaves_what_was_read_before(mailbox: Folder, erika: Person):
    mailbox.seen = {5}
    assert take_in_mailbox() == 1
    mailbox.letters[10] = answer(4)
    mailbox.seen.add(10)  # a colleague was faster
    assert take_in_mailbox() == 1


def test_folder_that_counts_anew_is_read_anew_and_nothing_twice(mailbox: Folder, erika: Person):
    take_in_mailbox()
    mailbox.validity, mailbox.letters = 8, {1: answer(3), 2: answer(4)}
    assert take_in_mailbox() == 1
    assert Interaction.objects.count() == 3


def test_answers_about_other_messages_are_not_taken_for_the_asked_one(mailbox: Folder, erika: Person):
    mailbox.gossip = b"* 3 FETCH (UID 9 FLAGS (\\Deleted))"
    assert take_in_mailbox() == 2


def test_server_that_refuses_or_is_gone_is_asked_again_later(mailbox: Folder, settings, caplog):
    good = settings.IMAP_URL
    settings.IMAP_URL = good.replace("geheim", "falsch")
    assert take_in_mailbox() == 0 and "falsch" not in caplog.text and "wrong password" in caplog.text
    settings.IMAP_URL = good.replace("/INBOX", "/Nowhere")
    assert take_in_mailbox() == 0
    settings.IMAP_URL = "imap://fleet:geheim@127.0.0.1:1/INBOX"
    assert take_in_mailbox() == 0 and "geheim" not in caplog.text
    settings.IMAP_URL = ""
    assert take_in_mailbox() == 0 and not IncomingMail.objects.exists()


def test_task_reads_the_mailbox(mailbox: Folder, erika: Person):
    read_mailbox()
    assert IncomingMail.objects.count() == 2


def test_command_says_each_message_and_a_dry_run_writes_nothing(mailbox: Folder, erika: Person):
    def run(*args: str) -> list[dict[str, object]]:
        out = StringIO()
        call_command("read_mail", "--imap", "--json", *args, stdout=out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    said = run("--dry-run")
    assert not IncomingMail.objects.exists()
    assert [(line["file"], line["kind"], line["person"], line["text"]) for line in said] == [
        ("imap:5", "reply", erika.pk, "Gern, 1."),
        ("imap:9", "reply", erika.pk, "Gern, 3."),
    ]
    assert run() == said


@pytest.mark.parametrize(("args", "why"), [((), "Name files"), (("--imap",), "IMAP_URL is not set")])
def test_command_without_anything_to_read_says_so(args, why):
    with pytest.raises(CommandError, match=why) as refused:
        call_command("read_mail", *args)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("address", ["", "fleet@dealer.example"])
def test_answers_to_our_letters_come_back_to_the_mailbox(erika: Person, north_ag: Company, settings, address: str):
    settings.REPLY_TO = address
    message = queue(MessageDraft("tests/mail/note", to=erika, about=erika, gate="service", key="note"))
    assert message.headers.get("Reply-To", "") == address
    assert as_email(message).message().get("Reply-To", "") == address

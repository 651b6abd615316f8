"""`manage.py read_mail FILE.eml…` or `--imap`: takes messages in, or says what they are."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contacts.memory.actions.incoming import take_in, whose
from contacts.memory.actions.mailbox import new_in, waiting_in
from contacts.memory.inbox.mailbox import MailboxUnreadable
from contacts.memory.inbox.reading.mail import MailRead, read


class Command(BaseCommand):
    help = "Take in messages from files: replies, bounces, automatic replies, calendar replies, unsubscribes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE.eml", help="messages, each in a file of its own; - reads standard input")
        parser.add_argument("--imap", action="store_true", help="take in what is new in the mailbox of IMAP_URL")
        parser.add_argument("--dry-run", action="store_true", help="only say what each message is; write nothing")
        parser.add_argument("--json", action="store_true", help="one line of JSON for each file")

    def handle(self, *args: object, files: list[str], dry_run: bool, **options: object) -> None:
        if not files and not options["imap"]:
            raise CommandError("Name files with messages, or give --imap.", returncode=2)
        if options["imap"]:
            self.read_mailbox(dry_run=dry_run, as_json=bool(options["json"]))
        unread = []
        for file in files:
            try:
                raw = self.stdin_bytes() if file == "-" else Path(file).read_bytes()
            except OSError as error:
                unread.append(f"{file}: {error.strerror}")
                continue
            self.say(file, *taken(raw, dry_run=dry_run), as_json=bool(options["json"]))
        if unread:
            raise CommandError("Not read: " + "; ".join(unread), returncode=2)

    def read_mailbox(self, *, dry_run: bool, as_json: bool) -> None:
        if not settings.IMAP_URL:
            raise CommandError("IMAP_URL is not set: it names the mailbox that is read.", returncode=2)
        try:
            if dry_run:
                for uid, raw in waiting_in(settings.IMAP_URL):
                    self.say(f"imap:{uid}", *taken(raw, dry_run=True), as_json=as_json)
            else:
                for uid, row, found, _is_new in new_in(settings.IMAP_URL):
                    self.say(f"imap:{uid}", found, row.person_id, as_json=as_json)
        except MailboxUnreadable as error:
            raise CommandError(f"The mailbox can't be read: {error}", returncode=2) from None

    def stdin_bytes(self) -> bytes:
        return Path("/dev/stdin").read_bytes()

    def say(self, file: str, found: MailRead, person: int | None, *, as_json: bool) -> None:
        if as_json:
            facts = {name: getattr(found, name) for name in ("kind", "verdict", "address", "status")}
            self.stdout.write(json.dumps({"file": file, **facts, "person": person, "text": found.text}, ensure_ascii=False))
        else:
            said = (found.kind, found.verdict, found.address, found.status, f"person {person}" if person else "")
            self.stdout.write(f"{file}: {' '.join(part for part in said if part)}")


def taken(raw: bytes, *, dry_run: bool) -> tuple[MailRead, int | None]:
    """What the message says, and the id of the person it is from or about. Writes nothing in a dry run."""
    if dry_run:
        found = read(raw)
        person = whose(found).person
        return found, person.pk if person else None
    row, found, _is_new = take_in(raw)
    return found, row.person_id

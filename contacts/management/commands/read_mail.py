"""`manage.py read_mail FILE.eml…`: takes messages in, or says what they are."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from contacts.memory.actions.incoming import take_in, whose
from contacts.memory.inbox.reading.mail import MailRead, read


class Command(BaseCommand):
    help = "Take in messages from files: replies, bounces, automatic replies, calendar replies, unsubscribes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE.eml", help="messages, each in a file of its own; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="only say what each message is; write nothing")
        parser.add_argument("--json", action="store_true", help="one line of JSON for each file")

    def handle(self, *args: object, files: list[str], dry_run: bool, **options: object) -> None:
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

"""Reading the mailbox: what is new in it is taken in, one message after the other."""

import hashlib
import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts.memory.actions.incoming import take_in
from contacts.memory.inbox.mailbox import MailboxUnreadable, OpenMailbox, opened
from contacts.memory.inbox.reading.mail import MailRead
from contacts.memory.models.incoming import IncomingMail
from contacts.memory.models.read_mailbox import ReadMailbox

log = logging.getLogger(__name__)


def take_in_mailbox() -> int:
    """How many new messages were taken in; 0 where no mailbox is set, or where it can't be read just now: the next look finds them."""
    if not settings.IMAP_URL:
        return 0
    try:
        return sum(is_new for _uid, _row, _found, is_new in new_in(settings.IMAP_URL))
    except MailboxUnreadable as error:
        log.warning("the mailbox can't be read: %s", error)
        return 0


def new_in(url: str) -> Iterator[tuple[int, IncomingMail, MailRead, bool]]:
    """(uid, row, what it says, whether it is new) of each message since the last look, taken in. Raises MailboxUnreadable.

    The mark moves on with each message, but never past one that came without bytes: where a colleague is moving it, it is asked for
    again at the next look. Costs 3 queries and those of `take_in` for each message.
    """
    name = name_of(url)
    with opened(url) as mailbox:
        last, is_whole = last_read(name, mailbox), True
        uids = mailbox.uids_after(last)
        if last is None:  # from here on what a colleague has read counts too
            mark(name, mailbox, uids[0] - 1 if uids else 0)
        for uid in uids:
            fetched = mailbox.fetch(uid)
            if not fetched.raw:
                is_whole = False
                continue
            row, found, is_new = take_in(fetched.raw)
            if is_whole:
                mark(name, mailbox, uid)
            yield uid, row, found, is_new


def waiting_in(url: str) -> Iterator[tuple[int, bytes]]:
    """(uid, bytes) of what `new_in` would take in. Writes nothing. Raises MailboxUnreadable. Costs 1 query."""
    with opened(url) as mailbox:
        for uid in mailbox.uids_after(last_read(name_of(url), mailbox)):
            if raw := mailbox.fetch(uid).raw:
                yield uid, raw


def name_of(url: str) -> str:
    parts = urlsplit(url)
    return hashlib.sha256(f"{parts.username}@{parts.hostname}{parts.path.rstrip('/')}".encode()).hexdigest()


def last_read(name: str, mailbox: OpenMailbox) -> int | None:
    """The uid up to which all was taken in; None where the folder was never read, or counts anew."""
    row = ReadMailbox.objects.filter(name=name, validity=mailbox.validity).first()
    return row.last_uid if row else None


def mark(name: str, mailbox: OpenMailbox, uid: int) -> None:
    with transaction.atomic():
        facts = {"validity": mailbox.validity, "last_uid": uid, "looked_at": timezone.now()}
        ReadMailbox.objects.update_or_create(name=name, defaults=facts)

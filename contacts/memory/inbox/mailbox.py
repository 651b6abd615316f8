"""The mailbox that is read, over IMAP: one message at a time, by uid. Nothing in it is changed: colleagues may read there too."""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

TIMEOUT = 30  # seconds, for each answer
LARGEST = 10_000_000  # bytes of a message that are read
AT_ONCE = 200  # messages of one look
PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}


class MailboxUnreadable(Exception):
    """The server can't be reached, or refuses us; the words never hold the password."""


@dataclass(frozen=True)
class Fetched:
    """What the server gave for a uid: the bytes of a message, or none where a colleague has just moved or deleted it."""

    uid: int
    raw: bytes


class OpenMailbox:
    """A folder that was opened for reading."""

    def __init__(self, connection: imaplib.IMAP4, validity: int) -> None:
        self.connection, self.validity = connection, validity

    def uids_after(self, last: int | None) -> list[int]:
        """The uids above `last`, in order; the unread ones where the folder was never read before."""
        asked = "UNSEEN" if last is None else f"UID {last + 1}:*"  # "*" alone is the last message, whatever its uid
        found = [int(uid) for line in self.answer("SEARCH", asked) if isinstance(line, bytes) for uid in line.split()]
        return sorted(uid for uid in set(found) if uid > (last or 0))[:AT_ONCE]

    def fetch(self, uid: int) -> Fetched:
        """The message; a server answers without bytes for one that is gone, and may tell of others in between."""
        for line in self.answer("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{LARGEST}>)"):
            if isinstance(line, tuple) and re.search(rb"\bUID %d\b" % uid, line[0]):
                return Fetched(uid, line[1])
        return Fetched(uid, b"")

    def answer(self, *command: str) -> list[object]:
        state, lines = self.connection.uid(*command)
        if state != "OK":
            raise MailboxUnreadable(f"{command[0]} was refused")
        return list(lines)


@contextmanager
def opened(url: str) -> Iterator[OpenMailbox]:
    """The folder of `url`, open for reading only. Raises MailboxUnreadable."""
    parts = urlsplit(url)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        connection = connected(parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])
        try:
            connection.login(unquote(parts.username or ""), unquote(parts.password or ""))
            state, _count = connection.select(f'"{folder}"', readonly=True)
            if state != "OK":
                raise MailboxUnreadable(f"there is no folder {folder!r}")
            _name, found = connection.response("UIDVALIDITY")
            yield OpenMailbox(connection, int(found[0] or 0) if found else 0)
        finally:
            leave(connection)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxUnreadable(f"{parts.hostname}: {error}") from None


def connected(scheme: str, host: str, port: int) -> imaplib.IMAP4:
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, timeout=TIMEOUT)
    connection = imaplib.IMAP4(host, port, timeout=TIMEOUT)
    if scheme == "imap+tls":
        connection.starttls()
    return connection


def leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError):  # the line is gone already
        connection.shutdown()

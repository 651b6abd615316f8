"""E-mail: one connection to the mail server for all messages of a slice, and Django's MIME message for each."""

import smtplib
import time
from binascii import b2a_qp
from email.charset import QP, Charset
from email.policy import Compat32
from email.utils import format_datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from fleetportal.core import links
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.answers import About, Stage, about
from fleetportal.core.outbox.channels.sender import Delivered, Failed, LineDown, NotOurs, Rejected, Result, Unknown
from fleetportal.core.outbox.gates import keep_lease
from fleetportal.core.outbox.message import Bounce, Message


class QuotedPrintable(Charset):
    """UTF-8 as quoted-printable, encoded by the standard library's C code instead of its Python code, which takes a tenth of a
    message's time."""

    def body_encode(self, string: str | bytes) -> str:  # type: ignore[override]  # nobody encodes None
        text = string.encode() if isinstance(string, str) else string
        return b2a_qp(text).decode("ascii")


class ShortHeaders(Compat32):
    """Writes headers that fit into a line unchanged; the standard library examines each word, which takes a third of a message's
    time."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if isinstance(value, str) and value.isascii() and value.isprintable() and len(name) + len(value) < LINE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


LINE = 74  # longer ones may be folded: 76 characters, with the colon and a space
# A server's answer to the text may take this long; with it and the lease's renewals no conversation outlives its lease (`LEASE`).
TEXT_SECONDS = 120
RENEW_SECONDS, MOMENT_SECONDS = 20.0, 1.0
QUOTED_PRINTABLE = QuotedPrintable("utf-8")
QUOTED_PRINTABLE.body_encoding = QP


class Mail(EmailMultiAlternatives):
    """A 7-bit e-mail that no relay rewrites, whose bytes depend only on its row: a copy sent again is identical."""

    encoding = QUOTED_PRINTABLE
    seed = 0  # the primary key of the row; it makes the boundaries unique

    def message(self, **options: Any) -> Any:
        """The MIME message. Raises BadHeaderError for a header with a line break in it."""
        mime = super().message(**options)
        mime.policy = ShortHeaders()
        for part in mime.walk():
            if part.is_multipart():  # no quoted text can contain "=_"
                part.set_boundary(f"=_fleetportal_{self.seed}_{part.get_content_subtype()}")
        return mime


def as_email(message: Message, found: dict[int, Link] | None = None) -> Mail:
    """`message` as an e-mail; byte for byte the same each time. Costs 1 query for its links, none where they are given as `found`."""
    found = links.found_in(message.text + message.html + str(message.headers)) if found is None else found
    headers = {name: links.fill_in(value, found) for name, value in message.headers.items()}
    headers |= {
        "Message-ID": message.message_id,
        "Date": format_datetime(message.queued_at),
        "Content-Language": message.language,
    }
    mail = Mail(message.subject, links.fill_in(message.text, found), to=[message.recipient], headers=headers)
    mail.seed = message.pk
    if message.html:
        mail.attach_alternative(links.fill_in(message.html, found), "text/html")
    for part in message.attachments:
        mail.attach(part["name"], part["text"], part["type"])
    return mail


class TextKnown(smtplib.SMTP):
    """A connection that knows whether the server is taking the text of a message, or has not yet answered to it.

    `keeper` is asked after each answer, and once more right before the text, whether the message is still ours to send.
    """

    is_taking_text = False
    keeper: "LeaseKeeper | None" = None

    def getreply(self) -> tuple[int, bytes]:
        code, answer = super().getreply()
        self.is_taking_text = code == 354  # "go ahead", the answer to DATA alone
        if self.keeper and not self.is_taking_text:
            self.keeper.renew()
        return code, answer

    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.keeper:
            self.keeper.look_again()
        if self.sock:
            self.sock.settimeout(TEXT_SECONDS)  # a server may look through the text for a while before it answers
        try:
            return super().data(msg)
        finally:
            if self.sock:
                self.sock.settimeout(self.timeout)


class TextKnownTls(TextKnown, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class TextKnownBackend(EmailBackend):
    """Django's backend over such a connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return TextKnownTls if self.use_ssl else TextKnown


class LeaseLost(Exception):
    """Another worker has the message by now, or it may not go any more."""


class LeaseKeeper:
    """Keeps the lease of `message` while a slow server talks about it."""

    def __init__(self, message: Message) -> None:
        self.message, self.looked_at = message, time.monotonic()

    def renew(self) -> None:
        """Raises LeaseLost. Costs 1 query each RENEW_SECONDS, else nothing."""
        if time.monotonic() - self.looked_at > RENEW_SECONDS:
            self.look()

    def look_again(self) -> None:
        """Raises LeaseLost. Costs nothing where the worker looked a moment ago, else 1 query."""
        if time.monotonic() - self.looked_at > MOMENT_SECONDS:
            self.look()

    def look(self) -> None:
        self.looked_at = time.monotonic()
        if self.message.lease_until and not keep_lease(self.message):
            raise LeaseLost


class EmailSender:
    """Hands messages to the mail server of the installation."""

    def __init__(self, backend: object = None) -> None:
        self.backend: Any = backend or get_connection()

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        return self.hand_over(as_email(message, found), message)

    def hand_over(self, mail: EmailMultiAlternatives, message: Message) -> Result:
        """What came of `mail`. The connection is closed after anything but success: the next message begins anew."""
        try:
            self.backend.open()  # Django would connect and leave for each message
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return LineDown(in_words(error), is_refusal=isinstance(error, smtplib.SMTPResponseException))
        self.keep_lease_of(message)
        try:
            self.backend.send_messages([mail])
        except LeaseLost:
            self.close()
            return NotOurs()
        except (ValueError, smtplib.SMTPNotSupportedError) as error:  # a line break in a header, an address that is none
            self.close()
            return Rejected(f"This message can't be written as an e-mail: {error}")
        except (OSError, smtplib.SMTPException) as error:
            is_uncertain = isinstance(error, smtplib.SMTPServerDisconnected) and self.is_taking_text
            self.close()
            return Unknown(f"The connection broke: {error}") if is_uncertain else result_of(error)
        return Delivered()

    def keep_lease_of(self, message: Message) -> None:
        connection = getattr(self.backend, "connection", None)
        if isinstance(connection, TextKnown):
            connection.keeper = LeaseKeeper(message)

    @property
    def is_taking_text(self) -> bool:
        return bool(getattr(getattr(self.backend, "connection", None), "is_taking_text", False))

    def close(self) -> None:
        """Leave the server. Whatever that brings is no longer about a message."""
        connection = getattr(self.backend, "connection", None)
        if isinstance(connection, TextKnown):
            connection.keeper = None
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None


def result_of(error: Exception) -> Result:
    """What an error of the conversation about a message means for it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return answered(Stage.RECIPIENT, code, answer)
    if isinstance(error, smtplib.SMTPDataError):
        return answered(Stage.TEXT, error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        return answered(Stage.LINE, error.smtp_code, error.smtp_error)
    return LineDown(in_words(error), at_message=True)


def answered(stage: Stage, code: int, answer: bytes | str) -> Result:
    words = in_text(answer)
    reason = f"{code} {words}"
    match about(stage, code, words):
        case About.US:
            return LineDown(reason, at_message=stage is not Stage.LINE, is_refusal=True)
        case About.NOBODY:
            return Rejected(reason, Bounce.HARD)
        case About.LATER:
            return Failed(reason)
        case About.MESSAGE:
            return Rejected(reason)


def in_text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)


def in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {in_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"

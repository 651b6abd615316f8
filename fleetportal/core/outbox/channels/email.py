"""E-mail: one connection to the mail server for all messages of a slice, and Django's MIME message for each."""

import smtplib
from binascii import b2a_qp
from email.charset import QP, Charset
from email.policy import Compat32
from email.utils import format_datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from fleetportal.core import links
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.sender import Delivered, Failed, Rejected, Result, Unknown
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
    """A connection that knows whether the text of a message is being sent or has not been acknowledged yet."""

    is_taking_text = False

    def getreply(self) -> tuple[int, bytes]:
        code, answer = super().getreply()
        self.is_taking_text = code == 354  # "go ahead", the response to DATA only
        return code, answer


class TextKnownTls(TextKnown, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


class TextKnownBackend(EmailBackend):
    """Django's backend with such a connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return TextKnownTls if self.use_ssl else TextKnown


class EmailSender:
    """Sends messages through the installation's mail server."""

    def __init__(self, backend: object = None) -> None:
        self.backend: Any = backend or get_connection()

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        return self.hand_over(as_email(message, found))

    def hand_over(self, mail: EmailMultiAlternatives) -> Result:
        """Send `mail`; the result. The connection is closed after anything but success: the next message opens a new one."""
        try:
            self.backend.open()  # Django would open a connection for each message
            self.backend.send_messages([mail])
        except (OSError, smtplib.SMTPException) as error:
            is_uncertain = isinstance(error, smtplib.SMTPServerDisconnected) and self.is_taking_text
            self.close()
            return Unknown(f"The connection broke: {error}") if is_uncertain else result_of(error)
        return Delivered()

    @property
    def is_taking_text(self) -> bool:
        return bool(getattr(getattr(self.backend, "connection", None), "is_taking_text", False))

    def close(self) -> None:
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None


def result_of(error: Exception) -> Result:
    """4xx: a temporary error, try again; 5xx: the server rejects this message or does not know the recipient."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return answered(code, answer, bounce=Bounce.HARD)
    if isinstance(error, smtplib.SMTPResponseException):
        return answered(error.smtp_code, error.smtp_error)
    return Failed(f"{type(error).__name__}: {error}")


def answered(code: int, answer: bytes | str, *, bounce: Bounce = Bounce.NONE) -> Result:
    reason = f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    return Failed(reason) if 400 <= code < 500 else Rejected(reason, bounce)

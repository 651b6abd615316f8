"""E-mail: what the outbox hands to a mail server, written down by hand, and how it takes leave of one."""

import binascii
import smtplib
from email.header import Header
from email.utils import encode_rfc2231, formataddr, parseaddr
from functools import lru_cache
from typing import Any

from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from fleetportal.core import links
from fleetportal.core.outbox.message import Message

LONGEST_LINE = 76  # of a header: RFC 5322 asks for 78 with its end


class Backend(EmailBackend):
    """Django's line to a mail server, for messages that know their envelope."""

    def _send(self, mail: Any) -> bool:
        """Hand over `mail`; whatever the server has against it rises. What is none of the outbox's goes Django's way."""
        if not isinstance(mail, Mail):
            return bool(super()._send(mail))  # type: ignore[misc]  # the stubs do not know it
        line: Any = self.connection
        line.sendmail(mail.sender, [mail.receiver], mail.message().as_bytes("\r\n"))
        return True


def as_email(message: Message, found: dict[int, links.Link] | None = None) -> "Mail":
    """`message` as it is handed over; equal byte for byte each time. Costs 1 query for its links, none where they were `found`."""
    found = links.found_in(message.text + message.html + str(message.headers)) if found is None else found
    headers = {name: links.fill_in(value, found) for name, value in message.headers.items()}
    headers |= {
        "Message-ID": message.message_id,
        "Date": message.queued_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Content-Language": message.language,
    }
    mail = Mail(message.subject, links.fill_in(message.text, found), to=[message.recipient], headers=headers)
    mail.seed = message.pk
    if message.html:
        mail.attach_alternative(links.fill_in(message.html, found), "text/html")
    for part in message.attachments:
        mail.attach(part["name"], part["text"], part["type"])
    return mail


class Written:
    """A message in its final bytes."""

    def __init__(self, lines: str) -> None:
        self.lines = lines

    def as_bytes(self, linesep: str = "\n") -> bytes:
        return self.lines.replace("\n", linesep).encode("ascii")


class Mail(EmailMultiAlternatives):
    """An e-mail in seven bits that no relay rewrites, whose bytes hang on its row alone: a resend is the same.

    Written here and not by the standard library, which takes four times as long: fifty thousand invitations are an evening's work.
    """

    seed = 0

    @property
    def sender(self) -> str:
        """The address in the envelope."""
        return parseaddr(self.from_email)[1]

    @property
    def receiver(self) -> str:
        return address(self.to[0])

    def message(self, **kwargs: Any) -> Any:
        """The message in its final bytes. Raises BadHeaderError for a header with a line break in it."""
        body = part("text/plain", str(self.body))
        if self.alternatives:
            body = self.enclosed("alternative", [body, *(part(str(kind), str(text)) for text, kind in self.alternatives)])
        if self.attachments:
            body = self.enclosed("mixed", [body, *(part(str(kind), str(text), str(name)) for name, text, kind in self.attachments)])
        headers = {"Subject": self.subject, "From": author(self.from_email), "To": self.receiver, **self.extra_headers}
        return Written("MIME-Version: 1.0\n" + "".join(header(name, value) for name, value in headers.items()) + body)

    def enclosed(self, kind: str, parts: list[str]) -> str:
        """`parts` as one of multipart/`kind`. Its boundary holds "=_", which no quoted text does."""
        boundary = f"=_fleetportal_{self.seed}_{kind}"
        inside = "".join(f"--{boundary}\n{one}\n" for one in parts)
        return f'Content-Type: multipart/{kind};\n boundary="{boundary}"\n\n{inside}--{boundary}--\n'


def part(kind: str, text: str, name: str = "") -> str:
    """A text of that type, quoted-printable; with a `name`, as an attachment."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    quoted = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True).decode("ascii")
    disposition = f"Content-Disposition: attachment; {named(name)}\n" if name else ""
    charset = "" if "charset=" in kind else '; charset="utf-8"'
    return f"Content-Type: {plain('Content-Type', kind)}{charset}\nContent-Transfer-Encoding: quoted-printable\n{disposition}\n{quoted}"


def named(name: str) -> str:
    plain("filename", name)
    return f'filename="{name}"' if name.isascii() and '"' not in name else f"filename*={encode_rfc2231(name, 'utf-8')}"


def header(name: str, value: str) -> str:
    """One header, folded where it is long, encoded where it is not in ASCII."""
    plain(name, value)
    if value.isascii():
        folds = len(name) + len(value) > LONGEST_LINE and " " in value
        return f"{name}: {Header(value, 'ascii', LONGEST_LINE, name).encode() if folds else value}\n"
    return f"{name}: {Header(value, 'utf-8', LONGEST_LINE, name).encode()}\n"


def plain(name: str, value: str) -> str:
    """`value`, unless a line break in it would begin another header. Raises BadHeaderError."""
    if "\n" in value or "\r" in value:
        raise BadHeaderError(f"Header {name} may hold no line break.")
    return value


@lru_cache(maxsize=64)
def author(value: str) -> str:
    """Name and address as they stand in From, the name encoded where it is not in ASCII."""
    name, where = parseaddr(value)
    return formataddr((name, address(where)))


def address(value: str) -> str:
    """An address as servers take it: a domain in other letters in its ASCII form."""
    return plain("To", value) if value.isascii() else sanitize_address(value, "utf-8")


def handed_over(error: Exception) -> bool:
    """True when the line broke while the server was answering to the text: nobody knows whether it was taken."""
    frames = error.__traceback__
    while frames is not None:
        if frames.tb_frame.f_code.co_name == "data":
            return True
        frames = frames.tb_next
    return False


def close(mailer: Any) -> None:
    try:
        mailer.close()
    except (OSError, smtplib.SMTPException):
        mailer.connection = None

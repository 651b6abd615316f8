"""One message: what it is, from whom, and what it says.

`read` never raises, whatever the bytes: what cannot be read is a message of kind "other" without a text.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from contacts.memory.inbox.reading import answers, automatic, reports
from contacts.memory.inbox.reading.leaves import clean
from contacts.memory.inbox.reading.parsing import Parts, ids_in, take_apart
from contacts.memory.inbox.reading.phrases import is_wholly
from contacts.memory.inbox.reading.reports import Failure
from fleetportal.core.ical import AnswerToInvitation, answers_in, says_reply

BOUNCE, AUTO_REPLY, REPLY = "bounce", "auto_reply", "reply"
CALENDAR_REPLY, UNSUBSCRIBE, OTHER = "calendar_reply", "unsubscribe", "other"
KINDS = (BOUNCE, AUTO_REPLY, REPLY, CALENDAR_REPLY, UNSUBSCRIBE, OTHER)


@dataclass
class MailRead:
    """A message as it was understood. Every text can be stored and is only ever shown as text."""

    kind: str
    sender: str  # the address
    sender_name: str
    recipients: list[str]
    subject: str
    message_id: str
    answers_to: list[str]  # Message-IDs of the letters before it, the nearest first
    sent_at: datetime | None
    is_bulk: bool  # a list or newsletter sent it
    text: str  # the answer, without quotes and signature; of a bounce what it says to people
    failures: list[Failure] = field(default_factory=list)  # of a bounce, one for each recipient
    away_until: date | None = None  # of an automatic reply
    invitations: list[AnswerToInvitation] = field(default_factory=list)  # of a reply by calendar

    @property
    def verdict(self) -> str:
        """ "hard" or "soft" of a bounce, by its first recipient."""
        return self.failures[0].verdict if self.failures else "soft" if self.kind == BOUNCE else ""

    @property
    def status(self) -> str:
        return self.failures[0].status if self.failures else ""

    @property
    def address(self) -> str:
        """Of whom it tells: the recipient whom a letter did not reach, else the sender."""
        return self.failures[0].address if self.failures else "" if self.kind == BOUNCE else self.sender


def read(raw: bytes) -> MailRead:
    """The message in `raw`."""
    parts = take_apart(raw)
    name, address = parts.sender
    own = answers.part(parts.text, name=name)
    kind = kind_of(parts, own)
    sent_at = moment(parts.header("Date"))
    found = MailRead(
        kind=kind,
        sender=clean(address),
        sender_name=clean(name),
        recipients=parts.recipients,
        subject=parts.header("Subject"),
        message_id=next(iter(ids_in(parts.header("Message-ID"))), ""),
        answers_to=thread_of(parts),
        sent_at=sent_at,
        is_bulk=any(parts.headers(name) for name in ("List-Unsubscribe", "List-Id", "Feedback-ID")),
        text=own.own,
    )
    if kind == BOUNCE:
        found.failures, found.text = reports.failures(parts), reports.human_text(parts).strip()
        found.answers_to = reports.ids_of_original(parts) or found.answers_to
    elif kind == AUTO_REPLY:
        found.away_until = automatic.away_until(f"{found.subject}\n{found.text}", sent_on=(sent_at or datetime.now(UTC)).date())
    elif kind == CALENDAR_REPLY:
        found.invitations = invitations_in(parts)
    return found


def kind_of(parts: Parts, own: answers.Parted) -> str:
    if parts.report_type == "feedback-report" or parts.of_kind("message/feedback-report"):
        return UNSUBSCRIBE if is_opt_out(parts) else OTHER
    if parts.report_type == "disposition-notification" or parts.of_kind("message/disposition-notification"):
        return OTHER
    if reports.is_report(parts):
        found = reports.failures(parts)
        return OTHER if found and all(failure.is_delivered for failure in found) else BOUNCE
    if invitations_in(parts) or any(says_reply(leaf.part.get_param("method", "")) for leaf in parts.of_kind("text/calendar")):
        return CALENDAR_REPLY
    if reports.looks_like_bounce(parts):
        return BOUNCE
    if automatic.is_automatic(parts):
        return AUTO_REPLY
    return kind_of_letter(parts, own)


def kind_of_letter(parts: Parts, own: answers.Parted) -> str:
    """Of what a person wrote."""
    subject = parts.header("Subject")
    to = parts.recipients + parts.addresses_in("Delivered-To", "X-Original-To", "Envelope-To")
    if any(is_wholly("unsubscribe recipients", address.partition("@")[0]) for address in to) or answers.is_request_to_stop(
        own.own, subject
    ):
        return UNSUBSCRIBE
    is_answer = thread_of(parts) or answers.is_reply_subject(subject) or (own.has_quote and not answers.is_forward(subject))
    return REPLY if is_answer else OTHER


def is_opt_out(parts: Parts) -> bool:
    return any("feedback-type: opt-out" in leaf.text.casefold() for leaf in parts.of_kind("message/feedback-report"))


def thread_of(parts: Parts) -> list[str]:
    """The Message-IDs of the letters before this one, the nearest first."""
    nearest = ids_in(parts.header("In-Reply-To"))
    return list(dict.fromkeys([*nearest, *reversed(ids_in(parts.header("References")))]))[:50]


def invitations_in(parts: Parts) -> list[AnswerToInvitation]:
    """What the calendar parts answer."""
    calendars = [leaf for leaf in parts.leaves if leaf.kind in ("text/calendar", "application/ics")]
    found = [answer for leaf in calendars for answer in answers_in(leaf.text)]
    return list(dict.fromkeys(found))[:20]  # programs send the same file as a part and attached


def moment(header: str) -> datetime | None:
    """The moment of a Date header; None where it has none that can be."""
    try:
        found = parsedate_to_datetime(header)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None

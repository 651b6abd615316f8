"""Verbs of incoming e-mail: take a message in, place it on a person's timeline, discard it.

What came in is a row first. What it says is then done in the same transaction: an answer is on the timeline with a task to answer it, a
dead mailbox is written to no more, a wish to get no more letters is kept at once, an absence is noted.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User, responsible_for, who_serves
from contacts.consent.actions import stop
from contacts.consent.gates import end_mailbox
from contacts.consent.models import Purpose
from contacts.memory.inbox.calendars import take_answer
from contacts.memory.inbox.reading.mail import MailRead, read
from contacts.memory.models.complaint import working_days_after
from contacts.memory.models.incoming import IncomingKind, IncomingMail, IncomingState, MailSorted, NoCompanyOfPerson
from contacts.memory.models.interaction import Direction, Interaction, record
from contacts.memory.models.task import Task
from contacts.people.mailboxes import at_mailbox
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress, fold_address
from contacts.people.models.roles import GROUPS
from fleetportal.core import audit, days
from fleetportal.core.ical import AnswerToInvitation
from fleetportal.core.outbox.message import Message

BY_MAIL = "e-mail from the recipient"
RECENT = timedelta(days=30)  # a bounce without our Message-ID is believed of an address to which we wrote within this time
TEXT, TITLE = 2000, 200


@dataclass(frozen=True)
class Whose:
    """Whom a message is from or about, and the letter of ours that it belongs to."""

    person: Person | None
    company: Company | None
    letter: Message | None


def take_in(raw: bytes, *, now: datetime | None = None) -> tuple[IncomingMail, MailRead, bool]:
    """The row of this message, what it says, and whether it is new: the same message once more changes nothing.

    Costs 2 queries for a known one, at most 25 for a new one, and 4 for each person at a dead mailbox.
    """
    found, digest = read(raw), hashlib.sha256(raw).hexdigest()
    known = IncomingMail.objects.same_as(digest, found.message_id[:250], found.sender[:254])
    try:
        with transaction.atomic():
            if row := known.first():
                return row, found, False
            whom = whose(found)
            row = enter(found, digest, whom, now=now or timezone.now())
            if is_settled(row, found, whom):
                row.state = IncomingState.NOTED
            elif row.person and row.company:
                row.state = IncomingState.PLACED
                act(row, whom, by=None)
            row.save(update_fields=["state"])
            audit.record("mail.received", row, by=None, facts={"kind": row.kind, "person": row.person_id})
            return row, found, True
    except IntegrityError:  # another process has taken it in at this moment
        return known.get(), found, False


def enter(found: MailRead, digest: str, whom: Whose, *, now: datetime) -> IncomingMail:
    return IncomingMail.objects.create(
        digest=digest,
        message_id=found.message_id[:250],
        kind=found.kind,
        sender=found.sender[:254],
        sender_name=found.sender_name[:200],
        subject=found.subject[:300],
        text=found.text,
        answers_to=found.answers_to[:20],
        failures=[{key: value[:300] for key, value in asdict(failure).items() if isinstance(value, str)} for failure in found.failures],
        calendar=[asdict(answer) for answer in found.invitations],
        away_until=found.away_until,
        person=whom.person,
        company=whom.company,
        received_at=now,
        sent_at=found.sent_at,
    )


def is_settled(row: IncomingMail, found: MailRead, whom: Whose) -> bool:
    """Whether nobody needs to look at it: a stranger's absence or bounce, and a newsletter that is no answer."""
    is_unknown = not (whom.person and whom.company)
    return (is_unknown and row.kind in (IncomingKind.BOUNCE, IncomingKind.AUTO_REPLY)) or (found.is_bulk and row.kind == IncomingKind.OTHER)


# --- whose it is ---------------------------------------------------------------------------------------------------------------


def whose(found: MailRead) -> Whose:
    """By the letter of ours that it names, else by the one person who has that address. Costs at most 7 queries."""
    letter = Message.objects.filter(message_id__in=found.answers_to).order_by("-pk").first() if found.answers_to else None
    named = people_at(found.address)
    addressee = addressee_of(letter)
    person = addressee if addressee in named or len(named) != 1 else named[0]
    return Whose(person, company_of(letter) or company_for(person), letter)


def people_at(address: str) -> list[Person]:
    """Who has this e-mail address; two at most, for more than one is nobody's."""
    valid = PersonAddress.objects.exclude(state=AddressState.WRONG).select_related("person").order_by("pk")
    rows = at_mailbox(valid, as_address(address)) if address else []
    return list({row.person_id: row.person for row in rows}.values())[:2]


def as_address(value: str) -> PersonAddress:
    """An e-mail address as it was written, no row."""
    return PersonAddress(channel=Channel.EMAIL, value=value, value_folded=fold_address(Channel.EMAIL, value))


def addressee_of(letter: Message | None) -> Person | None:
    is_known = letter is not None and letter.recipient_type == "contacts.person"
    return Person.objects.filter(pk=letter.recipient_id or 0).first() if letter and is_known else None


def company_of(letter: Message | None) -> Company | None:
    """The company that our letter concerned."""
    is_known = letter is not None and letter.concerns_type == "accounts.company"
    return Company.objects.select_related("centre").filter(pk=letter.concerns_id or 0).first() if letter and is_known else None


def company_for(person: Person | None) -> Company | None:
    """The one company at which the person has a role today; of several the one with which they last had to do."""
    if person is None:
        return None
    running = [model.objects.running(on=timezone.localdate()).filter(person=person) for model in GROUPS.values()]
    ids = {pk for roles in running for pk in roles.values_list("company", flat=True)}
    last = Interaction.objects.filter(person=person, company__in=ids).order_by("-happened_at").values_list("company", flat=True)
    chosen = next(iter(ids)) if len(ids) == 1 else (last.first() or min(ids, default=None))
    return Company.objects.select_related("centre").get(pk=chosen) if chosen else None


# --- what is done about it -----------------------------------------------------------------------------------------------------


def place(row: IncomingMail, person: Person, *, by: User) -> None:
    """The waiting message belongs to `person`: it is on their timeline, with what follows from it.

    Raises MailSorted, NoCompanyOfPerson; nothing has changed then. Costs at most 20 queries.
    """
    with transaction.atomic():
        company = company_for(person)
        if company is None:
            raise NoCompanyOfPerson(_("%(person)s has no role at a company. Add one on their page first.") % {"person": person})
        sort(row, IncomingState.PLACED, by=by, person=person, company=company)
        audit.record("mail.placed", row, by=by, facts={"person": person.pk, "company": company.pk})
        act(row, Whose(person, company, None), by=by)


def discard(row: IncomingMail, *, why: str, by: User) -> None:
    """The waiting message concerns nobody: only that it came, and why it was discarded, is kept. Raises MailSorted. Costs 3 queries."""
    with transaction.atomic():
        empty = {"text": "", "subject": "", "sender_name": ""}
        sort(row, IncomingState.DISCARDED, by=by, why=why, **empty)
        audit.record("mail.discarded", row, by=by)


def sort(row: IncomingMail, state: IncomingState, *, by: User, **facts: object) -> None:
    values = {"state": state, "sorted_by": by, "sorted_at": timezone.now(), **facts}
    if not IncomingMail.objects.filter(pk=row.pk, state=IncomingState.WAITING).update(**values):
        raise MailSorted(_("Somebody has sorted this message already."))
    for name, value in values.items():
        setattr(row, name, value)


def act(row: IncomingMail, whom: Whose, *, by: User | None) -> None:
    """What follows from a placed message."""
    ACTS.get(row.kind, answered)(row, whom, by)


def line(kind: str, row: IncomingMail, text: str, *, is_real_contact: bool = False) -> Interaction:
    """The message on the timeline, at the moment when it came."""
    assert row.company is not None  # a placed message has one
    facts = {"text": text[:TEXT], "direction": Direction.IN, "is_real_contact": is_real_contact}
    told = {"about": row, "channel": Channel.EMAIL, "happened_at": row.received_at, "touches": is_real_contact}
    return record(kind, company=row.company, person=row.person, by=None, **told, **facts)  # type: ignore[arg-type]


def answered(row: IncomingMail, whom: Whose, by: User | None) -> None:
    """A message of a customer: a real contact, and a task so that somebody answers it; one, however often they write."""
    line("mail.received", row, row.text or row.subject, is_real_contact=True)
    company, person = row.company, row.person
    assert company is not None  # a placed message has one
    on = company.centre.today(timezone.now())
    owner = responsible_for(company, on=on)
    if owner is None or not owner.is_active:
        owner = by or who_serves(company, on=on).order_by("pk").first()
    title = (_("Answer the e-mail from %(name)s") % {"name": person})[:TITLE]
    if owner and not Task.objects.open().filter(company=company, person=person, title=title).exists():
        Task.plan(company, title, due_on=working_days_after(on), owner=owner, by=by, person=person)


def answered_by_calendar(row: IncomingMail, whom: Whose, by: User | None) -> None:
    """Each entry stands as the person answered; what can't be taken so, somebody answers, as any other message."""
    person = row.person
    assert person is not None  # a placed message has one
    own = PersonAddress.objects.filter(person=person)
    answers = [AnswerToInvitation(**told) for told in row.calendar]
    taken = [bool(at_mailbox(own, as_address(answer.attendee))) and take_answer(answer, person) for answer in answers]
    if taken and all(taken):
        line("mail.received", row, row.text or row.subject, is_real_contact=True)
    else:
        answered(row, whom, by)


def not_delivered(row: IncomingMail, whom: Whose, by: User | None) -> None:
    """Ends the mailboxes of which a server says that they are not there, if we wrote to them."""
    for failure in row.failures:
        if failure["verdict"] == "hard" and (ours := written_to(failure["address"], whom)):
            end_mailbox(as_address(ours))
    line("mail.bounced", row, row.failures[0]["answer"] if row.failures else row.text)


def written_to(address: str, whom: Whose) -> str:
    """The address, as we wrote it, that a bounce is about: the letter's that it names, whatever it was forwarded to; else the one that
    it names, if we wrote to it lately. Anybody can write a bounce."""
    if whom.letter and whom.letter.channel == Channel.EMAIL:
        return whom.letter.recipient
    folded = fold_address(Channel.EMAIL, address)
    people = PersonAddress.objects.filter(channel=Channel.EMAIL, value_folded=folded).values("person")
    lately = Message.objects.filter(recipient_type="contacts.person", recipient_id__in=people, sent_at__gt=timezone.now() - RECENT)
    return address if lately.filter(recipient_folded=folded).exists() else ""


def is_away(row: IncomingMail, whom: Whose, by: User | None) -> None:
    until = _("Away until %(day)s.") % {"day": days.long(row.away_until)} if row.away_until else ""
    line("mail.away", row, f"{until}\n{row.text}".strip())


def wants_no_more(row: IncomingMail, whom: Whose, by: User | None) -> None:
    """Withdraws every consent at the address that wrote, and at the one that we wrote to."""
    own = PersonAddress.objects.filter(person=row.person).select_related("person").order_by("pk")
    for asked in {row.sender, whom.letter.recipient if whom.letter else row.sender}:
        for address in at_mailbox(own, as_address(asked)):
            stop(address, list(Purpose.values), source=BY_MAIL, language=address.person.language)
    line("mail.unsubscribed", row, row.text or row.subject)


ACTS: dict[str, Callable[[IncomingMail, Whose, User | None], None]] = {
    IncomingKind.BOUNCE: not_delivered,
    IncomingKind.CALENDAR_REPLY: answered_by_calendar,
    IncomingKind.AUTO_REPLY: is_away,
    IncomingKind.UNSUBSCRIBE: wants_no_more,
}

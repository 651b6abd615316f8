"""What the tables of contacts and core hold about a person, for a request for access."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.arbiter.models import Hold
from contacts.consent.models import Consent, Purpose
from contacts.hospitality import Received, YearSum
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.incoming import IncomingMail
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.meeting import Meeting
from contacts.memory.models.task import Task
from contacts.memory.timeline import words_for
from contacts.people import happened
from contacts.people.disclosing import (
    CARE,
    CONTRACT,
    GIVING,
    INTEREST,
    LAW,
    PROOF,
    TELLING,
    AddsNothing,
    Disclosed,
    Words,
    code,
    column,
    free,
    language_of,
    page_of,
    rows_about,
    to_disclose,
)
from contacts.people.models.holders import Holder, VehicleDriver
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import Person, PersonAddress
from contacts.people.models.roles import GROUPS
from contacts.reasons.models import Decision, Reason
from contacts.reasons.rule import rules
from contacts.rounds.holding import KIND as CONTACT_ROUND
from fleetportal.core.links import PLACEHOLDER, Link
from fleetportal.core.outbox.channels.letter import PaperLetter
from fleetportal.core.outbox.message import Message

COMPANY = column("company.name", _("Company"))
AT = column("at", _("when"))
ROLE = (
    COMPANY,
    *(column("job_title", _("job title")), column("responsibility_names", _("responsibilities"))),
    *(column("starts_on", _("from")), column("ends_on", _("until"))),
)
OF_GROUP = {
    "decision_maker": (
        column("kind", _("kind")),
        column("decides_supply", _("decides on supply")),
        column("decides_service", _("decides on service")),
    ),
    "user": (column("may_choose", _("may choose")), free("interests", _("interests"))),
    "driver": (free("drinks", _("drinks")),),
}
PERIOD = (column("vehicle.plate", _("plate")), column("vehicle.make", _("make")), column("vehicle.model", _("model")))
SPAN = (column("starts_on", _("from")), column("ends_on", _("until")))


def messages_to(person: Person) -> Iterator[dict[str, object]]:
    """Every message to the person, as it was sent; a personal link in it is named and not opened."""
    for row in Message.objects.to(person).order_by("pk"):
        yield {
            **{name: getattr(row, name) for name in ("queued_at", "sent_at", "recipient", "subject", "language", "last_answer")},
            **{name: str(getattr(row, f"get_{name}_display")()) for name in ("channel", "state", "bounce")},
            "purpose": str(dict(Purpose.choices).get(row.purpose) or _("no advertising")),
            "text": PLACEHOLDER.sub(str(_("(personal link)")), row.text),
            "files": [file["name"] for file in row.attachments],
        }


def letters_to(person: Person) -> list[PaperLetter]:
    return list(PaperLetter.objects.filter(message__in=Message.objects.to(person)).order_by("pk"))


def links_of(person: Person) -> list[Link]:
    """The links to the person's preferences and meetings, without what opens them."""
    preferences = Q(scope="preferences", subject_id__in=person.addresses.values("pk"))
    meetings = Q(scope="meeting", subject_id__in=Meeting.objects.filter(decision_maker=person).values("pk"))
    return list(Link.objects.filter(preferences | meetings).order_by("pk"))


def what_it_was(interaction: Interaction) -> Words:
    return str(words_for(interaction).what)


def rule_of(row: Reason | Decision) -> Words:
    """What the rule of a reason is called; the code of one that is gone."""
    return rules[row.rule].called if row.rule in rules else row.rule


def occasion_of(hold: Hold) -> Words:
    """The kind of occasion: a contact round in words, an event by its kind."""
    return _("contact round") if hold.kind == CONTACT_ROUND else hold.kind


def sentence_of(reason: Reason) -> Words:
    return rules[reason.rule].sentence(reason.facts) if reason.rule in rules else ""


LINK = (
    *(code("scope", _("page"), page_of), column("made_at", _("created"))),
    *(column("expires_at", _("valid until")), column("revoked_at", _("withdrawn"))),
)


def pairs_of(person: Person) -> list[PersonPair]:
    """That another record may be the same human, without saying whose."""
    return list(PersonPair.objects.filter(Q(one=person) | Q(other=person)).order_by("pk"))


def register() -> None:
    """Put the tables of these apps on the list."""
    register_people()
    register_memory()
    register_reasons()
    register_messages()


def register_people() -> None:
    """Name, addresses, consents, roles, vehicles, possible duplicates."""
    facts = ("first_name", "last_name", "title", "born_on", "family", "best_time", "external_id", "is_confirmed", "entered_at")
    words = (
        _("first name"),
        _("last name"),
        _("form of address"),
        _("date of birth"),
        _("family"),
        _("best time"),
        _("ID in the source system"),
    )
    named = [column(name, label) for name, label in zip(facts, (*words, _("confirmed"), _("entered")), strict=True)]
    itself = (*named, column("language", _("language")), column("centre.name", _("centre")))
    to_disclose.register("contacts.person", Disclosed(_("Name and details"), CARE, CONTRACT, lambda person: [person], itself), weight=1)
    address = (
        *(column("channel", _("channel")), column("value", _("address")), column("state", _("state"))),
        *(column("is_private", _("private")), column("entered_at", _("entered"))),
    )
    entry = Disclosed(_("Addresses"), TELLING, CONTRACT, rows_about(PersonAddress), address)
    to_disclose.register("contacts.personaddress", entry, weight=2)
    consent = (
        *(AT, column("address.value", _("address")), column("purpose", _("purpose")), column("is_given", _("given"))),
        *(column("basis", _("legal basis")), column("wording", _("wording")), column("source", _("source"))),
        *(code("language", _("language"), language_of), COMPANY),
    )
    rows = rows_about(Consent, "address__person", "address", "company")
    to_disclose.register("contacts.consent", Disclosed(_("Consents"), PROOF, LAW, rows, consent), weight=3)
    for group, model in GROUPS.items():
        title = model._meta.verbose_name_plural or ""
        entry = Disclosed(title, CARE, CONTRACT, rows_about(model, "person", "company"), (*ROLE, *OF_GROUP[group]))
        to_disclose.register(f"contacts.{model._meta.model_name}", entry, weight=4)
    rows = rows_about(Holder, "user__person", "vehicle")
    to_disclose.register("contacts.holder", Disclosed(_("Vehicles held"), CARE, CONTRACT, rows, (*PERIOD, *SPAN)), weight=5)
    rows = rows_about(VehicleDriver, "driver__person", "vehicle")
    to_disclose.register("contacts.vehicledriver", Disclosed(_("Vehicles driven"), CARE, CONTRACT, rows, (*PERIOD, *SPAN)), weight=5)
    pair = (column("found_at", _("found")), column("found_by", _("by")), column("told_apart_at", _("confirmed as different people")))
    to_disclose.register("contacts.personpair", Disclosed(_("Possible duplicates"), CARE, INTEREST, pairs_of, pair), weight=60)


def register_memory() -> None:
    """Interactions, tasks, meetings, complaints."""
    said = (
        *(column("happened_at", _("when")), COMPANY, code("kind", _("kind"), what_it_was), column("channel", _("channel"))),
        *(column("direction", _("direction")), column("outcome", _("outcome")), free("text", _("in one sentence"))),
        column("is_real_contact", _("a conversation")),
    )
    task = (
        *(COMPANY, free("title", _("description")), column("due_on", _("due")), column("state", _("state"))),
        *(free("result", _("result")), column("planned_at", _("planned")), column("closed_at", _("closed"))),
    )
    meeting = (
        *(COMPANY, column("state", _("state")), column("starts_at", _("begins")), column("lasts_minutes", _("length in minutes"))),
        *(column("location", _("location")), column("proposed_times", _("proposed times")), free("minutes", _("notes"))),
        column("entered_at", _("entered")),
    )
    complaint = (
        *(column("entered_at", _("when")), COMPANY, free("text", _("complaint")), column("answer_due_on", _("answer promised by"))),
        *(free("answer", _("answer")), free("learned", _("what we learned")), column("is_satisfied", _("customer satisfied"))),
        column("answered_at", _("answered")),
    )
    mail = (
        *(column("received_at", _("when")), COMPANY, free("sender", _("from")), column("kind", _("kind")), free("subject", _("subject"))),
        *(free("text", _("text")), column("away_until", _("away until")), column("state", _("state"))),
    )
    hold = (
        *(column("held_at", _("when")), COMPANY, code("kind", _("occasion"), occasion_of), column("centre.name", _("centre"))),
        *(column("until", _("until")), column("released_at", _("ended")), column("released_because", _("reason"))),
    )
    whose = rows_about(Meeting, "decision_maker", "company")
    for name, entry in {
        "interaction": Disclosed(_("Interactions"), CARE, INTEREST, rows_about(Interaction, "person", "company"), said),
        "task": Disclosed(_("Tasks"), CARE, INTEREST, rows_about(Task, "person", "company"), task),
        "meeting": Disclosed(_("Meetings"), CARE, CONTRACT, whose, meeting),
        "incomingmail": Disclosed(_("Incoming e-mails"), CARE, INTEREST, rows_about(IncomingMail, "person", "company"), mail),
        "complaint": Disclosed(_("Complaints"), CARE, CONTRACT, rows_about(Complaint, "person", "company"), complaint),
        "hold": Disclosed(_("Held for occasions"), CARE, INTEREST, rows_about(Hold, "person", "company", "centre"), hold),
    }.items():
        to_disclose.register(f"contacts.{name}", entry, weight=10)


def register_reasons() -> None:
    """Reasons, decisions, values received."""
    reason = (
        *(COMPANY, code("rule", _("rule"), rule_of), column("group", _("target group")), column("due_on", _("due"))),
        *(column("found_on", _("found")), free("facts", _("facts"), sentence_of)),
    )
    decision = (
        *(AT, COMPANY, code("rule", _("rule"), rule_of), column("kind", _("decision"))),
        *(column("until", _("until")), column("others_until", _("other reasons until")), free("why", _("reason"))),
    )
    received = (
        *(AT, COMPANY, code("kind", _("kind"), lambda row: happened.in_words(row.kind)), column("year", _("year"))),
        *(column("cents", _("value")), column("taken_back_at", _("undone"))),
    )
    for name, entry in {
        "reason": Disclosed(_("Reasons to get in touch"), CARE, INTEREST, rows_about(Reason, "person", "company"), reason),
        "decision": Disclosed(
            _("Decisions about reasons to get in touch"), CARE, INTEREST, rows_about(Decision, "person", "company"), decision
        ),
        "received": Disclosed(_("Value received"), GIVING, LAW, rows_about(Received, "person", "company"), received),
        "yearsum": Disclosed(
            _("Value received in a year"), GIVING, LAW, rows_about(YearSum), (column("year", _("year")), column("cents", _("value")))
        ),
    }.items():
        to_disclose.register(f"contacts.{name}", entry, weight=10)


def register_messages() -> None:
    """Messages, printed letters, links."""
    message = (
        *(column("queued_at", _("written")), column("sent_at", _("sent")), column("channel", _("channel"))),
        *(column("recipient", _("recipient")), column("purpose", _("purpose")), column("subject", _("subject"))),
        *(
            column("text", _("text")),
            column("files", _("files")),
            code("language", _("language"), language_of),
            column("state", _("state")),
        ),
        *(column("bounce", _("delivery problem")), column("last_answer", _("reply from the mail server"))),
    )
    to_disclose.register("core.message", Disclosed(_("Messages sent to the person"), TELLING, CONSENT_OR_CONTRACT, messages_to, message))
    printed = (column("made_at", _("written")), column("printed_at", _("printed")))
    to_disclose.register("core.paperletter", Disclosed(_("Letters on paper"), TELLING, CONSENT_OR_CONTRACT, letters_to, printed))
    to_disclose.register("core.link", Disclosed(_("Personal links"), TELLING, CONTRACT, links_of, LINK))
    to_disclose.register("core.searchrow", AddsNothing("an index of the name and the addresses, which are told"))
    to_disclose.register("core.answer", AddsNothing("copies, kept for two days, of pages about what is told"))
    to_disclose.register("core.entry", AddsNothing("told as the history of each row"))
    to_disclose.register("core.change", AddsNothing("told as the history of each row"))


CONSENT_OR_CONTRACT = _("Consent, Art. 6(1)(a) GDPR; where owed under a contract, Art. 6(1)(b)")

"""What the tables of events hold about a person, for a request for access."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from contacts.people.disclosing import (
    EVENTS,
    INTEREST,
    TELLING,
    Disclosed,
    code,
    column,
    free,
    language_of,
    page_of,
    rows_about,
    to_disclose,
)
from events.models import CheckIn, Invitation, InvitationRequest, Registration
from fleetportal.core import audit
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message


def registrations_of(person: Person) -> list[Registration]:
    """With the number of companions: their names are other people's data."""
    rows = list(Registration.objects.filter(person=person).select_related("event", "company").order_by("pk"))
    for row in rows:
        setattr(row, "companions_named", len(row.companions))  # noqa: B010  no field of the model
    return rows


def links_of(person: Person) -> list[Link]:
    tickets = Q(scope="ticket", subject_id__in=person.registrations.values("pk"))
    invitations = Q(scope="invitation", subject_id__in=person.invitations.values("pk"))
    return list(Link.objects.filter(tickets | invitations).order_by("pk"))


def requests_of(person: Person) -> list[InvitationRequest]:
    return list(InvitationRequest.objects.by(person).select_related("event").order_by("pk"))


def refusals_of(person: Person) -> list[Message]:
    """The answers to their requests that went to the address, and not to a person."""
    about = {"about_type": audit.label(InvitationRequest), "about_id__in": InvitationRequest.objects.by(person).values("pk")}
    return list(Message.objects.filter(**about).order_by("pk"))


def register() -> None:
    event, company = column("event.title", _("event")), column("company.name", _("company"))
    invitation = (
        *(event, column("event.starts_at", _("begins")), company, column("invited_at", _("invited"))),
        *(column("nudged_at", _("reminded")), column("declined_at", _("declined"))),
    )
    registration = (
        *(event, column("event.starts_at", _("begins")), company, column("party", _("how many"))),
        *(column("companions_named", _("number of companions")), free("wishes", _("requests")), free("question", _("question"))),
        *(column("status", _("state")), column("waiting_number", _("place on the waiting list")), column("registered_at", _("registered"))),
        *(column("changed_at", _("changed")), column("reminded_at", _("reminded"))),
    )
    inside = (
        *(column("registration.event.title", _("event")), column("at", _("when"))),
        *(column("heads", _("how many")), column("undone_at", _("undone"))),
    )
    link = (code("scope", _("page"), page_of), column("made_at", _("created")), column("revoked_at", _("withdrawn")))
    asked = (
        *(event, column("asked_at", _("when")), free("name", _("name")), column("email", _("e-mail"))),
        *(free("company_name", _("company")), free("how_known", _("how we know each other"))),
        *(code("language", _("language"), language_of), column("state", _("state")), column("decided_at", _("answered"))),
    )
    refusal = (
        *(column("queued_at", _("written")), column("sent_at", _("sent")), column("recipient", _("recipient"))),
        *(column("subject", _("subject")), free("text", _("text")), column("state", _("state"))),
    )
    came = rows_about(CheckIn, "registration__person", "registration__event")
    invited = rows_about(Invitation, "person", "event", "company")
    for name, entry in {
        "events.invitation": Disclosed(_("Invitations"), EVENTS, INTEREST, invited, invitation),
        "events.registration": Disclosed(_("Registrations"), EVENTS, INTEREST, registrations_of, registration),
        "events.checkin": Disclosed(_("Events attended"), EVENTS, INTEREST, came, inside),
        "events.invitationrequest": Disclosed(_("Requests for an invitation"), EVENTS, INTEREST, requests_of, asked),
        "core.message of events": Disclosed(_("Messages sent to the person"), TELLING, INTEREST, refusals_of, refusal),
        "core.link of events": Disclosed(_("Personal links to events"), TELLING, INTEREST, links_of, link),
    }.items():
        to_disclose.register(name, entry, weight=30)

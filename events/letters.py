"""What guests get by mail: which template, which gate, which key, which calendar file.

A letter's key names event or registration, step and revision, so that whatever is pressed twice is sent once (R12).
"""

from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.consent import unsubscribe
from contacts.models import Purpose
from events import landing
from events.models import Event, Invitation, Registration
from fleetportal.core import ical
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link
from fleetportal.core.outbox import queueing
from fleetportal.core.outbox.message import Message, Priority
from fleetportal.core.outbox.queueing import MessageDraft, sender_address

Step = Literal["seated", "waiting", "promoted", "changed", "cancelled", "moved", "called_off", "reminder"]
OURS = ("promoted", "moved", "called_off", "reminder")  # we write first; the other steps answer the guest
LINKS_OUTLIVE_THE_EVENT = timedelta(days=30)


class NoAddress(Refused):
    """Whoever is to be written to has no address that can be used."""

    code = "no_address"


def queue(step: Step, registration: Registration) -> Message | None:
    """The letter that tells a guest what has become of the registration; None for somebody without an address."""
    person, event = registration.person, registration.event
    ticket = ticket_for(registration, is_new=step == "seated") if registration.is_seated else None  # also without an address: the door
    if person is not None:
        prefetch_related_objects([person], "addresses")  # asked for by the letter, the calendar entry and here: read once
    if person is None or not person.email:
        return None
    return queueing.queue(
        MessageDraft(
            f"events/mail/{step}",
            to=person,
            about=registration,
            gate="service",
            key=f"registration:{registration.pk}:{step}" + ("" if step == "reminder" else f":{registration.revision}"),
            context={
                "event": event,
                "registration": registration,
                "answer": answer_link(registration),
                "ticket": ticket,
            },
            attachments=calendar_files(step, registration),
        )
    )


def answer_link(registration: Registration) -> Link | None:
    """The link of the invitation behind a registration; a guest who came unasked has none. Costs 1 query, 4 where it is to be made."""
    event = registration.event
    invitations = event.invitations.filter(person=registration.person_id).values_list("pk", flat=True)
    return standing_link("invitation", invitations) or link_to("invitation", event, invitations.first())


def ticket_for(registration: Registration, *, is_new: bool) -> Link:
    """The link that opens the ticket. Costs 1 query, 2 where there was none and the registration is not new."""
    event = registration.event
    return (None if is_new else standing_link("ticket", [registration.pk])) or make_link("ticket", event, registration.pk)


def link_to(scope: str, event: Event, subject: int | None) -> Link | None:
    """The standing link of `scope` to a row, made if there is none. Costs 1 query, 2 when it is new."""
    return None if subject is None else standing_link(scope, [subject]) or make_link(scope, event, subject)


def standing_link(scope: str, subjects: Any) -> Link | None:
    return Link.objects.standing(now=timezone.now()).filter(scope=scope, subject_id__in=subjects).order_by("pk").first()


def make_link(scope: str, event: Event, subject: int) -> Link:
    return Link.objects.make(scope, subject, expires_at=event.ends_at + LINKS_OUTLIVE_THE_EVENT)


def calendar_files(step: Step, registration: Registration) -> list[dict[str, str]]:
    """An entry for who has seats, its update, its withdrawal for who had them; nothing for who waits."""
    if registration.is_seated and step != "reminder":
        return [ical.attachment("REQUEST", appointment(registration))]
    if step in ("cancelled", "called_off"):
        return [ical.attachment("CANCEL", appointment(registration))]
    return []


def appointment(registration: Registration) -> ical.Appointment:
    """The registration as it stands in the guest's calendar, in the guest's language."""
    event, person = registration.event, registration.person
    with translation.override(person.language if person else settings.LANGUAGE_CODE):
        words = _("Seats reserved for %(name)s: %(party)d.") % {"party": registration.party, "name": registration.guest}
    host = event.host
    return ical.Appointment(
        uid=f"registration-{registration.pk}@{settings.BASE_HOST}",
        sequence=registration.revision,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.centre.zone,
        title=event.title,
        place=event.address,
        words=words,
        organizer=ical.Party(str(host or event.centre), reply_to(event)),
        attendee=ical.Party(registration.guest, person.email if person else ""),
        stamp=registration.changed_at,
    )


def invite(invitation: Invitation, *, step: Literal["invitation", "nudge"] = "invitation") -> Message:
    """The invitation, or the one friendly reminder to who has not answered. Promotion: the gate asks consent again. Raises NoAddress."""
    event, person = invitation.event, invitation.person
    preferences = unsubscribe.link_of(person)
    if preferences is None:
        raise NoAddress(_("%s has no e-mail address that we can use.") % person)
    with translation.override(person.language):
        words = landing.words(event)  # what the event is called and says in the guest's language, where somebody has translated it
    return queueing.queue(
        MessageDraft(
            f"events/mail/{step}",
            to=person,
            about=invitation,
            gate="marketing",
            purpose=Purpose.INVITATIONS,
            key=f"event:{event.pk}:{person.pk}:{step}",
            context={
                "event": event,
                **words,
                "invitation": invitation,
                "answer": link_to("invitation", event, invitation.pk),
                "preferences": preferences,
            },
            headers=unsubscribe.headers(preferences, Purpose.INVITATIONS),
            priority=Priority.BULK,
        )
    )


def reply_to(event: Event) -> str:
    """Where a guest's answer goes: to the host, else to the centre, else to the portal."""
    return (event.host.email if event.host else "") or event.centre.email or sender_address()

"""E-mails to the decision-maker about a meeting: proposed times, then the calendar entry, its change or cancellation."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts.memory.models.meeting import Meeting
from contacts.people.models.person import Person
from fleetportal.core import ical
from fleetportal.core.audit import label
from fleetportal.core.links import Link
from fleetportal.core.outbox import queueing
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.queueing import MessageDraft, sender_address

LINK_OUTLIVES_THE_MEETING = timedelta(days=30)


def propose_times(meeting: Meeting) -> Message | None:
    """The letter with the proposed times and the link to choose one; None without an address, or without a time."""
    person, times = meeting.decision_maker, meeting.times
    if person is None or not person.email or not times:
        return None
    return queueing.queue(
        MessageDraft(
            "contacts/mail/meeting_proposed",
            to=person,
            about=meeting,
            concerns=(label(Company), meeting.company_id),
            gate="meeting",
            key=f"meeting:{meeting.pk}:offer:{meeting.offers}",
            context={"meeting": meeting, "times": meeting.choices, "choose": meeting_link(meeting, max(times))},
        )
    )


def meeting_link(meeting: Meeting, last: datetime) -> Link:
    """The link to a meeting, valid until a month after `last`. Costs 2 queries."""
    until = last + LINK_OUTLIVES_THE_MEETING
    standing = meeting.link
    if standing is None:
        return Link.objects.make("meeting", meeting.pk, expires_at=until)
    Link.objects.filter(pk=standing.pk, expires_at__lt=until).update(expires_at=until)
    return standing


def tell_of_meeting(meeting: Meeting) -> Message | None:
    """Send the decision-maker a meeting's calendar entry, its change or cancellation; None without an address."""
    person = meeting.decision_maker
    if person is None or not person.email or meeting.starts_at is None or meeting.ends_at is None:
        return None
    cancelled = meeting.state == "cancelled"
    return queueing.queue(
        MessageDraft(
            "contacts/mail/meeting_cancelled" if cancelled else "contacts/mail/meeting_fixed",
            to=person,
            about=meeting,
            concerns=(label(Company), meeting.company_id),
            gate="meeting",
            key=f"meeting:{meeting.pk}:{meeting.revision}",
            context={
                "meeting": meeting,
                "begins": meeting.begins,
                "choose": None if cancelled else meeting_link(meeting, meeting.starts_at),
            },
            attachments=[
                ical.attachment("CANCEL" if cancelled else "REQUEST", meeting_entry(meeting, person, meeting.starts_at, meeting.ends_at))
            ],
        )
    )


def meeting_entry(meeting: Meeting, person: Person, starts_at: datetime, ends_at: datetime) -> ical.Appointment:
    """The calendar entry of the meeting for `person`, in their language; its number in the series is the meeting's revision."""
    centre = meeting.company.centre
    with translation.override(person.language):
        title = _("Annual meeting with %(company)s") % {"company": meeting.company.name}
    return ical.Appointment(
        uid=f"meeting-{meeting.pk}@{settings.BASE_HOST}",
        sequence=meeting.revision,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=centre.zone,
        title=title,
        location=meeting.location or centre.name,
        description=title,
        organizer=ical.Party.read(meeting.organizer) if meeting.organizer else organizer_of(meeting),
        attendee=ical.Party(person.name, person.email),
        stamp=timezone.now(),
    )


def organizer_of(meeting: Meeting) -> ical.Party:
    """Who invites in a new calendar entry: the centre, since the account manager may change while the entry exists."""
    centre = meeting.company.centre
    return ical.Party(centre.name, centre.email or sender_address())


def withdraw_from(meeting: Meeting, person: Person) -> Message | None:
    """Cancel the calendar entry of a person who is no longer asked to the fixed meeting; None without an address."""
    if not person.email or meeting.starts_at is None or meeting.ends_at is None:
        return None
    entry = meeting_entry(meeting, person, meeting.starts_at, meeting.ends_at)
    return queueing.queue(
        MessageDraft(
            "contacts/mail/meeting_cancelled",
            to=person,
            about=meeting,
            concerns=(label(Company), meeting.company_id),
            gate="service",
            key=f"meeting:{meeting.pk}:{meeting.revision}:withdrawn:{person.pk}",
            context={"meeting": meeting, "begins": meeting.begins, "choose": None},
            attachments=[ical.attachment("CANCEL", replace(entry, sequence=meeting.revision + 1))],
        )
    )

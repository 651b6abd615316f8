"""Messages to guests: template, gate, key and calendar file of each.

A message's key contains event or registration, step and revision, so that a double click sends it once (R12).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import Model, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Centre, Company, User
from contacts.consent import unsubscribe
from contacts.models import Channel, PersonAddress, Purpose
from events import landing
from events.models import CoHosting, Event, EventTexts, Invitation, InvitationRequest, Registration
from fleetportal.core import ical
from fleetportal.core.audit import label
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import MessageChannel, Priority
from fleetportal.core.outbox.queueing import MessageDraft, Recipient, sender_address
from fleetportal.core.words import unlinked

Step = Literal["seated", "waiting", "promoted", "changed", "cancelled", "moved", "called_off", "reminder"]
InvitingStep = Literal["invitation", "nudge"]
OURS = ("promoted", "moved", "called_off", "reminder")  # we write first; the other steps reply to the guest
ALSO_BY_POST = ("moved", "called_off")  # due to every guest: without an e-mail address it is printed and posted
LINKS_OUTLIVE_THE_EVENT = timedelta(days=30)
TO_HOST = "events/mail/asked_for"


def to_guests(step: Step, registrations: Sequence[Registration], *, came_by: Mapping[int, Link]) -> list[MessageDraft]:
    """The messages to guests of one event about their registrations; none without an address.

    They are sent by e-mail; steps in ALSO_BY_POST by post to people with only a postal address. `came_by` has already known links
    of invitations, by the person's id. Costs 1 query for the addresses, 1 for tickets where anybody has seats (2 where some have to
    be made) and 1 for the other links of invitations (2 where somebody has none), whatever the number of guests.
    """
    if not registrations:
        return []
    event = registrations[0].event
    people = [registration.person for registration in registrations if registration.person is not None]
    prefetch_related_objects(people, "addresses")  # needed by the message and the calendar entry: loaded once
    tickets = tickets_of([one for one in registrations if one.is_seated], are_new=step == "seated")  # also without an address: the door
    channels = (Channel.EMAIL, Channel.LETTER) if step in ALSO_BY_POST else (Channel.EMAIL,)
    reached = [(one, one.person, one.person.address_among(channels)) for one in registrations if one.person is not None]
    written = [(one, person, address) for one, person, address in reached if address]
    unknown = [person.pk for _registration, person, _address in written if person.pk not in came_by]
    answers = {**came_by, **answer_links(event, unknown)}
    said = {language: landing.texts(event, language) for language in {person.language for _registration, person, _address in written}}
    return [
        MessageDraft(
            f"events/mail/{step}",
            to=person,
            about=registration,
            concerns=(label(Company), registration.company_id),
            gate="reminder" if step == "reminder" else "registration",
            key=f"registration:{registration.pk}:{step}:{registration.revision}",
            context=event_context(event, said[person.language], answers.get(person.pk), registration=registration)
            | {"ticket": tickets.get(registration.pk), "by_post": address.channel == Channel.LETTER},
            language=said[person.language].language,
            attachments=calendar_files(step, registration, said[person.language]) if address.channel == Channel.EMAIL else (),
            headers={"To": person.name} if address.channel == Channel.LETTER else {"Reply-To": reply_to(event)},
            address=address.value,
            channel=MessageChannel(address.channel),
        )
        for registration, person, address in written
    ]


def event_context(event: Event, texts: EventTexts, answer: Link | None, **about: object) -> dict[str, object]:
    """What every message about an event shows: the event, its texts in the guest's language, and the link to answer by."""
    return {"event": event, "texts": texts, "answer": answer, **about}


def tickets_of(registrations: Sequence[Registration], *, are_new: bool) -> dict[int, Link]:
    """The ticket links by registration id. 1 query for a new one, otherwise 1 for all, 2 where some are missing."""
    if not registrations:
        return {}
    pks, expires_at = [registration.pk for registration in registrations], links_expire_at(registrations[0].event)
    if are_new:
        return {link.subject_id: link for link in Link.objects.make_many("ticket", pks, expires_at=expires_at)}
    return Link.objects.get_or_make_many("ticket", pks, expires_at=expires_at)


def answer_links(event: Event, people: Sequence[int]) -> dict[int, Link]:
    """The invitation links of registered people, by the person's id; guests without an invitation have none.

    Costs 1 query, 2 where somebody has none, 3 where one has to be made.
    """
    if not people:
        return {}
    invited = Invitation.objects.filter(event=event, person__in=people)
    whose = Subquery(invited.filter(pk=OuterRef("subject_id")).values("person")[:1])
    links = Link.objects.valid(now=timezone.now()).filter(scope="invitation", subject_id__in=invited.values("pk"))
    newest_first: QuerySet[Any] = links.annotate(whose=whose).order_by("-pk")
    found: dict[int, Link] = {link.whose: link for link in newest_first}
    missing = [person for person in people if person not in found]
    without = dict(invited.filter(person__in=missing).values_list("pk", "person")) if missing else {}
    made = Link.objects.make_many("invitation", list(without), expires_at=links_expire_at(event)) if without else []
    return found | {without[link.subject_id]: link for link in made}


def links_expire_at(event: Event) -> datetime:
    return event.ends_at + LINKS_OUTLIVE_THE_EVENT


def prolong_links(event: Event) -> None:
    """Extend the links of tickets and invitations of a moved event to their new expiry; none is shortened. 2 queries."""
    until = links_expire_at(event)
    guests: tuple[tuple[str, QuerySet[Model]], ...] = (("ticket", event.registrations.all()), ("invitation", event.invitations.all()))
    for scope, rows in guests:
        links = Link.objects.filter(scope=scope, subject_id__in=rows.order_by().values("pk"), revoked_at=None, expires_at__lt=until)
        links.update(expires_at=until)


def calendar_files(step: Step, registration: Registration, texts: EventTexts) -> list[dict[str, str]]:
    """A calendar entry for a guest with seats, its update, or its withdrawal once the seats are given up; nothing for a guest who
    has only ever been on the waiting list."""
    if registration.is_seated and step != "reminder":
        return [ical.attachment("REQUEST", appointment(registration, texts))]
    if step in ("cancelled", "called_off") and registration.had_seats:
        return [ical.attachment("CANCEL", appointment(registration, texts))]
    return []


def appointment(registration: Registration, texts: EventTexts | None = None) -> ical.Appointment:
    """The entry of the registration for the guest's calendar, in the guest's language."""
    event, person = registration.event, registration.person
    texts = texts or landing.texts(event, person.language if person else settings.LANGUAGE_CODE)
    with translation.override(texts.language):
        description = _("Seats reserved for %(name)s: %(party)d.") % {"party": registration.party, "name": registration.guest}
    return ical.Appointment(
        uid=f"registration-{registration.pk}@{settings.BASE_HOST}",
        sequence=registration.revision,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.centre.zone,
        title=texts.title,
        location=event.address,
        description=description,
        organizer=ical.Party.read(registration.organizer) if registration.organizer else organizer_of(event),
        attendee=ical.Party(registration.guest, person.email if person else ""),
        stamp=registration.changed_at,
    )


def to_invited(
    invitations: Sequence[Invitation],
    *,
    step: InvitingStep = "invitation",
    addresses: Mapping[int, PersonAddress] | None = None,
    due_at: datetime | None = None,
) -> list[MessageDraft]:
    """The invitations to one event, or the reminders; none without an address.

    Promotion: each goes to an address that agreed to invitations (`addresses`, where known), and the gate checks that when it is sent.
    Costs 3 queries, 5 where links have to be made, and what the landing page costs in each language.
    """
    if not invitations:
        return []
    event = invitations[0].event
    if addresses is None:
        addresses = unsubscribe.addresses_for([one.person for one in invitations], Purpose.INVITATIONS)
    written = [one for one in invitations if one.person_id in addresses]
    preferences = unsubscribe.links_of({one.person_id: addresses[one.person_id] for one in written})
    answers = Link.objects.get_or_make_many("invitation", [one.pk for one in written], expires_at=links_expire_at(event))
    said = {language: landing.texts(event, language) for language in sorted({one.person.language for one in written})}
    return [
        MessageDraft(
            f"events/mail/{step}",
            to=one.person,
            about=one,
            concerns=(label(Company), one.company_id),
            gate="invitation",
            address=addresses[one.person_id].value,
            language=said[one.person.language].language,
            purpose=Purpose.INVITATIONS,
            key=invitation_key(event, one.person_id, step) + (f":{timezone.now():%Y%m%d%H%M%S}" if step == "nudge" else ""),
            context=event_context(event, said[one.person.language], answers[one.pk], invitation=one)
            | {"preferences": preferences[one.person_id]},
            headers=unsubscribe.headers(preferences[one.person_id], Purpose.INVITATIONS) | {"Reply-To": reply_to(event)},
            priority=Priority.BULK,
            due_at=due_at,
        )
        for one in written
    ]


def to_asked(invitation: Invitation, address: PersonAddress, asked: InvitationRequest) -> MessageDraft:
    """The invitation to somebody who asked for it: an answer, so it needs no consent. Costs 2 queries, more for new links."""
    event, person = invitation.event, invitation.person
    way_out = unsubscribe.links_of({person.pk: address})[person.pk]
    answer = Link.objects.get_or_make_many("invitation", [invitation.pk], expires_at=links_expire_at(event))[invitation.pk]
    said = landing.texts(event, asked.language)
    return MessageDraft(
        "events/mail/asked",
        to=person,
        about=invitation,
        concerns=(label(Company), invitation.company_id),
        gate="asked",
        address=address.value,
        language=said.language,
        key=f"request:{asked.pk}:invited:{asked.round}",
        context={"event": event, "texts": said, "invitation": invitation, "answer": answer, "preferences": way_out},
        headers={"Reply-To": reply_to(event)},
    )


def refusal(asked: InvitationRequest) -> MessageDraft:
    """The polite no to somebody who asked for an invitation. Costs nothing."""
    event, said = asked.event, landing.texts(asked.event, asked.language)
    return MessageDraft(
        "events/mail/not_invited",
        to=asked,
        about=asked,
        concerns=(label(Centre), event.centre_id),
        gate="service",
        address=asked.email,
        language=said.language,
        key=f"request:{asked.pk}:refused:{asked.round}",
        context={"event": event, "texts": said},
        headers={"Reply-To": reply_to(event)},
    )


def to_host(asked: InvitationRequest, host: User) -> MessageDraft:
    """Tells the host that somebody asks for an invitation; at most once a day for each event."""
    return MessageDraft(
        TO_HOST,
        to=host,
        about=asked.event,
        concerns=(label(Centre), asked.event.centre_id),
        gate="service",
        key=f"event:{asked.event_id}:asked_for:{asked.event.centre.today(timezone.now())}",
        context={"event": asked.event, "texts": asked.event.own_texts, "asked": asked, "company": unlinked(asked.company_name)},
    )


def to_deciders(asked: CoHosting, users: Sequence[User]) -> list[MessageDraft]:
    """Tells those who may decide that another centre asks to host the event with them."""
    return [co_hosting_letter("asked", asked, user) for user in users]


def to_asking_centre(asked: CoHosting, user: User) -> MessageDraft:
    """The answer, to whoever asked."""
    return co_hosting_letter("answered", asked, user)


def co_hosting_letter(step: str, asked: CoHosting, to: User) -> MessageDraft:
    event = asked.event
    return MessageDraft(
        f"events/mail/co_hosting_{step}",
        to=to,
        about=event,
        concerns=(label(Centre), event.centre_id),
        gate="service",
        key=f"co_hosting:{asked.pk}:{step}:{to.pk}",
        context={"event": event, "texts": event.own_texts, "asked": asked},
    )


@dataclass(frozen=True)
class NoLink:
    """Stands for a personal link in a letter that is only shown or tried."""

    placeholder: str


def sample(event: Event, language: str, *, to: Recipient, key: str) -> MessageDraft:
    """The invitation as guests who read `language` get it, to a user who wants to see it first; its links open nothing personal.

    Costs what the landing page costs.
    """
    said = landing.texts(event, language)
    here = NoLink(f"{settings.BASE_URL}/")
    return MessageDraft(
        "events/mail/test",
        to=to,
        about=event,
        gate="service",
        key=key,
        context={"event": event, "texts": said, "invitation": None, "answer": here, "preferences": here},
        headers={"Reply-To": reply_to(event)},
        language=said.language,
        priority=Priority.FIRST,
    )


def invitation_key(event: Event, person: int, step: InvitingStep) -> str:
    return f"event:{event.pk}:{person}:{step}"


def organizer_of(event: Event) -> ical.Party:
    """Who invites in a new calendar entry: the centre. The host may change while the entry lives, and calendars that are strict then
    keep the old entry beside the new one."""
    return ical.Party(event.centre.name, event.centre.email or sender_address())


def reply_to(event: Event) -> str:
    """The reply address: the host's, or the centre's, or the portal's."""
    return (event.host.email if event.host else "") or event.centre.email or sender_address()

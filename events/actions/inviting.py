"""Whom an event may invite, and the invitations themselves: each person once (R12)."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from accounts.staff.models.policy import Number, Unit, declare
from contacts.consent.models import reachable
from contacts.memory.models.interaction import record as tell_timeline
from contacts.models import Channel, Person, Purpose
from contacts.people.models.person import PersonQuerySet
from events import letters
from events.models import Event, Invitation
from fleetportal.core import audit
from fleetportal.core.db import can_lock
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job

if TYPE_CHECKING:
    from contacts.models import Role

SAME_OCCASION_DAYS = declare(  # DOMAIN, "Arbiter"
    "same_occasion_days",
    default=30,
    unit=Unit.DAYS,
    lowest=0,
    highest=365,
    subject=_("Invitations"),
    name=_("Time between two events of the same kind"),
    about=_("For this number of days before and after an event, no other centre can invite the same person to an event of the same kind."),
    weight=50,
)


class NotInviting(Refused):
    """Only a published event that lies ahead invites."""

    code = "not_inviting"


def entitled_people(event: Event, user: User | None) -> PersonQuerySet:
    return Person.objects.filter(pk__in=event.entitled(user).values("person"))


def invited(event: Event) -> models.QuerySet[Any]:
    return Invitation.objects.filter(event=event).values("person")


def invited_elsewhere(event: Event) -> models.QuerySet[Any]:
    """The ids of people whom another centre has invited to the same kind of occasion about the same time."""
    others = Event.objects.published().filter(kind=event.kind).exclude(centre=event.centre_id)
    apart = timedelta(days=SAME_OCCASION_DAYS.on(event.on))
    near = others.starting_between(event.starts_at - apart, event.starts_at + apart)
    return Invitation.objects.filter(event__in=near).values("person")


def count_held_back(number: Number, on: date) -> int:
    """People entitled to events ahead whom another centre's invitation keeps from being invited. Costs 2 queries for each event."""
    ahead = Event.objects.published().ahead(now=timezone.now()).select_related("centre")
    return sum(entitled_people(event, None).filter(pk__in=invited_elsewhere(event)).count() for event in ahead)


def invitable(event: Event, user: User | None) -> PersonQuerySet:
    """The entitled who may be invited now: reachable for invitations, neither invited nor promised to another centre."""
    willing = reachable(entitled_people(event, user), Channel.EMAIL, Purpose.INVITATIONS)
    return willing.exclude(pk__in=invited(event)).exclude(pk__in=invited_elsewhere(event))


def proposed(event: Event, user: User | None) -> "Iterator[Role]":
    """One entitling role for each invitable person, so that who has two cars is invited once. Costs 1 query."""
    roles = event.entitled(user).filter(person__in=invitable(event, user).values("pk"))
    seen: set[int] = set()
    for role in roles.select_related("person", "company").order_by("person__name_folded", "person_id", "pk"):
        if role.person_id not in seen:
            seen.add(role.person_id)
            yield role


def check_inviting(event: Event) -> None:
    """Asks how `event` stands, not how it was read; nobody calls it off before the transaction ends. Raises NotInviting. 1 query."""
    inviting = Event.objects.published().filter(pk=event.pk, starts_at__gt=timezone.now())
    if not (inviting.select_for_update(no_key=True) if can_lock() else inviting).exists():
        raise NotInviting(_("Invitations can only be sent for a published event that has not started yet."))


def invite(event: Event, person: Person, *, company: Company, by: User | None) -> Invitation:
    """The invitation of `person`, with its letter queued; asking again returns the one that stands and sends nothing.

    Consent is asked again by the gate at the moment of sending. Raises NotInviting, NoAddress. Costs 14 queries, or 16.
    """
    with transaction.atomic():
        check_inviting(event)
        invitation, new = Invitation.objects.get_or_create(
            event=event, person=person, defaults={"company": company, "invited_by": by}
        )  # the constraint settles two who press at once
        if not new:
            return invitation
        invitation.event, invitation.person = event, person
        invitation.message_key = letters.invite(invitation).key
        invitation.save(update_fields=["message_key"])
        audit.record("event.invited", invitation, by=by, facts={"event": event.pk})
        tell_timeline("event.invited", company=company, person=person, by=by, about=invitation, channel=Channel.EMAIL)
        return invitation


def nudge(invitation: Invitation, *, by: User | None) -> None:
    """Remind somebody who has not answered, once. Raises NotInviting. Costs 11 queries, 2 the second time."""
    with transaction.atomic():
        check_inviting(invitation.event)
        if not Invitation.objects.silent().filter(pk=invitation.pk, nudged_at=None).update(nudged_at=timezone.now()):
            return
        letters.invite(invitation, step="nudge")
        audit.record("event.nudged", invitation, by=by)
        tell_timeline("event.nudged", company=invitation.company, person=invitation.person, by=by, about=invitation, channel=Channel.EMAIL)


def start_inviting(event: Event, *, by: User, without: list[int] | None = None) -> Job:
    """A job that invites all whom `by` may invite, except `without` (ids of people). Raises NotInviting."""
    with transaction.atomic():
        check_inviting(event)
        job = jobs.start("events.invite", {"event": event.pk, "without": without or []}, by=by)
        audit.record("event.inviting", event, by=by, facts={"job": job.pk, "without": len(without or [])})
        return job


def start_nudging(event: Event, *, by: User) -> Job:
    """A job that reminds the silent among those whom `by` may invite. Raises NotInviting."""
    with transaction.atomic():
        check_inviting(event)
        job = jobs.start("events.nudge", {"event": event.pk}, by=by)
        audit.record("event.nudging", event, by=by, facts={"job": job.pk})
        return job


@jobs.kind("events.invite")
def run_inviting(job: Job, deadline: float) -> bool:
    """Invites until `deadline`; who is invited already is no more on the list, so it goes on where it stopped."""
    if job.owner is None:  # the job of nobody has nobody's rights
        return True
    event = Event.objects.select_related("centre", "host").get(pk=job.args["event"])
    left = [role for role in proposed(event, job.owner) if role.person_id not in set(job.args["without"])]
    job.progress(job.done, job.done + len(left))
    for role in left:
        if time.monotonic() > deadline:
            return False
        try:
            invite(event, role.person, company=role.company, by=job.owner)
        except letters.NoAddress:  # it bounced a moment ago: the list is not stopped by one
            continue
        except NotInviting:  # called off, or begun meanwhile
            return True
        job.progress(job.done + 1)
    return True


@jobs.kind("events.nudge")
def run_nudging(job: Job, deadline: float) -> bool:
    """Reminds the silent until `deadline`."""
    if job.owner is None:
        return True
    event = Event.objects.select_related("centre", "host").get(pk=job.args["event"])
    left = list(silent(event, job.owner).filter(nudged_at=None).select_related("person", "company").order_by("pk"))
    job.progress(job.done, job.done + len(left))
    for invitation in left:
        if time.monotonic() > deadline:
            return False
        invitation.event = event
        try:
            nudge(invitation, by=job.owner)
        except letters.NoAddress:
            continue
        except NotInviting:
            return True
        job.progress(job.done + 1)
    return True


def silent(event: Event, user: User) -> models.QuerySet[Invitation]:
    """The invited who have not answered and may still hear from us, as far as `user` may invite."""
    willing = reachable(Person.objects.all(), Channel.EMAIL, Purpose.INVITATIONS).values("pk")
    return Invitation.objects.where(user, may="invite").filter(event=event, person__in=willing).silent()

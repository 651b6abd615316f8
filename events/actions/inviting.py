"""Invitations to an event: who may be invited, each person once (R12)."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, TouchedCompany, User
from contacts.arbiter.actions import HeldElsewhere, hold_many, release_many
from contacts.arbiter.cap import at_cap, capped, enough
from contacts.arbiter.models import Hold, Release
from contacts.arbiter.naming import named
from contacts.consent import unsubscribe
from contacts.consent.models import reachable
from contacts.memory.models.interaction import record_many
from contacts.models import Channel, Interaction, Person, Purpose
from events import letters
from events.actions.choosing import held_elsewhere, invitable, next_wave
from events.actions.selected import EVERYBODY, SelectedRows
from events.models import Event, Invitation
from fleetportal.core import audit
from fleetportal.core.db import can_lock, locked
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job, JobState
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.queueing import queue, queue_many

if TYPE_CHECKING:
    from contacts.models import Role

AT_ONCE = 50  # letters written in one transaction


class NoAddress(Refused):
    """The person has no usable address."""

    code = "no_address"


class LettersLeft(Refused):
    """The first letter has left: the invitations stand."""

    code = "letters_left"


class WaveSent(Refused):
    """The wave that was looked at has been sent already, by this user or a colleague."""

    code = "wave_sent"


class NotInviting(Refused):
    """Only published events that have not begun can invite."""

    code = "not_inviting"


def begin_wave(event: Event, *, after: int | None) -> None:
    """Raise the cap of invitations of `event`, which is locked, by one wave. Raises WaveSent unless it is still `after`: what was shown
    beside the button, so that two clicks send one wave. Costs 2 queries, none without waves."""
    if not event.invitations_per_wave:
        return
    count = Invitation.objects.filter(event=event).count()
    of_shown = Event.objects.filter(pk=event.pk, invited_up_to=-1 if after is None else after)
    if not of_shown.update(invited_up_to=max(count + event.invitations_per_wave, event.invited_up_to + 1)):
        raise WaveSent(_("This wave has already been sent. Look at the event before you send the next one."))


def room_in_wave(event: Event) -> int | None:
    """How many more people the waves sent so far may invite; None without waves. Under the lock of the event. Costs 2 queries."""
    cap = Event.objects.values_list("invitations_per_wave", "invited_up_to").get(pk=event.pk)
    return None if cap[0] is None else max(0, cap[1] - Invitation.objects.filter(event=event).count())


def check_inviting(event: Event) -> Event:
    """The event, locked against moving and cancelling until the transaction ends. Raises NotInviting. 1 query."""
    inviting = Event.objects.published().filter(pk=event.pk, starts_at__gt=timezone.now()).select_related("centre", "host")
    found = (inviting.select_for_update(no_key=True, of=("self",)) if can_lock() else inviting).first()
    if found is None:
        raise NotInviting(_("Invitations can only be sent for a published event that has not started yet."))
    return found


def invite(event: Event, person: Person, *, company: Company, by: User | None) -> Invitation:
    """Invite `person` and queue the e-mail; repeating it returns the existing invitation and sends nothing.

    The gate checks consent again at the moment of sending. Raises NotInviting, HeldElsewhere,
    TooManyMessages, NoAddress. Costs 19 queries, or 21.
    """
    with transaction.atomic():
        new = invite_many(event, [(person, company)], by=by)
        if new:
            return new[0]
        invitation = Invitation.objects.filter(event=event, person=person).first()
        if invitation is None:
            refuse_held(event, person)
            raise NoAddress(_("%s has no e-mail address that we can use.") % person)
        return invitation


def refuse_held(event: Event, person: Person) -> None:
    """Raises HeldElsewhere, which names the holder, where another centre has `person`, TooManyMessages at the cap. Costs 2 queries."""
    hold = held_elsewhere(event).of([person.pk]).select_related("centre").order_by("held_at", "pk").first()
    if hold is not None:
        raise HeldElsewhere(named([hold])[hold.pk])
    if capped([person.pk]):
        raise enough()


def invite_many(
    event: Event, people: Sequence[tuple[Person, Company]], *, by: User | None, due_at: datetime | None = None
) -> list[Invitation]:
    """Invite those of `people` who have an address, were not invited before and are held by no other centre, within the cap, and queue
    their e-mails.

    Returns the new invitations.

    Each is invited for the company given with them. Raises NotInviting. Costs as many queries for a hundred people as for one.
    """
    with transaction.atomic():
        event = check_inviting(event)
        known = already_invited(event, [person for person, _company in people])
        addresses = unsubscribe.addresses_for([person for person, _company in people], Purpose.INVITATIONS)
        enough_for = known | capped([person.pk for person, _company in people])
        free = {person.pk: company.pk for person, company in people if person.pk not in enough_for and person.pk in addresses}
        held = hold_many(event.occasion, free, by=by).held
        new = [
            Invitation(
                event=event,
                person=person,
                company=company,
                invited_by=by,
                message_key=letters.invitation_key(event, person.pk, "invitation"),
            )
            for person, company in people
            if person.pk in free and person.pk in held
        ]
        if new:
            Invitation.objects.bulk_create(new)  # the constraint catches two simultaneous calls, if the event's lock did not
            queue_many(letters.to_invited(new, addresses=addresses, due_at=due_at))
            audit.record_many("event.invited", [(invitation, {}) for invitation in new], by=by, facts={"event": event.pk})
            record_on_timeline("event.invited", new, by=by)
        return new


def already_invited(event: Event, people: Sequence[Person]) -> set[int]:
    """The ids of those of `people` whom the event has invited. Costs 1 query."""
    asked = Invitation.objects.filter(event=event, person__among=[person.pk for person in people])
    return set(asked.values_list("person", flat=True))


def record_on_timeline(kind: str, invitations: Sequence[Invitation], *, by: User | None) -> None:
    """Add lines to the timelines of the companies of `invitations`, whose reasons must be recomputed. Costs 2 queries."""
    record_many(kind, invitations, by=by, channel=Channel.EMAIL)
    TouchedCompany.add_all(sorted({invitation.company_id for invitation in invitations}))


def nudge(invitation: Invitation, *, by: User | None) -> None:
    """Remind somebody who has not answered, once. Raises NotInviting, TooManyMessages, NoAddress. Costs 11 queries, 2 the second time."""
    with transaction.atomic():
        nudged = nudge_many(invitation.event, [invitation.pk], by=by)
        if not nudged and Invitation.objects.silent().filter(pk=invitation.pk, nudged_at=None).exists():
            if capped([invitation.person_id]):
                raise enough()
            raise NoAddress(_("%s has no e-mail address that we can use.") % invitation.person)


def nudge_many(event: Event, ids: Sequence[int], *, by: User | None) -> list[Invitation]:
    """Remind those of the invitations `ids` that are unanswered, not reminded before, within the cap and have an address.

    Returns the reminded ones.

    Raises NotInviting. Costs as many queries for a hundred as for one.
    """
    with transaction.atomic():
        event = check_inviting(event)
        quiet = (
            Invitation.objects.silent()
            .filter(event=event, nudged_at=None, pk__among=ids)
            .filter(~at_cap("person"))
            .select_related("person", "company")
        )
        rows = list(locked(quiet))
        for row in rows:
            row.event = event
        drafts = letters.to_invited(rows, step="nudge")
        nudged = [draft.about for draft in drafts if isinstance(draft.about, Invitation)]
        if nudged:
            Invitation.objects.filter(pk__among=[one.pk for one in nudged]).update(nudged_at=timezone.now())
            queue_many(drafts)
            audit.record_many("event.nudged", [(one, {}) for one in nudged], by=by)
            record_on_timeline("event.nudged", nudged, by=by)
        return nudged


# --- many, by a job -----------------------------------------------------------------------------------------------------------


def start_inviting(
    event: Event,
    *,
    by: User,
    without: list[int] | None = None,
    after: int | None = None,
    among: SelectedRows = EVERYBODY,
) -> Job:
    """Start a job that invites whoever is `among` those whom `by` may invite, except `without` (ids of people); with waves the next one,
    where the cap was `after` when it was shown. Raises NotInviting, WaveSent."""
    with transaction.atomic():
        begin_wave(check_inviting(event), after=after)
        job = jobs.start("events.invite", {"event": event.pk, "without": without or [], **among.arguments}, by=by)
        facts = {"job": job.pk, "without": len(without or [])} | ({} if among.is_everybody else {"selected": len(among.keys)})
        audit.record("event.inviting", event, by=by, facts=facts)
        return job


def start_nudging(event: Event, *, by: User) -> Job:
    """Start a job that reminds those who have not answered, among the people whom `by` may invite. Raises NotInviting."""
    with transaction.atomic():
        check_inviting(event)
        job = jobs.start("events.nudge", {"event": event.pk}, by=by)
        audit.record("event.nudging", event, by=by, facts={"job": job.pk})
        return job


@jobs.kind("events.invite")
def run_inviting(job: Job, deadline: float) -> bool:
    """Invite, until `deadline`, the people who were on the list when the job began and may still be invited."""
    among = SelectedRows.of_job(job.args)

    def batch(event: Event, people: list[int], by: User) -> None:
        people = people[: room_in_wave(check_inviting(event))]
        left = invitable(event, by, among).filter(pk__among=people).values("pk")
        first: dict[int, Role] = {}
        for role in among.narrow(event.entitled(by)).filter(person__in=left).select_related("person", "company").order_by("pk"):
            first.setdefault(role.person_id, role)
        invite_many(event, [(first[pk].person, first[pk].company) for pk in people if pk in first], by=by, due_at=leave_at(job))

    def everybody(event: Event, by: User) -> list[int]:
        without = set(job.args["without"])
        return [role.person_id for role in next_wave(event, by, among) if role.person_id not in without]

    return work_through(job, deadline, everybody, batch)


def leave_at(job: Job) -> datetime:
    """When the letters of an inviting job may leave: until then whoever began it can call all of them back."""
    return job.started_at + timedelta(seconds=settings.INVITATIONS_WAIT_SECONDS)


def sent_in(job: Job) -> models.QuerySet[Invitation]:
    """The invitations that the job has made; not those with which the same person answered requests meanwhile."""
    made = Invitation.objects.filter(event=job.args["event"], invited_by=job.owner_id, invited_at__gte=job.started_at)
    return made.filter(person__among=job.args.get("list", []), requests=None)


def call_back(job: Job, *, by: User) -> int:
    """How many invitations of the inviting `job` were called back, as if nobody had pressed the button: none of their letters had left.

    Raises LettersLeft once the first one has, or is leaving at this moment. Costs about 12 queries.
    """
    with transaction.atomic():
        event = check_inviting(Event(pk=job.args["event"]))  # the job's next batch waits here
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(state=JobState.CANCELLED, ended_at=timezone.now())
        rows = list(locked(sent_in(job)))
        unsent = unsent_of(rows)
        if len(unsent) < len(rows):
            raise LettersLeft(_("The first letter has left, so the invitations can no longer be called back."))
        audit.record("event.called_back", event, by=by, facts={"job": job.pk, "count": len(rows)})
        take_back(rows, unsent, by=by)
        return len(rows)


def unsent_of(rows: Sequence[Invitation]) -> dict[str, Message]:
    """The letters of these invitations that have not left and are not leaving at this moment, by key. Costs 1 query."""
    messages = locked(Message.objects.filter(key__in=[row.message_key for row in rows]))
    return {one.key: one for one in messages if one.state == MessageState.WAITING and one.lease_until is None}


def take_back(rows: Sequence[Invitation], unsent: Mapping[str, Message], *, by: User | None) -> None:
    """Take back at least one invitation to one event, whose letters are `unsent`, as if nobody had invited. Costs 9 queries."""
    pks = [row.pk for row in rows]
    Message.objects.filter(pk__in=[unsent[row.message_key].pk for row in rows]).delete()
    Link.objects.filter(scope="invitation", subject_id__in=pks).delete()
    Interaction.objects.filter(kind="event.invited", about_type=audit.label(Invitation), about_id__in=pks).delete()
    holds = Hold.objects.filter(about_type=audit.label(Event), about_id__in={row.event_id for row in rows})
    release_many(holds.of([row.person_id for row in rows]), because=Release.GIVEN_UP, by=by)
    Invitation.objects.filter(pk__in=pks).delete()
    TouchedCompany.add_all(sorted({row.company_id for row in rows}))


def send_test(event: Event, language: str, *, by: User) -> Message:
    """The invitation in that language, on its way to whoever asked for it. Raises NoAddress. Costs 1 query."""
    if not by.email:
        raise NoAddress(_("Your account has no e-mail address."))
    with transaction.atomic():
        return queue(letters.sample(event, language, to=by, key=f"event:{event.pk}:test:{uuid.uuid4().hex}"))


@jobs.kind("events.nudge")
def run_nudging(job: Job, deadline: float) -> bool:
    """Remind, until `deadline`, those who had not answered when the job began and still have not."""

    def batch(event: Event, ids: list[int], by: User) -> None:
        nudge_many(event, list(silent(event, by).filter(pk__among=ids).values_list("pk", flat=True)), by=by)

    def everybody(event: Event, by: User) -> list[int]:
        return list(silent(event, by).filter(nudged_at=None).order_by("pk").values_list("pk", flat=True))

    return work_through(job, deadline, everybody, batch)


def work_through(
    job: Job,
    deadline: float,
    everybody: Callable[[Event, User], list[int]],
    batch: Callable[[Event, list[int], User], None],
) -> bool:
    """Process the job's list, which is read once and stored with it: True when finished, False at `deadline`.

    Each batch and the progress are saved in one transaction, so that a killed worker has done a batch completely or not at all. It also
    ends where the event no longer invites, or the job was called back (NotInviting is caught here, and whoever calls sees True).
    """
    if job.owner is None:  # a job without a user has no rights
        return True
    event = Event.objects.select_related("centre", "host").get(pk=job.args["event"])
    if "list" not in job.args:
        job.args = {**job.args, "list": everybody(event, job.owner)}
        job.total = len(job.args["list"])
        job.save(update_fields=["args", "total"])
    ids: list[int] = job.args["list"]
    while job.done < len(ids):
        if time.monotonic() > deadline:
            return False
        done = min(job.done + AT_ONCE, len(ids))
        try:
            with transaction.atomic():
                batch(event, ids[job.done : done], job.owner)
                if not Job.objects.filter(pk=job.pk).exclude(state=JobState.CANCELLED).update(done=done):
                    raise NotInviting(_("The invitations have been called back."))
        except NotInviting:  # called off or called back, or begun meanwhile
            return True
        job.done = done
    return True


def silent(event: Event, user: User) -> models.QuerySet[Invitation]:
    """Invited people who have not answered and may still be reminded, as far as `user` may invite."""
    willing = reachable(Person.objects.all(), Channel.EMAIL, Purpose.INVITATIONS).values("pk")
    return Invitation.objects.where(user, may="invite").filter(event=event, person__in=willing).silent()

"""Whoever asks for an invitation gets an answer: an invitation, or a polite no. Staff decide; what they leave undecided, the clock does."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts.arbiter.actions import hold_many
from contacts.models import Channel, Person, PersonAddress, Task, TaskClosed
from contacts.people.actions import people
from contacts.people.models.roles import GROUPS
from events import letters
from events.actions.inviting import NoAddress, check_inviting, record_on_timeline
from events.models import AlreadyDecided, Event, Invitation, InvitationRequest, RequestState
from events.models.request import InvitationRequestQuerySet
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.queueing import queue

if TYPE_CHECKING:
    from accounts.models import User

DAYS_TO_DECIDE = 2
KEPT = timedelta(days=90)  # after the event
TELL_HOST = "events.tell_host"


def ask(event: Event, *, by_mail: str, **facts: str) -> InvitationRequest:
    """The request of whoever writes from `by_mail`, one for each event; one that was decided is open again. A job tells the host: how
    long that takes depends on whom we know, and whoever asks is not to see it (R22, R30).

    `facts`: name, company_name, how_known, language. Costs 3 queries, 6 where they asked before.
    """
    with transaction.atomic():
        asked = InvitationRequest(event=event, email=by_mail, **facts)
        asked.refold()
        if not bulk.add_unless_there(asked):
            before = InvitationRequest.objects.select_related("event__centre", "event__host").get(
                event=event, email_folded=asked.email_folded
            )
            lock(before, keep=("event",))
            asked = before
            if not before.is_open:
                open_again(asked, facts)
        audit.record("invitation_request.asked", asked, by=None, facts={"event": event.pk})
        jobs.start(TELL_HOST, {"request": asked.pk}, by=None)
        return asked


def open_again(asked: InvitationRequest, facts: dict[str, str]) -> None:
    again: dict[str, Any] = {**facts, "state": RequestState.OPEN, "asked_at": timezone.now(), "round": asked.round + 1}
    again |= {"decided_at": None, "decided_by": None, "task": None}
    for name, value in again.items():
        setattr(asked, name, value)
    asked.save(update_fields=list(again))


@jobs.kind(TELL_HOST)
def tell_of_request(job: jobs.Job, deadline: float) -> bool:
    """Tells the host of a request that nobody has answered in the meantime; running it twice tells once."""
    with transaction.atomic():
        asked = InvitationRequest.objects.select_related("event__centre", "event__host").filter(pk=job.args["request"]).first()
        if asked is not None:
            lock(asked, keep=("event",))
            if asked.is_open and asked.task_id is None:
                tell_host(asked)
    return True


def tell_host(asked: InvitationRequest) -> None:
    """A task for the host where we know the company, else they have a line on Today; and a letter. Costs 4 queries, or 8.

    Where nobody hosts the event who works here, the manager of its centre has the line, and nobody is written to.
    """
    event, host = asked.event, asked.event.host
    if host is None or not host.is_active:
        return
    company = known_company(asked)
    if company is not None:
        with translation.override(settings.LANGUAGE_CODE):
            title = _("Invite %(name)s to “%(event)s”? They have asked.") % {"name": asked.name, "event": event.title}
        due_on = min(event.centre.today(timezone.now()) + timedelta(days=DAYS_TO_DECIDE), event.on)
        asked.task = Task.plan(company, title[:200], due_on=due_on, owner=host, by=None)
        asked.save(update_fields=["task"])
    if host.email:
        queue(letters.to_host(asked, host))


def known_company(asked: InvitationRequest) -> Company | None:
    """The one company of the centre that is called so, or for which somebody with that address works; None where none or several are.

    Costs 1 query, 2 where the name is written otherwise, 5 where no name fits.
    """
    here = Company.objects.active().filter(centre=asked.event.centre_id)
    found = here.called(asked.company_name)
    if not found:
        known = PersonAddress.objects.filter(channel=Channel.EMAIL, value_folded=asked.email_folded).values("person")
        today = asked.event.centre.today(timezone.now())
        roles = [kind._default_manager.running(on=today).filter(person__in=known) for kind in GROUPS.values()]
        ids = {pk for rows in roles for pk in rows.values_list("company", flat=True)[:2]}
        found = list(here.filter(pk__in=ids)[:2])
    return found[0] if len(found) == 1 else None


def invite_asked(asked: InvitationRequest, *, company: Company, group: str, by: "User", person: Person | None = None) -> Invitation:
    """Invite whoever asked: `person`, who is known at that address, or a new one; with a role of `group` at `company` where they have none
    there. The letter answers the request, so it needs no consent; nothing else is sent on the strength of it.

    Raises AlreadyDecided, NotInviting, NoAddress. Costs about 20 queries, 10 more for a new person.
    """
    with transaction.atomic():
        lock(asked)
        if not asked.is_open:
            raise already_decided()
        event = check_inviting(asked.event)
        person = person or new_person(asked, by=by)
        take_up_unless_there(person, company, group, by=by)
        address = person.addresses.usable().filter(channel=Channel.EMAIL, value_folded=asked.email_folded).first()
        if address is None:
            raise NoAddress(_("%(name)s can’t be written to at %(email)s.") % {"name": person, "email": asked.email})
        facts = {"company": company, "invited_by": by}
        hold_many(event.occasion, {person.pk: company.pk}, by=by)  # where nobody else does: they asked, so they get an answer anyway
        invitation, is_new = Invitation.objects.get_or_create(event=event, person=person, defaults=facts)
        Invitation.objects.filter(pk=invitation.pk).exclude(declined_at=None).update(declined_at=None)
        decide(asked, RequestState.INVITED, by=by, result=_("Invited"), invitation=invitation)
        message = queue(letters.to_asked(invitation, address, asked))
        if is_new:
            Invitation.objects.filter(pk=invitation.pk).update(message_key=message.key)
            audit.record("event.invited", invitation, by=by, facts={"event": event.pk})
            record_on_timeline("event.invited", [invitation], by=by)
        return invitation


def new_person(asked: InvitationRequest, *, by: "User") -> Person:
    """Whoever asked, entered as a person. The last word of the name is the surname."""
    first_name, _blank, last_name = asked.name.strip().rpartition(" ")
    return people.enter(by=by, email=asked.email, first_name=first_name, last_name=last_name, language=asked.language)


def take_up_unless_there(person: Person, company: Company, group: str, *, by: "User") -> None:
    """Give `person` a role of `group` at `company`, unless they have any there: it is whom the invitation is about."""
    today = company.centre.today(timezone.now())
    if not any(kind._default_manager.running(on=today).filter(person=person, company=company).exists() for kind in GROUPS.values()):
        GROUPS[group].take_up(person, company, by=by, on=today)


def refuse(asked: InvitationRequest, *, by: "User | None") -> None:
    """Tell whoever asked that there is no place, or that the event does not take place. Repeating it changes nothing.

    Raises AlreadyDecided where they were invited. Costs about 6 queries.
    """
    with transaction.atomic():
        lock(asked, keep=("event",))
        if asked.state == RequestState.REFUSED:
            return
        if not asked.is_open:
            raise already_decided()
        decide(asked, RequestState.REFUSED, by=by, result=_("Refused"))
        queue(letters.refusal(asked))


def decide(asked: InvitationRequest, state: RequestState, *, by: "User | None", result: str, invitation: Invitation | None = None) -> None:
    """Record what became of the request, and close its task with `result`. Call it in a transaction, with the request locked."""
    asked.state, asked.decided_at, asked.decided_by, asked.invitation = state, timezone.now(), by, invitation
    asked.save(update_fields=["state", "decided_at", "decided_by", "invitation"])
    audit.record(f"invitation_request.{state}", asked, by=by, facts={"event": asked.event_id})
    task = asked.task
    if task is not None:
        try:
            task.close(result=result, by=by)
        except TaskClosed:  # somebody closed it by hand
            return


def already_decided() -> AlreadyDecided:
    return AlreadyDecided(_("This request has already been answered."))


def answer_left_over() -> int:
    """Answer those whom nobody has answered before the event began, or was called off; how many. Erase the old ones.

    Costs 3 queries, and 6 for each.
    """
    erase(InvitationRequest.objects.filter(event__ends_at__lt=timezone.now() - KEPT))
    left = InvitationRequest.objects.left_over().select_related("event__centre", "event__host", "task").order_by("pk")
    return sum(answered_by_clock(asked) for asked in list(left))


def answered_by_clock(asked: InvitationRequest) -> bool:
    """True where it is refused now; False where somebody was quicker."""
    try:
        refuse(asked, by=None)
    except AlreadyDecided:
        return False
    return True


def erase(requests: InvitationRequestQuerySet) -> None:
    """Delete `requests`, and what was written because of them: the letters to whoever asked and to the host, and the task, of
    which a closed one is kept without its words.

    Costs 1 query where there are none, otherwise about 10.
    """
    with transaction.atomic():
        found = list(requests.values_list("pk", "event", "task"))
        if not found:
            return
        ids, tasks = [pk for pk, _event, _task in found], [task for _pk, _event, task in found if task]
        to_them = Message.objects.filter(about_type=audit.label(InvitationRequest), about_id__among=ids)
        events = {event for _pk, event, _task in found}
        to_hosts = Message.objects.filter(template=letters.TO_HOST, about_type=audit.label(Event), about_id__among=events)
        for messages in (to_them, to_hosts):
            messages.hold_back("The request was erased.")
            messages.erase()
        Task.objects.open().filter(pk__among=tasks).delete()  # nobody is left to be invited
        audit.Change.objects.filter(object_type=audit.label(Task), object_id__among=tasks).delete()
        Task.objects.filter(pk__among=tasks).update(title="", result="")
        InvitationRequest.objects.filter(pk__among=ids).delete()

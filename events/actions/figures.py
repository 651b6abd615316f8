"""The figures and the guests of an event, as far as one user may see them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Model, Q, QuerySet, Sum

from accounts.models import User
from events.actions.circle import Circle, circle
from events.actions.inviting import silent
from events.models import CheckIn, Event, Invitation, Registration, Seating, Status
from events.models.registration import RegistrationQuerySet
from fleetportal.core.jobs.queue import Job
from fleetportal.core.outbox.message import Message, MessageState


@dataclass(frozen=True)
class EventFigures:
    """All figures of an event that `user` may see, loaded once."""

    event: Event
    user: User
    seating: Seating
    circle: Circle
    coming: int
    seats: int
    waiting: int
    seats_waited_for: int
    declined: int
    silent: int
    nudged: int
    last_asked: datetime | None
    not_sent: int
    inside: int
    job: Job | None

    @property
    def is_inviting(self) -> bool:
        return self.job is not None and self.job.is_running


def event_figures(event: Event, user: User) -> EventFigures:
    """The figures of `event` for `user`. Costs 8 queries while its circle is cached, otherwise 9."""
    registrations = Registration.objects.where(user, may="invite").filter(event=event)
    of = {status: Q(status=status) for status in Status}
    told = registrations.aggregate(
        coming=Count("pk", filter=of[Status.SEATED]),
        seats=Sum("party", filter=of[Status.SEATED], default=0),
        waiting=Count("pk", filter=of[Status.WAITING]),
        seats_waited_for=Sum("party", filter=of[Status.WAITING], default=0),
    )
    invitations = Invitation.objects.where(user, may="invite").filter(event=event)
    quiet = silent(event, user).aggregate(
        silent=Count("pk"), nudged=Count("pk", filter=Q(nudged_at__isnull=False)), last_asked=Max("invited_at")
    )
    inside = CheckIn.objects.not_undone().filter(registration__event=event).aggregate(heads=Sum("heads", default=0))["heads"]
    return EventFigures(
        event=event,
        user=user,
        seating=event.seating(),
        circle=circle(event, user),
        declined=invitations.declined().count(),
        not_sent=held_back_letters(event),
        inside=inside,
        job=last_job(event, user),
        **quiet,
        **told,
    )


def held_back_letters(event: Event) -> int:
    """Invitations that the gate, asked again at the moment of sending, did not let out, to people who have not replied."""
    keys = Invitation.objects.filter(event=event).silent().exclude(message_key="").values("message_key")
    return Message.objects.filter(key__in=keys, state=MessageState.HELD_BACK).count()


def last_job(event: Event, user: User) -> Job | None:
    jobs = Job.objects.filter(kind__in=("events.invite", "events.nudge"), owner=user, args__event=event.pk)
    return jobs.order_by("-pk").first()


# --- the guests on the page --------------------------------------------------------------------------------------------------

SHOWN = 50


def answered(event: Event, user: User) -> RegistrationQuerySet:
    return Registration.objects.visible_to(user).filter(event=event).for_list()


def guests(event: Event, user: User, show: str) -> list[object]:
    """The first guests of one chip: registrations, or invitations of those who declined or have not answered. Costs 1 query."""
    invitations = Invitation.objects.visible_to(user).filter(event=event).select_related("person", "company")
    rows: dict[str, QuerySet[Model]] = {
        "coming": answered(event, user).seated().order_by("registered_at", "pk"),
        "waiting": answered(event, user).waiting().in_order(),
        "no": invitations.declined().order_by("-declined_at"),
        "silent": invitations.silent().order_by("person__name_folded", "pk"),
    }
    order = ("status", "waiting_number", "registered_at", "pk")  # cancelled, seated, waiting: as the words sort
    return list(rows.get(show, answered(event, user).order_by(*order))[:SHOWN])


def ranks(event: Event) -> dict[int, int]:
    """The position of each waiting party on the list, 1 is next. Costs 1 query."""
    waiting = Registration.objects.waiting().filter(event=event).in_order().values_list("pk", flat=True)
    return {pk: position for position, pk in enumerate(waiting, start=1)}

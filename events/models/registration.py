from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Company, TouchedCompany, in_reach
from contacts.memory.models.interaction import line_of, take_back_all
from contacts.models import Direction, Person
from events.models.seating import Seating
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.db.together import IdOf, UnlessThere, write
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class Status(models.TextChoices):
    SEATED = "seated", _("coming")
    WAITING = "waiting", _("waiting")
    CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")


MOST_HEADS = 99  # that come in with one party
ACTIVE = (Status.SEATED, Status.WAITING)


class NotEnoughSeats(Refused):
    """There are not enough free seats for the bigger party."""

    code = "not_enough_seats"


class ChangeClosed(Refused):
    """The event has begun, was cancelled, or its registration has closed: the guest can't change anything any more."""

    code = "change_closed"


class NotComing(Refused):
    """The registration has no seats: it was cancelled or is on the waiting list."""

    code = "not_coming"


class StillInside(Refused):
    """The party, or more of it than would keep a seat, has been let in: its seats are not given to others."""

    code = "still_inside"


class AlreadyCheckedIn(Refused):
    """The party is already checked in; `facts` say when, how many and by whom."""

    code = "already_checked_in"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def seated(self) -> Self:
        return self.filter(status=Status.SEATED)

    def waiting(self) -> Self:
        return self.filter(status=Status.WAITING)

    def to_be_told(self) -> Self:
        """Registrations whose guests a job still has to inform."""
        return self.exclude(to_tell="")

    def in_order(self) -> Self:
        """In the order of the waiting list."""
        return self.order_by("waiting_number", "pk")

    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Registrations of people of companies in reach; other names are not shown."""
        return self.where(user, may="see_customers")

    def with_arrival(self) -> Self:
        """With `heads_inside`, None for a party that has not arrived."""
        inside = CheckIn.objects.not_undone().filter(registration=OuterRef("pk"))
        return self.annotate(heads_inside=Subquery(inside.values("heads")[:1]))

    def for_door(self) -> Self:
        """With `heads_at_event`, the number checked in, and `seats_at_event`, the number of seats taken, for the bar at the door."""
        arrivals = CheckIn.objects.not_undone().filter(registration__event=OuterRef("event")).values("registration__event")
        seatings = Seating.objects.filter(event=OuterRef("event")).order_by("pk")
        return self.annotate(
            heads_at_event=Subquery(arrivals.annotate(all=Sum("heads")).values("all")),
            seats_at_event=Subquery(seatings.values("taken")[:1]),
        )

    def inside(self) -> Self:
        return self.filter(Exists(CheckIn.objects.not_undone().filter(registration=OuterRef("pk"))))

    def for_list(self) -> Self:
        return self.select_related("person", "company").with_arrival()


class Registration(models.Model):
    """A person and companions who come to an event, or wait for seats. Stored with the company for which the person was invited."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="registrations")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="registrations")
    seating = models.ForeignKey(Seating, on_delete=models.RESTRICT, related_name="registrations")
    party = models.PositiveSmallIntegerField(_("how many"))
    companions = models.JSONField(_("companions"), default=list, blank=True)  # first names
    wishes = models.CharField(_("requests"), max_length=500, blank=True)
    question = models.CharField(_("question"), max_length=500, blank=True)
    status = models.CharField(_("state"), max_length=9, choices=Status)
    waiting_number = models.PositiveIntegerField(null=True)  # drawn when they joined the waiting list
    overtaken = models.PositiveSmallIntegerField(default=0)  # how often a smaller party has overtaken
    revision = models.PositiveIntegerField(
        default=0
    )  # increases with each message to the guest: SEQUENCE of the calendar entry, part of the message's key
    registered_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True)
    had_seats = models.BooleanField(default=False, editable=False)  # a calendar may have an entry of it, also once it is cancelled
    organizer = models.CharField(max_length=400, blank=True, editable=False)  # of the calendar entry, for the life of its UID
    to_tell = models.CharField(max_length=10, blank=True)  # the message that a job still has to write: moved, called_off, reminder

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], condition=Q(status__in=ACTIVE), name="one_standing_registration"),
            models.CheckConstraint(condition=Q(party__gte=1), name="a_party_has_somebody"),
        ]
        indexes = [
            models.Index(fields=["seating", "status", "waiting_number"], name="registration_waiting"),
            models.Index(fields=["event", "id"], name="registration_to_tell", condition=~Q(to_tell="")),
        ]

    def __str__(self) -> str:
        return f"{self.guest}, {self.party}"

    @property
    def guest(self) -> str:
        return self.person.name if self.person else str(_("Name erased"))

    @property
    def names(self) -> list[str]:
        """First names of the guests, as far as they were given."""
        first = [self.person.first_name or self.person.name] if self.person else []
        return [*first, *self.companions][: self.party]

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_seated(self) -> bool:
        return self.status == Status.SEATED

    @property
    def is_waiting(self) -> bool:
        return self.status == Status.WAITING

    @property
    def facts(self) -> dict[str, object]:
        """The fields that the guest can change, for the history."""
        return {"party": self.party, "companions": self.companions, "wishes": self.wishes, "question": self.question}

    @property
    def rank(self) -> int | None:
        """The position on the waiting list: 1 is next. Costs 1 query."""
        if not self.is_waiting:
            return None
        return Registration.objects.waiting().filter(seating=self.seating_id, waiting_number__lt=self.waiting_number).count() + 1

    # --- what a verb does to this row while the seating is locked ---

    def seat(self) -> None:
        """Give the party seats. The caller locks and saves the seating, which counts them."""
        self.status, self.waiting_number, self.had_seats = Status.SEATED, None, True
        self.revision += 1
        self.changed_at = timezone.now()
        self.save(update_fields=["status", "waiting_number", "had_seats", "revision", "changed_at"])

    def withdraw(self, seating: Seating) -> str:
        """Remove the registration from its seats or the waiting list; the previous status. Both rows are locked."""
        before = self.status
        if self.is_seated:
            seating.free_up(self.party)
        elif seating.holds(self.party):  # a larger one was not counted
            seating.waiting -= 1
            seating.save(update_fields=["waiting"])
        self.status, self.waiting_number, self.to_tell = Status.CANCELLED, None, ""
        self.revision += 1
        self.changed_at = timezone.now()
        self.save(update_fields=["status", "waiting_number", "to_tell", "revision", "changed_at"])
        return before

    # --- at the door ---

    def heads_let_in(self) -> int:
        """How many of the party are in the house. Costs 1 query."""
        return CheckIn.objects.not_undone().filter(registration=self).values_list("heads", flat=True).first() or 0

    # what `for_door()` adds
    heads_at_event: int | None
    seats_at_event: int | None

    def check_in(self, *, by: "User | None", heads: int | None = None, now: datetime | None = None) -> "CheckIn":
        """Check the party in, all of it or `heads`; `now` is the moment, if it was earlier.

        Raises NotComing, AlreadyCheckedIn; nothing has changed then. Costs 2 queries; on SQLite 6.
        """
        with transaction.atomic():
            lock(self, keep=("event", "person", "company"))
            return self.let_in(by=by, heads=heads, now=now)

    def let_in(self, *, by: "User | None", heads: int | None = None, now: datetime | None = None) -> "CheckIn":
        """Like `check_in`, for a registration that was read under a lock in this transaction. Costs 1 query; on SQLite 5.

        Raises before anything is written.
        """
        if not self.is_seated:
            words = _("Still on the waiting list; no seat is free yet.") if self.is_waiting else _("This registration has been cancelled.")
            raise NotComing(words)
        now = now or timezone.now()
        arrival = CheckIn(registration=self, heads=min(heads or self.party, MOST_HEADS), at=now, by=by)  # more may come than announced
        facts = {"heads": arrival.heads, "check_in": IdOf(arrival)}
        entry = audit.entry_of("registration.checked_in", self, by=by, facts=facts, at=now)
        line = line_of(
            "event.attended",
            company=self.company,
            person=self.person,
            by=by,
            about=arrival,
            direction=Direction.IN,
            happened_at=now,
            is_real_contact=True,
        )
        if not write(UnlessThere(arrival), *entry, *line):  # the constraint decides between two doors
            raise CheckIn.objects.not_undone().select_related("by").get(registration=self).refusal
        return arrival


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def not_undone(self) -> Self:
        return self.filter(undone_at=None)


class CheckIn(models.Model):
    """A party was checked in. If undone it is kept as history, and the party can be checked in again."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="check_ins")
    heads = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration"], condition=Q(undone_at=None), name="inside_once")]

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.heads}"

    @property
    def refusal(self) -> AlreadyCheckedIn:
        facts = {"at": self.at, "heads": self.heads, "by": str(self.by) if self.by else ""}
        return AlreadyCheckedIn(_("Already checked in."), facts=facts)

    def correct(self, heads: int, *, by: "User | None") -> None:
        """Correct the number: fewer or more came than registered, or the rest came later. Costs 4 queries."""
        with transaction.atomic():
            lock(self)
            if self.undone_at:
                raise NotComing(_("This check-in has been undone."))
            audit.edit(self, {"heads": max(1, min(heads, MOST_HEADS))}, action="check_in.corrected", by=by)

    def undo(self, *, by: "User | None") -> None:
        """The party is not inside after all; the timeline forgets that it came. Doing it twice changes nothing. Costs 10 queries."""
        with transaction.atomic():
            now: datetime = timezone.now()
            if not CheckIn.objects.not_undone().filter(pk=self.pk).update(undone_at=now, undone_by=by):
                return
            take_back_all("event.attended", self)
            audit.record("registration.check_in_undone", self.registration, by=by, facts={"check_in": self.pk})
            TouchedCompany.add(self.registration.company)  # the contact that hid their reasons did not happen

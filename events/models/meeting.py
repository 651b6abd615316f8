from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, in_reach
from contacts.memory.models.interaction import record as tell_timeline
from contacts.models import Channel, Direction, Person
from events import letters
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User

LASTS = timedelta(hours=1)


class MeetingState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    FIXED = "fixed", _("fixed")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (MeetingState.PROPOSED, MeetingState.FIXED)


class NotYourTurn(Refused):
    """A meeting goes from proposed to fixed to held, or is cancelled before it was held; this step does not follow."""

    code = "meeting_state"


class TimeGone(Refused):
    """The time chosen is none of those proposed, or has passed."""

    code = "time_gone"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="see_customers")

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def held(self) -> Self:
        return self.filter(state=MeetingState.HELD)

    def annual(self) -> Self:
        return self.filter(is_annual=True)

    def on(self, user: "User", *, first: datetime, last: datetime) -> Self:
        """Meetings fixed between two moments at which `user` is one of our two."""
        theirs = Q(account_manager=user) | Q(director=user)
        return self.filter(theirs, state=MeetingState.FIXED, starts_at__gte=first, starts_at__lt=last)

    def for_list(self) -> Self:
        return self.select_related("company__centre", "decision_maker", "account_manager", "director")


class Meeting(models.Model):
    """An appointment of three sides: the company's decision-maker, the account manager, our managing director or sales manager."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="meetings")
    decision_maker = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="meetings", verbose_name=_("decision-maker")
    )
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="meetings_led", verbose_name=_("account manager")
    )
    director = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="meetings_joined",
        verbose_name=_("managing director or sales manager"),
    )
    is_annual = models.BooleanField(_("annual meeting"), default=True)
    proposed_times = models.JSONField(_("proposed times"), default=list)  # moments, ISO 8601
    starts_at = models.DateTimeField(_("begins"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=MeetingState, default=MeetingState.PROPOSED)
    minutes = models.TextField(_("minutes"), blank=True, max_length=4000)
    revision = models.PositiveIntegerField(default=0)  # SEQUENCE of the calendar entry
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["company", "state"], name="meeting_by_company")]
        constraints = [
            models.UniqueConstraint(fields=["company"], condition=Q(state__in=OPEN, is_annual=True), name="one_open_annual_meeting"),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "cancelled")) | Q(starts_at__isnull=False), name="fixed_meeting_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.get_state_display()}"

    @property
    def ends_at(self) -> datetime | None:
        return self.starts_at + LASTS if self.starts_at else None

    @property
    def times(self) -> list[datetime]:
        return [datetime.fromisoformat(moment) for moment in self.proposed_times]

    @property
    def zone(self) -> ZoneInfo:
        return self.company.centre.zone

    @property
    def begins(self) -> datetime | None:
        """The beginning by the clock of the company's centre."""
        return self.starts_at.astimezone(self.zone) if self.starts_at else None

    @property
    def choices(self) -> list[datetime]:
        """The proposed times that have not passed, by the clock of the company's centre."""
        return [moment.astimezone(self.zone) for moment in self.times if moment > timezone.now()]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def ours(self) -> str:
        """Who comes from us."""
        return ", ".join(str(user) for user in (self.account_manager, self.director) if user)

    @property
    def is_proposed(self) -> bool:
        return self.state == MeetingState.PROPOSED

    @property
    def is_fixed(self) -> bool:
        return self.state == MeetingState.FIXED

    @property
    def link(self) -> Link | None:
        """The decision-maker's personal link. Costs 1 query."""
        return Link.objects.filter(scope="meeting", subject_id=self.pk, revoked_at=None).order_by("pk").first()

    @classmethod
    def propose(cls, company: Company, times: Sequence[datetime], *, by: "User | None", **sides: Any) -> "Meeting":
        """The company's open annual meeting, made if there is none, with these times offered to its decision-maker.

        `sides` as for `open_annual`. Asking again for the same changes nothing. Raises NotYourTurn where it is fixed. Costs 20
        queries with a letter, 2 when asked again.
        """
        with transaction.atomic():
            meeting = cls.open_annual(company, by=by, **sides)
            meeting.offer(times, by=by)
            return meeting

    @classmethod
    def arrange(cls, company: Company, starts_at: datetime, *, by: "User | None", **sides: Any) -> "Meeting":
        """The company's open annual meeting, made if there is none, fixed at that time at once. Costs 22 queries with a letter."""
        with transaction.atomic():
            meeting = cls.open_annual(company, by=by, **sides)
            meeting.fix(starts_at, by=by)
            return meeting

    @classmethod
    def open_annual(
        cls,
        company: Company,
        *,
        decision_maker: Person | None,
        account_manager: "User | None",
        director: "User | None",
        by: "User | None",
        place: str = "",
    ) -> "Meeting":
        """The company's open annual meeting, made without a time if there is none. Costs 1 query, 4 when new."""
        with transaction.atomic():
            sides = {"decision_maker": decision_maker, "account_manager": account_manager, "director": director, "place": place}
            meeting, new = cls.objects.open().get_or_create(company=company, is_annual=True, defaults=sides)
            if new:
                audit.record("meeting.proposed", meeting, by=by, facts={"company": company.pk})
                company.touch()
            return meeting

    def offer(self, times: Sequence[datetime], *, by: "User | None") -> None:
        """Propose these times instead; the decision-maker gets them with a link to choose one. The same times again change nothing.

        Raises NotYourTurn. Costs 16 queries with a letter.
        """
        with transaction.atomic():
            self.expect((MeetingState.PROPOSED,))
            proposed = {"proposed_times": [moment.isoformat() for moment in times]}
            if audit.edit(self, proposed, action="meeting.times_proposed", by=by) and letters.propose_times(self):
                tell_timeline(
                    "meeting.proposed", company=self.company, person=self.decision_maker, by=by, about=self, channel=Channel.EMAIL
                )

    def choose(self, starts_at: datetime) -> None:
        """The decision-maker takes one of the proposed times; taking the same one again changes nothing.

        Raises TimeGone, NotYourTurn; nothing has changed then. Costs 9 queries.
        """
        with transaction.atomic():
            if self.expect(OPEN) == MeetingState.FIXED and self.starts_at == starts_at:
                return
            if not self.is_proposed:
                raise NotYourTurn(_("This meeting is %(state)s.") % {"state": self.get_state_display()})
            if starts_at not in self.choices:
                raise TimeGone(_("This time is no longer free. Take another one, or call us."))
            self.move({"starts_at": starts_at, "state": MeetingState.FIXED}, "meeting.fixed", by=None)

    def fix(self, starts_at: datetime, *, by: "User | None", place: str | None = None) -> None:
        """The meeting is on at that time, or moved to it or elsewhere, with a calendar entry. Raises NotYourTurn. Costs 18 queries."""
        with transaction.atomic():
            self.expect(OPEN)
            values: dict[str, Any] = {"starts_at": starts_at, "state": MeetingState.FIXED}
            self.move(values if place is None else values | {"place": place}, "meeting.fixed", by=by)

    def cancel(self, *, by: "User | None") -> None:
        """The meeting is off; an entry in the decision-maker's calendar is withdrawn. Raises NotYourTurn. Costs 16 queries."""
        with transaction.atomic():
            if self.expect((*OPEN, MeetingState.CANCELLED)) != MeetingState.CANCELLED:
                self.move({"state": MeetingState.CANCELLED}, "meeting.cancelled", by=by)

    def hold(self, *, by: "User | None", minutes: str = "", held_at: datetime | None = None) -> None:
        """The meeting took place: a real contact, and the year begins anew. Raises NotYourTurn. Costs 7 queries."""
        with transaction.atomic():
            self.expect(OPEN)
            values: dict[str, Any] = {
                "state": MeetingState.HELD,
                "minutes": minutes,
                "starts_at": held_at or self.starts_at or timezone.now(),
            }
            audit.edit(self, values, action="meeting.held", by=by)
            tell_timeline(
                "meeting.held",
                company=self.company,
                person=self.decision_maker,
                by=by,
                about=self,
                channel=Channel.IN_PERSON,
                happened_at=self.starts_at,
                is_real_contact=True,
                text=minutes[:2000],
            )

    def expect(self, states: Sequence[str]) -> str:
        """The state, read under a lock; raises NotYourTurn when it is none of `states`."""
        lock(self)
        if self.state not in states:
            raise NotYourTurn(_("This meeting is %(state)s.") % {"state": self.get_state_display()})
        return self.state

    def move(self, values: dict[str, Any], action: str, *, by: "User | None") -> None:
        had_entry = self.state == MeetingState.FIXED
        if not audit.edit(self, values, action=action, by=by):
            return
        self.revision += 1
        self.save(update_fields=["revision"])
        direction = Direction.IN if by is None else Direction.OUT
        facts: dict[str, Any] = {"channel": Channel.EMAIL, "direction": direction}
        tell_timeline(action, company=self.company, person=self.decision_maker, by=by, about=self, **facts)
        if had_entry or self.state == MeetingState.FIXED:
            letters.tell_of_meeting(self)

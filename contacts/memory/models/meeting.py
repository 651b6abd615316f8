from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Company, in_reach
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number, Unit, declare
from contacts.memory.models.engagement import engagements
from contacts.people.models.person import Person
from fleetportal.core import days
from fleetportal.core.db import fold
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User

ANNUAL_MEETING_MINUTES = declare(
    "annual_meeting_minutes",
    default=60,
    unit=Unit.MINUTES,
    lowest=15,
    highest=240,
    subject=_("Annual meeting"),
    name=_("How long it lasts"),
    about=_("The length of meetings that are proposed or arranged from then on, as it is in the calendar entry."),
    weight=60,
)


MEETING_FROM = declare(
    "annual_meeting_from",
    default=9,
    unit=Unit.HOUR,
    lowest=5,
    highest=11,  # the longest meeting that fits between the latest beginning and the earliest end
    subject=_("Annual meeting"),
    name=_("Earliest time to begin"),
    about=_("No annual meeting is proposed or arranged before this time, by the clock of the company’s centre."),
    weight=62,
)
MEETING_UNTIL = declare(
    "annual_meeting_until",
    default=17,
    unit=Unit.HOUR,
    lowest=15,
    highest=23,
    subject=_("Annual meeting"),
    name=_("Latest time to end"),
    about=_("No annual meeting is proposed or arranged that ends after this time, by the clock of the company’s centre."),
    weight=64,
)


LONGEST = timedelta(minutes=240)  # of any meeting: the highest ANNUAL_MEETING_MINUTES


class OutsideHours(Refused):
    """The meeting would begin before, or end after, the hours of annual meetings."""

    code = "meeting_hours"


def refuse_outside_hours(starts_at: datetime, lasts_minutes: int, zone: ZoneInfo) -> None:
    """Raises OutsideHours for a meeting that begins before MEETING_FROM or ends after MEETING_UNTIL by local time in `zone`."""
    begins = starts_at.astimezone(zone)
    first, last = (number.on(begins.date()) for number in (MEETING_FROM, MEETING_UNTIL))
    minute = begins.hour * 60 + begins.minute
    if not first * 60 <= minute <= last * 60 - lasts_minutes:
        message = _("Annual meetings take place between %(first)s and %(last)s. This one would last %(minutes)d minutes.")
        facts = {"first": MEETING_FROM.in_words(first), "last": MEETING_UNTIL.in_words(last), "minutes": lasts_minutes}
        raise OutsideHours(message % facts)


class MeetingState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    FIXED = "fixed", _("fixed")
    HELD = "held", _("held")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")


OPEN = (MeetingState.PROPOSED, MeetingState.FIXED)


class NotYourTurn(Refused):
    """The step is not possible in the meeting's state: it goes from proposed to fixed to held, or is cancelled before it was held."""

    code = "meeting_state"


class TimeGone(Refused):
    """The chosen time was not proposed, or has passed."""

    code = "time_gone"


class SideBusy(Refused):
    """One of the three sides, or the room, has another meeting, or an event, at that time."""

    code = "side_busy"


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

    def on(self, user: "User | int", *, first: datetime, last: datetime) -> Self:
        """Meetings fixed between two moments in which `user` takes part."""
        theirs = Q(account_manager=user) | Q(director=user)
        return self.filter(theirs, state=MeetingState.FIXED, starts_at__gte=first, starts_at__lt=last)

    def for_list(self) -> Self:
        return self.select_related("company__centre", "decision_maker", "account_manager", "director")


class Meeting(models.Model):
    """A meeting of three people: the company's decision-maker, the account manager, and our managing director or sales manager."""

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
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    lasts_minutes = models.PositiveSmallIntegerField(_("length in minutes"))  # the value when it was made; letters mention it
    location = models.CharField(_("location"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=MeetingState, default=MeetingState.PROPOSED)
    minutes = models.TextField(_("minutes"), blank=True, max_length=4000)
    revision = models.PositiveIntegerField(default=0)  # SEQUENCE of the calendar entry
    offers = models.PositiveIntegerField(default=0, editable=False)  # letters with times so far: the newest one counts
    is_offer_told = models.BooleanField(default=False, editable=False)  # the times proposed now were sent to the decision-maker
    organizer = models.CharField(max_length=400, blank=True, editable=False)  # of the calendar entry, for the life of its UID
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [
            models.Index(fields=["company", "state"], name="meeting_by_company"),
            models.Index(fields=["starts_at", "id", "company"], name="meeting_by_time"),
        ]
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
        return self.starts_at + timedelta(minutes=self.lasts_minutes) if self.starts_at else None

    @property
    def is_outside_hours(self) -> bool:
        """True where the fixed time is outside the current hours of annual meetings."""
        try:
            if self.starts_at:
                refuse_outside_hours(self.starts_at, self.lasts_minutes, self.zone)
        except OutsideHours:
            return True
        return False

    @property
    def times(self) -> list[datetime]:
        return [datetime.fromisoformat(moment) for moment in self.proposed_times]

    @property
    def zone(self) -> ZoneInfo:
        return self.company.centre.zone

    @property
    def begins(self) -> datetime | None:
        """The beginning in the time zone of the company's centre."""
        return self.starts_at.astimezone(self.zone) if self.starts_at else None

    @property
    def choices(self) -> list[datetime]:
        """The proposed times that have not passed, in the time zone of the company's centre."""
        return [moment.astimezone(self.zone) for moment in self.times if moment > timezone.now()]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def ours(self) -> str:
        """Our participants."""
        return ", ".join(str(user) for user in (self.account_manager, self.director) if user)

    def clash_at(self, times: Sequence[datetime]) -> str:
        """Why a meeting at one of `times` would take somebody, or a room, that another fixed meeting, or an event, has then; "" where
        none would. Costs 2 queries.
        """
        lasts = timedelta(minutes=self.lasts_minutes)
        near = Q(pk__in=())
        for moment in times:
            near |= Q(starts_at__lt=moment + lasts, starts_at__gt=moment - LONGEST)
        rows = Meeting.objects.filter(near, state=MeetingState.FIXED).exclude(pk=self.pk)
        for other in rows.select_related("company", "account_manager", "director"):
            begins, ends = other.starts_at, other.ends_at
            overlaps = begins and ends and any(begins < moment + lasts and moment < ends for moment in times)
            if begins and overlaps and (clash := self.clash_with(other, days.moment(begins.astimezone(self.zone)))):
                return clash
        return self.clash_beside(times, lasts)

    def clash_beside(self, times: Sequence[datetime], lasts: timedelta) -> str:
        """The same for what is no meeting: an event that one of us hosts then, or that has the room. Costs 1 query."""
        ours = {one.pk: str(one) for one in (self.account_manager, self.director) if one}
        spans = (min(times), max(times) + lasts) if times else None
        found = [one for source in engagements for one in source(*spans, [*ours], self.company.centre_id)] if spans else []
        for one in found:
            if not any(one.overlaps(moment, moment + lasts) for moment in times):
                continue
            facts = {"what": one.words, "begins": days.moment(one.starts_at.astimezone(self.zone))}
            if one.user in ours:
                return _("%(name)s is at “%(what)s” at that time (%(begins)s).") % (facts | {"name": ours[one.user]})
            if self.is_in_room(one.centre, one.location):
                return _("%(room)s is taken at that time (“%(what)s”, %(begins)s).") % (facts | {"room": self.location})
        return ""

    def clash_with(self, other: "Meeting", begins: str) -> str:
        """Which person, or which room, this meeting and `other` both need, in a sentence; "" where there is none."""
        theirs = {other.account_manager_id, other.director_id}
        ours = [str(one) for one in (self.account_manager, self.director) if one and one.pk in theirs]
        if self.decision_maker and self.decision_maker_id == other.decision_maker_id:
            ours.append(self.decision_maker.name)
        if ours:
            return _("%(name)s has another meeting at that time (%(begins)s).") % {"name": ours[0], "begins": begins}
        if self.has_room_of(other):
            facts = {"room": self.location, "begins": begins, "holder": other.ours}
            return _("%(room)s is taken at that time (%(begins)s, %(holder)s).") % facts
        return ""

    def has_room_of(self, other: "Meeting") -> bool:
        """True where both are in one room."""
        return self.is_in_room(other.company.centre_id, other.location)

    def is_in_room(self, centre: int, location: str) -> bool:
        """True where the meeting is in the room called `location` at that centre. The name of the centre, or of the company, is no room."""
        no_rooms = {"", fold(self.company.centre.name), fold(self.company.name)}
        return self.company.centre_id == centre and fold(self.location) == fold(location) and fold(self.location) not in no_rooms

    @property
    def is_proposed(self) -> bool:
        return self.state == MeetingState.PROPOSED

    @property
    def is_fixed(self) -> bool:
        return self.state == MeetingState.FIXED

    @property
    def link(self) -> Link | None:
        """The decision-maker's personal link. Costs 1 query."""
        return Link.objects.unrevoked_for("meeting", self.pk)


def count_outside_hours(number: Number, on: date, at: CentreQuerySet) -> int:
    """The meetings fixed for that day or later, of companies at these centres, outside the hours. Costs 1 query."""
    ahead = Meeting.objects.annual().filter(state=MeetingState.FIXED, starts_at__date__gte=on, company__centre__in=at)
    return sum(1 for meeting in ahead.select_related("company__centre") if meeting.is_outside_hours)

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Centre, Company, CompanyIds, TouchedCompany, Vehicle, in_reach
from contacts.arbiter.actions import HeldFor
from contacts.models import DecisionMaker, Driver, Holder, VehicleUser
from events.models.co_hosting import CoHosting
from events.models.registration import Registration
from events.models.seating import Seating
from fleetportal.core import days
from fleetportal.core.db import fold
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User
    from contacts.people.models.roles import RoleQuerySet


class EventKind(models.TextChoices):
    PREVIEW = "preview", _("preview event")
    SECOND_DELIVERY = "second_delivery", _("second delivery")
    REGULARS_TABLE = "regulars_table", _("regulars’ table")
    DRIVERS_BREAKFAST = "drivers_breakfast", _("drivers’ breakfast")
    TEST_DRIVE = "test_drive", _("test-drive day")
    CUSTOMER_OCCASION = "customer_occasion", _("customer occasion")


class Area(models.TextChoices):
    WHOLE = "whole", _("whole showroom, closed to the public")
    PART = "part", _("part of the showroom")
    ELSEWHERE = "elsewhere", _("somewhere else")


class Audience(models.TextChoices):
    CHOOSERS = "choosers", _("users who choose their own car")
    USERS = "users", _("users of company cars")
    DECISION_MAKERS = "decision_makers", _("decision-makers")
    DRIVERS = "drivers", _("drivers")
    DELIVERED = "delivered", _("users whose car was delivered shortly before the event")


class EventState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", pgettext_lazy("event", "cancelled")


class RegistrationClosed(Refused):
    """The event does not accept registrations: a draft, cancelled, over, or outside its window."""

    code = "registration_closed"


class TooManyGuests(Refused):
    """The party is bigger than this event allows for one guest."""

    code = "too_many_guests"


class NotADraft(Refused):
    """Only a draft can be published, only a draft or a published event can be cancelled."""

    code = "not_a_draft"


class PastMoment(Refused):
    """An event is not moved to a time that has passed."""

    code = "past_moment"


class PlaceTaken(Refused):
    """Another event takes place there at that time."""

    code = "place_taken"


class HostBusy(Refused):
    """The host has another event at that time, or the host or the room a meeting."""

    code = "host_busy"


class EventOver(Refused):
    """The event is over and can't be changed."""

    code = "event_over"


class EventReach(TypedDict):
    """The arguments of `within`."""

    centres: Collection[int]
    companies: CompanyIds


def reach_of(user: "User", *, may: str) -> EventReach:
    """For `within`: the centres at which `user` holds `may`, and the own companies for which they hold it."""
    return {"centres": user.rights.centres(may), "companies": in_reach(user, may=may) if may in user.rights.general else []}


def within(centres: Collection[int], companies: CompanyIds) -> Q:
    """The condition on events at one of `centres`, or at the centre of one of `companies`."""
    return Q(centre__among=centres) | Q(centre__in=Company.objects.filter(pk__in=companies).values("centre"))


@dataclass(frozen=True)
class EventTexts:
    """What an event says to guests in one language."""

    language: str
    title: str
    headline: str = ""
    intro: str = ""


TEXTS = {"title": 120, "headline": 120, "intro": 1000}  # what an event says in each language, and how long it may be


SHARED = {"invite", "check_in", "meet_customers"}  # what staff of a centre that co-hosts an event may do with it as well


class EventQuerySet(models.QuerySet["Event"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Events at centres where `user` holds `may`; for users who hold it only for their own companies, at the centres of these."""
        if not user.is_authenticated:
            return self.none()
        own = within(**reach_of(user, may=may))
        return self.filter(own | Q(pk__in=CoHosting.objects.granted().filter(own).values("event")) if may in SHARED else own)

    def at_own_centres(self, user: "User", *, may: str) -> Self:
        """The same without the events that these centres only co-host."""
        return self.filter(within(**reach_of(user, may=may))) if user.is_authenticated else self.none()

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="meet_customers")

    def published(self) -> Self:
        return self.filter(state=EventState.PUBLISHED)

    def ahead(self, *, now: datetime) -> Self:
        """Events that have not ended."""
        return self.filter(ends_at__gt=now)

    def past(self, *, now: datetime) -> Self:
        return self.filter(ends_at__lte=now)

    def not_cancelled(self) -> Self:
        return self.exclude(state=EventState.CANCELLED)

    def starting_between(self, first: datetime, last: datetime) -> Self:
        return self.filter(starts_at__gte=first, starts_at__lt=last)

    def for_list(self) -> Self:
        """With everything that a table row shows."""
        seats = Seating.objects.filter(event=models.OuterRef("pk")).values("event")
        waiting = Registration.objects.waiting().filter(event=models.OuterRef("pk")).values("event")
        return self.select_related("centre", "host").annotate(
            seats=models.Subquery(seats.annotate(n=models.Sum("capacity")).values("n")),
            seats_taken=models.Subquery(seats.annotate(n=models.Sum("taken")).values("n")),
            parties_waiting=models.Subquery(waiting.annotate(n=models.Count("pk")).values("n")),
        )


class Event(models.Model):  # type: ignore[django-manager-missing]  # landing pages belong to cms above, and Wagtail has no types
    """An event to which a centre invites: kind, audience, time, location, seats."""

    # what `for_list()` adds
    seats: int | None
    seats_taken: int | None
    parties_waiting: int | None

    kind = models.CharField(_("kind"), max_length=17, choices=EventKind, default=EventKind.PREVIEW)
    title = models.CharField(_("title"), max_length=120)
    headline = models.CharField(_("first line of the invitation"), max_length=120, blank=True)
    intro = models.TextField(_("what guests can expect"), max_length=1000, blank=True)
    translations = models.JSONField(
        _("texts in other languages"), default=dict, blank=True
    )  # language -> TEXTS; the columns: LANGUAGE_CODE
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, verbose_name=_("centre"), related_name="events")
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("host"), related_name="events_hosted"
    )
    location = models.CharField(_("location"), max_length=160)
    area = models.CharField(_("area"), max_length=9, choices=Area, default=Area.WHOLE)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    audience = models.CharField(_("who is eligible"), max_length=15, choices=Audience, default=Audience.CHOOSERS)
    contract_ends_within_months = models.PositiveSmallIntegerField(_("only with a contract ending within (months)"), null=True, blank=True)
    largest_party = models.PositiveSmallIntegerField(_("maximum seats per guest"), default=6)
    overtaking_limit = models.PositiveSmallIntegerField(_("how often a smaller party may overtake a larger one"), default=0)
    invitations_per_wave = models.PositiveSmallIntegerField(_("invitations per wave"), null=True, blank=True)  # None: all at once
    invited_up_to = models.PositiveIntegerField(default=0, editable=False)  # with waves: no button invites more people than that
    cost_per_head_cents = models.BigIntegerField(_("cost per head"), default=0)
    state = models.CharField(_("state"), max_length=9, choices=EventState, default=EventState.DRAFT)
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["centre", "starts_at"], name="event_by_centre")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"),
            models.CheckConstraint(condition=Q(cost_per_head_cents__gte=0), name="event_costs_nothing_or_something"),
        ]

    def __str__(self) -> str:
        return self.title

    # --- what it is ---

    @property
    def zone(self) -> ZoneInfo:
        return self.centre.zone

    @property
    def begins(self) -> datetime:
        """The beginning in local time."""
        return self.starts_at.astimezone(self.zone)

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(self.zone)

    @property
    def closes(self) -> datetime:
        """The end of registration: the beginning of the event by default."""
        return (self.registration_closes_at or self.starts_at).astimezone(self.zone)

    @property
    def on(self) -> date:
        """The date of the event in its centre's time zone."""
        return self.begins.date()

    @property
    def is_today(self) -> bool:
        """True on the day of the event by the clock of its centre, and until it ends."""
        now = timezone.now()
        return self.on == self.centre.today(now) or self.starts_at <= now < self.ends_at

    @property
    def address(self) -> str:
        """The location with the centre's street and town, unless the location already contains them."""
        return ", ".join(part for part in (self.location, self.street) if part)

    @property
    def street(self) -> str:
        """The centre's street and town, unless the location contains them."""
        parts = () if self.area == Area.ELSEWHERE else (self.centre.street, f"{self.centre.postcode} {self.centre.city}".strip())
        return ", ".join(part for part in parts if part and part not in self.location)

    @property
    def own_texts(self) -> EventTexts:
        """What it says in the language of the house."""
        return EventTexts(settings.LANGUAGE_CODE, self.title, self.headline, self.intro)

    def texts_in(self, language: str) -> EventTexts | None:
        """What it says in that language; None while one of the texts that it has in the language of the house is missing."""
        if language == settings.LANGUAGE_CODE:
            return self.own_texts
        written = self.translations.get(language, {})
        is_whole = written.get("title") and all(written.get(name) or not getattr(self, name) for name in TEXTS)
        return EventTexts(language, **{name: written.get(name, "") for name in TEXTS}) if is_whole else None

    def in_the_way(self, among: EventQuerySet) -> "Event | None":
        """The first of `among` that takes place there at the same time. Costs 1 query."""
        near = among.filter(centre=self.centre_id, starts_at__lt=self.ends_at, ends_at__gt=self.starts_at).exclude(pk=self.pk)
        return next((other for other in near.select_related("host", "centre").order_by("starts_at") if self.shares_place_with(other)), None)

    def shares_place_with(self, other: "Event") -> bool:
        """True where both, at one centre, need the same place: the whole house, or the one named. Two may each have a part of it."""
        areas = {self.area, other.area}
        if Area.WHOLE in areas and Area.ELSEWHERE not in areas:
            return True
        is_part_of_house = areas == {Area.PART} and fold(self.location) == fold(self.centre.name)
        return fold(self.location) == fold(other.location) and not is_part_of_house

    @property
    def taken_words(self) -> str:
        """For whoever wants the place at the same time: what takes place there, when, and whom to ask."""
        facts = {"event": self.title, "begins": days.moment(self.begins), "host": self.host or self.centre}
        return _("“%(event)s” takes place there at that time (%(begins)s, %(host)s).") % facts

    @property
    def told_to_guests(self) -> tuple[object, ...]:
        """What the letters, the ticket and the calendar entry say of time and place, whatever column or centre it comes from."""
        titles = sorted((language, written.get("title", "")) for language, written in self.translations.items())
        return (self.starts_at, self.ends_at, self.zone.key, self.address, self.title, titles)

    @property
    def is_draft(self) -> bool:
        return self.state == EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state == EventState.CANCELLED

    @property
    def is_ahead(self) -> bool:
        """Published and not begun."""
        return self.state == EventState.PUBLISHED and timezone.now() < self.starts_at

    @property
    def is_over(self) -> bool:
        return timezone.now() >= self.ends_at

    @property
    def is_open(self) -> bool:
        """True while guests can register and change."""
        now = timezone.now()
        return self.is_ahead and (self.registration_opens_at or now) <= now < (self.registration_closes_at or self.starts_at)

    @property
    def makes_reasons(self) -> bool:
        """True where companies' reasons depend on its invitations and registrations."""
        return self.kind == EventKind.SECOND_DELIVERY

    @property
    def occasion(self) -> HeldFor:
        """What people are held for who are invited to it."""
        return HeldFor(str(self.kind), self.centre_id, self, self.starts_at)

    def seating(self) -> Seating:
        """The seats; each event has one set of them for now. Costs 1 query."""
        return self.seatings.order_by("pk")[:1].get()

    def is_reached_by(self, user: "User", *, may: str) -> bool:
        """True where `where` finds this event. Costs nothing for users who hold `may` on its centre, otherwise 1 query."""
        return self.centre_id in user.rights.centres(may) or Event.objects.where(user, may=may).filter(pk=self.pk).exists()

    # --- who is entitled ---

    def entitled(self, user: "User | None" = None) -> "RoleQuerySet":
        """The entitling roles: people of companies of this centre and of co-hosts who match the audience then; narrowed for `user`."""
        model = {Audience.DECISION_MAKERS: DecisionMaker, Audience.DRIVERS: Driver}.get(Audience(self.audience), VehicleUser)
        companies = Company.objects.all() if user is None else Company.objects.where(user, may="invite")
        co_hosts = CoHosting.objects.granted().filter(event=self.pk).values("centre")
        companies = companies.active().filter(Q(centre=self.centre_id) | Q(centre__in=co_hosts))
        today = self.centre.today(timezone.now())
        roles = model._default_manager.running(on=today).filter(company__in=companies.values("pk"))
        if self.audience == Audience.CHOOSERS:
            roles = roles.filter(may_choose=True)
        if self.audience == Audience.DELIVERED:
            roles = roles.filter(pk__in=Holder.objects.running(on=self.on).filter(vehicle__in=self.delivered()).values("user"))
        return self.with_contract_ending(roles, today)

    def delivered(self) -> models.QuerySet[Vehicle]:
        """Vehicles delivered in the window before a second delivery on the event's day, days in the centre's zone."""
        return Vehicle.objects.for_second_delivery(on=self.on)

    def with_contract_ending(self, roles: "RoleQuerySet", today: date) -> "RoleQuerySet":
        """Those of `roles` for whose own car, or for non-users any car of the company, the contract ends within the chosen months."""
        if not self.contract_ends_within_months:
            return roles
        last = self.last_contract_end(today)
        ending = Vehicle.objects.active().filter(contract_ends_on__gte=today, contract_ends_on__lte=last)
        if roles.model is VehicleUser:
            return roles.filter(pk__in=Holder.objects.running(on=today).filter(vehicle__in=ending).values("user"))
        return roles.filter(company__in=ending.values("company"))

    def last_contract_end(self, today: date) -> date:
        """The last day on which a contract may end that makes eligible today, where the event asks for one."""
        return today + timedelta(days=round((self.contract_ends_within_months or 0) * 30.44))

    # --- reasons ---

    def companies_in_window(self) -> models.QuerySet[Company, int]:
        """The ids of this centre's companies for whose users a second delivery is a reason; none for other kinds."""
        here = Company.objects.active().filter(centre=self.centre_id, vehicles__in=self.delivered())
        return (here if self.makes_reasons else here.none()).values_list("pk", flat=True)

    def touch(self, also: Iterable[int] = ()) -> None:
        """Marks reasons that depend on this event for recomputation, for the companies of its window and `also`. Costs 2 queries,
        or none."""
        if self.makes_reasons or also:
            TouchedCompany.add_all(sorted({*self.companies_in_window(), *also}))

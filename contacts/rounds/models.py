"""Contact rounds and their stops: a planned series of contacts over a period, and one contact in it."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accounts.models import Centre, Company, in_reach
from contacts.memory.models.interaction import Interaction, Outcome
from contacts.people.models.person import Channel, Person
from contacts.people.models.roles import Group
from contacts.reasons.rule import rules
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

CALLS_A_DAY = 12
CHANNELS = [(Channel.PHONE.value, _("Telephone")), (Channel.IN_PERSON.value, _("In person"))]
LEAD = "serve_customers"
CALL_ROUND = "call_round"  # the permission on one round: to call in it


class RoundClosed(Refused):
    """The round is closed: nothing in it changes any more."""

    code = "round_closed"


class RoundNotRunning(Refused):
    """The round has not begun, or is paused: nobody is called."""

    code = "round_not_running"


class StopDone(Refused):
    """Somebody has dealt with the stop in the meantime; `facts` say who."""

    code = "stop_done"


class RoundQuerySet(models.QuerySet["ContactRound"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Rounds with a stop at a company where `user` holds `may`, those of whole centres, and the user's own."""
        if not user.is_authenticated:
            return self.none()
        seen = Stop.objects.filter(contact_round=OuterRef("pk"), company__in=in_reach(user, may=may))
        return self.filter(Q(Exists(seen)) | led(user, may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may=LEAD)

    def led_by(self, user: "User") -> Self:
        """Rounds that `user` may change as a whole: their own, and all of centres whose customers they serve."""
        return self.filter(led(user, LEAD)) if user.is_authenticated else self.none()

    def given_to(self, user: "User") -> Self:
        """Rounds in which `user` was asked to call, by a grant on the round."""
        return self.filter(pk__in=ContactRoundUserPermission.objects.filter(user=user).values("content_object"))

    def unfinished(self) -> Self:
        return self.exclude(state=ContactRound.State.CLOSED)

    def running(self) -> Self:
        return self.filter(state=ContactRound.State.RUNNING)

    def for_list(self) -> Self:
        return self.select_related("centre", "owner").order_by("ends_on", "pk")


def led(user: "User", may: str) -> Q:
    """The condition on rounds that `user` owns, or that belong to a centre where they hold `may`."""
    own = Q(owner=user) if user.may(may) else Q(pk=None)
    return own | Q(centre__in=user.rights.centres(may))


class ContactRound(models.Model):
    """A planned series of contacts over a period: whom, why, by whom, and what is asked."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("finished")

    name = models.CharField(_("name"), max_length=120)
    goal = models.CharField(_("what it is for"), max_length=300, help_text=_("In one sentence. Only the caller sees it."))
    channel = models.CharField(_("channel"), max_length=9, choices=CHANNELS, default=Channel.PHONE)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    calls_a_day = models.PositiveSmallIntegerField(_("contacts a day for each person"), default=CALLS_A_DAY)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="contact_rounds", verbose_name=_("centre"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contact_rounds", verbose_name=_("led by"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PLANNED)
    opening = models.TextField(_("how the call begins"), blank=True, max_length=1000)
    script = models.JSONField(default=list)  # questions in order: {"words": …, "goes_to": …}, see questions.py
    summary = models.TextField(_("summary"), blank=True, max_length=2000)
    planned_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact round")
        verbose_name_plural = _("contact rounds")
        permissions = [(CALL_ROUND, "Call in this contact round")]
        indexes = [models.Index(fields=["centre", "state", "ends_on"], name="round_by_centre")]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="round_ends_after_start")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class ContactRoundUserPermission(UserObjectPermissionBase):
    """A colleague or an outside agent who calls in a round."""

    content_object = models.ForeignKey(ContactRound, on_delete=models.CASCADE, related_name="callers")


class StopQuerySet(models.QuerySet["Stop"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Stops at companies that `user` serves."""
        return self.where(user, may=LEAD)

    def callable_by(self, user: "User") -> Self:
        """Stops that `user` may call: at companies that they serve, and those of running rounds they were given that are assigned to
        them."""
        given = ContactRound.objects.running().given_to(user).values("pk")
        return self.filter(Q(company__in=in_reach(user, may=LEAD)) | Q(contact_round__in=given, assigned_to=user))

    def open(self) -> Self:
        return self.filter(state=Stop.State.OPEN)

    def left_out(self) -> Self:
        return self.filter(state=Stop.State.LEFT_OUT)

    def in_order(self) -> Self:
        return self.order_by("day", "order", "pk")

    def for_list(self) -> Self:
        return self.select_related("company", "person", "assigned_to").in_order()


class Stop(models.Model):
    """One contact in a round: with whom, on which day, by whom, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", _("to call")
        DONE = "done", _("done")
        LEFT_OUT = "left_out", _("left out")

    contact_round = models.ForeignKey(ContactRound, on_delete=models.CASCADE, related_name="stops")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="stops")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="stops")  # None: forgotten, or nobody is known
    group = models.CharField(max_length=14, choices=Group)
    order = models.PositiveIntegerField()
    day = models.DateField(null=True)  # None: left out
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="stops")
    rule = models.CharField(max_length=40, blank=True)  # why now, as the reason said when the round was planned
    facts = models.JSONField(default=dict)
    reason_key = models.CharField(max_length=140, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    why = models.CharField(max_length=20, blank=True)  # it was left out: a code of sifting.py
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)  # of the last try
    answers = models.JSONField(default=dict)  # by the number of the question
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    holder: str = ""  # which other centre has the person, where `left_out_of()` says so

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        indexes = [
            models.Index(fields=["contact_round", "day", "order"], name="stop_in_order"),
            models.Index(fields=["assigned_to", "day"], name="stop_open_by_caller", condition=Q(state="open")),
            models.Index(fields=["company"], name="stop_open_by_company", condition=Q(state="open")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["contact_round", "person"], name="one_stop_of_a_person_in_a_round"),
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="one_open_stop_of_a_person"),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(day__isnull=False, assigned_to__isnull=False), name="open_stop_is_planned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.person or ''}"

    @property
    def key(self) -> str:
        """The key of the reason it was planned for, else its own."""
        return self.reason_key or f"stop:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def sentence(self) -> str:
        """Why this person, in the reader's language; what the round is for, where there was no reason of their own."""
        return rules[self.rule].sentence(self.facts) if self.rule in rules else self.contact_round.goal

    def is_late(self, on: date) -> bool:
        return self.is_open and self.day is not None and self.day < on

    @property
    def entry_facts(self) -> dict[str, Any]:
        return {"company": self.company_id, "round": self.contact_round_id}

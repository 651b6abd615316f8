"""Who holds a person: of several centres with the same kind of occasion, one approaches them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Company
from accounts.staff.models.policy import Unit, declare
from contacts.people.models.person import Person
from fleetportal.core.audit import label

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_OCCASION_DAYS = declare(  # of two centres with the same kind of event, one invites a person
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


class Release(models.TextChoices):
    ANSWERED = "answered", _("answered")
    OVER = "over", _("over")
    TAKEN_OVER = "taken_over", _("passed on to a later occasion of the same centre")
    GIVEN_UP = "given_up", _("given up")
    CALLED_OFF = "called_off", _("called off")


NEVER_CAME = (Release.GIVEN_UP, Release.CALLED_OFF)  # the person was not approached after all


def standing_against(kind: str, centre: int, at: datetime, *, now: datetime) -> Q:
    """The condition on holds: another centre has the person, or has them for an occasion of that kind within SAME_OCCASION_DAYS, even after
    they answered."""
    apart = timedelta(days=SAME_OCCASION_DAYS.on(timezone.localtime(at).date()))
    near = Q(until__gte=at - apart, until__lt=at + apart) & ~Q(released_because__in=NEVER_CAME)
    return (Q(released_at=None, until__gt=now) | near) & Q(kind=kind) & ~Q(centre=centre)


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(released_at=None)

    def lasting(self) -> Self:
        """Holds whose occasion the person was or may still be approached for."""
        return self.exclude(released_because__in=NEVER_CAME)

    def about(self, occasion: models.Model) -> Self:
        """The holds of one occasion, such as an event."""
        return self.filter(about_type=label(occasion), about_id=occasion.pk)

    def of(self, people: "Sequence[int]") -> Self:
        """The holds of the people with these ids."""
        return self.filter(person__among=people)

    def over(self, *, now: datetime) -> Self:
        """Open holds whose occasion has begun."""
        return self.open().filter(until__lte=now)

    def against(self, kind: str, centre: int, at: datetime, *, now: datetime) -> Self:
        """The holds for which `centre` can't approach their people for an occasion of `kind` that is at `at`."""
        return self.filter(standing_against(kind, centre, at, now=now))


class Hold(models.Model):
    """A centre approaches a person for an occasion; until they answer, it is over or given up, no other centre does for the same kind."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(_("occasion"), max_length=20)  # a kind of event, a contact round
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")  # what it happened for
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    held_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()  # the beginning of the occasion
    released_at = models.DateTimeField(null=True)
    released_because = models.CharField(max_length=10, choices=Release, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], condition=Q(released_at=None), name="one_holder_each")]
        indexes = [
            models.Index(fields=["about_type", "about_id", "person"], name="hold_about"),
            models.Index(fields=["until"], name="hold_open", condition=Q(released_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind}, {self.centre}"

    def is_about(self, occasion: models.Model) -> bool:
        return (self.about_type, self.about_id) == (label(occasion), occasion.pk)

    @property
    def is_open(self) -> bool:
        return self.released_at is None

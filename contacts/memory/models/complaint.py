from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, in_reach
from contacts.people.models.person import Person
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

ANSWER_WITHIN = 2  # working days
CALM = timedelta(days=7)  # after the answer, before anything promotional leaves again


def working_days_after(day: date, count: int = 1) -> date:
    """The weekday that comes `count` weekdays after `day`."""
    for _number in range(count):
        day += timedelta(days=(1, 1, 1, 1, 3, 2, 1)[day.weekday()])
    return day


class ComplaintAnswered(Refused):
    """The complaint has been answered already; `facts["answer"]` has the answer."""

    code = "complaint_answered"


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="meet_customers")

    def open(self) -> Self:
        return self.filter(answered_at=None)

    def braking(self) -> Self:
        """Complaints for which nothing promotional leaves: open ones, and those answered a short while ago."""
        return self.filter(Q(answered_at=None) | Q(answered_at__gt=Now() - CALM))

    def overdue(self, *, on: date) -> Self:
        """Open complaints whose answer was promised for an earlier day."""
        return self.open().filter(answer_due_on__lt=on)

    def in_order(self) -> Self:
        return self.order_by("answer_due_on", "id")


class Complaint(models.Model):
    """What a customer complained of: it has a promised answer, somebody who gives it, and holds promotion back until then."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="complaints", verbose_name=_("company"))
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="complaints", verbose_name=_("person")
    )
    text = models.TextField(_("in their words"), max_length=2000)
    answer_due_on = models.DateField(_("answer promised by"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="complaints", verbose_name=_("answered by"))
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(_("our answer"), blank=True, max_length=2000)
    learned = models.TextField(_("what we learned"), blank=True, max_length=2000)
    is_satisfied = models.BooleanField(_("customer satisfied"), null=True)  # None: not answered yet, or before this was asked
    task_id = models.BigIntegerField(null=True, editable=False)  # the task of who answers

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes = [
            models.Index(fields=["company", "answered_at"], name="complaint_by_company"),
            models.Index(fields=["answer_due_on", "id"], name="complaint_open_by_day", condition=Q(answered_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.answer_due_on}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.company import Company
from fleetportal.core import audit
from fleetportal.core.db import NoOverlap, Overlap, lock, save_apart


class AlreadyAssigned(Overlap):
    code = "already_assigned"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def running(self, *, on: date) -> Self:
        """Assignments that count on that day, first and last day included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)

    def responsible(self) -> Self:
        return self.filter(kind=Assignment.Kind.RESPONSIBLE)


class Assignment(models.Model):
    """Who looks after a company from when to when: responsible (one at a time) or stand-in. It is also the history."""

    class Kind(models.TextChoices):
        RESPONSIBLE = "responsible", _("responsible")
        STAND_IN = "stand_in", _("stand-in")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.RESPONSIBLE)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [models.Index(fields=["user", "starts_on", "company"], name="assignment_by_user")]
        constraints = [
            NoOverlap(name="one_responsible_at_a_time", same=["company"], condition=Q(kind="responsible")),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="assignment_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"

    @classmethod
    def assign(
        cls, company: Company, user: Any, *, starts_on: date, by: Any, ends_on: date | None = None, kind: str = Kind.RESPONSIBLE
    ) -> "Assignment":
        """`user` looks after `company` from that day on; a running responsibility of somebody else ends the day before.

        Raises AlreadyAssigned when the period meets a later one. Costs 6 queries.
        """
        with transaction.atomic():
            lock(company)
            if kind == cls.Kind.RESPONSIBLE:
                earlier = cls.objects.responsible().filter(company=company, starts_on__lt=starts_on).running(on=starts_on)
                earlier.update(ends_on=starts_on - timedelta(days=1))
            assignment = cls(company=company, user=user, kind=kind, starts_on=starts_on, ends_on=ends_on)
            save_apart(assignment, refusal=AlreadyAssigned(_("Somebody is responsible for this company in that period already.")))
            audit.record("company.assigned", company, by=by, facts={"user": user.pk, "kind": str(kind)})
            company.touch()
            return assignment

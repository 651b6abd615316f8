"""Service visits: what was done to a vehicle, when, at which centre, for how much."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import Vehicle
from accounts.staff.models.centre import Centre
from fleetportal.core.errors import Refused


class OrderKnown(Refused):
    """The centre already has a visit with this order number."""

    code = "order_known"


class ServiceVisitQuerySet(models.QuerySet["ServiceVisit"]):
    def newest_first(self) -> Self:
        return self.order_by("-visited_on", "-pk")

    def for_list(self) -> Self:
        """With vehicle, centre and job lines. Costs 1 query more."""
        return self.select_related("vehicle", "centre").prefetch_related("lines")


class ServiceVisit(models.Model):
    """A vehicle in the workshop. Company and vehicle are those of that day and never change."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="service_visits", verbose_name=_("company"))
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="service_visits", verbose_name=_("vehicle"))
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+", verbose_name=_("centre"))
    visited_on = models.DateField(_("date of the visit"))
    order_number = models.CharField(_("order number"), max_length=40)
    mileage_km = models.PositiveIntegerField(_("mileage in km"), null=True, blank=True)
    amount_cents = models.BigIntegerField(_("amount"), null=True, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ServiceVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("service visit")
        verbose_name_plural = _("service visits")
        constraints = [models.UniqueConstraint(fields=["centre", "order_number"], name="one_visit_per_order")]
        indexes = [
            models.Index(fields=["company", "-visited_on", "-id"], name="visit_by_company"),
            models.Index(fields=["vehicle", "-visited_on", "-id"], name="visit_by_vehicle"),
        ]

    def __str__(self) -> str:
        return self.order_number


class JobLine(models.Model):
    """One line of the work done."""

    visit = models.ForeignKey(ServiceVisit, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    amount_cents = models.BigIntegerField(null=True, blank=True)  # where the workshop states one for each line

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["visit", "position"], name="one_job_line_per_position")]

    def __str__(self) -> str:
        return self.text

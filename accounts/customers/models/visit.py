"""Service visits: what was done to a vehicle, when, at which centre, for how much."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company
from accounts.customers.models.touched import TouchedCompany
from accounts.customers.models.vehicle import Vehicle
from accounts.staff.models.centre import Centre
from fleetportal.core import audit
from fleetportal.core.db import bulk
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.staff.models.user import User


class OrderKnown(Refused):
    """The centre has a visit with this order number already."""

    code = "order_known"


class ServiceVisitQuerySet(models.QuerySet["ServiceVisit"]):
    def newest_first(self) -> Self:
        return self.order_by("-visited_on", "-pk")

    def for_list(self) -> Self:
        """With vehicle, centre and job lines. Costs 1 query more."""
        return self.select_related("vehicle", "centre").prefetch_related("lines")


class ServiceVisit(models.Model):
    """A vehicle in the workshop. Company and vehicle are those of the day, and fixed when it is made."""

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

    @classmethod
    def enter(
        cls,
        vehicle: Vehicle,
        *,
        centre: Centre,
        visited_on: date,
        order_number: str,
        by: "User | None",
        jobs: Iterable[str] = (),
        mileage_km: int | None = None,
        amount_cents: int | None = None,
    ) -> "ServiceVisit":
        """The visit of `vehicle` with its `jobs`, a line each. Raises OrderKnown. Costs 7 queries at most."""
        facts = {"visited_on": visited_on, "order_number": order_number, "mileage_km": mileage_km, "amount_cents": amount_cents}
        visit = cls(company_id=vehicle.company_id, vehicle=vehicle, centre=centre, **facts)
        with transaction.atomic():
            if cls.objects.filter(centre=centre, order_number=order_number).exists():
                raise OrderKnown(_("Order number %(number)s already exists at this centre.") % {"number": order_number})
            cls.enter_many([(visit, list(jobs))], by=by)
            return visit

    @classmethod
    def enter_many(
        cls, visits: Sequence[tuple["ServiceVisit", Sequence[str]]], *, by: "User | None", origin: Mapping[str, object] | None = None
    ) -> None:
        """Save the new visits, each with its jobs; `origin` is noted in their entries. Costs 6 queries for a thousand."""
        with transaction.atomic():
            made = [visit for visit, _jobs in visits]
            bulk.add(made)
            bulk.add([JobLine(visit=visit, position=at, text=text) for visit, jobs in visits for at, text in enumerate(jobs, start=1)])
            audit.record_many("service_visit.entered", [(visit, {}) for visit in made], by=by, facts=origin)
            TouchedCompany.add_all(visit.company_id for visit in made)


class JobLine(models.Model):
    """One line of what was done."""

    visit = models.ForeignKey(ServiceVisit, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["visit", "position"], name="one_job_line_per_position")]

    def __str__(self) -> str:
        return self.text

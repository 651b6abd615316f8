from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TouchedCompany, Vehicle
from contacts.people.models.roles import Driver, VehicleUser
from fleetportal.core import audit
from fleetportal.core.db import NoOverlap, Overlap, lock, save_apart

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyHeld(Overlap):
    code = "already_held"


class PeriodQuerySet(models.QuerySet[Any]):
    def running(self, *, on: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


class Holder(models.Model):
    """Which user has a personal vehicle from when to when: one at a time."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="holders")
    user = models.ForeignKey(VehicleUser, on_delete=models.CASCADE, related_name="vehicles_held")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("holder")
        verbose_name_plural = _("holders")
        constraints = [
            NoOverlap(name="one_holder_at_a_time", same=["vehicle"]),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="holder_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle}: {self.user}"

    @classmethod
    def hand_over(cls, vehicle: Vehicle, user: VehicleUser, *, by: "User | None", starts_on: date, ends_on: date | None = None) -> "Holder":
        """`user` has `vehicle` from that day on; the holder before gives it up the day before.

        The same user asked again keeps what stands. Raises AlreadyHeld when the period meets another one. Costs 8 queries.
        """
        with transaction.atomic():
            lock(vehicle)
            standing = cls.objects.running(on=starts_on).filter(vehicle=vehicle)
            same: Holder | None = standing.filter(user=user, ends_on=ends_on).first()
            if same:
                return same
            standing.filter(starts_on__lt=starts_on).update(ends_on=starts_on - timedelta(days=1))
            holder = cls(vehicle=vehicle, user=user, starts_on=starts_on, ends_on=ends_on)
            save_apart(holder, refusal=AlreadyHeld(_("Somebody else has this vehicle in that period.")))
            audit.record("vehicle.handed_over", vehicle, by=by, facts={"holder": holder.pk, "user": user.pk})
            TouchedCompany.add(vehicle.company)
            return holder


class VehicleDriver(models.Model):
    """Which driver drives a functional vehicle from when to when; several at a time."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="drivers")
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="vehicles_driven")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver of a vehicle")
        verbose_name_plural = _("drivers of vehicles")
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "driver"], condition=Q(ends_on=None), name="one_running_drive"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="drive_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle}: {self.driver}"

    @classmethod
    def let_drive(cls, vehicle: Vehicle, driver: Driver, *, by: "User | None", on: date) -> "VehicleDriver":
        """`driver` drives `vehicle` from that day on; asking again returns what stands. Costs 2 queries, 4 when it is new."""
        with transaction.atomic():
            drive, new = cls.objects.get_or_create(vehicle=vehicle, driver=driver, ends_on=None, defaults={"starts_on": on})
            if new:
                audit.record("vehicle.driven", vehicle, by=by, facts={"driver": driver.pk})
                TouchedCompany.add(vehicle.company)
            return drive

    def end(self, *, by: "User | None", on: date) -> None:
        """The driver drives the vehicle until that day. Costs 5 queries."""
        with transaction.atomic():
            if audit.edit(self, {"ends_on": max(on, self.starts_on)}, action="vehicle.no_longer_driven", by=by):
                TouchedCompany.add(self.vehicle.company)

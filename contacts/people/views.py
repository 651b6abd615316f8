"""Views for the holder and the drivers of a vehicle."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Vehicle
from accounts.staff.requests import StaffRequest
from contacts.people.forms import DriveForm, HolderForm
from contacts.people.models.holders import Holder, VehicleDriver
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page


def served(request: StaffRequest, vehicle_id: int) -> tuple[Vehicle, str]:
    """A vehicle that the user serves, and its page, otherwise 404."""
    vehicle = get_object_or_404(Vehicle.objects.where(request.user, may="serve_customers").select_related("company"), pk=vehicle_id)
    return vehicle, reverse("accounts:vehicle", args=[vehicle.pk])


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def holder_new(request: StaffRequest, vehicle_id: int) -> HttpResponse:
    """Gives the vehicle to another holder from a given day."""
    vehicle, back = served(request, vehicle_id)
    form = HolderForm(request.POST or None, vehicle=vehicle)
    if form.is_valid():
        holder = Holder.hand_over(vehicle, form.cleaned_data["user"], by=request.user, starts_on=form.cleaned_data["starts_on"])
        return done(request, back, _("%s is now the holder.") % holder.user.person)
    return ask(
        request,
        form,
        title=_("Who has %s?") % vehicle,
        save=_("Change the holder"),
        back=back,
        trail=(str(vehicle), back),
        panel_icon="key",
    )


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def drive_new(request: StaffRequest, vehicle_id: int) -> HttpResponse:
    vehicle, back = served(request, vehicle_id)
    form = DriveForm(request.POST or None, vehicle=vehicle)
    if form.is_valid():
        drive = VehicleDriver.let_drive(vehicle, form.cleaned_data["driver"], by=request.user, on=form.cleaned_data["on"])
        return done(request, back, _("%s is now a driver of this vehicle.") % drive.driver.person)
    return ask(
        request,
        form,
        title=_("Who drives %s?") % vehicle,
        save=_("Add the driver"),
        back=back,
        trail=(str(vehicle), back),
        panel_icon="steering-wheel",
    )


@page(may="serve_customers")
@require_POST
def drive_end(request: StaffRequest, drive_id: int) -> HttpResponse:
    """Ends a driver's period today."""
    drives = VehicleDriver.objects.filter(vehicle__in=Vehicle.objects.where(request.user, may="serve_customers"))
    drive = get_object_or_404(drives.select_related("vehicle__company", "driver__person"), pk=drive_id)
    drive.end(by=request.user, on=timezone.localdate())
    return done(request, reverse("accounts:vehicle", args=[drive.vehicle_id]), _("%s no longer drives this vehicle.") % drive.driver.person)

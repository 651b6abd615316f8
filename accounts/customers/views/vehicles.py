"""Vehicles: the list, one vehicle, entering and editing."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.customers.filters import VehicleFilter
from accounts.customers.forms.vehicle import VehicleForm
from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import Vehicle, VehicleQuerySet
from accounts.customers.panels import shown, vehicle_columns, vehicle_panels
from accounts.customers.tables import VehicleTable
from accounts.staff.models.user import User
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import ask, done, page


class VehicleList(ListPage[VehicleQuerySet]):
    name = "vehicles"
    title = _("Vehicles")
    may = "see_customers"
    table_class = VehicleTable
    filterset_class = VehicleFilter
    rows_template = "accounts/_vehicle_rows.html"
    extra = vehicle_columns
    presets = (
        Preset(_("All"), ""),
        Preset(_("New in the last four weeks"), "delivered=28"),
        Preset(_("Contracts ending"), "ends=9"),
        Preset(_("Personal"), "use=personal"),
        Preset(_("Functional"), "use=functional"),
    )
    empty = Empty(
        _("No vehicles yet"),
        _(
            "The vehicles of your companies appear here with their holder, delivery and contract end. Import a "
            "fleet list, or add vehicles one by one from a company’s dossier."
        ),
    )

    def get_queryset(self, user: User) -> VehicleQuerySet:
        return Vehicle.objects.where(user, may=self.may)

    def exportable(self, rows: VehicleQuerySet, user: User) -> VehicleQuerySet:
        return rows.where(user, may="export")


@page(may="see_customers")
@require_safe
def vehicle(request: StaffRequest, vehicle_id: int) -> HttpResponse:
    found = get_object_or_404(Vehicle.objects.where(request.user, may="see_customers").select_related("company"), pk=vehicle_id)
    held = found.company.rights_of(request.user)
    context = {"vehicle": found, "held": held, "panels": shown(vehicle_panels, request, found, held)}
    return render(request, "accounts/vehicle.html", context)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def vehicle_new(request: StaffRequest, company_id: int) -> HttpResponse:
    company = get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id)
    back = reverse("accounts:company", args=[company.pk])
    form = VehicleForm(request.POST or None, company=company)
    if form.is_valid():
        entered = Vehicle.enter(by=request.user, company=company, **form.cleaned_data)
        return done(request, back, _("%s has been added.") % entered)
    return ask(request, form, title=_("New vehicle"), save=_("Add vehicle"), back=back, trail=(company.name, back), panel_icon="car")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def vehicle_edit(request: StaffRequest, vehicle_id: int) -> HttpResponse:
    found = get_object_or_404(Vehicle.objects.where(request.user, may="serve_customers").select_related("company"), pk=vehicle_id)
    back = reverse("accounts:vehicle", args=[found.pk])
    form = VehicleForm(request.POST or None, company=found.company, vehicle=found)
    if form.is_valid() and form.write(found.edit, by=request.user):
        return done(request, back, _("%s has been saved.") % found)
    return ask(request, form, title=_("Edit %s") % found, save=_("Save"), back=back, trail=(str(found), back))

"""This app's own panels in the dossier."""

from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.company import Company
from accounts.customers.panels import DossierFigure, Later, Panel, vehicle_columns
from accounts.staff.requests import StaffRequest

SHOWN_VEHICLES = 12
SHOWN_VISITS = 12


def vehicles(request: StaffRequest, company: Any, held: set[str]) -> dict[str, object]:
    """The vehicles whose contracts end first, then others; with a link to all."""
    rows = company.vehicles.active()
    for column in vehicle_columns:
        rows = column.decorate(rows)
    first = list(rows.ending_first()[:SHOWN_VEHICLES])
    return {"company": company, "vehicles": first, "extra": list(vehicle_columns), "count": company.fleet_size}


vehicles_panel = Panel("accounts/_dossier_vehicles.html", vehicles)


def visits(request: StaffRequest, thing: Any, held: set[str]) -> dict[str, object] | None:
    """The latest service visits of a company or a vehicle. Costs 2 queries, 1 where there are none."""
    found = list(thing.service_visits.newest_first().for_list()[:SHOWN_VISITS])
    return {"visits": found, "of_company": isinstance(thing, Company)} if found else None


visits_later = Later(_("Service visits"), "accounts:company_visits", _("No service visits yet."))
company_visits_panel = Panel("accounts/_service_visits.html", visits, later=visits_later)
vehicle_visits_panel = Panel("accounts/_service_visits.html", visits)


def fleet(request: StaffRequest, company: Any, held: set[str]) -> DossierFigure | None:
    if "see_customers" not in held:
        return None
    personal = ngettext("%d personal", "%d personal", company.personal_count) % company.personal_count
    address = f"{reverse('accounts:vehicles')}?company={company.pk}"
    return DossierFigure(_("Vehicles from us"), formats.number_format(company.fleet_size, force_grouping=True), personal, address)


def contract_end(request: StaffRequest, company: Any, held: set[str]) -> DossierFigure | None:
    if "see_customers" not in held:
        return None
    address = f"{reverse('accounts:vehicles')}?company={company.pk}&ends=9&sort=contract_end"
    if company.contract_ends_on is None:
        return DossierFigure(_("Next contract end"), "–", _("no date known"))
    days = (company.contract_ends_on - timezone.localdate()).days
    return DossierFigure(
        _("Next contract end"),
        formats.date_format(company.contract_ends_on, "SHORT_DATE_FORMAT"),
        ngettext("in %d day", "in %d days", days) % days,
        address,
    )

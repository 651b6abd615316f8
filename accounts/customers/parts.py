"""What this app itself shows in the dossier."""

from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.panels import Figure, Panel, vehicle_columns
from accounts.staff.requests import StaffRequest

SHOWN_VEHICLES = 12


def vehicles(request: StaffRequest, company: Any, held: set[str]) -> dict[str, object]:
    """The vehicles whose contracts end first, then the others; all of them are one click away."""
    rows = company.vehicles.active()
    for column in vehicle_columns:
        rows = column.decorate(rows)
    first = list(rows.ending_first()[:SHOWN_VEHICLES])
    return {"company": company, "vehicles": first, "extra": list(vehicle_columns), "count": company.fleet_size}


vehicles_panel = Panel("accounts/_dossier_vehicles.html", vehicles)


def fleet(request: StaffRequest, company: Any, held: set[str]) -> Figure | None:
    if "see_customers" not in held:
        return None
    personal = ngettext("%d personal", "%d personal", company.personal_count) % company.personal_count
    address = f"{reverse('accounts:vehicles')}?company={company.pk}"
    return Figure(_("Vehicles from us"), formats.number_format(company.fleet_size, force_grouping=True), personal, address)


def contract_end(request: StaffRequest, company: Any, held: set[str]) -> Figure | None:
    if "see_customers" not in held:
        return None
    address = f"{reverse('accounts:vehicles')}?company={company.pk}&ends=9&sort=contract_end"
    if company.contract_ends_on is None:
        return Figure(_("Next contract end"), "–", _("no date known"))
    days = (company.contract_ends_on - timezone.localdate()).days
    return Figure(
        _("Next contract end"),
        formats.date_format(company.contract_ends_on, "SHORT_DATE_FORMAT"),
        ngettext("in %d day", "in %d days", days) % days,
        address,
    )

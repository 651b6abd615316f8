"""This app's own panels in the dossier."""

from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import ORDER_LEAD_MONTHS, order_by
from accounts.customers.panels import DossierFigure, Later, Panel, vehicle_columns
from accounts.staff.requests import StaffRequest
from fleetportal.core import days, money

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


def order_before(request: StaffRequest, company: Any, held: set[str]) -> DossierFigure | None:
    """The next day by which a vehicle must be ordered to follow one whose contract ends, and how many it is too late for. Costs 1
    query."""
    if "see_customers" not in held:
        return None
    address = f"{reverse('accounts:vehicles')}?company={company.pk}&ends=9&sort=contract_end"
    today = timezone.localdate()
    first = today + relativedelta(months=ORDER_LEAD_MONTHS.on(today))
    missed = Count("pk", filter=Q(contract_ends_on__gte=today, contract_ends_on__lt=first))
    found = company.vehicles.active().aggregate(missed=missed, ends_on=Min("contract_ends_on", filter=Q(contract_ends_on__gte=first)))
    late = ngettext("too late for %d contract", "too late for %d contracts", found["missed"]) % found["missed"]
    if found["ends_on"] is None:
        return (
            DossierFigure(_("Order by"), "–", late, address)
            if found["missed"]
            else DossierFigure(_("Order by"), "–", _("no contract end known"))
        )
    ends = _("contract ends on %s") % days.short(found["ends_on"])
    day = days.short(max(order_by(found["ends_on"], today=today), today))
    return DossierFigure(_("Order by"), day, late if found["missed"] else ends, address)


def money_spent(request: StaffRequest, company: Any, held: set[str]) -> DossierFigure | None:
    """What the company paid for service visits in twelve months, against the twelve before. Costs 1 query."""
    if "see_value" not in held:
        return None
    today = timezone.localdate()
    year, before = today - relativedelta(months=12), today - relativedelta(months=24)
    lately = Sum("amount_cents", filter=Q(visited_on__gt=year))
    rows = company.service_visits.filter(visited_on__gt=before, visited_on__lte=today)
    found = rows.aggregate(lately=lately, before=Sum("amount_cents", filter=Q(visited_on__lte=year)))
    if found["lately"] is None and found["before"] is None:
        return DossierFigure(_("Service, 12 months"), "–", _("no amounts known"))
    earlier = _("%s in the year before") % money.rounded(found["before"] or 0)
    return DossierFigure(_("Service, 12 months"), money.rounded(found["lately"] or 0), earlier)

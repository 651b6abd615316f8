"""The view of a dossier panel that loads after the page; without JavaScript, a page of its own."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.customers.models.company import Company
from accounts.customers.panels import Later, Panel
from accounts.customers.rows import for_dossier
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.pages import answer, page


def panel_page(panel: Panel, later: Later) -> Any:
    """The view that shows only `panel` of the dossier."""

    @page(may=panel.may)
    @require_safe
    def view(request: StaffRequest, company_id: int) -> HttpResponse:
        company = get_object_or_404(for_dossier(Company.objects.where(request.user, may=panel.may)), pk=company_id)
        held = company.rights_of(request.user)
        found = panel.context(request, company, held)
        shown = render_to_string(panel.template, {**found, "held": held}, request) if found is not None else ""
        context = {"company": company, "later": later, "shown": shown, "back": reverse("accounts:company", args=[company.pk])}
        return answer(request, context, part="accounts/panel.html#panel")

    return view

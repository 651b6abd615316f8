"""Companies: the list, the dossier, entering and editing one."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.customers import rows
from accounts.customers.actions import companies
from accounts.customers.filters import CompanyFilter
from accounts.customers.forms.company import CompanyForm
from accounts.customers.models.company import Company, CompanyQuerySet
from accounts.customers.panels import company_actions, company_columns, dossier_figures, dossier_panels, shown
from accounts.customers.tables import CompanyTable
from accounts.staff.models.user import User
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import ask, done, page


class CompanyList(ListPage[CompanyQuerySet]):
    name = "companies"
    title = _("Companies")
    may = "see_customers"
    table_class = CompanyTable
    filterset_class = CompanyFilter
    rows_template = "accounts/_company_rows.html"
    actions_template = "accounts/_companies_actions.html"
    extra = company_columns
    bulk = company_actions
    presets = (
        Preset(_("All"), ""),
        Preset(_("Contracts ending"), "ends=9"),
        Preset(_("At risk, worth keeping"), "tier=diamond&tier=platinum&tier=gold&phase=at_risk"),
    )
    empty = Empty(
        _("No companies yet"),
        _(
            "The companies you look after appear here, for example “Nordhafen Logistik, 31 vehicles”. Import a "
            "fleet list or add your first company."
        ),
        _("Add a company"),
        "accounts:company_new",
        "serve_customers",
    )

    def get_queryset(self, user: User) -> CompanyQuerySet:
        return Company.objects.where(user, may=self.may)

    def for_list(self, companies: CompanyQuerySet) -> CompanyQuerySet:
        return rows.for_list(companies)

    def for_sheet(self, companies: CompanyQuerySet) -> CompanyQuerySet:
        return rows.for_sheet(companies)

    def exportable(self, rows: CompanyQuerySet, user: User) -> CompanyQuerySet:
        return rows.filter(pk__in=Company.objects.where(user, may="export").values("pk"))


@page(may="meet_customers")
@require_safe
def dossier(request: StaffRequest, company_id: int) -> HttpResponse:
    """Everything about a company on one page; users who only meet customers see a short version."""
    company = get_object_or_404(rows.for_dossier(Company.objects.visible_to(request.user)), pk=company_id)
    held = company.rights_of(request.user)
    context = {
        "company": company,
        "parent": Company.objects.visible_to(request.user).filter(pk=company.parent_id).first() if company.parent_id else None,
        "addresses": company.addresses.order_by("pk") if "see_customers" in held else (),
        "held": held,
        "panels": shown(dossier_panels, request, company, held),
        "figures": [figure for make in dossier_figures if (figure := make(request, company, held))],
    }
    return render(request, "accounts/dossier.html", context)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def company_new(request: StaffRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, user=request.user)
    if form.is_valid():
        company = companies.enter(by=request.user, **form.cleaned_data)
        return done(request, reverse("accounts:company", args=[company.pk]), _("%s has been added.") % company)
    return ask(request, form, title=_("New company"), save=_("Add company"), back=reverse("accounts:companies"), panel_icon="plus")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: StaffRequest, company_id: int) -> HttpResponse:
    company = get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id)
    back = reverse("accounts:company", args=[company.pk])
    form = CompanyForm(request.POST or None, user=request.user, company=company)
    if form.is_valid() and form.write(partial(companies.edit, company), by=request.user):
        return done(request, back, _("%s has been saved.") % company)
    return ask(request, form, title=_("Edit %s") % company, save=_("Save"), back=back, trail=(company.name, back))

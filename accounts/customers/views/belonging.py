"""A company's parent, assignments and further addresses, each in the side panel."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.actions import companies
from accounts.customers.forms.belonging import AssignForm, CompanyAddressForm, HandOverForm, ParentForm
from accounts.customers.models.assignment import Assignment
from accounts.customers.models.company import Address, Company
from accounts.customers.views.companies import CompanyList
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import at_once
from fleetportal.core.web.pages import answer, ask, done, page


def served(request: StaffRequest, company_id: int) -> Company:
    """A company that the user serves, otherwise 404."""
    return get_object_or_404(Company.objects.where(request.user, may="serve_customers").select_related("centre"), pk=company_id)


def dossier_of(company: Company) -> str:
    return reverse("accounts:company", args=[company.pk])


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def parent(request: StaffRequest, company_id: int) -> HttpResponse:
    """The company's parent."""
    company = served(request, company_id)
    form = ParentForm(request.POST or None, user=request.user, company=company)
    if form.is_valid() and form.write(partial(companies.edit, company), by=request.user):
        return done(request, dossier_of(company), _("Saved."))
    question = request.GET.get("q", "").strip()[:100]
    context = {"company": company, "form": form, "question": question, "offered": form.offered(question), "back": dossier_of(company)}
    return answer(request, context, part="accounts/parent.html#panel", status=422 if form.is_bound else 200)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: StaffRequest, company_id: int) -> HttpResponse:
    """Who looks after the company: hand-over, stand-ins, and the history."""
    company = served(request, company_id)
    form = AssignForm(request.POST or None, user=request.user, company=company)
    if form.is_valid():
        values = form.cleaned_data
        assigned = Assignment.assign(company, values.pop("user"), by=request.user, **values)
        return done(
            request, left_to(request, company), _("%(who)s has been assigned to %(company)s.") % {"who": assigned.user, "company": company}
        )
    rows = Assignment.objects.filter(company=company).select_related("user").order_by("-starts_on", "-pk")
    context = {"company": company, "form": form, "assignments": rows, "today": timezone.localdate(), "back": dossier_of(company)}
    return answer(request, context, part="accounts/assign.html#panel", status=422 if form.is_bound else 200)


def left_to(request: StaffRequest, company: Company) -> str:
    """The company's page, or the list if it is now out of the user's reach."""
    in_reach = Company.objects.visible_to(request.user).filter(pk=company.pk).exists()
    return dossier_of(company) if in_reach else reverse("accounts:companies")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: StaffRequest) -> HttpResponse:
    """Hand several companies, selected in the list, over to one colleague; those out of reach are ignored."""
    selected = CompanyList.selected(request)
    within = selected.filter(pk__in=Company.objects.where(request.user, may="serve_customers").values("pk"))
    chosen = at_once(within.select_related("centre").order_by("name_folded", "pk"))
    form = HandOverForm(request.POST or None, user=request.user, companies=chosen, left=selected.count() - len(chosen))
    back = reverse("accounts:companies")
    if form.is_valid():
        to = form.cleaned_data["user"]
        count = len(Assignment.assign_many(chosen, to, starts_on=form.cleaned_data["starts_on"], by=request.user))
        said = ngettext("One company has been handed over to %(who)s.", "%(count)d companies have been handed over to %(who)s.", count)
        return done(request, back, said % {"who": to, "count": count})
    title = ngettext("Hand over %d company", "Hand over %d companies", len(chosen)) % len(chosen)
    return ask(request, form, title=title, save=_("Hand over"), back=back, trail=(_("Companies"), back), panel_icon="users")


@page(may="serve_customers")
@require_POST
def assignment_stop(request: StaffRequest, assignment_id: int) -> HttpResponse:
    """End a stand-in today, or cancel a hand-over that has not begun."""
    within = Company.objects.where(request.user, may="serve_customers")
    assignment = get_object_or_404(Assignment.objects.filter(company__in=within).select_related("company"), pk=assignment_id)
    company = assignment.company
    assignment.stop(by=request.user, on=timezone.localdate())
    return done(request, left_to(request, company), _("Saved."))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def address_new(request: StaffRequest, company_id: int) -> HttpResponse:
    company = served(request, company_id)
    back = dossier_of(company)
    form = CompanyAddressForm(request.POST or None)
    if form.is_valid():
        Address.enter(company, by=request.user, **form.cleaned_data)
        return done(request, back, _("The address has been added."))
    title = _("Address of %s") % company
    return ask(request, form, title=title, save=_("Add address"), back=back, trail=(company.name, back), panel_icon="map-pin")


def address_of(request: StaffRequest, company_address_id: int) -> Address:
    within = Company.objects.where(request.user, may="serve_customers")
    return get_object_or_404(Address.objects.filter(company__in=within).select_related("company"), pk=company_address_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def address_edit(request: StaffRequest, company_address_id: int) -> HttpResponse:
    address = address_of(request, company_address_id)
    company, back = address.company, dossier_of(address.company)
    form = CompanyAddressForm(request.POST or None, instance=address)
    if form.is_valid() and form.write(address.edit, by=request.user):
        return done(request, back, _("The address has been saved."))
    remove = reverse("accounts:company_address_remove", args=[company_address_id])
    title = _("Address of %s") % company
    return ask(request, form, title=title, save=_("Save"), back=back, trail=(company.name, back), panel_icon="map-pin", remove=remove)


@page(may="serve_customers")
@require_POST
def address_remove(request: StaffRequest, company_address_id: int) -> HttpResponse:
    address = address_of(request, company_address_id)
    back = dossier_of(address.company)
    address.remove(by=request.user)
    return done(request, back, _("The address has been removed. It remains in the history."))

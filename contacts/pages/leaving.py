"""Views for a person who changes company or wants to be forgotten."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import Company, User, in_reach
from accounts.staff.requests import StaffRequest
from contacts.pages.people import page_of
from contacts.people import person_data
from contacts.people.actions import roles
from contacts.people.forms import MoveForm
from contacts.people.models.person import Person
from contacts.people.models.roles import GROUPS
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page


def forgettable(person_id: int, user: User) -> Person:
    """The person, if `user` administers every company that knows them, otherwise 404: forgetting affects all of them."""
    person = get_object_or_404(Person.objects.where(user, may="administer"), pk=person_id)
    reach = in_reach(user, may="administer")
    if any(model.objects.filter(person=person).exclude(company__in=reach).exists() for model in GROUPS.values()):
        raise Http404
    return person


@page(may="administer")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def forget(request: StaffRequest, person_id: int) -> HttpResponse:
    """GET shows what is stored about the person; POST, with the box ticked, erases it permanently."""
    person = forgettable(person_id, request.user)
    form = ForgetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        person_data.forget(person, by=request.user)
        return done(request, reverse("contacts:people"), _("The person has been forgotten."))
    context = {"person": person, "form": form, "kept": person_data.kept_about(person), "back": page_of(person)}
    return render(request, "contacts/forget.html", context, status=422 if form.is_bound else 200)


class ForgetForm(forms.Form):
    """The confirmation."""

    is_sure = forms.BooleanField(label=_("I understand that this can’t be undone"))


def move_role(request: StaffRequest, group: str, role_id: int) -> HttpResponse:
    """Ends the role here and begins it at another company, in one form."""
    rows = GROUPS[group].objects.where(request.user, may="serve_customers").filter(ends_on=None)
    role = get_object_or_404(rows.select_related("person", "company"), pk=role_id)
    companies = Company.objects.where(request.user, may="serve_customers").exclude(pk=role.company_id).order_by("name_folded")
    form = MoveForm(request.POST if request.method == "POST" else None, role=role, companies=companies)
    back = page_of(role.person)
    if form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        roles.change_company(role, values["company"], by=request.user, on=values["on"])
        moved = _("%(person)s now works for %(company)s.") % {"person": role.person, "company": values["company"]}
        return done(request, back, moved)
    title = _("Move %s to another company") % role.person
    return ask(request, form, title=title, save=_("Move"), back=back, trail=(role.person.name, back), panel_icon="briefcase")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def decision_maker_move(request: StaffRequest, decision_maker_id: int) -> HttpResponse:
    return move_role(request, "decision_maker", decision_maker_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def vehicle_user_move(request: StaffRequest, vehicle_user_id: int) -> HttpResponse:
    return move_role(request, "user", vehicle_user_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def driver_move(request: StaffRequest, driver_id: int) -> HttpResponse:
    return move_role(request, "driver", driver_id)

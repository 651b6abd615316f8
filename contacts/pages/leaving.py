"""Views for a person who changes company, asks what is held about them, or wants to be forgotten."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company, User
from accounts.staff.requests import StaffRequest
from contacts.pages.people import page_of
from contacts.people import person_data
from contacts.people.actions import access, roles
from contacts.people.forms import MoveForm
from contacts.people.models.person import Person
from contacts.people.models.roles import GROUPS, known_only_within
from fleetportal.core import audit
from fleetportal.core.jobs.queue import JobState
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import answer, ask, done, page


def forgettable(person_id: int, user: User) -> Person:
    """The person, if `user` administers every company that knows them, otherwise 404: forgetting affects all of them."""
    person = get_object_or_404(Person.objects.where(user, may="administer"), pk=person_id)
    if not known_only_within(person, user, may="administer"):
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


@page(may="administer")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def data(request: StaffRequest, person_id: int) -> HttpResponse:
    """A request for access: GET shows how far the file is, POST orders it."""
    person = forgettable(person_id, request.user)
    path = reverse("contacts:person_data", args=[person.pk])
    if request.method == "POST":
        access.order(person, by=request.user)
        return done(request, path, _("The file is being created."))
    job = access.orders(person, request.user).first()
    context = {
        "person": person,
        "job": job,
        "is_ready": job is not None and job.state == JobState.DONE and access.file_of(job).exists(),
        "kept": person_data.kept_about(person),
        "earlier": audit.Entry.objects.about(person).filter(action="person.data_requested").order_by("-at"),
        "back": page_of(person),
    }
    return answer(request, context, part="contacts/person_data.html#state")


@page(may="administer")
@require_safe
def data_file(request: StaffRequest, person_id: int) -> HttpResponseBase:
    """The newest file that the user ordered, where they still administer every company that knows the person; else the page of it."""
    person = forgettable(person_id, request.user)
    job = access.orders(person, request.user).filter(state=JobState.DONE).first()
    if job is None or not access.file_of(job).exists():
        return redirect("contacts:person_data", person.pk)
    name = f"{slugify(person.name) or person.pk}.zip"
    return FileResponse(access.file_of(job).open("rb"), as_attachment=True, filename=name, content_type="application/zip")


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

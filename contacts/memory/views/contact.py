"""Views to log a contact, and parts of the timeline."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company
from accounts.staff.requests import StaffRequest
from contacts.memory import timeline
from contacts.memory.actions.complaints import log_contact
from contacts.memory.forms.contact import LogForm
from contacts.memory.models.interaction import Interaction
from contacts.people.models.person import Channel, Person
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import answer, done, page


@page(may="meet_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def log(request: StaffRequest, company_id: int) -> HttpResponse:
    """Log a contact with a company in one sentence; the outcome `outcome` may ask for more."""
    company = get_object_or_404(Company.objects.visible_to(request.user).select_related("centre"), pk=company_id)
    back = reverse("accounts:company", args=[company.pk])
    said = {name: request.GET[name] for name in ("person", "outcome") if name in request.GET}
    on = company.centre.today(timezone.now())
    form = LogForm(request.POST or None, company=company, user=request.user, on=on, initial=said)
    if form.is_valid():
        log_contact(company, by=request.user, **form.facts)
        return done(request, back, _("Logged. The interaction now appears on the timeline."))
    context = {"form": form, "company": company, "back": back}
    return answer(request, context, part="contacts/log.html#log", status=422 if form.is_bound else 200)


@page(may="see_customers")
@require_safe
def company_timeline(request: StaffRequest, company_id: int) -> HttpResponse:
    company = get_object_or_404(Company.objects.where(request.user, may="see_customers"), pk=company_id)
    rows = Interaction.objects.visible_to(request.user).filter(company=company)
    return timeline_answer(request, rows, {"title": company.name, "back": reverse("accounts:company", args=[company.pk])})


@page(may="see_customers")
@require_safe
def person_timeline(request: StaffRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.where(request.user, may="see_customers"), pk=person_id)
    rows = Interaction.objects.visible_to(request.user).filter(person=person)
    return timeline_answer(request, rows, {"title": person.name, "back": reverse("contacts:person", args=[person.pk]), "of_person": True})


def timeline_answer(request: StaffRequest, rows: Any, context: dict[str, object]) -> HttpResponse:
    """The timeline as a page, or the part that htmx requests: all of it, or earlier lines."""
    channel, before = request.GET.get("channel", ""), request.GET.get("before", "")
    lines, earlier = timeline.page(rows, channel=channel, before=before, reader=request.user)
    context |= {"lines": lines, "earlier": earlier, "chips": timeline.chips(rows), "channel": channel, "address": request.path}
    context["not_understood"] = channel if channel not in ("", *Channel.values) else ""
    return answer(request, context, part="contacts/timeline.html#" + ("lines" if before else "timeline"))

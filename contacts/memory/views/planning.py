"""A task and a note of one's own, from anywhere (key "t")."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company
from accounts.staff.requests import StaffRequest
from contacts.memory.actions.tasks import hand_over_many
from contacts.memory.forms.planning import HandTasksForm, NoteForm, TaskForm
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.task import Task
from fleetportal.core.db import search
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import at_once, selected_keys
from fleetportal.core.web.pages import answer, ask, done, page

OFFERED = 10


@page(may="serve_customers")
@require_safe
def task_about(request: StaffRequest) -> HttpResponse:
    """Asks which company a new task or note is about. Costs 1 query, none without a question."""
    question = request.GET.get("q", "").strip()[:100]
    rows = Company.objects.where(request.user, may="serve_customers").filter(pk__in=search.found(Company, question))
    found = rows.order_by("name_folded", "pk")[:OFFERED] if question else ()
    context: dict[str, object] = {"question": question, "companies": found, "title": _("New task or note")}
    return answer(request, context, part="contacts/task_about.html#panel")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def task_new(request: StaffRequest, company_id: int) -> HttpResponse:
    """A task about a company, perhaps about `?person=`. Writes only by POST."""
    company = get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id)
    form = TaskForm(request.POST or None, company=company, user=request.user, initial={"person": request.GET.get("person")})
    back = reverse("accounts:company", args=[company.pk])
    if form.is_valid():
        task = Task.plan(company, by=request.user, **form.cleaned_data)
        return done(request, back, _("“%s” is on the list of tasks.") % task)
    return ask(request, form, title=_("New task"), save=_("Add task"), back=back, trail=(company.name, back), panel_icon="list-check")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: StaffRequest) -> HttpResponse:
    """Hand several open tasks, selected on the page of tasks, over to one colleague; those out of reach are ignored."""
    keys = selected_keys(request.POST if request.method == "POST" else request.GET) or []
    within = Task.objects.visible_to(request.user).open().filter(pk__among=keys).select_related("company__centre")
    form = HandTasksForm(request.POST or None, tasks=at_once(within.in_order()))
    back = reverse("contacts:tasks")
    if form.is_valid():
        to = form.cleaned_data["owner"]
        count = hand_over_many(form.tasks, to, by=request.user)
        said = ngettext("One task has been handed over to %(who)s.", "%(count)d tasks have been handed over to %(who)s.", count)
        return done(request, back, said % {"who": to, "count": count})
    title = ngettext("Hand over %d task", "Hand over %d tasks", len(form.tasks)) % len(form.tasks)
    return ask(request, form, title=title, save=_("Hand over"), back=back, trail=(_("Tasks"), back), panel_icon="users")


@page(may="meet_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def note_new(request: StaffRequest, company_id: int) -> HttpResponse:
    """A note on the timeline of a company. Writes only by POST."""
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=company_id)
    back = reverse("accounts:company", args=[company.pk])
    form = NoteForm(request.POST or None, company=company)
    if form.is_valid():
        Interaction.note(company, by=request.user, **form.cleaned_data)
        return done(request, back, _("Noted on the timeline."))
    return ask(request, form, title=_("Note"), save=_("Add note"), back=back, trail=(company.name, back), panel_icon="pencil")

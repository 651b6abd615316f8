"""The user's tasks, sorted by day: open and recently closed ones, and closing one with its result, from here or from Today."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from contacts.memory.models.task import Task
from contacts.reasons.planning import reason_is_gone
from contacts.today.forms import CloseForm
from contacts.today.views.day import day_of, shown, url_of_day
from fleetportal.core.web.pages import answer, page

OPEN_SHOWN = 200
CLOSED_SHOWN = 20


def listed(request: StaffRequest, **more: object) -> dict[str, object]:
    """The tasks page: one's own, and those that fell to the user. Costs 2 queries."""
    mine = Task.objects.for_user(request.user).select_related("company", "owner").annotate(reason_is_gone=reason_is_gone())
    closed = mine.filter(state=Task.State.CLOSED).order_by("-closed_at", "-pk")
    context = {"tasks": mine.open().in_order()[:OPEN_SHOWN], "lately": closed[:CLOSED_SHOWN], "on": timezone.localdate()}
    return {**context, "close": CloseForm(), "query": "?from=tasks", "target": "#tasks", **more}


def back(request: StaffRequest, *, status: int = 200, **more: object) -> HttpResponse:
    """The page that sent the request, Today or the tasks, in its new state."""
    if request.GET.get("from") == "tasks":
        return answer(request, listed(request, **more), part="contacts/tasks.html#tasks", to=reverse("contacts:tasks"), status=status)
    context = shown(request, day_of(request)) | more
    return answer(request, context, part="contacts/today.html#day", to=url_of_day(request), status=status)


@page(may="serve_customers")
@require_safe
def tasks(request: StaffRequest) -> HttpResponse:
    return answer(request, listed(request), part="contacts/tasks.html#tasks")


@page(may="serve_customers")
@require_POST
def task_close(request: StaffRequest, task_id: int) -> HttpResponse:
    """Closes a task with its result. Raises TaskClosed, AnswersComplaint."""
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=task_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return back(request, status=422, close=form, closing=task)
    task.close(result=form.cleaned_data["result"], by=request.user)
    return back(request, closed=task)


@page(may="serve_customers")
@require_POST
def task_reopen(request: StaffRequest, task_id: int) -> HttpResponse:
    """Opens a closed task again, to correct a mistake."""
    task = get_object_or_404(Task.objects.visible_to(request.user), pk=task_id)
    task.reopen(by=request.user)
    return back(request)

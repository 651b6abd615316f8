"""Policy pages for administrators: current values, planned changes, and a preview of a change."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.forms import PolicyForm
from accounts.staff.models.centre import Centre
from accounts.staff.models.policy import Number, Policy, numbers, outlook
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import done, page


@dataclass(frozen=True)
class PolicyLine:
    """A number in the list: its value today, since when, and the next planned change."""

    number: Number
    value: str
    latest: Policy | None
    planned: Policy | None
    planned_value: str


@page(may="administer")
@require_safe
def policies(request: StaffRequest) -> HttpResponse:
    """All numbers, by subject."""
    today = timezone.localdate()
    subjects: defaultdict[str, list[PolicyLine]] = defaultdict(list)
    rows = rows_by_key()
    for number in numbers:
        subjects[str(number.subject)].append(line(number, rows[number.key], today))
    return render(request, "accounts/policies.html", {"subjects": list(subjects.items())})


def rows_by_key() -> defaultdict[str, list[Policy]]:
    """The values set by administrators for each number, the earliest first. Costs 1 query."""
    rows: defaultdict[str, list[Policy]] = defaultdict(list)
    for row in Policy.objects.select_related("changed_by").order_by("valid_from"):
        rows[row.key].append(row)
    return rows


def line(number: Number, rows: list[Policy], today: date) -> PolicyLine:
    latest = next((row for row in reversed(rows) if row.valid_from <= today), None)
    planned = next((row for row in rows if row.valid_from > today), None)
    value = number.in_words(latest.value if latest else number.default)
    return PolicyLine(number, value, latest, planned, number.in_words(planned.value) if planned else "")


@page(may="administer")
@require_safe
def policy(request: StaffRequest, policy_key: str) -> HttpResponse:
    """One number with its history; with a new value in the address also a preview."""
    number = number_of(policy_key)
    form = PolicyForm(request.GET if "value" in request.GET else None, number=number)
    return show(request, number, form)


@page(may="administer")
@require_POST
@once
def policy_change(request: StaffRequest, policy_key: str) -> HttpResponse:
    number = number_of(policy_key)
    form = PolicyForm(request.POST, number=number)
    if not form.is_valid():
        return show(request, number, form)
    changed = Policy.change(number, form.cleaned_data["value"], valid_from=form.cleaned_data["valid_from"], by=request.user)
    return done(request, reverse("accounts:policies"), _("The policy has been changed.") if changed else _("Nothing to change."))


@page(may="administer")
@require_POST
def policy_take_back(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Cancel a planned change."""
    row = get_object_or_404(Policy, pk=policy_id)
    row.take_back(by=request.user)
    return done(request, reverse("accounts:policy", args=[row.key]), _("The planned change has been cancelled."))


def number_of(key: str) -> Number:
    if key not in numbers:
        raise Http404
    return numbers[key]


def show(request: StaffRequest, number: Number, form: PolicyForm) -> HttpResponse:
    """The page of one number; with a valid form it shows the preview for the centres that the user administers.

    Costs 2 queries, and those of the preview.
    """
    today = timezone.localdate()
    rows = [(row, number.in_words(row.value), row.valid_from > today) for row in rows_by_key()[number.key][::-1]]
    context: dict[str, object] = {
        "number": number,
        "form": form,
        "rows": rows,
        "today": number.in_words(number.on(today)),
        "default": number.in_words(number.default),
        "bounds": (number.in_words(number.lowest), number.in_words(number.highest)),
        "may_change": request.user.may_everywhere("administer"),
    }
    is_refused = form.is_bound and not form.is_valid()
    if form.is_bound and not is_refused:
        value, administered = form.cleaned_data["value"], Centre.objects.where(request.user, may="administer")
        found = outlook(number, value, on=today, at=administered)
        context |= {"sent": form.cleaned_data, "new_value": number.in_words(value), "outlook": found}
    return render(request, "accounts/policy.html", context, status=422 if is_refused else 200)

"""Tier and phase of a company: why, since when, and a person's decision instead."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Unpack

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.customers.models.company import StandingBasis
from accounts.customers.models.standing import CHOICES
from accounts.models import Axis, Company, Standing
from accounts.staff.requests import StaffRequest
from contacts.reasons.spans import LOYAL_SPAN, SILENT_TIMES
from fleetportal.core import days
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, offer_choices
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page

LONGEST = timedelta(days=366)

# reason of the rule -> its words; the names are those of the rule's facts
WORDS: Mapping[str, object] = {
    "fleet": _("estimated from the fleet, because no turnover and margin are known: %(vehicles)s vehicles from us"),
    "no_fleet": _("no vehicle from us"),
    "nothing_bought": _("nothing bought yet, no visit to the workshop"),
    "lost": _("no vehicle from us and no visit since %(since)s"),
    "deliveries": _("%(count)s deliveries in %(span)s"),
    "long_customer": _("customer since %(since)s, contracts running, %(count)s visits in a year"),
    "second_delivery": _("deliveries on %(count)s days"),
    "second_contract": _("%(count)s contracts"),
    "two_years": _("visits in two different years"),
    "complaint": _("a complaint of %(since)s is still open"),
    "no_successor": _("a contract ended on %(since)s without a successor"),
    "fleet_down": _("%(vehicles)s vehicles from us, %(before)s a year ago"),
    "fewer_visits": _("%(count)s visits in a year, %(before)s in the year before"),
    "silence": _("nobody has spoken with them since %(since)s, %(times)s × the time agreed for their tier"),
    "new": _("customer since %(since)s"),
    "bought_once": _("bought once, nothing since"),
}


def in_words(row: Standing) -> str:
    """Why: the reason of the rule, or of whoever decided."""
    if row.reason == Standing.DECIDED:
        until = days.long(row.until) if row.until else ""
        who = str(row.by or gettext("somebody whose account was deleted"))
        return gettext("decided by %(who)s until %(until)s: %(why)s") % {"who": who, "until": until, "why": row.given_reason}
    day = timezone.localdate(row.at)
    policies = {"months": LOYAL_SPAN.on(day), "times": SILENT_TIMES.on(day)}  # for rows from before they were kept with the facts
    shown = policies | {name: day_of(fact) if name == "since" else fact for name, fact in row.facts.items()}
    shown["span"] = LOYAL_SPAN.in_words(int(shown["months"]))
    return str(WORDS[row.reason]) % shown if row.reason in WORDS else ""


def day_of(text: str) -> str:
    return days.long(date.fromisoformat(text))


def panel(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    """The latest change on each axis, with its reason; what makes a tier only for users who hold `see_value`. Costs 1 query."""
    latest: dict[str, Standing] = {}
    for row in company.standings.select_related("by").newest_first()[:20]:
        latest.setdefault(row.axis, row)
    lines = []
    for axis in Axis:
        last, value = latest.get(axis.value), getattr(company, axis.value)
        known = last if last is not None and last.value == value else None
        why = in_words(known) if known else _("entered with the company") if value not in ("", "prospect") else ""
        label = dict(CHOICES[axis]).get(value, _("none yet"))
        shown = why if axis != Axis.TIER or "see_value" in held else ""
        is_decided = getattr(company, f"{axis.value}_basis") == StandingBasis.PERSON
        line = {
            "page": f"contacts:standing_{axis.value}",
            "name": axis.label,
            "label": label,
            "why": shown,
            "since": known.at if known else None,
        }
        lines.append({**line, "is_decided": is_decided})
    return {"company": company, "lines": lines}


class StandingForm(forms.Form):
    """Another value than the rule's, with a reason and an end."""

    value = forms.ChoiceField(widget=forms.RadioSelect)
    given_reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("What do you know that the portal doesn’t?"))
    until = DayField(label=_("Holds until"))

    def __init__(self, data: FormData = None, *, axis: Axis, company: Company, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer_choices(self, "value", CHOICES[axis])
        self.fields["value"].label = axis.label
        self.initial = {"value": getattr(company, axis.value), "until": timezone.localdate() + timedelta(days=180)}

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if not timezone.localdate() <= until <= timezone.localdate() + LONGEST:
            raise forms.ValidationError(_("Choose a day within a year from today; then the rule decides again."))
        return until


def company_of(request: StaffRequest, company_id: int) -> Company:
    return get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def decide(request: StaffRequest, company_id: int, axis: str) -> HttpResponse:
    """Decides a tier or phase; writes only by POST."""
    company, which = company_of(request, company_id), Axis(axis)
    form = StandingForm(request.POST or None, axis=which, company=company)
    back = reverse("accounts:company", args=[company.pk])
    if form.is_valid():
        values = form.cleaned_data
        Standing.decide(company, which, values["value"], given_reason=values["given_reason"], until=values["until"], by=request.user)
        return done(request, back, _("Decided. It holds until the day you chose."))
    return ask(request, form, title=which.label, save=_("Decide"), back=back, trail=(company.name, back))


@page(may="serve_customers")
@require_POST
def leave_to_rule(request: StaffRequest, company_id: int, axis: str) -> HttpResponse:
    """Ends a person's decision."""
    company, which = company_of(request, company_id), Axis(axis)
    Standing.leave_to_rule(company, which, by=request.user)
    return done(request, reverse("accounts:company", args=[company.pk]), _("The rule decides again, within seconds."))

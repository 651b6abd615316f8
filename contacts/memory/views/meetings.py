"""Meetings for staff: the list, proposing times, and one meeting with its sides and steps."""

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company, User
from accounts.staff.requests import StaffRequest
from contacts.memory.actions import meetings
from contacts.memory.filters import MeetingFilter
from contacts.memory.forms.meeting import FixForm, HoldForm, ProposeForm, TimesForm
from contacts.memory.models.meeting import Meeting, MeetingQuerySet, SideBusy
from contacts.memory.tables import MeetingTable
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import ask, done, page


class MeetingList(ListPage[MeetingQuerySet]):
    name = "meetings"
    title = _("Meetings")
    may = "serve_customers"
    table_class = MeetingTable
    filterset_class = MeetingFilter
    rows_template = "contacts/_meeting_rows.html"
    presets = (
        Preset(_("Not held yet"), ""),
        Preset(_("Proposed"), "state=proposed"),
        Preset(_("Fixed"), "state=fixed"),
        Preset(_("All"), "state=all"),
    )
    empty = Empty(
        _("No meetings yet"),
        _(
            "Once a year three sides meet: the company’s decision-maker, you, and someone from our management. "
            "You can plan a meeting from the company’s page."
        ),
        _("Go to companies"),
        "accounts:companies",
        "see_customers",
    )

    def get_queryset(self, user: User) -> MeetingQuerySet:
        return Meeting.objects.where(user, may="serve_customers")

    def sort_of(self, query: QueryDict) -> list[str]:
        """Meetings to be held with the next one first, all others with the newest first."""
        return super().sort_of(query) or ([] if query.get("state") in ("held", "cancelled", "all") else ["begins"])

    def exportable(self, rows: MeetingQuerySet, user: User) -> MeetingQuerySet:
        return rows.where(user, may="export")


def the_meeting(request: StaffRequest, meeting_id: int) -> Meeting:
    """The meeting, if the user serves its company, otherwise 404. Costs 1 query."""
    rows = Meeting.objects.where(request.user, may="serve_customers").for_list()
    return get_object_or_404(rows, pk=meeting_id)


def meeting_url(meeting: Meeting) -> str:
    return reverse("contacts:meeting", args=[meeting.pk])


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: StaffRequest, company_id: int) -> HttpResponse:
    """Proposes up to three times; the decision-maker is sent a link to choose one."""
    companies = Company.objects.where(request.user, may="serve_customers").select_related("centre")
    company = get_object_or_404(companies, pk=company_id)
    form = ProposeForm(request.POST if request.method == "POST" else None, company=company, user=request.user)
    if form.is_valid():
        known = {name: form.cleaned_data[name] for name in ("decision_maker", "director", "location")}
        try:
            meeting = meetings.propose(company, form.times, account_manager=request.user, by=request.user, **known)
            return done(request, meeting_url(meeting), written_in_words(meeting))
        except SideBusy as refusal:
            form.add_error(None, str(refusal))
    back = reverse("accounts:company", args=[company.pk])
    return ask(request, form, title=_("Propose an annual meeting"), save=_("Propose these times"), back=back, trail=(company.name, back))


def written_in_words(meeting: Meeting) -> object:
    if meeting.is_offer_told:
        return _("%s will receive the times by e-mail, with a link to choose one.") % meeting.decision_maker
    return _("There is no e-mail address. Agree on a time by telephone, then fix it here.")


@page(may="serve_customers")
@require_safe
def meeting(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """One meeting: its participants, times and state, and the next steps."""
    return render(request, "contacts/meeting.html", {"meeting": the_meeting(request, meeting_id)})


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def times(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """Proposes other times."""
    found = the_meeting(request, meeting_id)
    form = TimesForm(request.POST if request.method == "POST" else None, company=found.company, lasts=found.lasts_minutes)
    if form.is_valid():
        try:
            meetings.offer(found, form.times, by=request.user)
            return done(request, meeting_url(found), written_in_words(found))
        except SideBusy as refusal:
            form.add_error(None, str(refusal))
    return ask_about(request, found, form, title=_("Propose other times"), save=_("Propose these times"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def fix(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """Fixes or moves the time, and sends a calendar entry."""
    found = the_meeting(request, meeting_id)
    form = FixForm(request.POST if request.method == "POST" else None, meeting=found)
    if form.is_valid():
        try:
            meetings.fix(found, form.starts_at, by=request.user, location=form.cleaned_data["location"])
            return done(request, meeting_url(found), _("The time is fixed. The calendar entry will follow by e-mail."))
        except SideBusy as refusal:
            form.add_error("at", str(refusal))
    return ask_about(request, found, form, title=_("Move the meeting") if found.is_fixed else _("Fix the time"), save=_("Fix the time"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def hold(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """Records that the meeting took place."""
    found = the_meeting(request, meeting_id)
    form = HoldForm(request.POST if request.method == "POST" else None, meeting=found)
    if form.is_valid():
        meetings.hold(found, by=request.user, minutes=form.cleaned_data["minutes"], held_at=form.held_at)
        return done(request, meeting_url(found), _("The meeting is on the timeline. The next one is due in a year."))
    return ask_about(request, found, form, title=_("The meeting took place"), save=_("Yes, it took place"))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def cancel(request: StaffRequest, meeting_id: int) -> HttpResponse:
    """Cancels the meeting, after a confirmation because the decision-maker gets a message."""
    found = the_meeting(request, meeting_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        meetings.cancel(found, by=request.user)
        return done(request, meeting_url(found), _("The meeting has been called off."))
    return ask_about(request, found, form, title=_("Call off the meeting"), save=_("Call off"))


def ask_about(request: StaffRequest, found: Meeting, form: object, *, title: object, save: object) -> HttpResponse:
    return ask(request, form, title=title, save=save, back=meeting_url(found), trail=(found.company.name, meeting_url(found)))

"""This app's panels in the dossier and on vehicle pages, and the registry of panels on a person's page."""

from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.panels import DossierFigure, Later, Panel
from accounts.models import Company, Vehicle
from accounts.staff.requests import StaffRequest
from contacts.consent.models import addresses_with_consents
from contacts.memory.calling import CALLING, calling_at_company
from contacts.memory.forms.contact import LogForm
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Interaction
from contacts.memory.models.meeting import Meeting, MeetingState
from contacts.memory.models.task import Task
from contacts.people.icons import GROUP_ICONS
from contacts.people.models.holders import Holder, VehicleDriver
from contacts.people.models.roles import GROUPS, Group
from contacts.reasons.explaining import explain
from contacts.reasons.planning import reason_is_gone
from fleetportal.core import days
from fleetportal.core.registry import Registry
from fleetportal.core.templatetags.portal import days_in_words
from fleetportal.core.web.lists import Bulk

SHOWN_PEOPLE = 6
SHOWN_REASONS = 5
SHOWN_TASKS = 8

person_panels: Registry[Panel] = Registry("person panels")
person_actions: Registry[Bulk] = Registry("actions on selected people")


def people(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    """The three target groups side by side, each with its people or an empty chair. Costs at most 9 queries."""
    return {"company": company, "groups": [column(company, group) for group in Group]}


def column(company: Company, group: Group) -> dict[str, Any]:
    running = GROUPS[group]._default_manager.running(on=timezone.localdate()).filter(company=company)
    first = (
        running.annotate(may_be_called=calling_at_company())
        .select_related("person")
        .prefetch_related(addresses_with_consents("person__"))
        .order_by("person__name_folded", "pk")
    )
    roles = list(first[: SHOWN_PEOPLE + 1])
    for role in roles:
        role.calling = CALLING[role.may_be_called]
    count = running.count() if len(roles) > SHOWN_PEOPLE else len(roles)
    return {
        "group": group,
        "icon": GROUP_ICONS[group],
        "roles": roles[:SHOWN_PEOPLE],
        "count": count,
        "more": count - SHOWN_PEOPLE,
        "wanting": wanting(company, group),
    }


def wanting(company: Any, group: Group) -> int:
    """The number of vehicles without a person of this group: personal ones for users, functional ones for drivers."""
    if group == Group.DECISION_MAKER:
        return int(company.fleet_size)
    return int(company.personal_count) if group == Group.USER else int(company.fleet_size - company.personal_count)


def last_contact(request: StaffRequest, company: Company, held: set[str]) -> DossierFigure | None:
    """The date of the last real contact."""
    if "see_customers" not in held:
        return None
    last = Interaction.objects.filter(company=company).real().select_related("person").order_by("-happened_at").first()
    if last is None:
        return DossierFigure(_("Last contact"), "–", _("no contact yet"))
    return DossierFigure(
        _("Last contact"), days_in_words((timezone.localtime(last.happened_at).date() - timezone.localdate()).days), last.person or ""
    )


def meeting_ahead(company: Company) -> Meeting | None:
    """The next meeting that is fixed. Costs 1 query for each company of a request."""
    if "_meeting_ahead" not in vars(company):
        ahead = Meeting.objects.filter(company=company, state=MeetingState.FIXED, starts_at__gte=timezone.now())
        found = ahead.select_related("decision_maker", "director", "company__centre").order_by("starts_at").first()
        vars(company)["_meeting_ahead"] = found
    meeting: Meeting | None = vars(company)["_meeting_ahead"]
    return meeting


def next_meeting(request: StaffRequest, company: Company, held: set[str]) -> DossierFigure | None:
    """The next meeting that is fixed, and with whom of ours."""
    if "see_customers" not in held:
        return None
    meeting = meeting_ahead(company)
    if meeting is None or meeting.begins is None:
        return DossierFigure(_("Next meeting"), "–", _("none arranged"))
    with_whom = (
        _("annual, with %s") % meeting.director if meeting.is_annual and meeting.director else _("annual") if meeting.is_annual else ""
    )
    address = reverse("contacts:meeting", args=[meeting.pk]) if "serve_customers" in held else ""
    return DossierFigure(_("Next meeting"), f"{days.short_day(meeting.begins)}, {days.clock(meeting.begins)}", with_whom, address)


def log(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    """The form for logging a call, with the person of the last contact preselected."""
    last, _has_complaint = last_person_and_complaint(company)
    said = {"person": request.GET.get("person") or last}
    form = LogForm(company=company, user=request.user, on=company.centre.today(timezone.now()), initial=said)
    return {"company": company, "form": form}


def complaints_of(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object] | None:
    """The open complaints, for the band above everything; nothing where there are none. Costs 1 query where there are any."""
    _last, has_complaint = last_person_and_complaint(company)
    if not has_complaint:
        return None
    found = Complaint.objects.open().filter(company=company).select_related("person", "owner").in_order()
    return {"company": company, "complaints": list(found), "today": company.centre.today(timezone.now())}


def last_person_and_complaint(company: Company) -> tuple[int | None, bool]:
    """The person of the last contact, and whether a complaint is open. Costs 1 query for each company of a request."""
    kept: tuple[int | None, bool] | None = vars(company).get("_person_and_complaint")
    if kept is None:
        last = Interaction.objects.filter(company=OuterRef("pk")).exclude(person=None).order_by("-happened_at", "-pk").values("person")
        open_ones = Complaint.objects.open().filter(company=OuterRef("pk"))
        found = Company.objects.filter(pk=company.pk).annotate(last_person=Subquery(last[:1]), complains=Exists(open_ones))
        kept = vars(company)["_person_and_complaint"] = found.values_list("last_person", "complains").get()
    return kept


def log_button(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    return {"company": company}


def tasks(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object] | None:
    """The company's open tasks with their owners, and its next meeting; nothing where there is neither. Costs 2 queries."""
    theirs = Task.objects.filter(company=company).open().annotate(reason_is_gone=reason_is_gone())
    found = list(theirs.in_order().select_related("owner", "person")[: SHOWN_TASKS + 1])
    meeting = meeting_ahead(company)
    if not found and meeting is None:
        return None
    shown, more = found[:SHOWN_TASKS], len(found) > SHOWN_TASKS
    return {"company": company, "tasks": shown, "more": more, "meeting": meeting, "on": timezone.localdate()}


def company_timeline(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    """The placeholder of the timeline; its lines are loaded after the page."""
    return {"later": reverse("contacts:company_timeline", args=[company.pk])}


def why_now(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object] | None:
    """The company's reasons, computed by the rules, those in the queue first, and what each rule says. Costs 45 queries."""
    answers = explain(company, on=company.centre.today(timezone.now()), today=timezone.localdate())
    found = [finding for answer in answers for finding in answer.findings]
    found.sort(key=lambda finding: (not finding.is_in_queue, -finding.reason.weight))
    found = [finding for finding in found if not finding.is_off]
    quiet = [(answer.rule, answer.why_off or answer.rule.absent, answer) for answer in answers if answer.is_off or not answer.findings]
    return {"company": company, "found": found[:SHOWN_REASONS], "more": max(0, len(found) - SHOWN_REASONS), "quiet": quiet}


def reasons_there(company: Company) -> int:
    """About how many lines "Why now" will have. Costs 1 query."""
    return min(SHOWN_REASONS, company.reasons.count())


def vehicle_people(request: StaffRequest, vehicle: Vehicle, held: set[str]) -> dict[str, object]:
    """Holders or drivers, current ones first."""
    holders = Holder.objects.filter(vehicle=vehicle).select_related("user__person").order_by("-starts_on", "-pk")
    drives = VehicleDriver.objects.filter(vehicle=vehicle).select_related("driver__person").order_by("-starts_on", "-pk")
    return {"vehicle": vehicle, "holders": holders, "drives": drives, "today": timezone.localdate()}


why_now_later = Later(_("Why now"), "contacts:company_why_now", _("No reason to get in touch right now."), reasons_there)
why_now_panel = Panel("contacts/_dossier_why_now.html", why_now, may="serve_customers", later=why_now_later)

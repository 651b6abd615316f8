"""Registers this app's pages, panels, columns and search with the floors below."""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers import finding
from accounts.customers.panels import Panel, company_columns, dossier_figures, dossier_panels, vehicle_columns, vehicle_panels
from accounts.models import CompanyIds, User, derived, in_reach
from accounts.staff.leaving import still_assigned
from contacts.consent import unsubscribe
from contacts.memory import timeline
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import NOTE, mend_last_contacts
from contacts.memory.models.meeting import Meeting, MeetingQuerySet
from contacts.memory.models.task import Task
from contacts.pages import columns, panels, standing
from contacts.people.actions.doubles import find_shortened
from contacts.people.models.person import Person
from contacts.today.day import CalendarLine, appointments
from fleetportal.core import links
from fleetportal.core.web.pages import NavigationEntry, navigation

# kind of an interaction -> icon, text, tone
LINES: dict[str, tuple[str, object, str]] = {
    NOTE: ("pencil", _("Note"), ""),
    "service_visit": ("tool", _("Service visit"), ""),
    "meeting.proposed": ("mail", _("Annual meeting times proposed"), ""),
    "meeting.fixed": ("calendar-plus", _("Annual meeting time fixed"), ""),
    "meeting.cancelled": ("x", _("Annual meeting cancelled"), ""),
    "mail.received": ("mail", _("E-mail received"), ""),
    "mail.away": ("clock-pause", _("Automatic reply"), ""),
    "mail.bounced": ("alert-triangle", _("E-mail not delivered"), "stop"),
    "mail.unsubscribed": ("hand-stop", _("Wants no more e-mails"), "stop"),
    "complaint.answered": ("message-2", _("Complaint answered"), "ok"),
    "meeting.held": ("users", _("Annual meeting held"), "ok"),
}


def tasks_left_with(user: User, seen_by: User) -> str:
    """The open tasks of `user`."""
    count = Task.objects.where(seen_by, may="administer").open().filter(owner=user).count()
    return ngettext("%(count)d open task", "%(count)d open tasks", count) % {"count": count} if count else ""


def complaints_left_with(user: User, seen_by: User) -> str:
    """The complaints that `user` has not answered yet."""
    count = Complaint.objects.where(seen_by, may="administer").open().filter(owner=user).count()
    return ngettext("%(count)d open complaint", "%(count)d open complaints", count) % {"count": count} if count else ""


def meetings_left_with(user: User, seen_by: User) -> str:
    """The meetings that `user` leads and that were not held yet."""
    reach = in_reach(seen_by, may="administer")
    count = Meeting.objects.open().filter(account_manager=user, company__in=reach).count()
    return ngettext("%(count)d meeting", "%(count)d meetings", count) % {"count": count} if count else ""


def register() -> None:
    derived.register("last contacts", mend_last_contacts, weight=11)
    derived.register("doubles", find_shortened, weight=13)
    links.scopes[unsubscribe.SCOPE] = "contacts:preferences"
    today = NavigationEntry(_("Today"), "sun", "contacts:today", "serve_customers", on_phone=True, starts_for="serve_customers")
    navigation.register("today", today, weight=10)
    navigation.register("people", NavigationEntry(_("People"), "users", "contacts:people", "see_customers"), weight=35)
    duplicates = NavigationEntry(_("Duplicates"), "users-group", "contacts:duplicates", "serve_customers", group=2)
    navigation.register("duplicates", duplicates, weight=85)
    navigation.register("inbox", NavigationEntry(_("Unknown senders"), "mailbox", "contacts:inbox", "sort_mail", group=2), weight=86)
    navigation.register("tasks", NavigationEntry(_("Tasks"), "list-check", "contacts:tasks", "serve_customers"), weight=15)
    quick = NavigationEntry(_("Task or note"), "plus", "contacts:task_about", "serve_customers", in_rail=False)
    navigation.register("quick_add", quick, weight=95)
    links.scopes["meeting"] = "contacts:meeting_link"
    navigation.register("meetings", NavigationEntry(_("Meetings"), "calendar-event", "contacts:meetings", "serve_customers"), weight=50)
    appointments.register("meetings", meetings_of)
    still_assigned.register("tasks", tasks_left_with)
    still_assigned.register("meetings", meetings_left_with)
    still_assigned.register("complaints", complaints_left_with)
    timeline.say(LINES)
    finding.findable.register("people", finding.Findable(_("People"), "users", people, person_page, roles), weight=20)
    dossier_panels.register(
        "log_button", Panel("contacts/_log_button.html", panels.log_button, position="actions", may="meet_customers"), weight=10
    )
    dossier_panels.register("task_button", Panel("contacts/_task_button.html", panels.log_button, "actions", "serve_customers"), weight=20)
    dossier_panels.register("standing", Panel("contacts/_dossier_standing.html", standing.panel), weight=8)
    dossier_panels.register("tasks", Panel("contacts/_dossier_tasks.html", panels.tasks, may="serve_customers"), weight=7)
    dossier_panels.register("log", Panel("contacts/_log_panel.html", panels.log, position="aside", may="meet_customers"), weight=10)
    complained = Panel("contacts/_dossier_complaints.html", panels.complaints_of, position="top", may="meet_customers")
    dossier_panels.register("complaints", complained, weight=1)
    dossier_panels.register("why_now", panels.why_now_panel, weight=5)
    dossier_panels.register("people", Panel("contacts/_dossier_people.html", panels.people, may="meet_customers"), weight=10)
    dossier_panels.register("timeline", Panel("contacts/_dossier_timeline.html", panels.company_timeline), weight=30)
    dossier_figures.register("next_meeting", panels.next_meeting, weight=35)
    dossier_figures.register("last_contact", panels.last_contact, weight=40)
    vehicle_panels.register("people", Panel("contacts/_vehicle_people.html", panels.vehicle_people), weight=10)
    company_columns.register("known", columns.coverage, weight=20)
    company_columns.register("last_contact", columns.last_contact, weight=30)
    vehicle_columns.register("holder", columns.holder, weight=10)
    timeline.renderers.register("contact", timeline.contact)


def people(user: User) -> QuerySet[Person]:
    return Person.objects.visible_to(user).with_addresses().with_roles_seen_by(user)


def person_page(person: Person) -> str:
    return reverse("contacts:person", args=[person.pk])


def roles(person: Person, user: object) -> str:
    """The roles of a person and their companies; only companies the user may see are named."""
    return "; ".join(f"{role.job_title or role.group.label}, {role.company.name}" for role in person.roles_now)


def meetings_of(user: User, on: date) -> list[CalendarLine]:
    """The user's meetings of that day. Costs 1 query."""
    first = timezone.make_aware(datetime.combine(on, time.min))
    reach = in_reach(user, may="serve_customers")
    return [
        CalendarLine(row.begins, row.company.name, meeting_in_words(row), reverse("contacts:meeting", args=[row.pk]))
        for row in fixed_between(reach, user, first, first + timedelta(days=1))
    ]


def fixed_between(reach: CompanyIds, user: User, first: datetime, last: datetime) -> MeetingQuerySet:
    rows = Meeting.objects.filter(company__in=reach).on(user, first=first, last=last).order_by("starts_at", "pk")
    shown = ("starts_at", "location", "company__name", "company__centre__time_zone")
    names = ("decision_maker__first_name", "decision_maker__last_name")
    return rows.select_related("company__centre", "decision_maker").only(*shown, *names)


def meeting_in_words(meeting: Meeting) -> str:
    who = str(meeting.decision_maker) if meeting.decision_maker else ""
    return ", ".join(part for part in (str(_("Annual meeting")), who, meeting.location) if part)

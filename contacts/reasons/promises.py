"""Reasons that we owe: a promise that was not kept, a complaint that is open."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.staff.models.centre import day_in
from accounts.staff.models.policy import Unit, declare
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.task import Task
from contacts.people.models.roles import Group
from contacts.reasons.rule import FoundReason, Rule
from contacts.reasons.who import MET_AS, groups_of
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

PROMISE_DAYS = declare(
    "reason_promise_days",
    default=3,
    unit=Unit.DAYS,
    lowest=1,
    highest=60,
    subject=gettext_lazy("Reasons"),
    name=gettext_lazy("Promise not kept"),
    about=gettext_lazy("A task that is this many days overdue is a reason to get in touch with the customer."),
    weight=91,
)


class PromiseNotKept(Rule):
    """A task for a company is overdue: the customer should hear from us before they ask."""

    name, icon, doing, value = "promise_not_kept", "phone", gettext_lazy("Call"), 24
    is_private = True  # a task may say anything of a customer
    title = gettext_lazy("Promise not kept")
    about = gettext_lazy("A task for the company is overdue by some days. Answers to complaints have a rule of their own.")
    numbers = (PROMISE_DAYS,)
    called = gettext_lazy("a promise not kept")
    absent = gettext_lazy("Nothing that we promised is overdue.")
    asks = Group.DECISION_MAKER
    rest = relativedelta(weeks=1)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        answers = Complaint.objects.filter(task_id=OuterRef("pk"))
        late = Task.objects.open().filter(due_on__lte=on - timedelta(days=PROMISE_DAYS.on(on)), company__in=companies.active().values("pk"))
        columns = ("pk", "company_id", "person_id", "title", "due_on")
        rows = list(late.filter(~Exists(answers)).order_by("pk").values_list(*columns))
        groups = groups_of({person for _pk, _company, person, _title, _due in rows if person}, companies, on=on)
        for pk, company, person, title, due_on in rows:
            group = groups.get((person, company))
            facts = {"title": title, "due_on": due_on.isoformat()}
            yield FoundReason(company, str(pk), group or MET_AS, due_on=due_on, facts=facts, person=person if group else None)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"what": facts["title"], "day": days.day_and_month(date.fromisoformat(facts["due_on"]))}
        return _("“%(what)s” was promised for %(day)s and has not been done.") % values


class OpenComplaint(Rule):
    """A complaint is open: whoever complained hears from us until it is answered."""

    name, icon, doing, value = "open_complaint", "phone", gettext_lazy("Call"), 34
    title = gettext_lazy("Open complaint")
    about = gettext_lazy("A complaint has not been answered. The card is due on the day for which the answer was promised.")
    called = gettext_lazy("an open complaint")
    absent = gettext_lazy("No complaint is open.")
    asks = Group.DECISION_MAKER
    rest = relativedelta(days=3)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        found = Complaint.objects.open().filter(company__in=companies.values("pk")).order_by("pk")
        columns = ("pk", "company_id", "person_id", "answer_due_on", "entered_at", "company__centre__time_zone")
        rows = list(found.values_list(*columns))
        groups = groups_of({row[2] for row in rows if row[2]}, companies, on=on)
        for pk, company, person, due_on, entered_at, zone in rows:
            group = groups.get((person, company))
            facts = {"since": day_in(zone, entered_at).isoformat(), "due_on": due_on.isoformat()}
            yield FoundReason(company, str(pk), group or MET_AS, due_on=due_on, facts=facts, person=person if group else None)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        since, due_on = (days.day_and_month(date.fromisoformat(facts[name])) for name in ("since", "due_on"))
        return _("A complaint has been open since %(since)s. We promised an answer by %(day)s.") % {"since": since, "day": due_on}

"""Verbs of complaints: open one with its task, answer it, drop one that was opened by mistake."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, TouchedCompany, responsible_for
from contacts.memory.models.complaint import ANSWER_WITHIN, Complaint, ComplaintAnswered, working_days_after
from contacts.memory.models.interaction import Interaction, Outcome
from contacts.memory.models.interaction import record as record_interaction
from contacts.memory.models.task import Task
from contacts.people.models.person import Person
from fleetportal.core import audit
from fleetportal.core.db import lock

if TYPE_CHECKING:
    from accounts.models import User

TITLE = 200


def promised(on: date) -> date:
    """By when a complaint of that day is answered, where nothing else is agreed."""
    return working_days_after(on, ANSWER_WITHIN)


def complain(
    company: Company,
    *,
    person: Person | None,
    text: str,
    by: "User",
    on: date,
    answer_due_on: date | None = None,
    owner: "User | None" = None,
    now: datetime | None = None,
) -> Complaint:
    """A new complaint, with a task for who answers it: `owner`, else who is responsible for the company, else the user; `now` is the
    time of entry, if it was earlier.

    While it is open nothing promotional leaves to the company. Costs 6 queries at most.
    """
    with transaction.atomic():
        responsible = responsible_for(company, on=on)
        owner = owner or (responsible if responsible and responsible.is_active else by)
        due_on = answer_due_on or promised(on)
        title = (_("Answer a complaint: %(words)s") % {"words": text})[:TITLE]
        task = Task.plan(company, title, due_on=due_on, owner=owner, by=by, person=person, now=now)
        facts = {"answer_due_on": due_on, "owner": owner, "task_id": task.pk, "entered_at": now or timezone.now()}
        complaint = Complaint.objects.create(company=company, person=person, text=text, **facts)
        audit.record("complaint.opened", complaint, by=by, facts={"company": company.pk, "owner": owner.pk}, at=now)
        TouchedCompany.add(company)
        return complaint


def log_contact(
    company: Company,
    *,
    person: Person | None,
    outcome: str,
    text: str,
    by: "User",
    answer_due_on: date | None = None,
    owner: "User | None" = None,
    **facts: Any,
) -> Interaction:
    """Log a contact; one who complained has a complaint opened with it, whose answer `owner` gives by `answer_due_on`. Costs 4 queries,
    6 more for a complaint."""
    with transaction.atomic():
        if outcome == Outcome.COMPLAINED:
            on = company.centre.today(timezone.now())
            complain(company, person=person, text=text, by=by, on=on, answer_due_on=answer_due_on, owner=owner)
        return Interaction.log(company, person=person, outcome=outcome, text=text, by=by, **facts)


def answer(complaint: Complaint, *, text: str, learned: str, is_satisfied: bool, by: "User", now: datetime | None = None) -> None:
    """Close the complaint with the answer that the customer was given, what we learned and whether they are satisfied, and its task
    with it; `now` is the time, if it was earlier. All of it is on the timeline and in the history, and the company's phase is settled
    anew.

    Raises ComplaintAnswered. Costs 10 queries at most.
    """
    with transaction.atomic():
        lock(complaint)
        if not complaint.is_open:
            raise ComplaintAnswered(_("This complaint has already been answered: “%(answer)s”") % {"answer": complaint.answer})
        now = now or timezone.now()
        facts = {"answer": text, "learned": learned, "is_satisfied": is_satisfied}
        audit.edit(complaint, {**facts, "answered_at": now}, action="complaint.answered", by=by)
        for task in Task.objects.open().filter(pk=complaint.task_id or 0):
            task.close(result=text[:300], by=by, now=now)
        line = in_words(text, learned, is_satisfied)
        company, person = complaint.company, complaint.person
        record_interaction("complaint.answered", company=company, person=person, by=by, about=complaint, text=line, happened_at=now)


def in_words(text: str, learned: str, is_satisfied: bool) -> str:
    """How a complaint ended, for the timeline."""
    ending = _("The customer is satisfied.") if is_satisfied else _("The customer is not satisfied.")
    return "\n".join([text, _("What we learned: %(words)s") % {"words": learned}, ending])


def withdraw(complaint: Complaint, *, by: "User") -> None:
    """Delete a complaint that was opened by mistake, with its open task. Repeating it changes nothing.

    Raises ComplaintAnswered. Costs 7 queries at most.
    """
    with transaction.atomic():
        try:
            lock(complaint)
        except Complaint.DoesNotExist:  # withdrawn a moment ago
            return
        if not complaint.is_open:
            raise ComplaintAnswered(_("This complaint has already been answered: “%(answer)s”") % {"answer": complaint.answer})
        audit.record("complaint.withdrawn", complaint, by=by, facts={"company": complaint.company_id})
        for task in Task.objects.open().filter(pk=complaint.task_id or 0):
            task.drop(by=by)
        TouchedCompany.add(complaint.company)
        complaint.delete()

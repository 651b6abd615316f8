"""What the outcome of a contact asks for at once: a complaint is opened, a meeting proposed, or a task planned so that nobody forgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from contacts.memory.actions import complaints, meetings
from contacts.memory.actions.free_times import free_times
from contacts.memory.models.complaint import Complaint, working_days_after
from contacts.memory.models.interaction import Outcome
from contacts.memory.models.meeting import Meeting
from contacts.memory.models.task import Task
from contacts.people.models.roles import Group
from contacts.reasons.models import Decision, Reason
from contacts.reasons.rule import OutcomeChip
from fleetportal.core import audit
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

ACTING: tuple[str, ...] = (Outcome.WANTS_MEETING, Outcome.COMPLAINED)
TITLE = 200


@dataclass(frozen=True)
class Asked:
    """The further answers that an outcome asks for; each may be missing."""

    number: str = ""  # the right telephone number
    called: int | None = None  # the id of the wrong one
    times: Sequence[datetime] = ()  # proposed for a meeting
    answer_due_on: date | None = None  # of a complaint
    owner: "User | None" = None


NOTHING_ASKED = Asked()


def follow_up(reason: Reason, chip: OutcomeChip, text: str, asked: Asked, *, by: "User", on: date) -> models.Model | None:
    """The complaint, meeting or task that the outcome asks for; None for the others. Call it inside the verb's transaction."""
    if chip.outcome == Outcome.COMPLAINED:
        company, due_on = reason.company, asked.answer_due_on
        return complaints.complain(company, person=reason.person, text=text, by=by, on=on, answer_due_on=due_on, owner=asked.owner)
    if chip.outcome == Outcome.WANTS_MEETING:
        return meet(reason, text, asked.times, by=by, on=on)
    return None


def meet(reason: Reason, text: str, times: Sequence[datetime], *, by: "User", on: date) -> models.Model:
    """The meeting proposed at `times`; where that can't be done, a task for tomorrow."""
    why = ""
    if times and is_to_be_asked(reason):
        try:
            return meetings.propose(reason.company, times, decision_maker=reason.person, account_manager=by, director=None, by=by)
        except Refused as refusal:
            why = str(refusal)
    title = _("Arrange a meeting with %(who)s") % {"who": reason.person or reason.company}
    title = ": ".join(filter(None, [title, text, why]))[:TITLE]
    return Task.plan(reason.company, title, due_on=working_days_after(on), owner=by, by=by, person=reason.person, reason_key=reason.key)


def is_to_be_asked(reason: Reason) -> bool:
    """True where the person decides, and so may be proposed an annual meeting."""
    return reason.person is not None and reason.group == Group.DECISION_MAKER


def times_for(reason: Reason, *, by: "User", on: date) -> list[datetime]:
    """Three times at which all sides are free; none where no meeting can be proposed.

    Costs 1 query, and 2 for each time looked at.
    """
    if not is_to_be_asked(reason) or Meeting.objects.annual().open().filter(company=reason.company_id).exists():
        return []
    return free_times(reason.company, decision_maker=reason.person, account_manager=by, on=on)


def undo(decision: Decision, *, by: "User") -> None:
    """Remove what the outcome made, if it still exists."""
    if decision.made_type == audit.label(Complaint):
        for complaint in Complaint.objects.filter(pk=decision.made_id or 0).select_related("company"):
            complaints.withdraw(complaint, by=by)
    elif decision.made_type == audit.label(Meeting):
        for meeting in Meeting.objects.open().filter(pk=decision.made_id or 0).select_related("company__centre"):
            meetings.cancel(meeting, by=by)
    else:
        for task in Task.objects.filter(pk=decision.made_id or 0):
            task.drop(by=by)

"""The outcome of a contact: it is logged, and what it asks for is done at once: a complaint is opened, a meeting proposed, a wrong number
struck, or a task planned so that nobody forgets. Today's cards and the stops of contact rounds go through the same door."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from contacts.memory.actions import complaints, meetings
from contacts.memory.actions.free_times import free_times
from contacts.memory.models.complaint import Complaint, working_days_after
from contacts.memory.models.interaction import Interaction, Outcome
from contacts.memory.models.meeting import Meeting
from contacts.memory.models.task import Task
from contacts.people.models.roles import Group
from contacts.reasons.models import Decision
from contacts.reasons.rule import OutcomeChip
from contacts.today import numbers
from contacts.today.occasion import Occasion
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


@dataclass(frozen=True)
class Happened:
    """What an outcome wrote: the line of the timeline, the row that it asked for, and what an undo needs to know."""

    interaction: Interaction
    made: models.Model | None = None
    before: dict[str, object] = field(default_factory=dict)


def happen(about: Occasion, chip: OutcomeChip, *, channel: str, text: str, asked: Asked, by: "User", on: date) -> Happened:
    """Log the contact and do what its outcome asks for: a wrong number is struck and the right one of `asked` entered, a complaint
    opened, a meeting proposed or a task planned. A chip with an effect of its own has that done by its caller.

    Call it inside the verb's transaction. Costs 3 queries, 12 more for a number, up to 30 more for a meeting.
    """
    logged = Interaction.log(about.company, person=about.person, channel=channel, outcome=chip.outcome, text=text, by=by)
    if chip.outcome == Outcome.WRONG_NUMBER:
        return Happened(logged, before=numbers.strike(about, asked.number, called=asked.called, by=by))
    return Happened(logged, None if chip.effect else follow_up(about, chip, text, asked, by=by, on=on))


def follow_up(about: Occasion, chip: OutcomeChip, text: str, asked: Asked, *, by: "User", on: date) -> models.Model | None:
    """The complaint, meeting or task that the outcome asks for; None for the others."""
    if chip.outcome == Outcome.COMPLAINED:
        company, due_on = about.company, asked.answer_due_on
        return complaints.complain(company, person=about.person, text=text, by=by, on=on, answer_due_on=due_on, owner=asked.owner)
    if chip.outcome == Outcome.WANTS_MEETING:
        return meet(about, text, asked.times, owner=asked.owner or by, by=by, on=on)
    return None


def meet(about: Occasion, text: str, times: Sequence[datetime], *, owner: "User", by: "User", on: date) -> models.Model:
    """The meeting with `owner`, proposed at `times`; where that can't be done, a task of theirs for tomorrow."""
    why = ""
    if times and is_to_be_asked(about):
        try:
            return meetings.propose(about.company, times, decision_maker=about.person, account_manager=owner, director=None, by=by)
        except Refused as refusal:
            why = str(refusal)
    title = _("Arrange a meeting with %(who)s") % {"who": about.person or about.company}
    title = ": ".join(filter(None, [title, text, why]))[:TITLE]
    return Task.plan(about.company, title, due_on=working_days_after(on), owner=owner, by=by, person=about.person, reason_key=about.key)


def is_to_be_asked(about: Occasion) -> bool:
    """True where the person decides, and so may be proposed an annual meeting."""
    return about.person is not None and about.group == Group.DECISION_MAKER


def times_for(about: Occasion, *, by: "User", on: date) -> list[datetime]:
    """Three times at which all sides are free; none where no meeting can be proposed.

    Costs 1 query, and 2 for each time looked at.
    """
    if not is_to_be_asked(about) or Meeting.objects.annual().open().filter(company=about.company_id).exists():
        return []
    return free_times(about.company, decision_maker=about.person, account_manager=by, on=on)


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

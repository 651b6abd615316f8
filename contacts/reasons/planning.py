"""What "Plan" makes of a reason whose rule says nothing else: a dated task."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.memory.forms.contact import next_working_day
from contacts.memory.models.task import Task
from contacts.reasons.models import Reason
from contacts.reasons.rule import Planning, rules
from fleetportal.core.web.forms import DayField

if TYPE_CHECKING:
    from accounts.models import User

TITLE = 200


class PlanForm(forms.Form):
    on = DayField(label=_("On"))
    title = forms.CharField(label=_("What needs to be done"), max_length=TITLE)

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past. Choose today or a later day."))
        return day


class TaskPlanning(Planning):
    def form(self, reason: Reason, *, user: "User", data: Any = None) -> PlanForm:
        title = f"{reason.made_by.doing}: {reason.sentence}"[:TITLE]
        return PlanForm(data, initial={"on": next_working_day(timezone.localdate()), "title": title})

    def carry_out(self, reason: Reason, values: dict[str, Any], *, by: "User") -> Task:
        title, day = values["title"], values["on"]
        return Task.plan(reason.company, title, due_on=day, owner=by, by=by, person=reason.person, reason_key=reason.key)

    def undo(self, made_id: int, *, by: "User") -> None:
        task = Task.objects.filter(pk=made_id).first()
        if task:
            task.drop(by=by)


TASK = TaskPlanning()


def planning_for(rule: str) -> Planning:
    """What "Plan" means for reasons of that rule; a rule that is no longer there planned tasks."""
    return (rules[rule].planning if rule in rules else None) or TASK

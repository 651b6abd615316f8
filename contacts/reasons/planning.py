"""The effect of "Plan" on a reason: the one registered for its rule, otherwise a dated task."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.memory.forms.contact import next_working_day
from contacts.memory.models.task import Task
from contacts.reasons.card import ReasonCard
from contacts.reasons.models import Reason
from fleetportal.core.registry import Registry
from fleetportal.core.web.form_options import FormData
from fleetportal.core.web.forms import DayField

if TYPE_CHECKING:
    from accounts.models import User

TITLE = 200


def reason_is_gone() -> Q:
    """The condition on tasks that were planned from a reason which is found no more: a delivery was moved, a contract extended."""
    return Q(~Q(reason_key=""), ~Exists(Reason.objects.filter(key=OuterRef("reason_key"))))


class PlanForm(forms.Form):
    on = DayField(label=_("On"))
    title = forms.CharField(label=_("What needs to be done"), max_length=TITLE)

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past. Choose today or a later day."))
        return day


class Planning:
    """Turns a reason into a dated row, which `undo` removes when the user takes the step back."""

    def form(self, reason: Reason, *, user: "User", data: FormData = None) -> forms.Form:
        """The form under "Plan"; it needs a date field `on` and may have a `note` about other effects."""
        raise NotImplementedError

    def carry_out(self, reason: Reason, values: dict[str, object], *, by: "User") -> models.Model:
        """Make the row from the form's values, inside the caller's transaction."""
        raise NotImplementedError

    def undo(self, made_id: int, *, by: "User") -> None:
        """Remove the row made by `carry_out`, if it still exists."""
        raise NotImplementedError


# rule -> its planning; rules not registered here use a dated task
plannings: Registry[Planning] = Registry("plannings")


class TaskPlanning(Planning):
    def form(self, reason: Reason, *, user: "User", data: FormData = None) -> PlanForm:
        card = ReasonCard(reason)
        title = f"{card.doing}: {card.sentence}"[:TITLE]
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
    """The planning for reasons of that rule; a dated task where none is registered."""
    try:
        return plannings[rule]
    except KeyError:
        return TASK

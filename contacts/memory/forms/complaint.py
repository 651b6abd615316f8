"""What is asked when a complaint is opened, and the form with which it is closed."""

from datetime import date
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User, responsible_for, who_serves
from contacts.memory.actions.complaints import promised
from fleetportal.core.web.forms import DayField

if TYPE_CHECKING:
    from django.forms import BaseForm


class PromiseDayField(DayField):
    """By when an answer was promised: today or later."""

    def __init__(self, *, today: date) -> None:
        super().__init__(label=_("Answer promised by"), required=False, initial=promised(today))
        self.today = today

    def clean(self, value: object) -> date | None:
        day: date | None = super().clean(value)
        if day and day < self.today:
            raise forms.ValidationError(_("This day is in the past. Choose today or a later day."))
        return day


def ask_for_promise(form: "BaseForm", company: Company, *, user: User, on: date) -> None:
    """Gives `form` the fields `answer_due_on` and `owner`: by when a complaint is answered, and by whom. Costs 1 query."""
    form.fields["answer_due_on"] = PromiseDayField(today=on)
    owner = responsible_for(company, on=on) or user
    serving = who_serves(company, on=on).distinct().order_by("last_name", "first_name", "pk")
    form.fields["owner"] = forms.ModelChoiceField(label=_("Who answers"), queryset=serving, required=False, initial=owner.pk)


class ComplaintAnswerForm(forms.Form):
    """What the customer was answered, what we learned, and whether they are satisfied now."""

    answer = forms.CharField(
        label=_("What we answered"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write down what the customer was told.")},
    )
    learned = forms.CharField(
        label=_("What we learned"),
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What caused it, and what we now do differently, so that it doesn’t happen again."),
        error_messages={"required": _("Write down what caused it and what changes. If nothing does, say why.")},
    )
    is_satisfied = forms.TypedChoiceField(
        label=_("Is the customer satisfied?"),
        choices=[("yes", _("Yes, they said so")), ("no", _("No, or they haven’t said"))],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the customer is satisfied.")},
    )

"""Forms for a task and a note of one's own."""

from collections.abc import Sequence
from typing import Any, Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User, who_serves, who_serves_all
from contacts.memory.forms.contact import next_working_day
from contacts.memory.models.task import Task
from contacts.people.models.person import Person
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, offer
from fleetportal.core.web.lists import named

TASK_SIGNS = 200


class NoteForm(forms.Form):
    """What to remember about a company, perhaps about one of its people."""

    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    person = forms.ModelChoiceField(
        label=_("About"), queryset=Person.objects.none(), required=False, empty_label=_("the company as a whole")
    )

    def __init__(self, data: FormData = None, *, company: Company, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, person=Person.objects.at(company).order_by("name_folded", "pk"))


class HandTasksForm(forms.Form):
    """Who does what was promised: a colleague who serves the companies of all the selected tasks."""

    row = forms.CharField(required=False, widget=forms.HiddenInput)  # the keys of the tasks that were shown
    owner = forms.ModelChoiceField(label=_("Hand over to"), queryset=User.objects.none())

    def __init__(self, data: FormData = None, *, tasks: Sequence[Task], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.tasks = tasks
        able = who_serves_all({task.company for task in tasks}, on=timezone.localdate())
        offer(self, owner=able.order_by("last_name", "first_name", "pk"))
        self.fields["owner"].help_text = named(tasks)
        self.initial.setdefault("row", " ".join(str(task.pk) for task in tasks))

    def clean(self) -> dict[str, object]:
        if not self.tasks:
            self.add_error(None, _("No open task is selected. Select at least one in the list first."))
        return super().clean() or {}


class TaskForm(forms.Form):
    """What is promised, by when and by whom."""

    title = forms.CharField(label=_("What is to be done"), max_length=TASK_SIGNS)
    due_on = DayField(label=_("By"))
    owner = forms.ModelChoiceField(label=_("Assigned to"), queryset=User.objects.none(), empty_label=None)
    person = forms.ModelChoiceField(label=_("For"), queryset=Person.objects.none(), required=False, empty_label=_("the company as a whole"))

    def __init__(self, data: FormData = None, *, company: Company, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        today = timezone.localdate()
        self.initial = {"owner": user.pk, "due_on": next_working_day(today), **self.initial}
        serving = who_serves(company, on=today).distinct().order_by("last_name", "first_name", "pk")
        offer(self, person=Person.objects.at(company).order_by("name_folded", "pk"), owner=serving)

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

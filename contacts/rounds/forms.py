"""The forms of contact rounds: plan or edit one, who calls, an outcome with the answers of the script."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Unpack

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, User
from contacts.memory.models.interaction import Outcome
from contacts.people.forms import NO_TELEPHONE, is_telephone
from contacts.people.models.roles import Group
from contacts.rounds.actions.callers import callers_of, still_calling, who_may_call
from contacts.rounds.actions.calling import CHIPS
from contacts.rounds.models import CALLS_A_DAY, CHANNELS, ContactRound, Stop
from contacts.rounds.questions import ANSWER, GOALS, NOTE, Question, fields_of, given
from contacts.today.forms import SENTENCE
from contacts.today.outcomes import Asked
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, RowForm, RowsField, offer

QUESTIONS = 6
LASTS = relativedelta(weeks=6)


class PeriodForm(forms.Form):
    """From when to when."""

    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The end must not be before the beginning."))
        elif last and last < timezone.localdate():
            self.add_error("ends_on", _("This day is in the past. Choose today or a later day."))
        return values


class ScriptMixin(forms.Form):
    """Up to QUESTIONS questions, each with the field that its answer goes to."""

    opening = forms.CharField(
        label=_("How the call begins"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The caller reads this aloud. The questions follow."),
    )

    def add_questions(self, script: Sequence[dict[str, str]]) -> None:
        for number in range(1, QUESTIONS + 1):
            now = script[number - 1] if number <= len(script) else {"words": "", "goes_to": NOTE}
            self.fields[f"question_{number}"] = forms.CharField(
                label=_("Question %(number)d") % {"number": number}, max_length=ANSWER, required=False, initial=now["words"]
            )
            self.fields[f"goes_to_{number}"] = forms.ChoiceField(
                label=_("Its answer goes to"),
                choices=[(goal.code, goal.label) for goal in GOALS.values()],
                initial=now["goes_to"],
                required=False,
            )

    @property
    def asked(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each question, for the template."""
        return ((self[f"question_{number}"], self[f"goes_to_{number}"]) for number in range(1, QUESTIONS + 1))

    @property
    def script(self) -> list[dict[str, str]]:
        values = self.cleaned_data
        words = [(values.get(f"question_{number}", ""), values.get(f"goes_to_{number}") or NOTE) for number in range(1, QUESTIONS + 1)]
        return [{"words": question, "goes_to": goal} for question, goal in words if question]


class PlanRoundForm(PeriodForm, ScriptMixin):
    """A new round, for whoever was chosen."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    goal = forms.CharField(
        label=_("What it is for"),
        max_length=300,
        help_text=_("In one sentence. The caller sees it for anyone who has no reason of their own."),
    )
    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.none())
    group = forms.ChoiceField(label=_("Whom at each company"), choices=Group.choices, widget=forms.RadioSelect, required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS, widget=forms.RadioSelect)
    calls_a_day = forms.IntegerField(label=_("Contacts a day for each person"), min_value=1, max_value=200, initial=CALLS_A_DAY)
    callers = RowsField(label=_("Who calls"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)
    begins = forms.BooleanField(label=_("Start calling at once"), required=False, initial=True)

    def __init__(self, data: FormData = None, *, user: User, chooses_group: bool, **options: Unpack[FormOptions]) -> None:
        on = timezone.localdate()
        centres = Centre.objects.for_entering(user)
        home = user.home_centre if user.home_centre and user.home_centre in centres else centres.first()
        begun = {
            "starts_on": on,
            "ends_on": on + LASTS,
            "centre": home,
            "group": Group.DECISION_MAKER,
            "channel": "phone",
            "callers": [user.pk],
        }
        options["initial"] = begun
        super().__init__(data, **options)
        centre = home.pk if home else None
        if data is not None and self.is_offered(data, centres):
            centre = int(str(data[self.add_prefix("centre")]))
        offer(self, centre=centres)
        chosen = centres.filter(pk=centre or 0).first()
        self.fields["callers"].queryset = who_may_call(chosen) if chosen else User.objects.none()  # type: ignore[attr-defined]
        if not chooses_group:
            del self.fields["group"]
        self.add_questions([])

    def is_offered(self, data: Any, centres: Any) -> bool:
        asked = str(data.get(self.add_prefix("centre"), ""))
        return asked.isascii() and asked.isdigit() and len(asked) < 19 and centres.filter(pk=int(asked)).exists()

    @property
    def now(self) -> dict[str, Any]:
        """What decides about the preview, as far as it was entered rightly; else as the form began."""
        named = ("centre", "channel", "starts_on", "ends_on", "calls_a_day")
        begun = {name: self.get_initial_for_field(self.fields[name], name) for name in named}
        return {**begun, **{name: self.cleaned_data[name] for name in named if self.is_bound and name in self.cleaned_data}}

    @property
    def callers_now(self) -> list[int]:
        """The ids of those who would call."""
        if not self.is_bound:
            return list(self.initial["callers"])
        return [user.pk for user in self.cleaned_data.get("callers", [])]

    @property
    def facts(self) -> dict[str, Any]:
        """The values of the round."""
        values = self.cleaned_data
        named = ("name", "goal", "centre", "channel", "starts_on", "ends_on", "calls_a_day", "opening")
        state = ContactRound.State.RUNNING if values["begins"] else ContactRound.State.PLANNED
        return {**{name: values[name] for name in named}, "script": self.script, "state": state}


class EditRoundForm(RowForm, ScriptMixin):
    """Name, goal, end and script of a round that is not finished."""

    class Meta:
        model = ContactRound
        fields = ("name", "goal", "ends_on", "calls_a_day", "opening")
        field_classes = {"ends_on": DayField}

    def __init__(self, *args: Any, contact_round: ContactRound, **kwargs: Any) -> None:
        super().__init__(*args, instance=contact_round, **kwargs)
        self.add_questions(contact_round.script)

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        if day < self.instance.starts_on:
            raise forms.ValidationError(_("The end must not be before the beginning."))
        return day

    @property
    def values(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()} | {"script": self.script}


class CopyForm(PeriodForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    field_order = ("name", "starts_on", "ends_on")

    def __init__(self, data: FormData = None, *, contact_round: ContactRound, **options: Unpack[FormOptions]) -> None:
        on = timezone.localdate()
        lasts = contact_round.ends_on - contact_round.starts_on
        options["initial"] = {"name": contact_round.name, "starts_on": on, "ends_on": on + lasts}
        super().__init__(data, **options)


class CloseRoundForm(forms.Form):
    summary = forms.CharField(
        label=_("Outcome and lessons learned"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Sum up the outcome in a sentence or two.")},
    )


class CallerForm(forms.Form):
    """Somebody more who calls in the round."""

    user = forms.ModelChoiceField(
        label=_("Colleague or outside agent"), queryset=User.objects.none(), error_messages={"required": _("Choose who calls.")}
    )

    def __init__(self, data: FormData = None, *, contact_round: ContactRound, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, user=who_may_call(contact_round.centre).exclude(pk__in=callers_of(contact_round).values("pk")))


class AssignStopForm(forms.Form):
    """Who makes one contact, and when."""

    user = forms.ModelChoiceField(label=_("Who calls"), queryset=User.objects.none())
    day = DayField(label=_("On"))

    def __init__(self, data: FormData = None, *, stop: Stop, **options: Unpack[FormOptions]) -> None:
        options["initial"] = {"user": stop.assigned_to_id, "day": stop.day}
        super().__init__(data, **options)
        offer(self, user=still_calling(stop.contact_round))


class LaterForm(forms.Form):
    day = DayField(label=_("Call back on"))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past. Choose today or a later day."))
        return day


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label=_("The workbook, with the outcomes filled in"),
        max_length=200,
        error_messages={"required": _("Choose the workbook."), "empty": _("This file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.tsv,.txt"}),
    )


class CallForm(forms.Form):
    """What came of a call, with the answers to the script."""

    text = forms.CharField(
        label=_("In one sentence"), max_length=SENTENCE, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    number = forms.CharField(
        label=_("The right number, if you know it"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    chip = forms.ChoiceField(
        choices=[(chip.code, chip.label) for chip in CHIPS.values()],
        error_messages={"required": _("Choose an outcome."), "invalid_choice": _("This is none of the possible outcomes.")},
    )

    def __init__(self, data: FormData = None, *, questions: Sequence[Question], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.questions = questions
        self.fields.update(fields_of(questions))

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and not is_telephone(number):
            raise forms.ValidationError(NO_TELEPHONE)
        return number

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("chip") == Outcome.COMPLAINED and not values.get("text"):
            self.add_error("text", _("Write down what they complained about, in their words."))
        return values

    @property
    def script(self) -> list[tuple[Question, forms.BoundField]]:
        """Each question with its field, for the template."""
        return [(question, self[question.name]) for question in self.questions]

    @property
    def answers(self) -> dict[str, str]:
        return given(self.questions, self.cleaned_data)

    @property
    def asked(self) -> Asked:
        return Asked(number=self.cleaned_data["number"])

"""The further questions of an outcome, asked in the card's own line: the right number, times for a meeting, the promise of an answer."""

from datetime import datetime
from typing import Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contacts.memory.forms.complaint import ask_for_promise
from contacts.memory.models.interaction import Outcome
from contacts.people.forms import NO_TELEPHONE, is_telephone
from contacts.people.models.person import PersonAddress
from contacts.today.numbers import numbers_of
from contacts.today.occasion import Occasion
from contacts.today.outcomes import Asked, times_for
from fleetportal.core import days
from fleetportal.core.web.form_options import FormData, FormOptions

ASKING: tuple[str, ...] = (Outcome.WRONG_NUMBER, Outcome.WANTS_MEETING, Outcome.COMPLAINED)


class AskedForm(forms.Form):
    """What `chip` asks for; whatever is left out has an answer of its own."""

    def __init__(self, data: FormData = None, *, chip: str, reason: Occasion, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.reason, self.user, self.on = reason, user, timezone.localdate()
        self.others: list[PersonAddress] = []
        if chip == Outcome.WRONG_NUMBER:
            self.ask_for_number()
        elif chip == Outcome.WANTS_MEETING and (data is None or "times" in data):
            self.ask_for_times()
        elif chip == Outcome.COMPLAINED:
            ask_for_promise(self, reason.company, user=user, on=self.on)

    def ask_for_number(self) -> None:
        """Asks for the right number, and, where several are known, which of them was wrong."""
        known = list(numbers_of(self.reason.person)) if self.reason.person else []
        self.others = known[1:]
        if self.others:
            choices = [(str(one.pk), one.value) for one in known]
            self.fields["called"] = forms.ChoiceField(
                label=_("Which number is wrong"), choices=choices, initial=choices[0][0], required=False, widget=forms.RadioSelect
            )
        attrs = {"autocomplete": "off", "inputmode": "tel"}
        self.fields["number"] = forms.CharField(
            label=_("The right number, if you know it"), max_length=40, required=False, widget=forms.TextInput(attrs=attrs)
        )

    def ask_for_times(self) -> None:
        """Offers the times at which all sides are free; asks nothing where there are none."""
        zone = self.reason.company.centre.zone
        free = [moment.astimezone(zone) for moment in times_for(self.reason, by=self.user, on=self.on)]
        choices = [(moment.isoformat(), days.moment(moment)) for moment in free]
        if choices:
            self.fields["times"] = forms.MultipleChoiceField(
                label=_("Propose these times by e-mail"),
                choices=choices,
                initial=[value for value, _words in choices],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and not is_telephone(number):
            raise forms.ValidationError(NO_TELEPHONE)
        return number

    @property
    def asked(self) -> Asked:
        """The answers, once the form is valid; those that were not asked for are missing."""
        values = self.cleaned_data
        return Asked(
            number=values.get("number", ""),
            called=int(values["called"]) if values.get("called") else None,
            times=[datetime.fromisoformat(moment) for moment in values.get("times", [])],
            answer_due_on=values.get("answer_due_on"),
            owner=values.get("owner"),
        )

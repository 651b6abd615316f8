"""Forms to log a contact and to record a consent."""

from datetime import date
from typing import Any, Unpack

from django import forms
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from contacts.consent.models import Purpose
from contacts.memory.forms.complaint import ask_for_promise
from contacts.memory.models.complaint import working_days_after
from contacts.memory.models.interaction import Direction, Interaction, Outcome
from contacts.people.models.person import Channel, Person, PersonAddress
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer, offer_named

OUTCOMES = (
    Outcome.REACHED,
    Outcome.LEFT_WORD,
    Outcome.WANTS_MEETING,
    Outcome.NOT_INTERESTED,
    Outcome.NOT_REACHED,
    Outcome.WRONG_NUMBER,
    Outcome.COMPLAINED,
)
SAID = ("person", "channel", "outcome", "text")
PROMISE = ("answer_due_on", "owner")
SOURCES = {
    "telephone": _("by telephone"),
    "counter": _("in person at the counter"),
    "paper": _("signed on paper"),
    "email": _("by e-mail"),
}


def next_working_day(day: date) -> date:
    """The first weekday after `day`."""
    return working_days_after(day)


class LogForm(forms.Form):
    """A contact in one sentence; where it was a complaint, with the promise of an answer."""

    person = forms.ModelChoiceField(
        label=_("With whom"), queryset=Person.objects.none(), required=False, empty_label=_("someone whose name we don’t know")
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(o.value, o.label) for o in OUTCOMES], initial=Outcome.REACHED, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("In one sentence"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("If possible, in their own words."),
    )
    they_called = forms.BooleanField(label=_("They contacted us"), required=False)

    def __init__(self, data: FormData = None, *, company: Company, user: User, on: date, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, person=Person.objects.at(company).order_by("name_folded", "pk"))
        if self["outcome"].value() == Outcome.COMPLAINED:
            ask_for_promise(self, company, user=user, on=on)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("outcome") in (Outcome.REACHED, Outcome.WANTS_MEETING, Outcome.COMPLAINED) and not values.get("text"):
            self.add_error("text", _("Write one sentence about what was said, so that nobody has to ask again."))
        return values

    @property
    def facts(self) -> dict[str, Any]:
        """The arguments of `log_contact`."""
        values = self.cleaned_data
        direction = Direction.IN if values["they_called"] else Direction.OUT
        promise = {name: values[name] for name in PROMISE if name in values}
        return {**{name: values[name] for name in SAID}, **promise, "direction": direction}


class CorrectForm(forms.Form):
    """What was logged, to be set right: with whom, on which channel, with which outcome and words."""

    person = forms.ModelChoiceField(
        label=_("With whom"), queryset=Person.objects.none(), required=False, empty_label=_("someone whose name we don’t know")
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("none")), *Outcome.choices], required=False)
    text = forms.CharField(label=_("In one sentence"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: FormData = None, *, interaction: Interaction, user: User, on: date, **options: Unpack[FormOptions]) -> None:
        options["initial"] = {name: getattr(interaction, name) for name in SAID}
        super().__init__(data, **options)
        known = Person.objects.at(interaction.company, also=interaction.person_id)
        offer(self, person=known.order_by("name_folded", "pk"))
        if interaction.outcome != Outcome.COMPLAINED:
            ask_for_promise(self, interaction.company, user=user, on=on)
            self.fields["answer_due_on"].help_text = _("Counts only where it turns out to have been a complaint.")

    @property
    def said(self) -> dict[str, Any]:
        """The values of the interaction."""
        return {name: self.cleaned_data[name] for name in SAID}

    @property
    def promise(self) -> dict[str, Any]:
        """By when a complaint is answered, and by whom."""
        return {name: self.cleaned_data[name] for name in PROMISE if name in self.cleaned_data}


class ConsentForm(forms.Form):
    """Consent given or withdrawn: for an address and purposes, with the wording and the source."""

    address = forms.ModelChoiceField(label=_("Address"), queryset=PersonAddress.objects.none(), empty_label=None, widget=forms.RadioSelect)
    purposes = forms.MultipleChoiceField(label=_("Purposes"), choices=Purpose.choices, widget=forms.CheckboxSelectMultiple)
    answer = forms.ChoiceField(
        label=_("Answer"), choices=[("yes", _("Gives consent")), ("no", _("Withdraws consent"))], widget=forms.RadioSelect
    )
    source = forms.ChoiceField(label=_("How we know"), choices=list(SOURCES.items()))
    wording = forms.CharField(label=_("Wording they agreed to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: FormData = None, *, person: Person, sees_private: bool, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        addresses = PersonAddress.objects.filter(person=person).order_by("pk")
        shown = addresses if sees_private else addresses.filter(is_private=False)
        offer_named(self, "address", shown, lambda address: f"{address.get_channel_display()}: {address.value}")
        with translation.override(person.language):
            self.initial.setdefault("wording", gettext("You may write to me or call me about this. I can withdraw my consent at any time."))

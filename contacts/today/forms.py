"""The forms of a card on Today: outcome, message, postponement."""

from datetime import date
from typing import Any, Unpack

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User, who_serves
from contacts.consent.models import Purpose
from contacts.memory.models.interaction import Outcome
from contacts.people.models.person import Channel
from contacts.reasons.models import Reason
from contacts.reasons.rule import OutcomeChip
from contacts.today.messages import Letter
from contacts.today.wordings import Wording
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, offer

SENTENCE = 300
MESSAGE = 2000
# The choices of "Not now", with their distance from today.
LATER = {
    "tomorrow": (_("Tomorrow"), relativedelta(days=1)),
    "week": (_("In a week"), relativedelta(weeks=1)),
    "month": (_("In a month"), relativedelta(months=1)),
    "quarter": (_("In three months"), relativedelta(months=3)),
}


class ReasonCardForm(forms.Form):
    """A choice of chips, and one sentence."""

    text = forms.CharField(label=_("Summary in one sentence"), max_length=SENTENCE, required=False)
    chip = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], is_chosen: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chip"].choices = choices  # type: ignore[attr-defined]  # `fields` hold any Field
        self.fields["chip"].initial = choices[0][0] if is_chosen else None
        self.fields["chip"].error_messages["required"] = _("Choose an outcome.")
        self.fields["text"].widget.attrs |= {"placeholder": self.fields["text"].label, "autocomplete": "off"}


class OutcomeForm(ReasonCardForm):
    """The outcome of a contact."""

    def __init__(
        self, data: FormData = None, *, chips: tuple[OutcomeChip, ...], is_chosen: bool = True, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, choices=[(chip.code, chip.label) for chip in chips], is_chosen=is_chosen, **options)
        self.chips = {chip.code: chip for chip in chips}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("chip") == Outcome.COMPLAINED and not values.get("text"):
            self.add_error("text", _("Write down what they complained about, in their words."))
        return values

    @property
    def chosen(self) -> OutcomeChip:
        return self.chips[self.cleaned_data["chip"]]


class WrittenForm(ReasonCardForm):
    """A message: an e-mail is written here and leaves, another channel is noted."""

    text = forms.CharField(label=_("Your message"), max_length=MESSAGE, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    subject = forms.CharField(label=_("Subject of the e-mail"), max_length=150, required=False)
    purpose = forms.ChoiceField(
        label=_("The e-mail is"),
        choices=[
            ("", _("an answer, or about their vehicles and contracts")),
            *((purpose.value, format_lazy(_("{purpose}, with their consent"), purpose=purpose.label)) for purpose in Purpose),
        ],
        required=False,
    )

    def __init__(self, data: FormData = None, *, wording: Wording | None = None, **options: Unpack[FormOptions]) -> None:
        if wording is not None:
            begun = {"subject": wording.subject, "text": wording.text, "purpose": wording.purpose, "chip": Channel.EMAIL.value}
            options["initial"] = begun
        written = [
            (Channel.EMAIL.value, _("Send an e-mail")),
            (Channel.SMS.value, _("Note a text message")),
            (Channel.LETTER.value, _("Note a letter")),
        ]
        super().__init__(data, choices=written, **options)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("chip") == Channel.EMAIL and not values.get("text"):
            self.add_error("text", _("Write what the e-mail should say."))
        return values

    @property
    def letter(self) -> Letter | None:
        """The e-mail to send; None where a message was written elsewhere."""
        values = self.cleaned_data
        return Letter(values["text"], values["subject"], values["purpose"]) if values["chip"] == Channel.EMAIL else None


class NotNowForm(ReasonCardForm):
    """Until when to postpone, and why, for the next reader."""

    text = forms.CharField(
        label=_("Why not now"), max_length=SENTENCE, error_messages={"required": _("Give a reason so that the next person knows why.")}
    )

    on = DayField(label=_("Or on a day of your choice"), required=False)

    def __init__(self, data: FormData = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, choices=[(code, label) for code, (label, _far) in LATER.items()], **options)
        self.fields["chip"].required = not (data and data.get("on"))

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose tomorrow or a later day."))
        return day

    @property
    def until(self) -> date:
        values = self.cleaned_data
        return values["on"] or timezone.localdate() + LATER[values["chip"]][1]


class GiveForm(forms.Form):
    """Choose the colleague who takes a reason over; only those who may serve the company."""

    to = forms.ModelChoiceField(
        label=_("Colleague"), queryset=User.objects.none(), error_messages={"required": _("Choose who takes over.")}
    )
    text = forms.CharField(label=_("Note for your colleague"), max_length=SENTENCE, required=False)

    def __init__(self, data: FormData = None, *, reason: Reason, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.auto_id = "id_give_%s"  # it is beside the form of “Not now”, which has words too
        offer(self, to=who_serves(reason.company, on=timezone.localdate()).exclude(pk=user.pk))


class CloseForm(forms.Form):
    """The result of a task."""

    result = forms.CharField(
        label=_("Outcome"),
        max_length=SENTENCE,
        error_messages={"required": _("Enter the outcome in a few words.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

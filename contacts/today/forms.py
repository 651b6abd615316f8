"""The forms of a card on Today: outcome, message, postponement."""

from datetime import date
from typing import Any, Unpack

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, who_serves
from contacts.people.models.person import Channel
from contacts.reasons.models import Reason
from contacts.reasons.rule import OutcomeChip
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer

SENTENCE = 300
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
        self.fields["chip"].error_messages["required"] = _("Choose what came of it.")
        self.fields["text"].widget.attrs |= {"placeholder": self.fields["text"].label, "autocomplete": "off"}


class OutcomeForm(ReasonCardForm):
    """The outcome of a contact."""

    def __init__(
        self, data: FormData = None, *, chips: tuple[OutcomeChip, ...], is_chosen: bool = True, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, choices=[(chip.code, chip.label) for chip in chips], is_chosen=is_chosen, **options)
        self.chips = {chip.code: chip for chip in chips}

    @property
    def chosen(self) -> OutcomeChip:
        return self.chips[self.cleaned_data["chip"]]


class WrittenForm(ReasonCardForm):
    """The channel and the text of a message."""

    def __init__(self, data: FormData = None, **options: Unpack[FormOptions]) -> None:
        written = [(channel.value, channel.label) for channel in (Channel.EMAIL, Channel.SMS, Channel.LETTER)]
        super().__init__(data, choices=written, **options)


class NotNowForm(ReasonCardForm):
    """Until when to postpone, and why, for the next reader."""

    text = forms.CharField(
        label=_("Why not now"), max_length=SENTENCE, error_messages={"required": _("Give a reason so that the next person knows why.")}
    )

    def __init__(self, data: FormData = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, choices=[(code, label) for code, (label, _far) in LATER.items()], **options)

    @property
    def until(self) -> date:
        return timezone.localdate() + LATER[self.cleaned_data["chip"]][1]


class GiveForm(forms.Form):
    """Choose the colleague who takes a reason over; only those who may serve the company."""

    to = forms.ModelChoiceField(
        label=_("Colleague"), queryset=User.objects.none(), error_messages={"required": _("Choose who takes over.")}
    )
    text = forms.CharField(label=_("Note for your colleague"), max_length=SENTENCE, required=False)

    def __init__(self, data: FormData = None, *, reason: Reason, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, to=who_serves(reason.company, on=timezone.localdate()).exclude(pk=user.pk))


class CloseForm(forms.Form):
    """The result of a task."""

    result = forms.CharField(
        label=_("Outcome"),
        max_length=SENTENCE,
        error_messages={"required": _("Enter the outcome in a few words.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

"""Asking to host an event of another centre too, and the answer."""

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from events.actions.holders import OtherHolder
from fleetportal.core.web.form_options import FormData, FormOptions


class CoHostForm(forms.Form):
    """Which event of another centre, one of `holders`, and what to say to its host."""

    holder = forms.TypedChoiceField(label=_("Event"), coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(label=_("Message to the host"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, data: FormData = None, *, holders: list[OtherHolder], chosen: int | None = None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        choices = [(holder.event, holder.words) for holder in holders if holder.event is not None]
        known = [event for event, _words in choices]
        self.fields["holder"].choices = choices  # type: ignore[attr-defined]  # `fields` hold any Field
        self.fields["holder"].initial = chosen if chosen in known else (known[0] if known else None)


class CoHostingAnswerForm(forms.Form):
    """The answer to one of the requests of an event."""

    asked = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label=_("Answer"), max_length=500, required=False)

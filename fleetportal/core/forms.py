"""Forms that every app uses."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why data leaves the house; kept in the history."""

    reason = forms.CharField(
        label=_("What is it for?"),
        min_length=4,
        max_length=300,
        help_text=_("Kept in the history with your name and the number of rows."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DayInput(forms.DateInput):
    """A day, typed or chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")

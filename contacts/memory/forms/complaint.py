"""The form with which a complaint is closed."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ComplaintAnswerForm(forms.Form):
    """What the customer was answered."""

    answer = forms.CharField(
        label=_("What we answered"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write down what the customer was told.")},
    )

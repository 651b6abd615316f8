"""The form with which a complaint is closed."""

from django import forms
from django.utils.translation import gettext_lazy as _


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

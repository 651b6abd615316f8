"""Forms of administrators."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.policy import Number, Policy, PolicyPast, Unit
from fleetportal.core.money import CentsField, as_decimal
from fleetportal.core.web.forms import DayField


class PolicyForm(forms.Form):
    """A policy's new value, within its bounds, and the day from which it applies."""

    value = forms.IntegerField(label=_("New value"))
    valid_from = DayField(label=_("Valid from"))

    def __init__(self, data: Any = None, *, number: Number) -> None:
        super().__init__(data)
        today = timezone.localdate()
        label, now = _("New value"), number.on(today)
        if number.unit == Unit.CENTS:
            lowest, highest = as_decimal(number.lowest), as_decimal(number.highest)
            self.fields["value"] = CentsField(label=label, initial=now, min_value=lowest, max_value=highest, help_text=settings.CURRENCY)
        else:
            self.fields["value"] = forms.IntegerField(
                label=label, initial=now, min_value=number.lowest, max_value=number.highest, help_text=number.unit.label
            )
        self.fields["valid_from"].initial = today

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        try:
            Policy.refuse_the_past(day)
        except PolicyPast as refused:
            raise forms.ValidationError(str(refused), code=refused.code) from refused
        return day

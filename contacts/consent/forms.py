from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.consent.models import Purpose
from fleetportal.core.web.form_options import FormData, FormOptions

TOPICS = {
    Purpose.INVITATIONS: (_("Invitations"), _("Preview evenings, second deliveries and breakfasts, for you and your companions.")),
    Purpose.OFFERS: (_("Offers"), _("Prices and terms for vehicles, tyres and servicing that suit your fleet.")),
    Purpose.NEWS: (_("News"), _("New models, changes in law and tax, and news from your dealership.")),
    Purpose.GREETINGS: (_("Greetings"), _("A card at New Year and on your birthday.")),
    Purpose.SURVEYS: (_("Surveys"), _("No more than three questions about how we did.")),
}


class PreferencesForm(forms.Form):
    """Yes or no for each topic."""

    def __init__(self, data: FormData = None, *, said: dict[str, bool | None], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        for purpose, (label, help_text) in TOPICS.items():
            self.fields[purpose.value] = forms.ChoiceField(
                label=label,
                help_text=help_text,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                initial="yes" if said[purpose.value] else "no",
                error_messages={"required": _("Please choose yes or no."), "invalid_choice": _("Please choose yes or no.")},
            )

    @property
    def wanted(self) -> dict[str, bool]:
        return {purpose: self.cleaned_data[purpose] == "yes" for purpose in Purpose.values}

"""What the door says: a ticket's code or a guest from the list, and how many came."""

import re
from typing import Unpack

from django import forms

from events.models import Registration
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer

TOKEN = re.compile(r"([A-Za-z0-9_-]{32})/?$")


class ArrivalForm(forms.Form):
    """A guest of the event with that number, by the row of the list or by what the code on the ticket says."""

    guest = forms.ModelChoiceField(queryset=Registration.objects.none(), required=False)
    code = forms.CharField(max_length=400, required=False)
    heads = forms.IntegerField(min_value=1, required=False)

    def __init__(self, data: FormData = None, *, event_id: int, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, guest=Registration.objects.filter(event=event_id).select_related("person", "company", "event"))

    @property
    def token(self) -> str:
        """The secret in the code; "" where the code is no ticket's."""
        found = TOKEN.search(self.cleaned_data.get("code", "").strip())
        return found[1] if found else ""

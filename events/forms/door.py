"""What the door says: a ticket's code or a guest from the list, and how many came."""

import re
from typing import Unpack

from django import forms

from contacts.models import Person
from contacts.people.models.person import PersonQuerySet
from events.models import Registration
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer

TOKEN = re.compile(r"([A-Za-z0-9_-]{32})/?$")


class ArrivalForm(forms.Form):
    """A guest of the event with that number, by the row of the list or by what the code on the ticket says."""

    guest = forms.ModelChoiceField(queryset=Registration.objects.none(), required=False)
    code = forms.CharField(max_length=400, required=False)
    heads = forms.IntegerField(min_value=1, required=False)
    any_day = forms.BooleanField(required=False)  # the second tap: the event is on another day

    def __init__(self, data: FormData = None, *, event_id: int, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, guest=Registration.objects.filter(event=event_id).select_related("person", "company", "event__centre"))

    @property
    def token(self) -> str:
        """The secret in the code; "" where the code is no ticket's."""
        found = TOKEN.search(self.cleaned_data.get("code", "").strip())
        return found[1] if found else ""


class WalkInForm(forms.Form):
    """Somebody who came without an invitation: a person whom the user may see, and how many come."""

    person = forms.ModelChoiceField(queryset=Person.objects.none())
    heads = forms.IntegerField(min_value=1, max_value=12, initial=1)

    def __init__(self, data: FormData = None, *, people: PersonQuerySet, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, person=people)

"""What the door says: a ticket's code or a guest from the list, and how many came."""

import re
from typing import Unpack

from django import forms
from django.utils import timezone

from events.models import Event, Registration
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.links import Link, digest
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer

TOKEN = re.compile(r"([A-Za-z0-9_-]{32})/?$")


class ArrivalForm(forms.Form):
    """A guest of `event`, by the row of the list or by what the code on the ticket says."""

    guest = forms.ModelChoiceField(queryset=Registration.objects.none(), required=False)
    code = forms.CharField(max_length=400, required=False)
    heads = forms.IntegerField(min_value=1, required=False)

    def __init__(self, data: FormData = None, *, event: Event, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, guest=Registration.objects.filter(event=event).select_related("person", "company", "event__centre"))

    @property
    def registration(self) -> Registration | None:
        """The guest meant, of whatever event the code is; None for a code that is no ticket of ours. Costs 1 query."""
        if self.cleaned_data["guest"]:
            return self.cleaned_data["guest"]
        token = TOKEN.search(self.cleaned_data["code"].strip())
        if token is None:
            return None
        return behind_ticket.first(token_hash=digest(token[1]), now=timezone.now())


behind_ticket = Prepared(
    lambda token_hash, now: Registration.objects.select_related("person", "company").filter(
        pk__in=Link.objects.valid(now=now).filter(scope="ticket", token_hash=token_hash).values("subject_id")
    ),
    related=("person", "company"),
    token_hash=Link.token_hash.field,
    now=Link.expires_at.field,
)

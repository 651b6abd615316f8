"""What the door says: a ticket's code or a guest from the list, and how many came."""

import re
from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from events.models import Registration
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.links import Link, digest
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

    def ticket_holder(self) -> Registration | None:
        """The guest whose ticket the code is, of whatever event, locked; None for a code that is no ticket of ours. Costs 1 query."""
        token = TOKEN.search(self.cleaned_data["code"].strip())
        return behind_ticket.first(token_hash=digest(token[1]), now=timezone.now()) if token else None


def holding_ticket(token_hash: Any, now: Any) -> QuerySet[Registration]:
    """The registration that the ticket opens, with what the bar of the door says about its event."""
    ticket = Link.objects.valid(now=now).filter(scope="ticket", token_hash=token_hash)
    return Registration.objects.filter(pk__in=ticket.values("subject_id")).for_door()


behind_ticket = Prepared(
    holding_ticket,
    related=("person", "company", "event"),
    extra=("heads_at_event", "seats_at_event"),
    locks=True,
    token_hash=Link.token_hash.field,
    now=Link.expires_at.field,
)

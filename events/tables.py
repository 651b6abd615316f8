"""The columns of events and guests."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import Column


class EventTable(django_tables2.Table):
    title = Column(_("Event"), orderable=True)
    kind = Column(_("Kind"), css="fp-wide", value=lambda event: event.get_kind_display())
    centre = Column(_("Centre"), css="fp-wide fp-xwide", value=lambda event: event.centre.name)
    day = Column(_("Date"), orderable=True, order_by="starts_at", kind="date", css="fp-num", value=lambda event: event.on)
    seats = Column(_("Seats taken"), kind="text", css="fp-num fp-wide", value=lambda event: f"{event.seats_taken} / {event.seats}")
    waiting = Column(_("Waiting list"), kind="int", css="fp-num fp-wide", value=lambda event: event.parties_waiting or 0)
    state = Column(_("State"), css="fp-wide", value=lambda event: event.get_state_display())

    class Meta:
        order_by = "-day"


class GuestTable(django_tables2.Table):
    guest = Column(_("Guest"), orderable=True, order_by="person__name_folded", value=lambda row: row.guest)
    company = Column(_("Company"), orderable=True, order_by="company__name_folded", css="fp-wide", value=lambda row: row.company.name)
    event = Column(_("Event"), css="fp-wide fp-lwide", value=lambda row: row.event.title)
    party = Column(_("Party"), orderable=True, kind="int", css="fp-num")
    names = Column(_("Names"), css="fp-wide fp-xwide", value=lambda row: ", ".join(row.names))
    state = Column(_("State"), orderable=True, order_by="status", value=lambda row: row.get_status_display())
    inside = Column(_("Checked in"), kind="int", css="fp-num fp-wide", value=lambda row: row.heads_inside)
    since = Column(_("Since"), orderable=True, order_by="registered_at", accessor="registered_at", kind="datetime", css="fp-num fp-wide")
    wishes = Column(_("Requests"), css="fp-wide")
    question = Column(_("Question"), css="fp-wide fp-xwide")

    class Meta:
        order_by = "guest"

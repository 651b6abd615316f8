"""The columns of events and guests."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import TableColumn


class EventTable(django_tables2.Table):
    title = TableColumn(_("Event"), orderable=True)
    kind = TableColumn(_("Kind"), css="fp-wide", value=lambda event: event.get_kind_display())
    centre = TableColumn(_("Centre"), css="fp-wide fp-xwide", value=lambda event: event.centre.name)
    day = TableColumn(_("Date"), orderable=True, order_by="starts_at", kind="date", css="fp-num", value=lambda event: event.on)
    seats = TableColumn(_("Seats taken"), kind="text", css="fp-num fp-wide", value=lambda event: f"{event.seats_taken} / {event.seats}")
    waiting = TableColumn(_("Waiting list"), kind="int", css="fp-num fp-wide", value=lambda event: event.parties_waiting or 0)
    state = TableColumn(_("State"), css="fp-wide", value=lambda event: event.get_state_display())

    class Meta:
        order_by = "-day"


class GuestTable(django_tables2.Table):
    guest = TableColumn(_("Guest"), orderable=True, order_by="person__name_folded", value=lambda row: row.guest)
    company = TableColumn(_("Company"), orderable=True, order_by="company__name_folded", css="fp-wide", value=lambda row: row.company.name)
    event = TableColumn(_("Event"), css="fp-wide fp-lwide", value=lambda row: row.event.title)
    party = TableColumn(_("Party"), orderable=True, kind="int", css="fp-num")
    names = TableColumn(_("Names"), css="fp-wide fp-xwide", value=lambda row: ", ".join(row.names))
    state = TableColumn(_("State"), orderable=True, order_by="status", value=lambda row: row.get_status_display())
    inside = TableColumn(_("Checked in"), kind="int", css="fp-num fp-wide", value=lambda row: row.heads_inside)
    since = TableColumn(
        _("Since"), orderable=True, order_by="registered_at", accessor="registered_at", kind="datetime", css="fp-num fp-wide"
    )
    wishes = TableColumn(_("Requests"), css="fp-wide")
    question = TableColumn(_("Question"), css="fp-wide fp-xwide")

    class Meta:
        order_by = "guest"

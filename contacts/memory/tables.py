"""The columns of meetings."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import TableColumn


class MeetingTable(django_tables2.Table):
    company = TableColumn(_("Company"), orderable=True, order_by="company__name_folded", value=lambda row: row.company.name)
    who = TableColumn(_("Decision-maker"), css="fp-wide", value=lambda row: str(row.decision_maker or ""))
    ours = TableColumn(_("Our side"), css="fp-wide fp-lwide", value=lambda row: row.ours)
    begins = TableColumn(_("When"), orderable=True, order_by="starts_at", kind="datetime", css="fp-num", value=lambda row: row.starts_at)
    state = TableColumn(_("State"), value=lambda row: row.get_state_display())

    class Meta:
        order_by = "-begins"

"""The columns of meetings."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import Column


class MeetingTable(django_tables2.Table):
    company = Column(_("Company"), orderable=True, order_by="company__name_folded", value=lambda row: row.company.name)
    who = Column(_("Decision-maker"), css="fp-wide", value=lambda row: str(row.decision_maker or ""))
    ours = Column(_("Our side"), css="fp-wide fp-lwide", value=lambda row: row.ours)
    begins = Column(_("When"), orderable=True, order_by="starts_at", kind="datetime", css="fp-num", value=lambda row: row.starts_at)
    state = Column(_("State"), value=lambda row: row.get_state_display())

    class Meta:
        order_by = "-begins"

"""The columns of the list of programmes."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import TableColumn


class ProgrammeTable(django_tables2.Table):
    name = TableColumn(_("Programme"), orderable=True)
    centre = TableColumn(_("Run by"), css="fp-wide fp-lwide", value=lambda programme: programme.centre.name)
    value = TableColumn(_("Value"), kind="money", accessor="value_cents", css="fp-num fp-wide", orderable=True, order_by="value_cents")
    issued = TableColumn(_("Issued"), kind="int", accessor="issued_count", css="fp-num", orderable=True, order_by="issued_count")
    claimed = TableColumn(_("Claimed"), kind="int", accessor="taken_count", css="fp-num fp-wide", orderable=True, order_by="taken_count")
    redeemed = TableColumn(_("Redeemed"), kind="int", accessor="redeemed_count", css="fp-num", orderable=True, order_by="redeemed_count")
    given = TableColumn(
        _("Value redeemed"), kind="money", accessor="redeemed_cents", css="fp-num fp-wide", orderable=True, order_by="redeemed_cents"
    )
    ends_on = TableColumn(_("Runs until"), kind="date", css="fp-num fp-wide fp-xwide", orderable=True)

    class Meta:
        order_by = "name"

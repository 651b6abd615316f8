"""The columns of the list of programmes."""

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.web.lists import Column


class ProgrammeTable(django_tables2.Table):
    name = Column(_("Programme"), orderable=True)
    centre = Column(_("Run by"), css="fp-wide fp-lwide", value=lambda programme: programme.centre.name)
    value = Column(_("Value"), kind="money", accessor="value_cents", css="fp-num fp-wide", orderable=True, order_by="value_cents")
    issued = Column(_("Issued"), kind="int", accessor="issued_count", css="fp-num", orderable=True, order_by="issued_count")
    claimed = Column(_("Claimed"), kind="int", accessor="taken_count", css="fp-num fp-wide", orderable=True, order_by="taken_count")
    redeemed = Column(_("Redeemed"), kind="int", accessor="redeemed_count", css="fp-num", orderable=True, order_by="redeemed_count")
    given = Column(
        _("Value redeemed"), kind="money", accessor="redeemed_cents", css="fp-num fp-wide", orderable=True, order_by="redeemed_cents"
    )
    ends_on = Column(_("Runs until"), kind="date", css="fp-num fp-wide fp-xwide", orderable=True)

    class Meta:
        order_by = "name"

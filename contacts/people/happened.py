"""What happened to a row, in words, for whoever reads a history: the action's code without the noun, which stands beside it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HAPPENED: Mapping[str, Promise] = {
    "answered": _("answered"),
    "asked": _("asked"),
    "believed_again": _("used again"),
    "bounced": _("could not be reached"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "check_in_undone": _("check-in undone"),
    "checked_in": _("checked in"),
    "claimed": _("claimed"),
    "closed": _("done"),
    "confirmed": _("confirmed"),
    "corrected": _("corrected"),
    "data_requested": _("data requested"),
    "declined": _("declined"),
    "discarded": _("discarded"),
    "dropped": _("withdrawn"),
    "edited": _("changed"),
    "ended": _("ended"),
    "entered": _("entered"),
    "expired": _("expired"),
    "fixed": _("date fixed"),
    "followed": _("ended with what it belongs to"),
    "forgotten": _("forgotten"),
    "given": _("given"),
    "granted": _("granted"),
    "hand_out_undone": _("undone"),
    "handed_out": _("handed out"),
    "held": _("held"),
    "invited": _("invited"),
    "logged": _("entered"),
    "looked_at_again": _("to be checked again"),
    "merged": _("merged"),
    "no_longer_driven": _("ended"),
    "noted": _("entered"),
    "not_now": _("not now"),
    "not_reached": _("not reached"),
    "nudged": _("reminded"),
    "opened": _("entered"),
    "placed": _("sorted"),
    "planned": _("planned"),
    "promoted": _("moved up from the waiting list"),
    "proposed": _("proposed"),
    "reached": _("reached"),
    "received": _("received"),
    "redeemed": _("redeemed at the wash"),
    "redemption_undone": _("redemption undone"),
    "refused": _("refused"),
    "registered": _("registered"),
    "reopened": _("opened again"),
    "revoked": _("withdrawn"),
    "struck": _("marked as wrong"),
    "taken_back": _("undone"),
    "taken_up": _("begun"),
    "times_proposed": _("times proposed"),
    "told_apart": _("confirmed as different people"),
    "withdrawn": _("withdrawn"),
    "written": _("written to"),
}


def in_words(action: str) -> str:
    """The words for an action like "address.struck"; "changed" for a code that is no longer in use."""
    return str(HAPPENED.get(action.rpartition(".")[2], HAPPENED["changed"]))

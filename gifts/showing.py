"""Registers gifts and vouchers elsewhere: link addresses, the side rail, the timeline, pages of people and companies."""

from django.utils.translation import gettext_lazy as _

from accounts.customers.panels import Panel, dossier_panels
from accounts.models import Company
from accounts.staff.requests import StaffRequest
from contacts.memory import timeline
from contacts.models import Person
from contacts.pages.panels import person_panels
from fleetportal.core.links import scopes
from fleetportal.core.web.pages import NavigationEntry, navigation

# kind of an interaction -> icon, text, tone
LINES: dict[str, tuple[str, object, str]] = {
    "voucher.issued": ("ticket", _("Wash voucher issued"), ""),
    "voucher.claimed": ("ticket", _("Wash voucher claimed"), ""),
    "voucher.redeemed": ("wash", _("Wash voucher redeemed"), "ok"),
    "voucher.redemption_undone": ("arrow-back-up", _("Wash voucher redemption undone"), ""),
    "voucher.revoked": ("x", _("Wash voucher withdrawn"), ""),
    "gift.handed_out": ("gift", _("Gift handed out"), "ok"),
    "gift.hand_out_undone": ("arrow-back-up", _("Gift hand-out undone"), ""),
}


def of_person(request: StaffRequest, person: Person, held: set[str]) -> dict[str, object]:
    return {"person": person}


def give(request: StaffRequest, person: Person, held: set[str]) -> dict[str, object] | None:
    return {"person": person} if request.user.may("hand_out") else None


def of_company(request: StaffRequest, company: Company, held: set[str]) -> dict[str, object]:
    return {"company": company}


def register() -> None:
    scopes.update(claim="gifts:claim", pool="gifts:claim", voucher="gifts:voucher_link", challenge="gifts:code")
    navigation.register("gifts", NavigationEntry(_("Gifts"), "gift", "gifts:gifts", "hand_out", group=1, on_phone=True), weight=230)
    navigation.register("vouchers", NavigationEntry(_("Vouchers"), "wash", "gifts:programmes", "run_programmes", group=1), weight=240)
    navigation.register("redeem", NavigationEntry(_("Redeem"), "qrcode", "gifts:redeem", "redeem", group=1, on_phone=True), weight=250)
    timeline.say(LINES)
    person_panels.register("give", Panel("gifts/_give.html", give, position="actions", may="meet_customers"), weight=40)
    person_panels.register("received", Panel("gifts/_received_panel.html", of_person), weight=40)
    dossier_panels.register("received", Panel("gifts/_given_panel.html", of_company), weight=25)

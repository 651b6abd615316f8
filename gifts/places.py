"""Where gifts and vouchers show up: addresses of their links, lines of the side rail."""

from django.utils.translation import gettext_lazy as _

from fleetportal.core.links import scopes
from fleetportal.core.pages import NavigationEntry, navigation


def register() -> None:
    scopes.update(claim="gifts:claim", pool="gifts:claim", voucher="gifts:voucher_link", challenge="gifts:code")
    navigation.register("gifts", NavigationEntry(_("Gifts"), "gift", "gifts:gifts", "hand_out", group=1), weight=230)
    navigation.register("vouchers", NavigationEntry(_("Vouchers"), "wash", "gifts:programmes", "run_programmes", group=1), weight=240)
    navigation.register("redeem", NavigationEntry(_("Redeem"), "qrcode", "gifts:redeem", "redeem", group=1, on_phone=True), weight=250)

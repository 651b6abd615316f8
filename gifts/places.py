"""Where gifts and vouchers show up: addresses of their links, lines of the side rail."""

from fleetportal.core.links import scopes


def register() -> None:
    scopes.update(claim="gifts:claim", pool="gifts:claim", voucher="gifts:voucher_link", challenge="gifts:code")

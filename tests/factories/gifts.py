"""Programmes, vouchers, gifts and stock."""

from datetime import date
from typing import Any

from accounts.models import Centre, Company
from contacts.models import Driver
from fleetportal.core.links import Link
from gifts.actions import claiming, issuing
from gifts.models import Gift, Issue, Programme, Stock, Voucher
from tests.factories.accounts import make_centre, number
from tests.factories.contacts import make_role


def make_programme(centre: Centre | None = None, *, centres: Any = (), **facts: Any) -> Programme:
    centre = centre or make_centre(has_wash=True)
    facts = {"name": f"Shine {next(number)}", "value_cents": 1490, "starts_on": date(2020, 1, 1), **facts}
    return Programme.enter(by=None, centre=centre, centres=centres or [centre], **facts)


def make_issue(
    programme: Programme | None = None, *, way: str = "cards", count: int = 1, company: Company | None = None, **facts: Any
) -> Issue:
    return issuing.issue(programme or make_programme(), way, count, by=None, company=company, **facts)


def make_voucher(programme: Programme | None = None, *, driver: Driver | None = None, claimed: bool = False, **facts: Any) -> Voucher:
    """An unclaimed card; with `driver` a personal voucher, which `claimed` claims for them."""
    way = facts.pop("way", "personal" if driver or claimed else "cards")
    driver = driver or (make_role("driver") if claimed else None)
    issue = issuing.issue(programme or make_programme(), way, 1, by=None, driver=driver, **facts)
    voucher = Voucher.objects.with_names().get(issue=issue)
    if claimed:
        claiming.claim(voucher, driver.person, company=driver.company, by=None)
    return voucher


def card_of(voucher: Voucher) -> Link:
    """The link printed on the voucher's card, even if it is no longer valid."""
    return Link.objects.get(scope="claim", subject_id=voucher.pk)


def make_gift(name: str = "", *, centre: Centre | None = None, quantity: int = 10, **facts: Any) -> Gift:
    gift = Gift.enter(by=None, name=name or f"Mug {next(number)}", **{"value_cents": 350, **facts})
    if centre and quantity:
        Stock.receive(gift, centre, count=quantity, by=None)
    return gift

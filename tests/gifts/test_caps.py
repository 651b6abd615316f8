"""What a person may receive in a year: our caps are numbers of the trade, asked by the counter, the claim and the page alike."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, Policy, User
from accounts.staff.models.policy import OutOfBounds, outlook
from contacts import hospitality as ledger
from contacts.hospitality import CAP, PUBLIC_BODY_CAP
from contacts.models import CapReached, GiftPolicy, NothingAllowed, YearSum
from fleetportal.core.audit import Entry
from gifts.actions import claiming, handing_out
from gifts.models import Stock
from tests.factories.accounts import make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_gift, make_programme, make_voucher

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def cents(person: Any, *, on: date, company: Company | None = None) -> int:
    return ledger.cap_of(person, company=company, on=on).cents


@pytest.fixture
def clerk(north: Centre) -> Any:
    return make_role("driver", make_company(north, name="Town Hall", is_public_body=True))


def test_the_caps_are_fifty_euros_and_for_public_bodies_nothing(mirko: Any, clerk: Any) -> None:
    assert (cents(mirko.person, on=today()), cents(clerk.person, on=today())) == (50_00, 0)


def test_a_cap_counts_from_its_day(mirko: Any, clerk: Any) -> None:
    for number, value in ((CAP, 60_00), (PUBLIC_BODY_CAP, 25_00)):
        Policy.change(number, value, valid_from=today() + timedelta(days=3), by=None)
    for days, both in ((2, (50_00, 0)), (3, (60_00, 25_00))):
        assert (cents(mirko.person, on=today() + timedelta(days=days)), cents(clerk.person, on=today() + timedelta(days=days))) == both


def test_the_stricter_of_ours_and_the_companys_own_rule_counts(mirko: Any) -> None:
    GiftPolicy.objects.create(company=mirko.company, cap_cents=30_00)
    assert cents(mirko.person, on=today()) == 30_00
    Policy.change(CAP, 20_00, valid_from=today(), by=None)
    assert cents(mirko.person, on=today()) == 20_00


@pytest.mark.parametrize("cap", [-1, 1_000_01])
def test_a_cap_out_of_bounds_is_refused(cap: int) -> None:
    with pytest.raises(OutOfBounds, match=r"€0\.00 to €1,000\.00"):
        Policy.change(CAP, cap, valid_from=today(), by=None)


def test_counter_claim_and_page_go_by_the_changed_cap(client: Client, emil: User, mirko: Any, north: Centre) -> None:
    make_gift("Mug", centre=north, value_cents=7_00)
    voucher = make_voucher(make_programme(north, value_cents=7_00), driver=mirko)
    Policy.change(CAP, 6_99, valid_from=today(), by=None)
    stock = Stock.objects.get()
    with pytest.raises(CapReached, match=r"€6\.99"):
        handing_out.hand_out(stock.gift, mirko.person, centre=north, company=mirko.company, by=emil)
    with pytest.raises(CapReached, match=r"€6\.99"):
        claiming.claim(voucher, mirko.person, company=mirko.company, by=None)
    client.force_login(emil)
    offered = client.get(f"/gifts/hand-out/{mirko.person.pk}/").context["stock"]
    assert [offer.over_cents for offer in offered] == [1]
    Policy.change(CAP, 7_00, valid_from=today(), by=None)
    handing_out.hand_out(stock.gift, mirko.person, centre=north, company=mirko.company, by=emil)
    assert YearSum.objects.get().cents == 7_00


def test_a_public_body_gets_what_its_cap_allows(clerk: Any, emil: User, north: Centre) -> None:
    gift = make_gift("Pen", centre=north, value_cents=2_00)
    with pytest.raises(NothingAllowed):
        handing_out.hand_out(gift, clerk.person, centre=north, company=clerk.company, by=emil)
    Policy.change(PUBLIC_BODY_CAP, 2_00, valid_from=today(), by=None)
    handing_out.hand_out(gift, clerk.person, centre=north, company=clerk.company, by=emil)
    assert YearSum.objects.get().cents == 2_00


def test_a_preview_counts_those_who_may_receive_nothing_more_at_ones_centres(mirko: Any, clerk: Any, south: Centre) -> None:
    other = make_role("driver", make_company(south))
    for person in (mirko.person, other.person):
        YearSum.objects.create(person=person, year=today().year, cents=40_00)
    make_role("user", mirko.company, make_person())
    north_only = Centre.objects.filter(pk=mirko.company.centre_id)
    for number, value, at, counted in (
        (CAP, 40_00, north_only, (0, 1)),
        (CAP, 40_01, north_only, (0, 0)),
        (CAP, 40_00, Centre.objects.all(), (0, 2)),
        (PUBLIC_BODY_CAP, 25_00, north_only, (1, 0)),
        (CAP, 0, north_only, (0, 3)),
    ):
        (ahead,) = outlook(number, value, on=today(), at=at)
        assert (str(ahead.words), ahead.before, ahead.after) == ("People who may receive nothing more this year", *counted)


def test_a_cap_is_typed_and_shown_as_money(client: Client, admin: User) -> None:
    client.force_login(admin)
    page = client.get("/policies/gift_cap_cents/", {"value": "60.50", "valid_from": today()}).content.decode()
    assert "Today: €50.00." in page and "Use €60.50 from" in page
    assert '<input type="hidden" name="value" value="60.50">' in page
    assert client.get("/policies/gift_cap_cents/", {"value": "1000.01", "valid_from": today()}).status_code == 422
    client.post("/policies/gift_cap_cents/change/", {"value": "60.50", "valid_from": today(), "_key": "k" * 20})
    assert Policy.objects.get().value == 60_50


def test_an_administrator_sees_and_makes_the_rules_of_companies_in_reach(client: Client, north_ag: Company, south_ag: Company) -> None:
    norbert = make_user("norbert", role="administrator", at=[north_ag.centre], is_staff=True)
    rules = {company: GiftPolicy.objects.create(company=company, cap_cents=5_00) for company in (north_ag, south_ag)}
    other = make_company(south_ag.centre)
    client.force_login(norbert)
    page = client.get("/django-admin/contacts/giftpolicy/").content.decode()
    assert north_ag.name in page and south_ag.name not in page
    assert client.get(f"/django-admin/contacts/giftpolicy/{rules[south_ag].pk}/change/").status_code == 302
    client.post("/django-admin/contacts/giftpolicy/add/", {"company": other.pk, "cap_cents": 1, "wording": ""})
    assert set(GiftPolicy.objects.all()) == set(rules.values())
    third = make_company(north_ag.centre)
    assert client.post("/django-admin/contacts/giftpolicy/add/", {"company": third.pk, "cap_cents": 1, "wording": ""}).status_code == 302
    assert Entry.objects.about(GiftPolicy.objects.get(company=third)).get().action == "giftpolicy.made"

"""Gifts over HTTP: handed out, counted and capped."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import hospitality as ledger
from contacts.models import CapReached, GiftPolicy, Interaction, NothingAllowed, YearSum
from fleetportal.core.audit import Entry
from gifts.actions import handing_out, redeeming
from gifts.models import Gift, HandOut, Stock
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_drive, make_role
from tests.factories.gifts import make_gift, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(north) -> Stock:
    return Stock.objects.get(gift=make_gift("Mug", centre=north, quantity=5, value_cents=690))


def test_a_mug_in_two_taps(client, emil, mirko, mug):
    """Find, then give: the search leads to the person's page, whose button gives."""
    client.force_login(emil)
    assert [person.pk for person in client.get("/gifts/?q=mirko").context["people"]] == [mirko.person_id]
    path = f"/gifts/hand-out/{mirko.person_id}/"
    page = client.get(path)
    assert page.context["gift_year"].left_cents == 5000
    answer = client.post(path, {"stock": mug.pk, "company": mirko.company_id})
    given = HandOut.objects.get()
    assert answer["Location"] == f"{path}?given={given.pk}"
    assert (given.person, given.company, given.value_cents, given.handed_out_by) == (mirko.person, mirko.company, 690, emil)
    assert Stock.objects.get().quantity == 4
    assert YearSum.objects.get().cents == 690
    told = Interaction.objects.get()
    assert (told.kind, told.is_real_contact) == ("gift.handed_out", True)
    after = client.get(answer["Location"])
    assert after.context["gift_year"].left_cents == 4310
    assert "Undo" in after.content.decode()


def test_a_second_mug_on_one_day_is_given_knowingly(client, emil, mirko, mug, north):
    make_gift("Scraper", centre=north, value_cents=350)
    client.force_login(emil)
    path = f"/gifts/hand-out/{mirko.person_id}/"
    given = client.post(path, {"stock": mug.pk, "company": mirko.company_id})
    page = client.get(path).content.decode()
    assert page.count("had one today at") == page.count("Hand out another Mug") == page.count("Hand out Scraper") == 1
    assert client.post(path, {"stock": mug.pk, "company": mirko.company_id}).status_code == 303, "it is said, not refused"
    HandOut.objects.update(handed_out_at=timezone.now() - timedelta(days=1))
    assert "had one today" not in client.get(path).content.decode()
    HandOut.objects.update(handed_out_at=timezone.now())
    for one in HandOut.objects.all():
        handing_out.take_back(one, by=emil)
    assert given.status_code == 303 and "had one today" not in client.get(path).content.decode()


def test_a_gift_above_the_cap_says_by_how_much(client, emil, mirko, mug):
    GiftPolicy.objects.create(company=mirko.company, cap_cents=600)
    client.force_login(emil)
    page = client.get(f"/gifts/hand-out/{mirko.person_id}/").content.decode()
    assert "would exceed the limit by €0.90" in page and "the gift policy of Nordhafen Logistik SE" in page


def test_a_plate_finds_who_drives(client, emil, mirko, north_ag):
    make_drive(mirko, make_vehicle(north_ag, plate="HH-AB 77"))
    client.force_login(emil)
    assert [person.pk for person in client.get("/gifts/?q=hhab77").context["people"]] == [mirko.person_id]


def test_a_gift_above_the_cap_is_refused_with_rule_holder_and_way_out(client, emil, anna, mirko, mug):
    GiftPolicy.objects.create(company=mirko.company, cap_cents=600)
    client.force_login(emil)
    answer = client.post(f"/gifts/hand-out/{mirko.person_id}/", {"stock": mug.pk, "company": mirko.company_id})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "the gift policy of Nordhafen Logistik SE" in page
    assert "Anna Reinhardt looks after this company" in page
    assert not HandOut.objects.exists()
    assert Stock.objects.get().quantity == 5
    assert not Interaction.objects.exists()


def test_a_public_body_gets_nothing_and_the_page_says_so_before(client, emil, north, mug):
    driver = make_role("driver", make_company(north, is_public_body=True))
    client.force_login(emil)
    page = client.get(f"/gifts/hand-out/{driver.person_id}/").content.decode()
    assert "the gift policy for public bodies does not allow gifts" in page
    answer = client.post(f"/gifts/hand-out/{driver.person_id}/", {"stock": mug.pk, "company": driver.company_id})
    assert answer.status_code == 409
    assert Stock.objects.get().quantity == 5


@pytest.mark.parametrize(
    ("before", "asked", "passes"),
    [(4999, 1, True), (5000, 1, False), (4310, 690, True), (4311, 690, False), (0, 5000, True), (0, 5001, False)],
)
def test_the_cap_holds_to_the_cent(north, mirko, before, asked, passes):
    YearSum.objects.create(person=mirko.person, year=timezone.localdate().year, cents=before)
    gift = make_gift(centre=north, value_cents=asked)
    if passes:
        handing_out.hand_out(gift, mirko.person, company=mirko.company, centre=north, by=None)
        return
    with pytest.raises(CapReached):
        handing_out.hand_out(gift, mirko.person, company=mirko.company, centre=north, by=None)


def test_the_stricter_of_all_employers_counts_and_the_other_one_is_not_named(north, mirko, anna):
    secret = make_company(north, name="Kanarienvogel Amt", is_public_body=False)
    GiftPolicy.objects.create(company=secret, cap_cents=0, wording="Kanarienvogel rule")
    make_role("user", secret, mirko.person)
    with pytest.raises(NothingAllowed) as refused:
        handing_out.hand_out(make_gift(centre=north), mirko.person, company=mirko.company, centre=north, by=anna)
    assert "Kanarienvogel" not in str(refused.value)
    assert ledger.gift_year(mirko.person, company=secret, on=timezone.localdate()).cap.words == "Kanarienvogel rule"


def test_a_new_year_begins_at_nothing(north, mirko):
    year = timezone.localdate().year
    YearSum.objects.create(person=mirko.person, year=year - 1, cents=5000)
    assert ledger.gift_year(mirko.person, company=mirko.company, on=timezone.localdate()).left_cents == 5000


def test_undoing_a_hand_out_gives_back_stock_and_cap(client, emil, boris, mirko, mug):
    given = handing_out.hand_out(mug.gift, mirko.person, company=mirko.company, centre=mug.centre, by=emil)
    path = f"/gifts/hand-outs/{given.pk}/undo/"
    client.force_login(boris)
    assert client.post(path).status_code == 404
    client.force_login(emil)
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == 303
    assert (Stock.objects.get().quantity, YearSum.objects.get().cents) == (5, 0)
    assert client.post(path).status_code == 409


def test_gifts_come_in_and_new_ones_are_made_by_those_who_may(client, emil, carla, north):
    client.force_login(emil)
    assert client.get("/gifts/new/").status_code == 404
    client.force_login(carla)
    answer = client.post("/gifts/new/", {"name": "Ice scraper", "value_cents": "3.50"})
    gift = Gift.objects.get()
    assert answer["Location"] == f"/gifts/receive/?gift={gift.pk}"
    client.post("/gifts/receive/", {"gift": gift.pk, "centre": north.pk, "count": 40})
    assert (Stock.objects.get().quantity, gift.value_cents) == (40, 350)
    assert client.post("/gifts/receive/", {"gift": gift.pk, "centre": north.pk, "count": 0}).status_code == 422
    assert client.post("/gifts/new/", {"name": "Ice scraper", "value_cents": "1"}).status_code == 422


def test_stock_of_another_centre_is_not_given_from(client, emil, mirko, south):
    foreign = Stock.objects.get(gift=make_gift(centre=south))
    client.force_login(emil)
    answer = client.post(f"/gifts/hand-out/{mirko.person_id}/", {"stock": foreign.pk, "company": mirko.company_id})
    assert answer.status_code == 422
    assert not HandOut.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_gifts_page_costs_the_same_for_one_and_three(client, emil, north, north_ag, rows, django_assert_num_queries):
    for _number in range(rows):
        handing_out.hand_out(make_gift(centre=north), make_role("driver", north_ag).person, company=north_ag, centre=north, by=emil)
    client.force_login(emil)
    with django_assert_num_queries(4):
        client.get("/gifts/")


def test_what_was_received_stands_on_the_pages_of_person_and_company(client, anna, boris, emil, mirko, mug, shine):
    handing_out.hand_out(mug.gift, mirko.person, company=mirko.company, centre=mug.centre, by=emil)
    make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(anna)
    for path in (f"/gifts/people/{mirko.person_id}/", f"/gifts/companies/{mirko.company_id}/"):
        page = client.get(path, headers={"HX-Request": "true"}).content.decode()
        assert "Mug" in page
        assert "Shine" in page
        assert "<html" not in page
    client.force_login(boris)
    for path in (f"/gifts/people/{mirko.person_id}/", f"/gifts/companies/{mirko.company_id}/"):
        assert client.get(path).status_code == 404


def test_the_history_says_who_did_what(emil, wanda, north, mirko, mug, shine):
    handing_out.hand_out(mug.gift, mirko.person, company=mirko.company, centre=north, by=emil)
    redeeming.redeem(make_voucher(shine, driver=mirko, claimed=True), by=wanda, wash=north)
    acts = dict(Entry.objects.filter(action__in=("gift.handed_out", "voucher.redeemed")).values_list("action", "actor_id"))
    assert acts == {"gift.handed_out": emil.pk, "voucher.redeemed": wanda.pk}
    facts = json.dumps([*Entry.objects.values_list("facts", flat=True)])
    assert "Mirko" not in facts

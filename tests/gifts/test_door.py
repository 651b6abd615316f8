"""The wash's door over HTTP: green once, then red with when and by whom."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import TouchedCompany
from contacts.models import Interaction
from gifts.actions import redeeming, withdrawing
from gifts.actions.finding import people_found
from gifts.models import Redemption, Voucher, VoucherState
from tests.factories.accounts import make_centre, make_vehicle
from tests.factories.contacts import make_drive, make_role
from tests.factories.gifts import card_of, make_issue, make_programme, make_voucher
from tests.statements import TRANSACTION, look_ups, new_rows, newest

pytestmark = pytest.mark.django_db


def test_the_door_says_green_once_and_red_with_when_and_by_whom(client, wanda, north, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    assert client.get("/vouchers/redeem/").status_code == 200
    green = client.post("/vouchers/redeem/", {"code": voucher.link.url, "wash": north.pk})
    assert green.status_code == 200
    assert "Shine, 9 minutes" in green.content.decode()
    assert "Mirko" in green.content.decode()
    red = client.post("/vouchers/redeem/", {"code": voucher.code, "wash": north.pk})
    assert red.status_code == 409
    assert "by Wanda Petrowa" in red.content.decode()


def test_a_redemption_by_somebody_who_has_left_is_a_whole_sentence(client, wanda, carla, north, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    redeeming.redeem(voucher, by=wanda, wash=north)
    Redemption.objects.update(redeemed_by=None)
    client.force_login(carla)

    red = " ".join(client.post("/vouchers/redeem/", {"code": voucher.code, "wash": north.pk}).content.decode().split())
    assert f"Redeemed at {north}." in red and f"Redeemed at {north} by" not in red
    page = " ".join(client.get(f"/vouchers/one/{voucher.pk}/").content.decode().split())
    assert f"at {north} </p>" in page and f"at {north} by" not in page


def test_each_refusal_at_the_door_has_its_own_words(client, wanda, carla, north, south, shine, mirko, north_ag):
    client.force_login(wanda)

    def said(voucher: Voucher) -> str:
        answer = client.post("/vouchers/redeem/", {"code": voucher.code})
        assert answer.status_code == 409
        return answer.context["refused"].code

    assert said(make_voucher(shine)) == "voucher_unclaimed"
    assert said(make_voucher(make_programme(south), driver=mirko, claimed=True)) == "voucher_foreign"
    withdrawn = make_voucher(make_programme(north), driver=mirko, claimed=True)
    withdrawing.revoke(withdrawn, by=carla, reason="left")
    assert said(withdrawn) == "voucher_revoked"
    old = make_voucher(make_programme(north), driver=mirko, claimed=True)
    Voucher.objects.filter(pk=old.pk).update(valid_until=timezone.localdate() - timedelta(days=2))
    assert said(old) == "voucher_expired"
    assert client.post("/vouchers/redeem/", {"code": "W7K4 QD9P 3MXA"}).context["refused"].code == "unknown_code"


def test_a_code_that_was_mistyped_is_there_to_be_mended(client, wanda, shine, mirko):
    client.force_login(wanda)
    typed = client.post("/vouchers/redeem/", {"code": "W7K4 QD9P 3MXA"}).content.decode()
    scanned = client.post("/vouchers/redeem/", {"code": f"http://testserver/voucher/{'a' * 32}/"}).content.decode()

    assert 'name="code" value="W7K4 QD9P 3MXA"' in typed
    assert 'name="code"' not in scanned
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    again = dict(re.findall(r'type="hidden" name="(_key|wash)" value="([^"]+)"', typed))
    assert client.post("/vouchers/redeem/", again | {"code": voucher.code}).status_code == 200


def test_the_attendant_who_has_no_menu_chooses_the_language_at_the_door(client, wanda, emil):
    client.force_login(wanda)
    assert 'value="de" lang="de"' in client.get("/vouchers/redeem/").content.decode()
    client.post("/language/", {"language": "de", "next": "/vouchers/redeem/"})
    assert '<html lang="de"' in client.get("/vouchers/redeem/").content.decode()
    client.force_login(emil)
    assert 'name="language"' not in client.get("/vouchers/redeem/").content.decode()


def test_a_card_shown_at_the_door_is_not_redeemed(client, wanda, shine, north_ag):
    card = make_issue(shine, company=north_ag).vouchers.get()
    client.force_login(wanda)
    answer = client.post("/vouchers/redeem/", {"code": card_of(card).url})
    assert answer.context["refused"].code == "voucher_unclaimed"
    assert Voucher.objects.get().state == VoucherState.FREE


def test_a_wash_of_others_is_never_taken_for_ones_own(client, wanda, south, shine, mirko, north):
    voucher = make_voucher(make_programme(north, centres=[north, south]), driver=mirko, claimed=True)
    client.force_login(wanda)
    client.post("/vouchers/redeem/", {"code": voucher.code, "wash": south.pk})
    assert Redemption.objects.get().wash == north


def test_a_plate_out_of_reach_finds_nobody(emil, mirko, north_ag, south_ag):
    near, far = make_vehicle(north_ag), make_vehicle(south_ag)
    make_drive(mirko, near)
    make_drive(make_role("driver", south_ag, mirko.person), far)
    assert people_found(emil, near.plate) == [mirko.person]
    assert people_found(emil, far.plate) == []


def test_who_has_two_washes_says_at_which(client, admin, shine, mirko):
    voucher, elsewhere = make_voucher(shine, driver=mirko, claimed=True), make_centre(has_wash=True)
    client.force_login(admin)
    for chosen in ({}, {"wash": elsewhere.pk}, {"wash": "x"}):
        answer = client.post("/vouchers/redeem/", {"code": voucher.code, **chosen})
        assert (answer.status_code, answer.context["refused"].code) == (422, "wash_unknown")
    assert not Redemption.objects.exists()


def test_redeeming_costs_what_it_did(client, wanda, shine, mirko, django_assert_num_queries):
    """Session 1, user with rights 1, the look-up 1, the verb 1 (on SQLite 5), the answer kept 1; and the savepoint of the test's own
    transaction. With the look-ups of foreign keys PostgreSQL counts 14."""
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    code, before = voucher.link.url, newest(Redemption, Interaction, TouchedCompany)
    sent = 5 if connection.vendor == "postgresql" else 9
    with django_assert_num_queries(sent + 2):
        assert client.post("/vouchers/redeem/", {"code": code, "_key": "k"}).status_code == 200
    written = new_rows(Redemption, Interaction, TouchedCompany, since=before)
    assert [type(row).__name__ for row in written] == ["Redemption", "Interaction", "Entry", "Change", "Answer"]
    assert TRANSACTION + 5 + look_ups(written) == 14


def test_a_second_tap_shows_green_again_and_redeems_once(client, wanda, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    tap = {"code": voucher.code, "_key": "one tap"}
    first, second = (client.post("/vouchers/redeem/", tap) for _turn in range(2))
    assert (second.status_code, second.content) == (200, first.content)
    assert client.post("/vouchers/redeem/", {**tap, "_key": "another tap"}).status_code == 409
    assert Redemption.objects.count() == 1


def test_a_wash_attendant_reaches_the_door_alone(client, wanda, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    for path in (
        "/vouchers/",
        f"/vouchers/{shine.pk}/",
        f"/vouchers/one/{voucher.pk}/",
        "/gifts/",
        "/vouchers/counter/",
        "/vouchers/drivers/",
    ):
        assert client.get(path).status_code == 404


def test_undoing_is_for_those_who_may_and_keeps_the_reason(client, wanda, carla, boris, shine, mirko, north):
    redemption = redeeming.redeem(make_voucher(shine, driver=mirko, claimed=True), by=wanda, wash=north)
    path = f"/vouchers/redemptions/{redemption.pk}/undo/"
    for user in (wanda, boris):
        client.force_login(user)
        assert client.post(path, {"reason": "mine"}).status_code == 404
    client.force_login(carla)
    assert client.post(path, {"reason": ""}).status_code == 422
    undone = client.post(path, {"reason": "Scanned twice."}, follow=True)
    assert undone.redirect_chain == [("/vouchers/redeem/", 303)]
    assert "The voucher can be used again" in undone.content.decode()
    assert Voucher.objects.get().state == VoucherState.CLAIMED
    assert client.post(path, {"reason": "again"}).status_code == 404

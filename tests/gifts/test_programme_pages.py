"""Programmes and their cards, over HTTP. Works, wrong method, not yours, not there."""

import pytest

from fleetportal.core.audit import Change
from gifts.actions import redeeming, withdrawing
from gifts.models import Programme, Voucher, VoucherState
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_issue, make_programme, make_voucher

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(client, carla, north, rows, django_assert_num_queries):
    for _number in range(rows):
        make_issue(make_programme(north), count=2)
    client.force_login(carla)
    with django_assert_num_queries(5):
        page = client.get("/vouchers/")
    assert [row.issued_count for row in page.context["rows"]] == [2] * rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_programme_costs_the_same_for_one_driver_and_three(client, carla, shine, north_ag, rows, django_assert_num_queries):
    for _number in range(rows):
        make_voucher(shine, driver=make_role("driver", north_ag), claimed=True)
    client.force_login(carla)
    with django_assert_num_queries(13):
        page = client.get(f"/vouchers/{shine.pk}/")
    assert len(page.context["vouchers"]) == rows


def test_a_programme_of_another_centre_is_not_there(client, carla, south):
    foreign = make_programme(south)
    client.force_login(carla)
    assert client.get("/vouchers/").context["rows"] == []
    for path in (f"/vouchers/{foreign.pk}/", f"/vouchers/{foreign.pk}/edit/", f"/vouchers/{foreign.pk}/issue/", "/vouchers/999999/"):
        assert client.get(path).status_code == 404


def test_a_programme_names_no_driver_out_of_reach(client, carla, shine, south_ag):
    driver = make_role("driver", south_ag, make_person("Kanarienvogel"))
    make_voucher(shine, driver=driver, claimed=True)
    client.force_login(carla)
    page = client.get(f"/vouchers/{shine.pk}/").content.decode()
    assert "Kanarienvogel" not in page
    assert client.get(f"/vouchers/one/{Voucher.objects.get().pk}/").status_code == 404


def test_making_and_editing_a_programme(client, carla, north):
    client.force_login(carla)
    data = {
        "name": "Glanz", "details": "", "value_cents": "12.40", "centre": north.pk, "centres": [north.pk], "per_driver": 1,
        "period": "month", "valid_days": 30, "starts_on": "2026-01-01", "ends_on": "",
    }  # fmt: skip
    answer = client.post("/vouchers/new/", data)
    programme = Programme.objects.get()
    assert answer["Location"] == f"/vouchers/{programme.pk}/"
    assert (programme.value_cents, list(programme.centres.all())) == (1240, [north])
    assert client.post(f"/vouchers/{programme.pk}/edit/", {**data, "ends_on": "2025-01-01"}).status_code == 422
    client.post(f"/vouchers/{programme.pk}/edit/", {**data, "per_driver": 2})
    programme.refresh_from_db()
    assert programme.per_driver == 2
    assert Change.objects.get(object_type="gifts.programme").field == "per_driver"


def test_issuing_cards_and_printing_them(client, carla, shine, north_ag):
    client.force_login(carla)
    answer = client.post(f"/vouchers/{shine.pk}/issue/", {"way": "cards", "count": 9, "company": "nordhafen logistik se"})
    assert answer.status_code == 303
    issue = shine.issues.get()
    assert (issue.count, issue.company) == (9, north_ag)
    sheet = client.get(f"/vouchers/cards/{issue.pk}.pdf")
    assert sheet.content.startswith(b"%PDF")
    assert sheet.content.count(b"/Type /Page\n") == 2 or b"/Count 2" in sheet.content
    assert client.get("/vouchers/cards/999999.pdf").status_code == 404


@pytest.mark.parametrize(("field", "value"), [("count", "0"), ("count", "1001"), ("company", "Südwerk Kanarienvogel GmbH")])
def test_an_issue_out_of_bounds_is_asked_again(client, carla, shine, south_ag, field, value):
    client.force_login(carla)
    answer = client.post(f"/vouchers/{shine.pk}/issue/", {"way": "cards", "count": "8", field: value})
    assert answer.status_code == 422
    assert not Voucher.objects.exists()


def test_the_report_adds_up(client, carla, shine, north, wanda, mirko):
    make_issue(shine, count=5)
    redeeming.redeem(make_voucher(shine, driver=mirko, claimed=True), by=wanda, wash=north)
    withdrawing.revoke(make_voucher(shine), by=carla, reason="lost")
    client.force_login(carla)
    report = client.get(f"/vouchers/{shine.pk}/").context["report"]
    assert (report.issued, report.claimed, report.states[VoucherState.REDEEMED], report.given_cents) == (7, 1, 1, 1490)
    assert report.open_cents == 5 * 1490
    assert [bar.count for bar in report.bars] == [7, 1, 1, 1]
    assert [(row["issued"], row["claimed"], row["used"]) for row in report.months] == [(7, 1, 1)]


def test_withdrawing_needs_a_reason_and_says_so_at_once(client, carla, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(carla)
    assert client.post(f"/vouchers/one/{voucher.pk}/withdraw/", {"reason": ""}).status_code == 422
    client.post(f"/vouchers/one/{voucher.pk}/withdraw/", {"reason": "He left the firm."})
    assert Voucher.objects.get().state == VoucherState.REVOKED
    assert "He left the firm." in client.get(f"/vouchers/one/{voucher.pk}/").content.decode()


def test_the_counter_is_offered_only_to_those_who_may_open_it(client, dora, carla):
    programme = make_programme(dora.home_centre)
    for user, offered in ((dora, False), (carla, True)):
        client.force_login(user)
        for address in ("/vouchers/", f"/vouchers/{programme.pk}/"):
            page = client.get(address)
            if page.status_code == 200:
                assert ("/vouchers/counter/" in page.content.decode()) is offered, address
        assert (client.get("/vouchers/counter/").status_code == 200) is offered

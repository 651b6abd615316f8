"""The staff's side: programmes, the door, the counter, gifts. Works, wrong method, not yours, not there."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import hospitality as ledger
from contacts.models import CapReached, Driver, GiftPolicy, Interaction, NothingAllowed, Person, YearSum
from fleetportal.core.audit import Change, Entry
from fleetportal.core.outbox.message import Message
from gifts.actions import claiming, handing_out, redeeming, withdrawing
from gifts.actions.finding import people_found
from gifts.models import Claim, Gift, HandOut, Programme, Redemption, Stock, Voucher, VoucherState
from tests.factories.accounts import make_centre, make_company, make_vehicle
from tests.factories.contacts import make_drive, make_person, make_role
from tests.factories.gifts import card_of, make_gift, make_issue, make_programme, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def shine(north):
    return make_programme(north, name="Shine", details="Shine, 9 minutes")


@pytest.fixture
def mirko(north_ag):
    return make_role("driver", north_ag, make_person("Kovac", first_name="Mirko"))


# --- programmes ------------------------------------------------------------------------------------------------------------


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


# --- the door --------------------------------------------------------------------------------------------------------------


def test_the_door_says_green_once_and_red_with_when_and_by_whom(client, wanda, north, shine, mirko):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    assert client.get("/vouchers/redeem/").status_code == 200
    green = client.post("/vouchers/redeem/", {"code": voucher.link.address, "wash": north.pk})
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
    answer = client.post("/vouchers/redeem/", {"code": card_of(card).address})
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
    """Session 1, user with rights 1, the look-up 1, the verb 5, the answer kept 1; and the savepoint of the test's own transaction."""
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(wanda)
    code = voucher.link.address
    with django_assert_num_queries(9 + 2):
        assert client.post("/vouchers/redeem/", {"code": code, "_key": "k"}).status_code == 200


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


# --- the counter -----------------------------------------------------------------------------------------------------------


def test_a_voucher_at_the_counter_in_one_tap(client, emil, shine, mirko):
    client.force_login(emil)
    assert [person.pk for person in client.get("/vouchers/counter/?q=kovac").context["people"]] == [mirko.person_id]
    path = f"/vouchers/counter/{mirko.person_id}/"
    answer = client.post(path, {"programme": shine.pk, "driver": mirko.pk})
    voucher = Voucher.objects.get()
    assert answer["Location"] == f"{path}?voucher={voucher.pk}"
    assert (voucher.state, voucher.person, voucher.company) == (VoucherState.FREE, mirko.person, mirko.company)
    assert Message.objects.get().recipient == mirko.person.email
    assert 'class="qr"' in client.get(answer["Location"]).content.decode()


def test_the_counter_gives_no_second_one_in_the_period(client, emil, shine, mirko):
    make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(emil)
    answer = client.post(f"/vouchers/counter/{mirko.person_id}/", {"programme": shine.pk, "driver": mirko.pk})
    assert answer.status_code == 409
    assert Voucher.objects.count() == 1


def test_the_counter_gives_nothing_to_a_public_body(client, emil, shine, north):
    driver = make_role("driver", make_company(north, is_public_body=True))
    client.force_login(emil)
    assert client.post(f"/vouchers/counter/{driver.person_id}/", {"programme": shine.pk, "driver": driver.pk}).status_code == 409
    assert not Voucher.objects.exists()


def test_foreign_ids_in_a_form_of_ones_own_do_nothing(client, emil, shine, mirko, south, south_ag):
    foreign, stranger = make_programme(south), make_role("driver", south_ag)
    client.force_login(emil)
    for data in ({"programme": foreign.pk, "driver": mirko.pk}, {"programme": shine.pk, "driver": stranger.pk}):
        assert client.post(f"/vouchers/counter/{mirko.person_id}/", data).status_code == 422
    assert not Voucher.objects.exists()
    assert client.get(f"/vouchers/counter/{stranger.person_id}/").status_code == 404


def test_the_counter_says_why_it_offers_nothing_before_anybody_taps(client, emil, shine, mirko, north):
    """As for gifts: the reason in words stands where the button would."""
    client.force_login(emil)
    path = f"/vouchers/counter/{mirko.person_id}/"
    assert "Issue a “" in client.get(path).content.decode()
    make_voucher(shine, driver=mirko, claimed=True)
    page = client.get(path).content.decode()
    assert "The limit of 1 per month has been reached." in page and "Issue a “" not in page
    fireman = make_role("driver", make_company(north, name="Town Hall", is_public_body=True))
    page = client.get(f"/vouchers/counter/{fireman.person_id}/").content.decode()
    assert "can’t be given anything: the gift policy for public bodies doesn’t allow gifts." in page and "Issue a “" not in page


def test_a_new_driver_is_looked_at_and_what_they_claimed_stands_with_the_company(client, carla, shine, north_ag):
    card = make_voucher(shine)
    client.post(card_of(card).path, {"first_name": "Mirko", "place": "Nordhafn (mistyped)"})
    client.force_login(carla)
    row = client.get("/vouchers/drivers/").context["rows"][0]
    assert row[1].place == "Nordhafn (mistyped)"
    path = f"/vouchers/drivers/{row[0].pk}/"
    assert client.post(path, {"first_name": "Mirko", "company": "nobody"}).status_code == 422
    answer = client.post(path, {"first_name": "Mirko", "last_name": "Kovac", "company": "Nordhafen Logistik SE"})
    assert answer["Location"] == "/vouchers/drivers/"
    person = Person.objects.get()
    assert (person.name, person.is_confirmed, Driver.objects.get().company) == ("Mirko Kovac", True, north_ag)
    assert Voucher.objects.get().company == north_ag
    assert Interaction.objects.get().happened_at == Claim.objects.get().claimed_at
    assert client.get("/vouchers/drivers/").context["rows"] == []


def test_a_new_driver_shows_no_company_and_no_claim_out_of_reach(client, carla, shine, north_ag, south, south_ag):
    person = make_person("Kovac", first_name="Mirko", is_confirmed=False)
    make_role("driver", north_ag, person)
    foreign = make_role("driver", south_ag, person)
    make_voucher(make_programme(south, name="Canary programme"), driver=foreign, claimed=True)
    client.force_login(carla)
    page = client.get("/vouchers/drivers/").content.decode()
    assert north_ag.name in page
    assert south_ag.name not in page and "Canary programme" not in page
    assert client.get(f"/vouchers/drivers/{person.pk}/").context["claim"] is None


def test_cards_for_a_company_out_of_reach_are_not_printed(client, carla, shine, north_ag, south_ag):
    own, foreign = make_issue(shine, company=north_ag), make_issue(shine, company=south_ag)
    client.force_login(carla)
    assert client.get(f"/vouchers/cards/{own.pk}.pdf").status_code == 200
    assert client.get(f"/vouchers/cards/{foreign.pk}.pdf").status_code == 404
    page = client.get(f"/vouchers/{shine.pk}/").content.decode()
    assert f"/vouchers/cards/{own.pk}.pdf" in page and f"/vouchers/cards/{foreign.pk}.pdf" not in page


def test_a_voucher_without_company_names_no_driver_out_of_reach(client, carla, shine, south_ag):
    person = make_person("Kanarienvogel")
    make_role("driver", south_ag, person)
    voucher = make_voucher(shine)
    claiming.claim(voucher, person, company=None, by=None)
    client.force_login(carla)
    assert client.get(f"/vouchers/one/{voucher.pk}/").status_code == 404
    assert client.get(f"/vouchers/one/{voucher.pk}/withdraw/").status_code == 404
    assert client.get(f"/vouchers/one/{make_voucher(shine).pk}/").status_code == 200


# --- gifts -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mug(north) -> Stock:
    return Stock.objects.get(gift=make_gift("Mug", centre=north, quantity=5, value_cents=690))


def test_a_mug_in_two_taps(client, emil, mirko, mug):
    """Find, then give: the search leads to the person's page, whose button gives."""
    client.force_login(emil)
    assert [person.pk for person in client.get("/gifts/?q=mirko").context["people"]] == [mirko.person_id]
    path = f"/gifts/hand-out/{mirko.person_id}/"
    page = client.get(path)
    assert page.context["standing"].left_cents == 5000
    answer = client.post(path, {"stock": mug.pk, "company": mirko.company_id})
    given = HandOut.objects.get()
    assert answer["Location"] == f"{path}?given={given.pk}"
    assert (given.person, given.company, given.value_cents, given.handed_out_by) == (mirko.person, mirko.company, 690, emil)
    assert Stock.objects.get().quantity == 4
    assert YearSum.objects.get().cents == 690
    told = Interaction.objects.get()
    assert (told.kind, told.is_real_contact) == ("gift.handed_out", True)
    after = client.get(answer["Location"])
    assert after.context["standing"].left_cents == 4310
    assert "Undo" in after.content.decode()


def test_a_plate_finds_who_drives(client, emil, mirko, north_ag):
    make_drive(mirko, make_vehicle(north_ag, plate="HH-AB 77"))
    client.force_login(emil)
    assert [person.pk for person in client.get("/gifts/?q=hhab77").context["people"]] == [mirko.person_id]


def test_a_gift_above_the_cap_is_refused_with_rule_holder_and_way_out(client, emil, anna, mirko, mug):
    GiftPolicy.objects.create(reach="company", company=mirko.company, cap_cents=600)
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
    GiftPolicy.objects.create(reach="company", company=secret, cap_cents=0, words="Kanarienvogel rule")
    make_role("user", secret, mirko.person)
    with pytest.raises(NothingAllowed) as refused:
        handing_out.hand_out(make_gift(centre=north), mirko.person, company=mirko.company, centre=north, by=anna)
    assert "Kanarienvogel" not in str(refused.value)
    assert ledger.standing(mirko.person, company=secret, on=timezone.localdate()).cap.words == "Kanarienvogel rule"


def test_a_new_year_begins_at_nothing(north, mirko):
    year = timezone.localdate().year
    YearSum.objects.create(person=mirko.person, year=year - 1, cents=5000)
    assert ledger.standing(mirko.person, company=mirko.company, on=timezone.localdate()).left_cents == 5000


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

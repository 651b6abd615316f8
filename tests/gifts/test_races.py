"""R1, R2, R4, R5, R7: many at once for the same scarce thing, over threads and over HTTP, on both databases.

Each race has its canary: with the guard taken out the same race must oversell, or it proves nothing.
"""

from collections import Counter
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from contacts import hospitality as ledger
from contacts.models import CapReached, Driver, Received, YearSum
from fleetportal.core.db.prepared import PreparedUpdate
from fleetportal.core.outbox.message import Message
from gifts import models as gifts
from gifts.actions import handing_out, redeeming, withdrawing
from gifts.actions.claiming import ClaimantDetails
from gifts.actions.claims import claim_card, take_from_pool
from gifts.actions.counter import claim_for, issue_at_counter
from gifts.models import Claim, HandOut, Redemption, Stock, Voucher, VoucherState
from gifts.models.gift import StockQuerySet
from gifts.models.voucher import VoucherQuerySet
from tests.factories.accounts import make_user
from tests.factories.contacts import make_role
from tests.factories.gifts import card_of, make_gift, make_issue, make_voucher
from tests.races import race, won
from tests.selection import LONG, repetitions
from tests.visitors import Visitor, rush

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
RACERS = 16
CLAIMS, POOL, DRIVERS, SCANS = (1000, 100, 1000, 200) if LONG else (48, 8, 24, 40)
AT_ONCE = 32 if LONG else 12


def passed_the_guard(outcomes: list) -> int:
    """How many were let through, those included whom only the constraint beneath stopped."""
    return sum(isinstance(one, IntegrityError) or not isinstance(one, Exception) for one in outcomes)


# --- R1: one voucher, every way in -----------------------------------------------------------------------------------------


def claims_of(voucher, company, number: int = RACERS) -> list:
    """By the card, and by staff on a known driver's behalf, in turns."""
    drivers = [make_role("driver", company) for _one in range(number // 2)]
    by_card = [partial(claim_card, voucher, first_name=f"Driver {one}", company_or_plate="") for one in range(number // 2)]
    by_staff = [partial(claim_for, voucher_again(voucher), driver, by=None) for driver in drivers]
    return [action for pair in zip(by_card, by_staff, strict=True) for action in pair]


def voucher_again(voucher: Voucher) -> Voucher:
    return Voucher.objects.with_names().get(pk=voucher.pk)


@pytest.mark.parametrize("_round", range(repetitions()))
def test_one_of_many_claims_wins(shine, north_ag, _round):
    voucher = voucher_again(make_issue(shine, company=north_ag).vouchers.get())
    outcomes = race(*claims_of(voucher, north_ag))
    assert Counter(type(one) for one in outcomes) == {Claim: 1, gifts.VoucherTaken: RACERS - 1}
    assert Claim.objects.count() == 1
    assert YearSum.objects.exclude(cents=0).count() == 1


def test_claims_without_their_guard_oversell(shine, north_ag, monkeypatch):
    monkeypatch.setattr(VoucherQuerySet, "claimable", lambda rows, *, on: Voucher.objects.filter(pk=voucher.pk))
    voucher = voucher_again(make_issue(shine, company=north_ag).vouchers.get())
    assert passed_the_guard(race(*claims_of(voucher, north_ag, 6))) > 1


def test_one_of_many_claims_over_http_wins(shine, north_ag, emil, live_server, chance):
    """R1 from outside: the card's page and the counter's, distinct drivers, no fault of ours, one row in the ledger."""
    voucher = make_issue(shine, company=north_ag).vouchers.get()
    path, counter = card_of(voucher).path, Visitor.signed_in(live_server.url, emil)
    asked = [partial(Visitor(live_server.url).post, path, {"first_name": f"Driver {one}", "_key": f"k{one}"}) for one in range(CLAIMS // 2)]
    for driver in (make_role("driver", north_ag) for _one in range(CLAIMS // 2)):
        data = {"driver": str(driver.pk), "code": card_of(voucher).url, "_key": f"c{driver.pk}"}
        asked.append(partial(counter.post, f"/vouchers/counter/{driver.person_id}/claim/", data))
    chance.shuffle(asked)
    answers = rush(asked, at_once=AT_ONCE)
    assert Counter(answer.status for answer in answers) == {303: 1, 409: CLAIMS - 1}
    assert all("already been claimed" in answer.text for answer in answers if answer.status == 409)
    assert (Claim.objects.count(), Received.objects.count()) == (1, 1)


# --- R2: a pool ------------------------------------------------------------------------------------------------------------


def drivers_for(shine, company, number: int) -> list:
    drivers = [make_role("driver", company) for _one in range(number)]
    today = shine.centre.today(shine.made_at)
    return [partial(in_one_go, shine, driver, today) for driver in drivers]


def in_one_go(programme, driver, today) -> Claim:
    with transaction.atomic():
        return take_from_pool(programme, driver.person, company=driver.company, said=ClaimantDetails(), on=today)


@pytest.mark.parametrize("_round", range(repetitions()))
def test_a_pool_gives_each_voucher_once(shine, north_ag, _round):
    make_issue(shine, way="pool", count=POOL)
    racers = drivers_for(shine, north_ag, DRIVERS)
    outcomes = [outcome for first in range(0, DRIVERS, AT_ONCE) for outcome in race(*racers[first : first + AT_ONCE])]
    # who found every voucher in somebody's hands may ask again; none may be left over then
    outcomes += race(*racers[: POOL - len(won(outcomes))]) if len(won(outcomes)) < POOL else []
    assert len(won(outcomes)) == POOL
    assert {type(one) for one in outcomes} <= {Claim, gifts.PoolEmpty, gifts.DriverHasOne}
    assert Claim.objects.values("voucher").distinct().count() == Claim.objects.values("person").distinct().count() == POOL


def test_a_pool_without_its_guard_gives_a_voucher_twice(shine, north_ag, monkeypatch):
    """The canary of the test above: what is taken looks free, and only the constraint is left."""
    voucher = voucher_again(make_issue(shine, way="pool", count=1).vouchers.get())
    monkeypatch.setattr(VoucherQuerySet, "next_in_pool", lambda rows, programme, *, on: voucher_again(voucher))
    monkeypatch.setattr(VoucherQuerySet, "claimable", lambda rows, *, on: Voucher.objects.filter(pk=voucher.pk))
    assert passed_the_guard(race(*drivers_for(shine, north_ag, 6))) > 1


def test_one_driver_gets_one_of_a_pool_however_often_asked(shine, north_ag):
    make_issue(shine, way="pool", count=RACERS)
    driver, today = make_role("driver", north_ag), shine.centre.today(shine.made_at)
    outcomes = race(*(partial(in_one_go, shine, driver, today) for _one in range(RACERS)))
    assert Counter(type(one) for one in outcomes) == {Claim: 1, gifts.DriverHasOne: RACERS - 1}


def test_a_driver_without_an_allowance_takes_them_all(shine, north_ag, monkeypatch):
    """The canary of the test above."""
    monkeypatch.setattr("gifts.models.programme.AllowanceQuerySet.take_one_each", lambda rows, programme, period, marks: True)
    make_issue(shine, way="pool", count=RACERS)
    driver, today = make_role("driver", north_ag), shine.centre.today(shine.made_at)
    assert len(won(race(*(partial(in_one_go, shine, driver, today) for _one in range(RACERS))))) > 1


# --- R4: one code, many scans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("_round", range(repetitions()))
def test_one_of_many_scans_redeems(shine, north, wanda, _round):
    voucher = make_voucher(shine, claimed=True)
    outcomes = race(*(partial(redeeming.redeem, Voucher.objects.get(pk=voucher.pk), by=wanda, wash=north) for _one in range(RACERS)))
    assert Counter(type(one) for one in outcomes) == {Redemption: 1, gifts.VoucherSpent: RACERS - 1}
    assert Redemption.objects.count() == 1


def test_scans_without_their_guard_oversell(shine, north, wanda, monkeypatch):
    key = Voucher._meta.pk
    unguarded = PreparedUpdate(lambda voucher: Voucher.objects.filter(pk=voucher), to={"state": VoucherState.REDEEMED}, voucher=key)
    monkeypatch.setattr(redeeming, "spend", unguarded)
    voucher = make_voucher(shine, claimed=True)
    outcomes = race(*(partial(redeeming.redeem, Voucher.objects.get(pk=voucher.pk), by=wanda, wash=north) for _one in range(6)))
    assert passed_the_guard(outcomes) > 1


def test_one_of_many_scans_over_http_redeems_and_the_others_say_when_and_by_whom(shine, north, live_server):
    voucher = make_voucher(shine, claimed=True)
    code = f"https://elsewhere.example{voucher.link.path}"
    operators = [Visitor.signed_in(live_server.url, make_user(role="wash_attendant", at=[north], first_name=f"Op{n}")) for n in range(5)]
    scans = [
        partial(operators[one % 5].post, "/vouchers/redeem/", {"code": code, "wash": str(north.pk), "_key": f"s{one}"})
        for one in range(SCANS)
    ]
    answers = rush(scans, at_once=AT_ONCE)
    assert Counter(answer.status for answer in answers) == {200: 1, 409: SCANS - 1}
    redemption = Redemption.objects.select_related("redeemed_by").get()
    at = redemption.redeemed_at.astimezone(north.zone).strftime("%H:%M")
    for answer in answers:
        if answer.status == 409:
            assert f"at {at}." in answer.text
            assert str(redemption.redeemed_by) in answer.text


def test_one_of_many_undos_counts(shine, north, wanda, carla):
    redemption = redeeming.redeem(make_voucher(shine, claimed=True), by=wanda, wash=north)
    outcomes = race(*(partial(redeeming.undo, Redemption.objects.get(pk=redemption.pk), by=carla, reason="twice") for _one in range(8)))
    assert Counter(type(one) for one in outcomes) == {Voucher: 1, gifts.NotRedeemed: 7}


def test_redeeming_and_revoking_at_once_ends_in_one_of_both(shine, north, wanda, carla):
    for _round in range(repetitions()):
        voucher = make_voucher(shine, claimed=True)
        race(
            partial(redeeming.redeem, Voucher.objects.get(pk=voucher.pk), by=wanda, wash=north),
            partial(withdrawing.revoke, Voucher.objects.with_names().get(pk=voucher.pk), by=carla, reason="left"),
        )
        state = Voucher.objects.get(pk=voucher.pk).state
        assert (state, voucher.redemptions.not_undone().exists()) in ((VoucherState.REDEEMED, True), (VoucherState.REVOKED, False))


# --- R5: the same request again --------------------------------------------------------------------------------------------


def test_the_same_request_ten_times_at_once_has_one_effect_and_one_answer(shine, north_ag, north, live_server):
    voucher = make_issue(shine, company=north_ag).vouchers.get()
    visitor = Visitor(live_server.url)
    answers = rush([partial(visitor.post, card_of(voucher).path, {"first_name": "Mirko", "_key": "one"})] * 10, at_once=10)
    assert len(set(answers)) == 1, Counter(answer.status for answer in answers)
    assert answers[0].status == 303

    operator = Visitor.signed_in(live_server.url, make_user(role="wash_attendant", at=[north]))
    scan = partial(operator.post, "/vouchers/redeem/", {"code": voucher_again(voucher).code, "wash": str(north.pk), "_key": "two"})
    answers = rush([scan] * 10, at_once=10)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert Redemption.objects.count() == 1
    assert operator.post("/vouchers/redeem/", {"code": "another", "wash": str(north.pk), "_key": "two"}).status == 422


# --- R7: the cap -----------------------------------------------------------------------------------------------------------


def hand_outs(north, company, number: int, *, stock: int) -> list:
    driver, gift = make_role("driver", company), make_gift(centre=north, quantity=stock, value_cents=1000)
    return [partial(handing_out.hand_out, gift, driver.person, company=company, centre=north, by=None) for _one in range(number)]


@pytest.mark.parametrize("_round", range(repetitions()))
def test_five_of_many_gifts_of_ten_stay_under_fifty(north, north_ag, _round):
    outcomes = race(*hand_outs(north, north_ag, 50 if LONG else 20, stock=100))
    assert Counter(type(one) for one in outcomes) == {HandOut: 5, CapReached: len(outcomes) - 5}
    assert YearSum.objects.get().cents == 5000
    assert Stock.objects.get().quantity == 95


def test_gifts_without_the_guard_pass_the_cap(north, north_ag, monkeypatch):
    def unguarded(person, *, company, cents, kind, about, on, at):
        YearSum.objects.get_or_create(person=person, year=on.year)
        YearSum.objects.filter(person=person, year=on.year).update(cents=F("cents") + cents)

    monkeypatch.setattr(ledger, "receive", unguarded)
    race(*hand_outs(north, north_ag, 10, stock=100))
    assert YearSum.objects.get().cents > 5000


def test_five_of_many_gifts_over_http(north, north_ag, emil, live_server):
    driver, gift = make_role("driver", north_ag), make_gift(centre=north, quantity=100, value_cents=1000)
    visitor, stock = Visitor.signed_in(live_server.url, emil), Stock.objects.get(gift=gift)
    data = {"stock": str(stock.pk), "company": str(north_ag.pk)}
    asked = [partial(visitor.post, f"/gifts/hand-out/{driver.person_id}/", {**data, "_key": f"g{n}"}) for n in range(50 if LONG else 20)]
    answers = rush(asked, at_once=AT_ONCE)
    assert Counter(answer.status for answer in answers) == {303: 5, 409: len(answers) - 5}
    assert YearSum.objects.get().cents == 5000


def test_three_of_many_take_the_last_three_of_the_stock(north, north_ag):
    gift = make_gift(centre=north, quantity=3, value_cents=1)
    people = [make_role("driver", north_ag).person for _one in range(RACERS)]
    outcomes = race(*(partial(handing_out.hand_out, gift, person, company=north_ag, centre=north, by=None) for person in people))
    assert Counter(type(one) for one in outcomes) == {HandOut: 3, gifts.NothingInStock: RACERS - 3}
    assert Stock.objects.get().quantity == 0


def test_a_stock_without_its_guard_goes_below_nothing(north, north_ag, monkeypatch):
    monkeypatch.setattr(StockQuerySet, "take_items", lambda rows, count=1: bool(rows.update(quantity=F("quantity") - count)))
    gift = make_gift(centre=north, quantity=3, value_cents=1)
    people = [make_role("driver", north_ag).person for _one in range(8)]
    outcomes = race(*(partial(handing_out.hand_out, gift, person, company=north_ag, centre=north, by=None) for person in people))
    assert any(isinstance(one, IntegrityError) for one in outcomes)  # only the database's own wall is left


def test_many_undos_give_back_once(north, north_ag, emil):
    (give,) = hand_outs(north, north_ag, 1, stock=1)
    given = give()
    outcomes = race(*(partial(handing_out.take_back, HandOut.objects.get(pk=given.pk), by=emil) for _one in range(8)))
    assert Counter(type(one) for one in outcomes) == {type(None): 1, gifts.AlreadyUndone: 7}
    assert (Stock.objects.get().quantity, YearSum.objects.get().cents) == (1, 0)


def at_the_counter(programme, driver, by) -> Voucher:
    return issue_at_counter(programme, Driver.objects.select_related("person", "company").get(pk=driver.pk), by=by)


def test_r12_parallel_counters_issue_one_voucher_for_one_allowance(shine, north_ag, emil):
    driver = make_role("driver", north_ag)
    outcomes = race(*(partial(at_the_counter, shine, driver, emil) for _one in range(RACERS)))
    assert {outcome.pk for outcome in outcomes} == {Voucher.objects.get(programme=shine).pk}
    assert Message.objects.count() == 1


def test_r12_counters_that_look_for_no_unclaimed_one_issue_several(shine, north_ag, emil, monkeypatch):
    """The canary of the test above."""
    monkeypatch.setattr(VoucherQuerySet, "unclaimed_by", lambda rows, person, programme, *, on: Voucher.objects.none())
    driver = make_role("driver", north_ag)
    race(*(partial(at_the_counter, shine, driver, emil) for _one in range(4)))
    assert Voucher.objects.filter(programme=shine).count() > 1

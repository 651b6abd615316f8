"""A tap on the wrong car: whoever redeemed it takes it back within two minutes, with one tap (pages 28)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from gifts.actions import redeeming
from gifts.models import NotRedeemed, Redemption, RedemptionKept, Voucher, VoucherState
from tests.factories.accounts import make_user
from tests.factories.gifts import make_programme, make_voucher
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def voucher(north: Any) -> Voucher:
    return make_voucher(make_programme(north), claimed=True)


@pytest.fixture
def redemption(north: Any, wanda: User, voucher: Voucher) -> Redemption:
    return redeeming.redeem(voucher, by=wanda, wash=north)


def state(redemption: Redemption) -> str:
    return Voucher.objects.get(pk=redemption.voucher_id).state


def test_one_tap_takes_it_back(client: Client, wanda: User, redemption: Redemption) -> None:
    client.force_login(wanda)
    address = f"/vouchers/redemptions/{redemption.pk}/undo-at-once/"

    assert client.get(address).status_code == 405
    assert client.post(address, {"_key": "one"}).status_code == 303

    assert state(redemption) == VoucherState.CLAIMED
    assert redeeming.redeem(Voucher.objects.get(pk=redemption.voucher_id), by=wanda, wash=redemption.wash)


def test_the_green_page_offers_it(client: Client, wanda: User, north: Any, voucher: Voucher) -> None:
    client.force_login(wanda)
    page = client.post("/vouchers/redeem/", {"code": voucher.code, "wash": north.pk, "_key": "two"}).content.decode()
    assert f"/vouchers/redemptions/{voucher.redemptions.get().pk}/undo-at-once/" in page


@pytest.mark.parametrize("case", ["late", "somebody else's", "twice"])
def test_it_is_refused(wanda: User, north: Any, redemption: Redemption, case: str) -> None:
    by = wanda
    if case == "late":
        Redemption.objects.update(redeemed_at=timezone.now() - timedelta(minutes=2, seconds=1))
    if case == "somebody else's":
        by = make_user("w2", role="wash_attendant", at=[north])
    if case == "twice":
        redeeming.undo_slip(redemption, by=wanda)
    before = state(redemption)

    with pytest.raises(NotRedeemed if case == "twice" else RedemptionKept):
        redeeming.undo_slip(redemption, by=by)

    assert state(redemption) == before


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_taps_one_takes_it_back(wanda: User, redemption: Redemption) -> None:
    outcomes = race(*[partial(redeeming.undo_slip, Redemption.objects.get(pk=redemption.pk), by=wanda) for _tap in range(6)])
    assert sorted(type(one).__name__ for one in outcomes) == ["NotRedeemed"] * 5 + ["Voucher"]

"""J8: Mirko, van driver, scans the card that came with the mug; Wanda at the wash sees green once, then red with when and where."""

import re

import pytest

from fleetportal.core.links import Link
from gifts.models import Redemption, Voucher, Way
from tests.journeys.browser import DESK, PHONE, film, hands, launch
from tests.journeys.conftest import session_of, sit_down

pytestmark = pytest.mark.journey
TARGET = 2  # the card, and "It's mine"
TARGET_AT_THE_WASH = 1


@pytest.fixture
def card(portal):
    """A printed card that is nobody's yet."""
    return Voucher.objects.filter(issue__way=Way.CARDS, state="free", issue__company=None).order_by("pk").last()


def claim(driver, card):
    """Mirko opens the card's address and says that it is his."""
    page = driver.open(Link.objects.get(scope="claim", subject_id=card.pk).url)
    assert driver.fits()
    page.locator("input[name=first_name]").fill("Mirko")
    page.locator("input[name=company_or_plate]").fill("HH-QR 4711")
    driver.press(page.locator("button.go"))
    driver.see("Mirko’s voucher")
    return page


def test_mirko_claims_his_wash_and_wanda_redeems_it_once(meet, card, size):
    mirko, wanda = meet(size), sit_down(meet, "wanda", size)

    shown = claim(mirko, card)
    code = shown.locator(".code").inner_text()
    assert mirko.clicks == TARGET
    assert mirko.fits()
    assert code == card.code

    door = wanda.arrive("/vouchers/redeem/")
    door.locator("input[name=code]").fill(code.lower().replace(" ", "-"))
    wanda.press(door.get_by_role("button", name="Redeem", exact=True))
    wanda.see("Redeemed at")
    assert wanda.clicks == TARGET_AT_THE_WASH
    assert wanda.fits()

    wanda.arrive("/vouchers/redeem/").locator("input[name=code]").fill(code)
    wanda.press(door.get_by_role("button", name="Redeem", exact=True))
    wanda.see("Already redeemed")
    assert re.search(r"Already redeemed today at \d\d:\d\d", door.locator("main").inner_text())
    wanda.see("Nord by Wanda Petrowa")
    assert Redemption.objects.filter(voucher=card).count() == 1


def test_wanda_lands_at_her_door_after_signing_in(meet, portal):
    wanda = meet(PHONE)

    page = wanda.arrive("/login/")
    page.locator("input[name=login]").fill("wanda")
    page.locator("input[name=password]").fill("demo")
    wanda.press(page.get_by_role("button", name="Sign in"))

    page.wait_for_url("**/vouchers/redeem/")
    assert wanda.clicks == 1


def test_her_camera_reads_the_code_and_presses_for_her(playwright, meet, card, portal, tmp_path):
    """Chromium shows its camera a film of the code that Mirko's telephone displays; no key is typed, no button pressed."""
    claim(meet(PHONE), card)
    code = film(Link.objects.get(scope="voucher", subject_id=card.pk).url, tmp_path / "code.y4m")
    camera = launch(
        playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={code}"
    )
    with hands(camera, portal) as seat:
        wanda = seat(DESK, session=session_of("wanda"))
        wanda.arrive("/vouchers/redeem/")
        wanda.see("Redeemed at")
        assert wanda.clicks <= TARGET_AT_THE_WASH
    camera.close()
    assert Voucher.objects.get(pk=card.pk).state == "redeemed"


def test_her_camera_finds_our_code_beside_another_one(playwright, meet, card, portal, tmp_path):
    """A sticker on the van is in view too: jsQR reads nothing while there are two, so the camera looks at the middle."""
    claim(meet(PHONE), card)
    code = film(Link.objects.get(scope="voucher", subject_id=card.pk).url, tmp_path / "codes.y4m", beside="https://sticker.example/van")
    camera = launch(
        playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={code}"
    )
    with hands(camera, portal) as seat:
        wanda = seat(DESK, session=session_of("wanda"))
        wanda.arrive("/vouchers/redeem/")
        wanda.see("Redeemed at")
        assert wanda.clicks <= TARGET_AT_THE_WASH
    camera.close()
    assert Voucher.objects.get(pk=card.pk).state == "redeemed"


def test_a_second_tap_on_its_mine_gives_the_same_voucher(meet, card):
    """The card's page opened in two tabs, both sent: one claim, and the second tab says that it was claimed."""
    first, second = meet(PHONE), meet(PHONE)
    address = Link.objects.get(scope="claim", subject_id=card.pk).url
    for hand in (first, second):
        page = hand.open(address)
        page.locator("input[name=first_name]").fill("Mirko")
        page.locator("input[name=company_or_plate]").fill("HH-QR 4711")
    first.press(first.page.locator("button.go"))
    first.see("Mirko’s voucher")
    second.press(second.page.locator("button.go"))
    second.see("This card has already been claimed")
    assert Voucher.objects.get(pk=card.pk).claim_made.first_name == "Mirko"

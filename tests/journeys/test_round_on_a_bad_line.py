"""R5 on the call screen: at 400 ms and 5 % loss a tap answers within 100 ms and arrives once; what the device keeps is one store."""

import random
from typing import Any

import pytest

from contacts.models import ContactRound, Interaction, Stop
from tests.journeys.browser import DESK, PHONE, Hand
from tests.journeys.conftest import sit_down

pytestmark = pytest.mark.journey

ANSWERS_MS = 100
LATENCY_MS, LOSS = 400, 0.05
STORE = "localStorage.getItem('fleetportal.calls')"
# From the tap to the moment at which the next person stands there, or the tap is seen to be taken.
MEASURED = """(code) => new Promise((done) => {
    const before = document.querySelector("h1").textContent;
    const seen = () => document.querySelector("h1").textContent !== before || document.querySelector("form[aria-busy]");
    const began = performance.now();
    document.querySelector(`[name=chip][value=${code}]`).click();
    const look = () => (seen() ? done(performance.now() - began) : requestAnimationFrame(look));
    look();
})"""


@pytest.fixture
def contact_round(portal: str) -> ContactRound:
    """The demo's round, with all its stops due for Tomas today."""
    found = ContactRound.objects.get()
    tomas = found.stops.filter(state="done").first().assigned_to
    found.stops.open().update(assigned_to=tomas, day=found.starts_on)
    return found


def bad_line(hand: Hand, chance: random.Random) -> list[str]:
    """Slow the line down, and lose one request in twenty: half of them before the portal hears of it, half of the answers."""
    lost: list[str] = []
    session = hand.page.context.new_cdp_session(hand.page)
    session.send("Network.enable")
    rate = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
    session.send("Network.emulateNetworkConditions", rate)

    def pass_on(route: Any) -> None:
        if chance.random() >= LOSS:
            route.continue_()
            return
        lost.append(route.request.url)
        if chance.random() < 0.5:
            route.fetch(max_redirects=0)  # it arrives; only the answer is lost
        route.abort("connectionreset")

    hand.page.route("**/rounds/**", pass_on)
    return lost


def arrived(hand: Hand) -> None:
    """Wait until nothing is kept any more; the page's policy lets no words be evaluated in it, so it is asked from here."""
    for _turn in range(600):
        if hand.page.evaluate(STORE) is None:
            return
        hand.page.wait_for_timeout(100)
    pytest.fail(f"still kept: {hand.page.evaluate(STORE)}")


def tap(hand: Hand, code: str) -> float:
    """How long it took until the tap was answered; then wait for the next person, whom the line brings."""
    took = float(hand.page.evaluate(MEASURED, code))
    hand.page.locator("form[data-call]:not([aria-busy])").wait_for()
    return took


CODES = ("reached", "not_reached", "not_interested", "left_word")


def test_r5_taps_on_a_bad_line_answer_at_once_and_arrive_once(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", PHONE)
    before, tried = Interaction.objects.count(), tries()
    tomas.arrive("/rounds/next/")
    lost = bad_line(tomas, random.Random(5))
    took = [tap(tomas, code) for code in CODES]
    arrived(tomas)
    assert max(took) < ANSWERS_MS, took
    assert Interaction.objects.count() == before + len(CODES), lost
    assert tries() == tried + len(CODES)


def test_r5_where_the_first_answer_of_each_tap_is_lost_it_is_sent_again_and_counts_once(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", PHONE)
    before, tried = Interaction.objects.count(), tries()
    tomas.arrive("/rounds/next/")
    sent: list[str] = []

    def lose(route: Any) -> None:
        is_first = route.request.method == "POST" and sent.count(route.request.url) == 0
        sent.extend([route.request.url] if route.request.method == "POST" else [])
        if is_first:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    tomas.page.route("**/rounds/**", lose)
    for code in CODES[:2]:
        tap(tomas, code)
    arrived(tomas)
    assert {sent.count(url) for url in sent} == {2}
    assert Interaction.objects.count() == before + 2
    assert tries() == tried + 2


def tries() -> int:
    return sum(Stop.objects.values_list("tries", flat=True))


def test_r5_what_was_tapped_without_a_line_is_sent_once_it_is_back_and_after_a_reload(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", DESK)
    before = Interaction.objects.count()
    tomas.arrive("/rounds/next/")
    first = tomas.page.locator("h1").inner_text()
    tomas.page.wait_for_load_state("networkidle")  # the next call is there
    tomas.page.context.set_offline(True)
    tomas.page.locator("[name=chip][value=reached]").click()
    assert tomas.page.locator("h1").inner_text() != first
    tomas.see("saved on this device, being sent")
    assert Interaction.objects.count() == before
    tomas.page.context.set_offline(False)
    tomas.page.reload()
    arrived(tomas)
    assert Interaction.objects.count() == before + 1


def test_the_keys_call_and_an_answer_that_is_refused_comes_back_as_it_was(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", DESK)
    before = Interaction.objects.count()
    tomas.arrive("/rounds/next/")
    who = tomas.page.locator("h1").inner_text()
    tomas.page.locator("[name=answer_2]").fill("no address")
    tomas.page.locator("h1").click()
    tomas.page.keyboard.press("1")
    tomas.page.locator("[data-refused] a").wait_for(state="visible")
    assert Interaction.objects.count() == before
    tomas.page.locator("[data-refused] a").click()
    tomas.page.get_by_role("heading", name=who).wait_for()
    assert tomas.page.locator("[name=answer_2]").input_value() == "no address"
    tomas.page.locator("[name=answer_2]").fill("here@customer.example")
    tomas.page.locator("h1").click()
    tomas.page.keyboard.press("1")
    arrived(tomas)
    assert Interaction.objects.count() == before + 1


def test_signing_out_empties_the_store_and_another_user_never_reads_it(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", PHONE)
    tomas.arrive("/rounds/next/")
    tomas.page.wait_for_load_state("networkidle")
    tomas.page.context.set_offline(True)
    tomas.page.locator("[name=chip][value=reached]").click()
    assert tomas.page.evaluate(STORE)
    tomas.page.get_by_role("button", name="Sign out").click()
    tomas.see("signing out now would lose them")
    tomas.page.evaluate(
        "localStorage.setItem('fleetportal.calls', JSON.stringify({user: '0', taps: [{key: 'k', to: '/', fields: [], at: Date.now()}]}))"
    )
    tomas.page.context.set_offline(False)
    tomas.page.reload()
    arrived(tomas)
    tomas.page.evaluate("localStorage.setItem('fleetportal.calls', 'x')")
    tomas.page.get_by_role("button", name="Sign out").click()
    tomas.page.wait_for_url("**/login/**")
    assert tomas.page.evaluate(STORE) is None


def test_the_outcome_is_on_the_first_screen_of_a_telephone(meet: Any, contact_round: ContactRound) -> None:
    tomas = sit_down(meet, "tomas", PHONE)
    tomas.arrive("/rounds/next/")
    assert tomas.fits()
    box = tomas.page.locator("[name=chip][value=wrong_number]").bounding_box()
    assert box["y"] + box["height"] <= PHONE["viewport"]["height"]

"""J1 by keyboard alone: twenty calls, each key pressed once more a moment too late, and not one call is logged that was not meant."""

import re

import pytest

from accounts.models import Centre, User
from contacts.models import Decision, Interaction, Reason
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_reason
from tests.journeys.browser import DESK, PHONE
from tests.journeys.conftest import sit_down

pytestmark = [pytest.mark.journey, pytest.mark.once]
CALLS = 20
A_MOMENT_MS = 120
# what is pressed on a card, and what is logged: outcome and words
CALLED = (
    (("n", "mailbox full"), ("not_reached", "mailbox full")),
    (("n", "2", "nobody picks up, message left"), ("left_word", "nobody picks up, message left")),
    (("r", "reads the offer on Monday"), ("reached", "reads the offer on Monday")),
    (("r", "3", "unfortunately not"), ("not_interested", "unfortunately not")),
    (("r", "Escape", "n", "just ringing"), ("not_reached", "just ringing")),
    (("n", "3", "a hairdresser answers"), ("wrong_number", "a hairdresser answers")),
    (("r", "4", "the car came back dirty"), ("complained", "the car came back dirty")),
)


@pytest.fixture
def lea() -> User:
    """An account manager with twenty cards and one more."""
    centre = Centre.objects.order_by("pk").first() or make_centre()
    lea = make_user("lea", role="account_manager", at=[centre], home_centre=centre)
    for number in range(CALLS + 1):
        make_reason(make_company(centre, name=f"Kunde {number}", looked_after_by=lea))
    return lea


def card(page) -> str:
    return page.locator("#open a[href*='/companies/']").first.inner_text()


def press(page, pressed: tuple[str, ...]) -> None:
    """Keys and words, as quickly as they come: the page need not have answered yet."""
    for keys in pressed:
        if len(keys) <= 1 or keys == "Escape":
            page.keyboard.press(keys)
            page.wait_for_load_state()
        else:
            page.keyboard.type(keys)


def test_twenty_calls_by_keyboard_alone_with_slow_second_presses(meet, lea):
    hand = sit_down(meet, "lea", DESK)
    page = hand.arrive("/today/")
    seen = []
    for number in range(CALLS):
        pressed, logged = CALLED[number % len(CALLED)]
        seen.append(card(page))
        if "Escape" in pressed:
            page.keyboard.press("r")
            page.keyboard.type("wrong key")
            page.wait_for_selector("#open [data-key=r][aria-current=true]")
            page.wait_for_function("() => document.querySelector('#open [data-sentence]').value === 'wrong key'")
            pressed = pressed[1:]
            page.keyboard.press("Control+a")
            page.keyboard.press("Delete")
        press(page, pressed)
        page.wait_for_function("said => document.querySelector('#open [data-sentence]')?.value === said", arg=logged[1])
        page.keyboard.press("Enter")
        page.wait_for_function("was => !document.querySelector('#open').innerText.includes(was)", arg=seen[-1])
        page.wait_for_timeout(A_MOMENT_MS)
        page.keyboard.press("Enter")  # the second press, a moment too late: it meets the next card
        latest = Interaction.objects.filter(by=lea).latest("pk")
        assert (latest.outcome, latest.text, latest.company.name) == (*logged, seen[-1])
        assert page.evaluate("() => document.activeElement.id") == "open"
        assert not re.search("open=|do=", page.url), "the address holds a card that is past"
    assert hand.clicks == 0
    assert len(set(seen)) == Decision.objects.filter(by=lea).count() == Interaction.objects.filter(by=lea).count() == CALLS
    assert Reason.objects.visible_to(lea).exists()
    page.reload()
    assert not page.locator("#open input[type=radio]:checked").count()


def test_a_card_left_half_done_brings_its_words_back_and_no_outcome(meet, lea):
    """Otherwise the second press, a moment too late, would log what was never sent."""
    hand = sit_down(meet, "lea", DESK)
    page = hand.arrive("/today/")
    left = card(page)
    press(page, ("r", "3", "half a sentence"))
    page.wait_for_function("() => document.querySelector('#open [data-sentence]').value === 'half a sentence'")
    page.locator(".fp-contact:not(.fp-contact--open) a").first.click()
    page.wait_for_function("was => !document.querySelector('#open').innerText.includes(was)", arg=left)
    other = card(page)
    page.locator("#open").focus()
    press(page, ("n", "mailbox full"))
    page.wait_for_function("() => document.querySelector('#open [data-sentence]')?.value === 'mailbox full'")
    page.keyboard.press("Enter")
    page.wait_for_function("was => document.querySelector('#open').innerText.includes(was)", arg=left)
    page.wait_for_timeout(A_MOMENT_MS)
    page.keyboard.press("Enter")
    page.wait_for_timeout(A_MOMENT_MS)
    assert page.locator("#open [data-sentence]").input_value() == "half a sentence"
    assert not page.locator("#open input[type=radio]:checked").count()
    assert [one.company.name for one in Interaction.objects.filter(by=lea)] == [other]


def test_somebody_at_two_companies_is_one_card_and_one_call(meet, lea):
    """One press of a key answers for both companies: nobody is rung twice."""
    Reason.objects.all().delete()
    person = make_person("Zweihut")
    for name in ("Erste Spedition", "Zweite Spedition"):
        company = make_company(Centre.objects.first(), name=name, looked_after_by=lea)
        make_role("decision_maker", company, person)
        make_reason(company)
    page = sit_down(meet, "lea", DESK).arrive("/today/")
    shown = page.locator("#open").inner_text()
    assert "Erste Spedition" in shown and "Zweite Spedition" in shown
    assert page.locator("body").inner_text().count("Zweihut") == 1
    press(page, ("n", "mailbox full"))
    page.wait_for_function("() => document.querySelector('#open [data-sentence]')?.value === 'mailbox full'")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('#open')?.innerText.includes('Zweihut')")
    page.reload()
    assert "Zweihut" not in page.locator("main").inner_text()
    assert Interaction.objects.get(by=lea).person == person
    assert Decision.objects.get(by=lea).others_until


def test_on_a_telephone_the_outcome_lies_on_the_first_screen(meet, lea):
    hand = sit_down(meet, "lea", PHONE)
    page = hand.arrive("/today/")
    acts, facts = page.locator("#open .fp-acts").bounding_box(), page.locator("#open .fp-facts").bounding_box()
    card = page.locator("#open").bounding_box()
    assert acts["y"] + acts["height"] - card["y"] < PHONE["viewport"]["height"]
    assert acts["y"] < facts["y"], "what we know lies below what came of it"
    assert hand.fits()

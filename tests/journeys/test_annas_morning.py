"""J1: Anna, 8:05, coffee in hand. One page says whom to call first and why; three clicks a call, the next one is there."""

import re

import pytest

from accounts.models import User
from contacts.models import Decision, Interaction, Reason
from tests.journeys.browser import DESK
from tests.journeys.conftest import sit_down

pytestmark = pytest.mark.journey
TARGET = 3  # for each call: what came of it, which outcome, save
CALLS = 4


def headline(page) -> str:
    return page.locator("#open .fp-reason").inner_text()


def log_call(anna, button: str, outcome: str, sentence: str) -> None:
    """One call on the open card: button (unless it is chosen already), chip, a sentence typed, "Save, next"."""
    page = anna.page
    assert not page.locator("#open .fp-acts a[aria-current=true]").count(), "nothing is preset"
    begins = re.compile(rf"^\s*{button}")
    anna.press(page.locator("#open .fp-acts a", has_text=begins))
    page.locator("#open .fp-acts a[aria-current=true]", has_text=begins).wait_for()
    anna.press(page.locator("#open label.fp-chip", has_text=outcome))
    page.locator("#open input[name=text]").fill(sentence)
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        anna.press(page.get_by_role("button", name="Save and next"))
    assert saved.value.status == 200
    page.wait_for_function("said => document.querySelector('#open input[name=text]')?.value !== said", arg=sentence)


def test_anna_works_through_her_calls_with_three_clicks_each(meet, size):
    anna = sit_down(meet, "anna", size)
    user = User.objects.get(username="anna")
    open_before = Reason.objects.visible_to(user).count()

    page = anna.arrive("/today/")
    assert anna.fits()
    assert headline(page)
    assert open_before > CALLS
    first = headline(page)

    sayings = (
        ("Not reached", "Left a message", "Colleague passes it on."),
        ("Reached", "Spoke to them, no follow-up needed", "Board decides in December."),
        ("Not reached", "No answer", "Rang out."),
        ("Reached", "Wants a meeting", "Thursday morning suits him."),
    )
    for number, (button, outcome, sentence) in enumerate(sayings, start=1):
        log_call(anna, button, outcome, sentence)
        assert anna.clicks <= number * TARGET
        assert Interaction.objects.filter(by=user, text=sentence).count() == 1

    assert Decision.objects.filter(by=user).count() == CALLS
    assert headline(page) != first
    assert anna.fits()


def test_the_first_card_says_whom_why_and_how_without_a_click(meet, size):
    anna = sit_down(meet, "anna", size)
    page = anna.arrive("/today/")
    card = page.locator("#open")
    top = Reason.objects.visible_to(User.objects.get(username="anna")).in_order().first()

    assert anna.clicks == 0
    assert top.company.name in card.inner_text()
    assert card.locator("a[href^='tel:'], a[href^='mailto:']").count() >= 1
    assert "Allowed channels" in card.inner_text()


def test_a_call_is_taken_back_with_one_click(meet):
    anna = sit_down(meet, "anna", DESK)
    page = anna.arrive("/today/")
    company = page.locator("#open a[href*='/companies/']").first.inner_text()
    log_call(anna, "Not reached", "No answer", "Wrong button.")

    before = anna.clicks
    anna.press(page.get_by_role("button", name="Undo"))
    page.locator("#open", has_text=company).wait_for()

    assert anna.clicks - before == 1
    assert not Interaction.objects.filter(text="Wrong button.").exists()


def test_keys_alone_log_a_call(meet):
    """Everything staff do all day goes without the mouse: n, the outcome, the sentence, Enter."""
    anna = sit_down(meet, "anna", DESK)
    page = anna.arrive("/today/")
    page.keyboard.press("n")
    page.locator("#open .fp-acts [data-key=n][aria-current=true]").wait_for()
    page.locator("#open label.fp-chip input").first.focus()
    page.keyboard.press("Space")
    page.locator("#open input[name=text]").focus()
    page.keyboard.type("Typed, not clicked.")
    page.keyboard.press("Enter")
    page.locator(".fp-toast").wait_for()

    assert anna.clicks == 0
    assert Interaction.objects.filter(text="Typed, not clicked.").count() == 1

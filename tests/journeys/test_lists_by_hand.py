"""What is selected in a list stays selected while its pages are turned; the keys are listed; nothing breaks the content policy."""

import pytest

from accounts.models import Centre, User
from contacts.models import Task
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.reasons import make_reason, make_task
from tests.journeys.browser import DESK
from tests.journeys.conftest import sit_down
from tests.journeys.test_keys_of_today import card, press

pytestmark = [pytest.mark.journey, pytest.mark.once]
COMPANIES = 45


@pytest.fixture
def lea() -> User:
    centre = Centre.objects.order_by("pk").first() or make_centre()
    lea = make_user("lea", role="account_manager", at=[centre], home_centre=centre)
    for number in range(COMPANIES):
        make_company(centre, name=f"Kunde {number:02}", looked_after_by=lea)
    return lea


def said(page) -> str:
    return page.locator("[data-chosen]").inner_text()


def turn(page, to: str, link: str) -> None:
    page.locator(f"a[rel={link}]").click()
    page.get_by_text(to, exact=True).wait_for()


def tick(page, name: str) -> None:
    page.locator(".fp-table").get_by_label(name, exact=True).check()


def test_rows_stay_selected_while_pages_are_turned_and_sorted(meet, lea):
    page = sit_down(meet, "lea", DESK).arrive("/companies/?rows=20&sort=name")
    assert not page.locator("#bulk").is_visible()
    tick(page, "Kunde 01")
    tick(page, "Kunde 02")
    turn(page, "21 to 40 of 45", "next")
    assert (said(page), page.locator(".fp-pick:checked").count()) == ("Selected: 2", 0)
    tick(page, "Kunde 21")
    assert said(page) == "Selected: 3"
    turn(page, "1 to 20 of 45", "prev")
    assert page.locator(".fp-pick:checked").count() == 2
    page.locator(".fp-table").get_by_label("Kunde 02", exact=True).uncheck()
    page.locator("thead a").first.click()
    page.wait_for_url("**sort=-name**")
    page.get_by_role("link", name="Kunde 44").wait_for()
    assert said(page) == "Selected: 2"
    page.get_by_role("button", name="Export selected").click()
    page.get_by_text("Export 2 rows").wait_for()
    page.keyboard.press("Escape")
    page.get_by_label("Select none").click()
    page.locator("#bulk").wait_for(state="hidden")
    turn(page, "21 to 40 of 45", "next")
    assert not page.locator("#bulk").is_visible()


def test_another_filter_begins_with_nothing_selected(meet, lea):
    page = sit_down(meet, "lea", DESK).arrive("/companies/?rows=20&sort=name")
    tick(page, "Kunde 01")
    page.locator("#list input[name=q]").fill("Kunde 1")
    page.get_by_text("1 to 10 of 10", exact=True).wait_for()
    tick(page, "Kunde 11")
    assert said(page) == "Selected: 1"


def test_tasks_are_selected_and_handed_over_in_the_side_panel(meet, lea):
    company = lea.assignments.first().company
    carla = make_user("carola", role="centre_manager", at=[company.centre], last_name="Carstens")
    tasks = [make_task(company, lea, title=f"Task {number}") for number in range(3)]
    page = sit_down(meet, "lea", DESK).arrive("/tasks/")
    assert not page.locator("#bulk").is_visible()
    page.get_by_label("Select all", exact=True).check()
    page.get_by_label("Task 1", exact=True).uncheck()
    assert said(page) == "Selected: 2"
    page.get_by_role("button", name="Hand over").click()
    page.locator("#panel select[name=owner]").select_option(label=str(carla))
    page.locator("#panel button.btn-primary").click()
    page.get_by_text("2 tasks have been handed over").wait_for()
    assert [Task.objects.get(pk=task.pk).owner for task in tasks] == [carla, lea, carla]


@pytest.mark.parametrize("address", ["/today/", "/companies/", "/tasks/"])
def test_the_keys_are_listed_under_a_question_mark_and_can_be_switched_off(meet, lea, address):
    page = sit_down(meet, "lea", DESK).arrive(address)
    page.keyboard.press("?")
    dialog = page.locator("#keys[open]")
    dialog.wait_for()
    listed = dialog.locator("kbd").all_inner_texts()
    assert {"/", "j", "k", "c", "t", "r", "n", "m", "p", "z", "u", "?", "Esc"} <= set(listed)
    offered = page.evaluate("() => [...document.querySelectorAll('[data-key]')].map((one) => one.dataset.key)")
    unsaid = {key for key in offered if not key.isdigit()} - set(listed)
    assert not unsaid, "a key that the page offers is not listed"
    dialog.get_by_label("Use single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert "panel" not in page.url


def test_swaps_and_panels_break_no_content_policy(meet, lea):
    company = lea.assignments.first().company
    for number in range(3):
        make_reason(make_company(company.centre, name=f"Karte {number}", looked_after_by=lea))
    hand = sit_down(meet, "lea", DESK)
    hand.page.add_init_script("addEventListener('securitypolicyviolation', (e) => (window.broken ??= []).push(e.violatedDirective))")
    page = hand.arrive("/today/")
    for _number in range(2):
        before = card(page)
        press(page, ("n", "mailbox full"))
        page.wait_for_function("() => document.querySelector('#open [data-sentence]')?.value === 'mailbox full'")
        page.keyboard.press("Enter")
        stands = "was => !document.querySelector('#open').innerText.includes(was) && document.activeElement.id === 'open'"
        page.wait_for_function(stands, arg=before)
    page.get_by_role("link", name="Task or note").first.click()
    page.locator("#panel h1").wait_for()
    assert page.evaluate("() => window.broken ?? []") == []
    page = hand.arrive("/companies/?rows=20&sort=name")
    turn(page, "21 to 40 of 48", "next")
    page.locator("details.fp-keep summary, [data-word]").first.click()
    assert page.evaluate("() => window.broken ?? []") == []

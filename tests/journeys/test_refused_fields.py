"""A refused form leads to its fields: on a page, and in the side panel without closing it (pages 39)."""

import pytest

from accounts.models import Company, User
from tests.journeys.browser import DESK, Meet
from tests.journeys.conftest import sit_down

pytestmark = [pytest.mark.journey, pytest.mark.once]


def company_of_anna() -> Company:
    company = Company.objects.where(User.objects.get(username="anna"), may="serve_customers").first()
    assert company is not None
    return company


def test_a_page_that_was_refused_begins_at_the_field_and_its_summary_leads_there(meet: Meet, demo: None) -> None:
    hand = sit_down(meet, "anna", DESK)
    hand.arrive("/companies/new/")
    hand.page.locator(".fp-form button.btn-primary").click()
    hand.see("Not saved yet")
    assert hand.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    hand.page.evaluate("document.activeElement.blur()")
    hand.page.locator("a[data-field]").first.click()
    assert hand.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


def test_in_the_panel_the_refused_field_is_in_view_and_the_panel_stays(meet: Meet, demo: None) -> None:
    hand = sit_down(meet, "anna", {"viewport": {"width": 1440, "height": 500}})
    hand.arrive(f"/companies/{company_of_anna().pk}/")
    hand.page.get_by_text("Add another person").or_(hand.page.get_by_text("Add a person")).first.click()
    panel = hand.page.locator("#panel")
    panel.get_by_label("First name").fill("Petra")
    phone = panel.locator("input[name=phone]")
    phone.fill("abc")
    panel.locator("button.btn-primary").click()
    panel.get_by_text("Not saved yet").wait_for()
    link = panel.locator("a[data-field]").last
    link.click()
    assert panel.is_visible()
    assert hand.page.evaluate("document.activeElement.closest('#panel') !== null")
    assert hand.page.evaluate("(box => box.top >= 0 && box.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())"), (
        "in view"
    )

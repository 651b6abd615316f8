"""A dossier printed is two sheets of A4 at most, however much there is to tell (pages 16)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, JobLine, ServiceVisit, User
from contacts.memory.actions.complaints import complain
from contacts.models import Interaction
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_holder, make_person, make_role
from tests.factories.gifts import make_voucher
from tests.factories.reasons import make_task
from tests.journeys.browser import DESK, Meet
from tests.journeys.conftest import sit_down

pytestmark = [pytest.mark.journey, pytest.mark.once]


@pytest.fixture
def large(demo: None, transactional_db: None) -> Company:
    """A company with more than a page shows of everything."""
    anna = User.objects.get(username="anna")
    company = Company.objects.where(anna, may="serve_customers").order_by("-fleet_size").first()
    assert company is not None
    today = timezone.localdate()
    for n in range(9):
        boss = make_person(f"Longname{n}", first_name="Maximiliane", phone=f"+49 40 12345{n:02}", email=f"boss{n}@example.org")
        make_role(
            "decision_maker", company, boss, job_title="head of purchasing and fleet", responsibilities=["invoices", "orders", "service"]
        )
        user = make_role("user", company, make_person(f"User{n}", phone=f"+49 40 22345{n:02}"), job_title="head of sales for the north")
        make_holder(user, make_vehicle(company, use="personal", contract_ends_on=today + timedelta(days=120 + n)))
        driver = make_role("driver", company, make_person(f"Driver{n}", phone=f"+49 40 32345{n:02}"), job_title="delivery tour")
        make_voucher(driver=driver)
        make_task(company, anna, title=f"Send the offer for the {n}th estate with and without service, as promised")
    for _call in range(40):
        text = "They asked for prices of seven estates with and without service, and for a shuttle for their guests in spring. " * 3
        Interaction.log(company, person=boss, channel="phone", outcome="reached", text=text, by=anna)
    vehicle = company.vehicles.first()
    for n in range(14):
        visit = ServiceVisit.objects.create(
            company=company, vehicle=vehicle, centre=company.centre, visited_on=today, order_number=f"A-{n}", amount_cents=128450
        )
        for position, text in enumerate(("Brakes all round, discs and pads", "Inspection after 60,000 km", "Loan van for two days")):
            JobLine.objects.create(visit=visit, position=position, text=text)
    for n in range(3):
        complain(company, person=boss, text=f"The bill of visit {n} lists tyres that we brought ourselves.", by=anna, on=today)
    return company


def test_the_dossier_of_a_large_company_is_two_sheets(meet: Meet, large: Company) -> None:
    hand = sit_down(meet, "anna", DESK)
    hand.arrive(f"/companies/{large.pk}/")
    hand.page.wait_for_load_state("networkidle")
    printed: Any = hand.page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    hand.page.emulate_media(media="print")
    assert hand.page.get_by_text("+49 40 12345").first.is_visible(), "numbers are what one takes along"
    assert not hand.page.get_by_text("Add another person").first.is_visible()


PRESSED = """() => [...document.querySelectorAll('main :is(input, select, textarea, button, .fp-chip, .fp-ticks)')]
    .filter(one => one.getClientRects().length).map(one => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("address", ["/today/", "/companies/", "/events/guests/", "/people/1/"])
def test_nothing_that_is_pressed_ticked_or_filled_in_is_printed(meet: Meet, address: str) -> None:
    page = sit_down(meet, "carla", DESK).arrive(address)
    assert page.evaluate(PRESSED), "there is something on the screen"
    page.emulate_media(media="print")
    assert page.evaluate(PRESSED) == []
    assert page.locator("main :is(h1, h2, td, p)").filter(visible=True).count() > 3

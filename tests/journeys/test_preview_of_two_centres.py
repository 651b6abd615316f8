"""J4: Dora plans a preview evening for each of two centres: nobody is invited by both."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Centre
from events.models import Event, Invitation
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.journeys.browser import DESK
from tests.journeys.conftest import sit_down

pytestmark = pytest.mark.journey
TARGET = 7


def plan_preview(dora, centre, day):
    """From the list of events to sent invitations and a landing page."""
    page = dora.arrive("/events/")
    dora.press(page.locator("a[href$='/events/new/']").first)
    page.locator("[name=title]").fill(f"The covers come off in {centre.name}")
    page.locator("[name=day]").fill(day.isoformat())
    page.locator("[name=contract_ends_within_months]").fill("")
    page.locator("[name=centre]").select_option(str(centre.pk))
    page.locator("[name=location]").fill(f"Showroom {centre.name}")
    dora.press(page.locator("form.fp-form button.btn-primary"))
    dora.see("This is a draft")
    dora.press(page.locator(".fp-next button"))
    dora.press(page.locator(".fp-next form[action$='/invite/'] button"))
    dora.see("The invitations")
    run_jobs()
    dora.press(page.locator("details.fp-menu > summary[aria-label='More']"))
    dora.press(page.locator("form[action$='/landing-page/'] button"))
    page.wait_for_load_state()
    return Event.objects.get(title=f"The covers come off in {centre.name}")


def test_j4_for_two_centres(meet, portal):
    dora, day = sit_down(meet, "dora", DESK), timezone.localdate() + timedelta(days=40)
    there = {}
    for number, slug in enumerate(("nord", "sued")):
        centre = Centre.objects.get(slug=slug)
        before = dora.clicks
        event = plan_preview(dora, centre, day + timedelta(days=number))
        assert dora.clicks - before <= TARGET
        assert (event.state, event.centre, event.location) == ("published", centre, f"Showroom {centre.name}")
        rows = Invitation.objects.filter(event=event)
        assert {row.company.centre for row in rows.select_related("company__centre")} <= {centre}
        assert set(rows.values_list("message_key", flat=True)) == set(
            Message.objects.filter(about_type="events.invitation", about_id__in=rows.values("pk")).values_list("key", flat=True)
        )
        there[slug] = set(rows.values_list("person", flat=True))
        assert dora.fits()
    assert there["nord"] | there["sued"]
    assert not there["nord"] & there["sued"], "nobody is invited by both"

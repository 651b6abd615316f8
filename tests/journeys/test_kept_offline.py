"""J8, "code on screen, kept offline": a voucher and a ticket show their code without a network, until they are used."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions import registering
from events.models import Event
from fleetportal.core.links import Link
from gifts.actions import redeeming
from gifts.models import Voucher
from tests.factories.contacts import make_person
from tests.factories.events import make_registration
from tests.journeys.browser import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.once]

NO_NETWORK = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"
STORED = "caches.has('fleetportal-kept')"
PAGES = "caches.open('fleetportal-kept').then((store) => store.keys()).then((keys) => keys.filter((key) => key.url.endsWith('/')).length)"
RUNS_OUT = """caches.open('fleetportal-kept').then(async (store) => {
    const copy = await store.match(location.href);
    await store.put(location.href, new Response(await copy.text(), { headers: { 'content-type': 'text/html', 'X-Keep-Until': '1' } }));
})"""


@pytest.fixture
def voucher(portal):
    """A voucher that its driver has claimed."""
    linked = Link.objects.filter(scope="voucher").values("subject_id")
    return (
        Voucher.objects.filter(pk__in=linked, state="claimed", valid_until__gt=timezone.localdate() + timedelta(days=1))
        .order_by("pk")
        .first()
    )


@pytest.fixture
def mirko(meet, voucher):
    """Mirko, who has his voucher on his telephone, and the telephone says that it keeps it."""
    hand = meet(PHONE)
    hand.arrive(voucher.link.path)
    hand.see("Saved on this phone").wait_for(state="visible")
    return hand


def unplug(hand):
    """No network on this telephone, nor for what works behind its pages."""
    hand.page.context.set_offline(True)
    hand.page.reload()


def test_the_code_stays_on_the_telephone_and_goes_once_it_is_used(mirko, voucher):
    page, kept = mirko.page, mirko.page.locator("[data-kept-copy]")
    assert not kept.is_visible()

    unplug(mirko)
    assert page.locator(".code").inner_text() == voucher.code
    assert page.locator("svg.qr").is_visible()
    assert "You are offline. This is the copy saved on this phone on" in kept.inner_text()
    assert mirko.fits()
    assert page.evaluate("getComputedStyle(document.querySelector('.ticket')).borderRadius") != "0px"  # dressed as ever

    redeeming.redeem(voucher, by=None, wash=voucher.programme.centres.first())
    page.context.set_offline(False)  # back in the net the page asks by itself
    mirko.see("Used on")
    page.wait_for_function(f"{STORED}.then((there) => !there)")
    page.context.set_offline(True)
    with pytest.raises(Exception, match=NO_NETWORK):
        page.reload()


def test_what_the_driver_gives_back_is_kept_no_more(mirko):
    page = mirko.page
    page.locator("summary").click()
    page.get_by_role("button", name="Yes, give it back").click()
    mirko.see("This voucher has been withdrawn.")
    page.wait_for_function(f"{STORED}.then((there) => !there)")


def test_a_copy_that_ran_out_is_not_shown(mirko):
    page, address = mirko.page, mirko.page.url
    page.evaluate(RUNS_OUT)
    page.context.set_offline(True)
    with pytest.raises(Exception, match=NO_NETWORK):
        page.reload()
    page.context.set_offline(False)
    mirko.page = page.context.new_page()  # the first one is still on its way to the browser's error page, which would cut in
    mirko.page.goto(address)
    mirko.see("Saved on this phone").wait_for(state="visible")


def test_a_ticket_is_kept_beside_the_voucher_and_goes_when_the_guest_cancels(meet, mirko):
    event = Event.objects.published().ahead(now=timezone.now()).select_related("centre").order_by("starts_at").first()
    guest = make_registration(event, make_person("Brandt", centre=event.centre))
    page = mirko.arrive(Link.objects.get(scope="ticket", subject_id=guest.pk).path)
    mirko.see("Saved on this phone").wait_for(state="visible")
    assert page.evaluate(PAGES) == 2

    unplug(mirko)
    assert page.locator("svg.qr").is_visible()
    mirko.see("You are offline.")

    guest.refresh_from_db()
    registering.cancel(guest, by=None)
    page.context.set_offline(False)
    mirko.see("This ticket has been cancelled")
    page.wait_for_function(f"{PAGES}.then((left) => left === 1)")  # the voucher stays

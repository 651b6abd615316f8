"""The smallest telephone there is, 320 px wide, in the language with the longest words: nothing sticks out sideways."""

import pytest

from accounts.models import User
from events.models import Event
from tests.journeys.conftest import sit_down

pytestmark = [pytest.mark.journey, pytest.mark.once]
SMALL = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def test_pages_of_events_and_of_the_day_fit_in_german(meet, demo):
    User.objects.update(language="de")
    dora, carla = (sit_down(meet, name, SMALL) for name in ("dora", "carla"))
    pages = {dora: ["/events/", "/events/new/"], carla: ["/today/", "/meetings/", "/duplicates/", "/events/", "/events/guests/"]}
    for event in Event.objects.order_by("pk"):
        pages[dora].append(f"/events/{event.pk}/")
        if event.centre.slug == "nord":
            pages[carla] += [f"/events/{event.pk}/check-in/", f"/events/{event.pk}/proposal/"]
    wide = {}
    for hand, addresses in pages.items():
        for address in addresses:
            hand.arrive(address)
            if not hand.fits():
                wide[address] = hand.page.evaluate(STICKS_OUT)
    assert not wide, "\n".join(f"{address} {words}" for address, words in wide.items())


STICKS_OUT = """[...document.querySelectorAll("body *:not(.fp-views *, .fp-menu__list, .fp-menu__list *)")]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 6).map(one => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`)"""

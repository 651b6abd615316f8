"""Where an event's landing page and pictures come from: `cms`, an app above this one, registers itself: imports go down only."""

from collections.abc import Callable
from dataclasses import dataclass

from events.models import Event
from fleetportal.core.registry import Registry


@dataclass(frozen=True)
class Landing:
    """The landing page's data for the event's other pages: its address, its edit page, its picture (tall for desktops).

    Title and intro are those of the page's translation into the reader's language, otherwise the event's own.
    """

    address: str = ""
    edit_address: str = ""
    is_live: bool = False
    title: str = ""
    intro: str = ""
    picture: str = ""
    picture_tall: str = ""
    picture_words: str = ""


# name -> (event) -> its landing page, or None while there is none
pages: Registry[Callable[[Event], Landing | None]] = Registry("landing pages")
# name -> (event) -> the same as guests see it, a few seconds old at most
pages_for_guests: Registry[Callable[[Event], Landing | None]] = Registry("landing pages for guests")
# name -> (event, by) -> makes the landing page as a draft
makers: Registry[Callable[[Event, object], None]] = Registry("makers of landing pages")


def landing_page_of(event: Event) -> Landing | None:
    """The landing page of `event`. Costs 1 query in cms."""
    return next((found for page in pages if (found := page(event))), None)


def words(event: Event) -> dict[str, object]:
    """Context for guests' templates: the landing page if it is public. Costs 1 query where it is not cached."""
    found = next((found for page in pages_for_guests if (found := page(event))), None)
    return {"landing": found if found and found.is_live else None}

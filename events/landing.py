"""Where an event's landing page and pictures come from: `cms`, an app above this one, registers itself: imports go down only."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from events.models import Event, EventTexts
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


def texts(event: Event, language: str) -> EventTexts:
    """What `event` says to a reader of that language: its texts in it, else those of its landing page where that was translated, else
    its texts in the language of the house. Title and words are never of two languages.

    Costs nothing, or what the landing page costs where the event itself has no texts in that language.
    """
    written = event.texts_in(language)
    if written is not None or language not in dict(settings.LANGUAGES):
        return written or event.own_texts
    with translation.override(language):
        page = next((found for page in pages_for_guests if (found := page(event))), None)
    if page and page.is_live and page.title and (page.intro or not event.intro):
        return EventTexts(language, page.title, intro=page.intro)
    return event.own_texts


def missing_languages(event: Event, page: Landing | None) -> list[str]:
    """The names of the languages in which the event has no texts: guests who read them get letters in the language of the house.

    `page` is its landing page, which may have been translated. Costs nothing without one.
    """
    missing = [(code, name) for code, name in settings.LANGUAGES if event.texts_in(code) is None]
    return [gettext(str(name)) for code, name in missing if page is None or texts(event, code).language != code]

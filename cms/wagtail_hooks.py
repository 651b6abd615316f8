"""Hooks into Wagtail's admin."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from cms.landing import speak_every_language
from cms.models import EventPage


@hooks.register("after_create_page")
def speak(request: HttpRequest, page: Page) -> None:
    """Adds a landing page made by an editor in every language."""
    if isinstance(page, EventPage):
        speak_every_language(page)

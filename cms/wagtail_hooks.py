"""Hooks into Wagtail's admin."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from cms.landing import leave_event, speak_every_language
from cms.models import EventPage


@hooks.register("after_copy_page")
def speak_copies(request: HttpRequest, page: Page, new_page: Page) -> None:
    """So is one that an editor copies, and those below it. The event stays with the page it was written for, until one is chosen."""
    for copy in EventPage.objects.descendant_of(new_page, inclusive=True).filter(alias_of=None):
        leave_event(copy, by=request.user)
        speak_every_language(copy)


@hooks.register("after_create_page")
def speak(request: HttpRequest, page: Page) -> None:
    """Adds a landing page made by an editor in every language."""
    if isinstance(page, EventPage):
        speak_every_language(page)

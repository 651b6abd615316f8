"""What happens in Wagtail's admin besides what Wagtail does."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from cms.landing import speak_every_language
from cms.models import EventPage


@hooks.register("after_create_page")
def speak(request: HttpRequest, page: Page) -> None:
    """A landing page that an editor makes by hand is there in every language too."""
    if isinstance(page, EventPage):
        speak_every_language(page)

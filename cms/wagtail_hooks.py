"""Hooks into Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from cms.landing import leave_event, speak_every_language
from cms.models import EventPage, HouseBrand


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


class MissingTexts(Component):
    """On the first page of Wagtail's admin: which of the texts that the law asks for nobody has written yet."""

    order = 1
    template_name = "cms/admin_missing.html"

    def get_context_data(self, parent_context: dict[str, Any] | None) -> dict[str, Any]:
        return {"missing": HouseBrand.load().missing, "address": reverse("wagtailsettings:edit", args=["cms", "housebrand"])}


@hooks.register("construct_homepage_panels")
def warn_of_missing_texts(request: HttpRequest, panels: list[Component]) -> None:
    if HouseBrand.load(request_or_site=request).missing:
        panels.insert(0, MissingTexts())


@hooks.register("register_admin_menu_item")
def way_back() -> MenuItem:
    return MenuItem(_("Back to the portal"), "/", icon_name="arrow-left", order=1)

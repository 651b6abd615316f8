"""The forms in which editors write pages; Wagtail's models import them, so they import none of its pictures."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from events.models import Event
from fleetportal.core.web.forms import offer


class EventPageForm(WagtailAdminPageForm):
    """The form of a landing page: it is about an event of a centre whose pages the editor writes; the one it is about stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "event" in self.fields:
            theirs = Event.objects.where(self.for_user, may="edit_pages")
            offer(self, event=(theirs | Event.objects.filter(pk=self.instance.event_id)).order_by("-starts_at", "pk"))

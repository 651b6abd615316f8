"""Initial values of new events by kind; all can be changed in the form."""

from dataclasses import dataclass
from datetime import time

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models.event import Area, Audience, EventKind


@dataclass(frozen=True)
class Template:
    name: str | Promise
    begins: time
    ends: time
    area: str
    audience: str
    capacity: int
    largest_party: int
    days_ahead: int
    contract_ends_within_months: int | None = None

    @property
    def translations(self) -> dict[str, dict[str, str]]:
        """Its name in the languages of guests, as an event keeps its texts."""
        found = {}
        for code, _language in settings.LANGUAGES:
            with translation.override(code):
                found[code] = {"title": str(self.name), "headline": "", "intro": ""}
        del found[settings.LANGUAGE_CODE]
        return found


TEMPLATES: dict[str, Template] = {
    EventKind.PREVIEW: Template(_("Preview evening"), time(18, 30), time(21), Area.WHOLE, Audience.CHOOSERS, 60, 6, 28, 12),
    EventKind.SECOND_DELIVERY: Template(_("Second delivery"), time(17, 30), time(19, 30), Area.PART, Audience.DELIVERED, 24, 4, 21),
    EventKind.REGULARS_TABLE: Template(_("Regulars’ table"), time(18), time(20), Area.PART, Audience.DECISION_MAKERS, 16, 2, 21),
    EventKind.DRIVERS_BREAKFAST: Template(_("Drivers’ breakfast"), time(7), time(9), Area.PART, Audience.DRIVERS, 30, 2, 14),
    EventKind.TEST_DRIVE: Template(_("Test-drive day"), time(10), time(17), Area.PART, Audience.CHOOSERS, 40, 4, 28),
    EventKind.CUSTOMER_OCCASION: Template(_("Customer occasion"), time(17), time(22), Area.ELSEWHERE, Audience.DECISION_MAKERS, 20, 2, 28),
}

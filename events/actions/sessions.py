"""What comes round by itself: next month's second delivery, the reminder on the day before."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import TH, relativedelta
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import Centre
from events.actions import planning
from events.actions.co_hosting import refuse_left_over
from events.actions.requests import answer_left_over
from events.actions.telling import start_telling
from events.models import TEMPLATES, Event, EventKind, EventState, Registration
from fleetportal.core.db import lock

if TYPE_CHECKING:
    from accounts.models import User

REMIND_FROM = time(9, 0)  # on the day before, by the centre's clock


def draft_second_delivery(centre: Centre, *, by: "User | None", now: datetime) -> Event:
    """Next month's second delivery of `centre` as a draft, on its third Thursday; asking again returns the one there is."""
    first = centre.today(now) + relativedelta(months=1, day=1)
    with transaction.atomic():
        lock(centre)
        months = Event.objects.filter(centre=centre, kind=EventKind.SECOND_DELIVERY).exclude(state=EventState.CANCELLED)
        last = first + relativedelta(months=1)
        standing = months.starting_between(midnight(centre, first), midnight(centre, last)).order_by("starts_at").first()
        return standing or make_second_delivery(centre, first + relativedelta(weekday=TH(3)), by=by)


def make_second_delivery(centre: Centre, on: date, *, by: "User | None") -> Event:
    """A new draft by the template of second deliveries, on that day at the times of the centre’s clock. `by` hosts it."""
    template = TEMPLATES[EventKind.SECOND_DELIVERY]
    with translation.override(settings.LANGUAGE_CODE):
        title = str(template.name)
    return planning.plan(
        by=by,
        capacity=template.capacity,
        kind=EventKind.SECOND_DELIVERY,
        title=title,
        translations=template.translations,
        centre=centre,
        host=by,
        location=centre.name,
        area=template.area,
        audience=template.audience,
        largest_party=template.largest_party,
        starts_at=datetime.combine(on, template.begins, centre.zone),
        ends_at=datetime.combine(on, template.ends, centre.zone),
    )


def midnight(centre: Centre, day: date) -> datetime:
    return datetime.combine(day, time(), centre.zone)


def remind_coming(*, now: datetime) -> int:
    """How many guests will be reminded of an event of tomorrow, by a job; each once for each date. Costs 1 query, 3 for each event."""
    near = Event.objects.published().starting_between(now, now + timedelta(hours=48)).select_related("centre", "host")
    return sum(remind_guests(event, now=now) for event in near if now >= reminds_from(event))


def reminds_from(event: Event) -> datetime:
    return datetime.combine(event.on - timedelta(days=1), REMIND_FROM, event.zone)


def remind_guests(event: Event, *, now: datetime) -> int:
    """How many guests of `event` are to be reminded who were not yet; one who is to be told something else waits for the next time.

    Whoever was written to since the reminders were due has just read the day, and is not reminded.
    """
    with transaction.atomic():
        unreminded = Registration.objects.seated().filter(event=event, reminded_at=None, to_tell="", changed_at__lt=reminds_from(event))
        reminded = unreminded.update(reminded_at=now, to_tell="reminder")
        if reminded:
            start_telling(event)
        return reminded


def remind_now() -> int:
    answer_left_over()
    refuse_left_over()
    return remind_coming(now=timezone.now())

"""Times at which all sides of a meeting, and hours of meetings, are free."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from accounts.models import Company
from contacts.memory.models.complaint import working_days_after
from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES, MEETING_FROM, Meeting, OutsideHours, refuse_outside_hours
from contacts.people.models.person import Person

if TYPE_CHECKING:
    from accounts.models import User

PROPOSED = 3
DAYS_LOOKED_AT = 15  # working days
HOURS = (10, 14)


def free_times(
    company: Company, *, decision_maker: Person | None, account_manager: "User", on: date, count: int = PROPOSED
) -> list[datetime]:
    """`count` times from two weeks after `on`, each on another day, at which no side has another meeting or event.

    Costs 2 queries for each time looked at: 2 × `count` where nothing clashes.
    """
    zone, lasts = company.centre.zone, ANNUAL_MEETING_MINUTES.on(on)
    meeting = Meeting(company=company, decision_maker=decision_maker, account_manager=account_manager, lasts_minutes=lasts)
    found: list[datetime] = []
    day = on + relativedelta(weeks=2, days=-1)
    for _number in range(DAYS_LOOKED_AT):
        day = working_days_after(day)
        hours = (max(hour, MEETING_FROM.on(day)) for hour in HOURS)
        moments = (datetime.combine(day, time(hour), zone) for hour in hours)
        free = next((moment for moment in moments if is_possible(moment, lasts, company) and not meeting.clash_at([moment])), None)
        found += [free] if free else []
        if len(found) == count:
            break
    return found


def is_possible(moment: datetime, lasts: int, company: Company) -> bool:
    """True for a moment ahead within the hours of meetings."""
    try:
        refuse_outside_hours(moment, lasts, company.centre.zone)
    except OutsideHours:
        return False
    return moment > timezone.now()

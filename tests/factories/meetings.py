"""Annual meetings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Company
from contacts.memory.actions import meetings
from contacts.models import Meeting
from tests.factories import events
from tests.factories.accounts import make_company


def in_days(days: int) -> datetime:
    """A moment within the hours of annual meetings."""
    return events.in_days(days, hour=9)


def make_meeting(company: Company | None = None, *, times: Sequence[datetime] | None = None, **facts: Any) -> Meeting:
    """An annual meeting with two proposed times of which nobody was told, or `times`."""
    company = company or make_company()
    known: dict[str, Any] = {"decision_maker": None, "account_manager": None, "director": None}
    meeting = meetings.open_annual(company, by=None, **{**known, **facts})
    meeting.proposed_times = [moment.isoformat() for moment in ([in_days(7), in_days(8)] if times is None else times)]
    meeting.save(update_fields=["proposed_times"])
    return meeting

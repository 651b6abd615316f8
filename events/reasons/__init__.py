"""Reasons that events know of: an annual meeting is due, a second delivery is near for who was not asked yet."""

from contacts.models import rules
from events.reasons.annual_meeting import AnnualMeetingDue
from events.reasons.second_delivery import SecondDelivery


def register() -> None:
    for rule in (AnnualMeetingDue(), SecondDelivery()):
        rules.register(rule.name, rule)

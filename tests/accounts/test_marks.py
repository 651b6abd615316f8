"""The small marks of the trade."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from accounts.customers.models.vehicle import ORDER_LEAD_MONTHS
from accounts.models import Company
from accounts.staff.models.policy import supposing
from accounts.templatetags import marks
from tests.contacts.reasons import found
from tests.factories.accounts import make_vehicle


def test_the_end_of_a_contract_is_flagged_from_two_months_before_the_day_to_order_by() -> None:
    today = timezone.localdate()
    first = today + relativedelta(months=ORDER_LEAD_MONTHS.default + 2)
    assert marks.contract_end(first) and not marks.contract_end(first + timedelta(days=1))
    assert "ends today" in marks.contract_end(today) and not marks.contract_end(today - timedelta(days=1)) and not marks.contract_end(None)
    with supposing(ORDER_LEAD_MONTHS, 1):
        assert not marks.contract_end(first)


@pytest.mark.django_db
def test_the_reason_asks_to_order_that_long_before_the_end(north_ag: Company) -> None:
    ends_on = timezone.localdate() + relativedelta(months=6)
    make_vehicle(north_ag, contract_ends_on=ends_on)
    assert [reason.due_on for reason in found(north_ag, "contract_end", on=timezone.localdate())] == [
        ends_on - relativedelta(months=ORDER_LEAD_MONTHS.default)
    ]


def test_the_day_to_order_by_is_flagged_in_time_and_when_it_is_past() -> None:
    today = timezone.localdate()
    lead = relativedelta(months=ORDER_LEAD_MONTHS.default)
    assert "12 days" in marks.order_day(today + timedelta(days=12) + lead) or "11 days" in marks.order_day(
        today + timedelta(days=12) + lead
    )
    assert "too late to order" in marks.order_day(today + timedelta(days=5))
    assert "<" not in marks.order_day(today + relativedelta(years=2))
    assert marks.order_day(None) == marks.order_day(today - timedelta(days=1)) == ""

"""Policies, as if an administrator had changed them long ago."""

from datetime import date

from accounts.models import Policy
from accounts.staff.models import policy
from accounts.staff.models.policy import Number


def set_number(number: Number, value: int) -> Policy:
    """`number` is `value` on every day of the tests."""
    row = Policy.objects.create(key=number.key, value=value, valid_from=date(2000, 1, 1))
    policy.forget()
    return row

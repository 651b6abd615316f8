"""What the tests of gifts and vouchers share."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from fleetportal.core.web import throttle


@pytest.fixture(autouse=True)
def in_the_middle_of_a_window(monkeypatch):
    """The limits on guessing count in fixed windows of time: no test runs over the edge of one."""
    monkeypatch.setattr(throttle, "timezone", SimpleNamespace(now=lambda: datetime(2026, 12, 1, 12, 5, 20, tzinfo=UTC)))

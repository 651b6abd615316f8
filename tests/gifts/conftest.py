"""Fixtures of the tests of gifts and vouchers."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from accounts.models import Centre, Company
from contacts.models import Person
from fleetportal.core.web import throttle
from gifts.models import Programme
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_programme


@pytest.fixture(autouse=True)
def in_the_middle_of_a_window(monkeypatch):
    """Move the clock to the middle of a throttle window, so that no test crosses its end."""
    monkeypatch.setattr(throttle, "timezone", SimpleNamespace(now=lambda: datetime(2026, 12, 1, 12, 5, 20, tzinfo=UTC)))


@pytest.fixture
def shine(north: Centre) -> Programme:
    return make_programme(north, name="Shine", details="Shine, 9 minutes")


@pytest.fixture
def mirko(north_ag: Company) -> Person:
    return make_role("driver", north_ag, make_person("Kovac", first_name="Mirko"))

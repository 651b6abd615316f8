"""Two who enter the same order of a workshop at once; on both databases, with the canary."""

from collections import Counter
from datetime import date
from functools import partial
from typing import Any

import pytest

from accounts.models import Company, JobLine, ServiceVisit
from contacts.memory.actions import service_visits
from contacts.models import Interaction
from fleetportal.core.audit import Entry
from fleetportal.core.db import bulk
from tests.factories.accounts import make_vehicle
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def entering(company: Company) -> Any:
    facts: dict[str, Any] = {"centre": company.centre, "visited_on": date(2026, 9, 21), "order_number": "W-1"}
    return partial(service_visits.enter, make_vehicle(company), jobs=["Oil"], by=None, **facts)


def test_one_order_is_entered_once_by_however_many(north_ag: Company) -> None:
    outcomes = race(*[entering(north_ag)] * 6)
    assert Counter(type(one).__name__ for one in outcomes) == {"ServiceVisit": 1, "OrderKnown": 5}
    assert ServiceVisit.objects.count() == JobLine.objects.count() == 1
    assert Entry.objects.filter(action="service_visit.entered").count() == Interaction.objects.filter(kind="service_visit").count() == 1


def test_without_its_guard_the_second_ends_in_an_error(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: the visit is written without looking at the constraint."""
    monkeypatch.setattr(bulk, "add_unless_there", lambda row: row.save(force_insert=True) is None)
    outcomes = race(*[entering(north_ag)] * 4)
    assert Counter(type(one).__name__ for one in outcomes) == {"ServiceVisit": 1, "IntegrityError": 3}

"""Several computations of one company's reasons at once, and several people at one card."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import TouchedCompany, User
from contacts.models import Decision, Reason
from contacts.reasons import computing
from contacts.reasons.computing import compute
from contacts.reasons.planning import TASK
from contacts.today import actions
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_company, make_user, make_vehicle
from tests.factories.reasons import make_reason
from tests.races import race, won

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def company_with_contracts(count: int = 8) -> Any:
    company = make_company()
    for month in range(count):
        make_vehicle(company, contract="lease", contract_ends_on=timezone.localdate() + timedelta(days=10 + 30 * month))
    return company


def test_computations_at_once_find_each_reason_once() -> None:
    company = company_with_contracts()
    today = timezone.localdate()
    outcomes = race(*[lambda: compute([company.pk], on=today)] * 6)
    assert len(won(outcomes)) == 6, outcomes
    assert sum(difference.made for difference in outcomes) == Reason.objects.count() > 2


@pytest.mark.postgres
def test_without_the_lock_they_would_get_into_each_others_way(monkeypatch: Any) -> None:
    monkeypatch.setattr(computing, "can_lock", lambda: False)
    today = timezone.localdate()
    for _ in range(20):
        company = company_with_contracts()
        if len(won(race(*[lambda pk=company.pk: compute([pk], on=today)] * 6))) < 6:
            return
    pytest.fail("the lock guards nothing")


def test_touches_at_once_are_drained_once_each() -> None:
    companies = [company_with_contracts(2) for _ in range(6)]
    touched = TouchedCompany.objects.count()
    outcomes = race(*[lambda: TouchedCompany.objects.drain(limit=3)] * 4)
    assert len(won(outcomes)) == 4, outcomes
    assert sum(outcomes) + TouchedCompany.objects.count() == touched
    while TouchedCompany.objects.drain():
        pass
    assert set(Reason.objects.values_list("company", flat=True)) == {company.pk for company in companies}


def test_one_decision_is_taken_back_once() -> None:
    anna: User = make_user()
    company = make_company()
    decision = actions.put_off(make_reason(company), until=timezone.localdate(), why="x", by=anna, on=timezone.localdate())

    def take_back() -> None:
        actions.take_back(Decision.objects.select_related("company__centre").get(pk=decision.pk), TASK, by=anna)

    outcomes = race(*[take_back] * 4)
    assert {type(outcome) for outcome in outcomes} <= {type(None), Decision.DoesNotExist}  # too late to find it, or nothing left to do
    assert Entry.objects.filter(action="reason.taken_back").count() == 1
    assert not Decision.objects.exists()

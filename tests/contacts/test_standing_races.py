"""Two people who decide a tier at once, and the night that settles in the middle of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.customers.models import standing
from accounts.models import Axis, Company, Standing
from contacts.reasons.settling import settle_all
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_company, make_vehicle
from tests.races import race, won

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
TIERS = ("gold", "diamond", "silver", "platinum")


def decide(company: Company, tier: str) -> Any:
    until = timezone.localdate() + timedelta(days=30)
    return lambda: Standing.decide(Company.objects.get(pk=company.pk), Axis.TIER, tier, given_reason=f"{tier} by me", until=until, by=None)


def in_force(company: Company) -> list[str]:
    rows = Standing.objects.filter(company=company, axis=Axis.TIER).decided(on=timezone.localdate())
    return list(rows.values_list("value", flat=True))


def test_of_two_decisions_at_once_the_later_holds_and_both_are_in_the_history() -> None:
    company = make_company()
    make_vehicle(company)
    settle_all([company.pk])
    outcomes = race(*(decide(company, tier) for tier in TIERS), lambda: settle_all([company.pk]))
    assert len(won(outcomes)) == 5, outcomes
    company.refresh_from_db()
    assert in_force(company) == [company.tier]
    assert company.tier_basis == "person"
    rows = list(Standing.objects.filter(company=company, axis=Axis.TIER).order_by("pk"))
    assert [row.before for row in rows[1:]] == [row.value for row in rows[:-1]], "each begins where the one before ended"
    assert Entry.objects.about(company).filter(action="company.standing_decided").count() == 4


@pytest.mark.postgres
def test_without_the_lock_two_decisions_hold_at_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(standing, "lock", lambda row: row)
    for _try in range(20):
        company = make_company()
        race(*(decide(company, tier) for tier in TIERS))
        if len(in_force(company)) != 1:
            return
    pytest.fail("the lock guards nothing")

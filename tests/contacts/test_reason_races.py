"""Several computations of one company's reasons at once, and several people at one card."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Standing, TouchedCompany, User
from contacts.models import NOT_REACHED_CHIPS, Decision, Interaction, Reason
from contacts.reasons import computing
from contacts.reasons.computing import compute
from contacts.reasons.planning import TASK
from contacts.reasons.settling import settle_all
from contacts.today import actions
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_centre, make_company, make_user, make_vehicle
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


def colleagues_at_a_card() -> tuple[Reason, list[User]]:
    """A card, and two who serve its company."""
    centre = make_centre()
    both = [make_user(f"c{number}", role="centre_manager", at=[centre]) for number in range(2)]
    return make_reason(make_company(centre)), both


def log_at_once(reason: Reason, both: list[User], on: date) -> list[Any]:
    """Each logs the call, with the card as they opened it; what came of it."""
    opened = [Reason.objects.select_related("company__centre", "person").get(pk=reason.pk) for _one in both]
    chip = NOT_REACHED_CHIPS[0]
    calls = [partial(actions.not_reached, card, chip=chip, text="x", by=user, on=on) for card, user in zip(opened, both, strict=True)]
    return race(*calls)


@pytest.mark.parametrize("guarded", [pytest.param(True, id="first wins"), pytest.param(False, id="canary")])
def test_two_who_log_one_card_at_once_leave_one_call_and_the_other_is_told(monkeypatch: Any, guarded: bool) -> None:
    """Without the question under the lock both would be logged."""
    if not guarded:
        monkeypatch.setattr(actions, "take", lambda reason, *, by, on: None)
    on = timezone.localdate()
    reason, both = colleagues_at_a_card()
    told = log_at_once(reason, both, on)
    refused = [one for one in told if isinstance(one, actions.DealtWith)]
    assert len(refused) == (1 if guarded else 0), told
    assert Decision.objects.count() == Interaction.objects.count() == 2 - len(refused)
    if guarded:
        assert refused[0].facts["by"] == Decision.objects.get().by_id
        assert str(Decision.objects.get().by) in str(refused[0])


@pytest.mark.parametrize("axis", ["tier", "phase"])
def test_two_who_decide_one_standing_at_once_leave_one_in_force_with_its_history(axis: str) -> None:
    """The later one holds; the company shows its value, and both are in the history."""
    centre = make_centre()
    company, until = make_company(centre), timezone.localdate() + timedelta(days=30)
    values = {"tier": ("gold", "diamond"), "phase": ("lost", "loyal")}[axis]
    both = [make_user(f"c{number}", role="centre_manager", at=[centre]) for number in range(2)]
    seen = [Company.objects.get(pk=company.pk) for _one in both]
    told = race(
        *[
            partial(Standing.decide, mine, axis, value, given_reason="I know them.", until=until, by=user)
            for mine, value, user in zip(seen, values, both, strict=True)
        ]
    )
    assert len(won(told)) == 2, told
    first, second = Standing.objects.filter(company=company, axis=axis).order_by("pk")
    in_force = Standing.objects.filter(company=company, axis=axis).decided(on=timezone.localdate())
    assert list(in_force) == [second]
    assert getattr(Company.objects.get(pk=company.pk), axis) == second.value
    assert second.before == first.value, "each knows what was there before it"
    assert Entry.objects.filter(action="company.standing_decided").count() == 2


def test_a_decision_while_the_rule_settles_stands(monkeypatch: Any) -> None:
    company = make_company()
    make_vehicle(company)
    until, on = timezone.localdate() + timedelta(days=30), timezone.localdate()
    mine = Company.objects.get(pk=company.pk)
    told = race(
        partial(Standing.decide, mine, "tier", "diamond", given_reason="x", until=until, by=None),
        *[partial(settle_all, [company.pk], on=on)] * 3,
    )
    assert len(won(told)) == 4, told
    assert Company.objects.get(pk=company.pk).tier == "diamond"

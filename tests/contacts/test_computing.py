"""Reasons are weighed, computed by night and when touched, and explained."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.customers.actions import companies
from accounts.models import Company, Phase, Tier, TouchedCompany, User, derived
from contacts.models import Decision, FoundReason, Group, Reason, Rule, rules
from contacts.reasons import nightly
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute, look_again
from contacts.reasons.explaining import explain
from contacts.reasons.models import GROUP_POINTS, TIER_POINTS, points_of
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from fleetportal.core.words import number, opening
from tests.contacts.reasons import DAY, found, sentences, spoke
from tests.factories.accounts import make_centre, make_company, make_vehicle
from tests.factories.contacts import make_role

# --- order --------------------------------------------------------------------------------------------------------------------


@given(
    tier=st.sampled_from([*Tier.values, ""]),
    group=st.sampled_from(Group.values),
    phase=st.sampled_from(Phase.values),
    days=st.one_of(st.none(), st.integers(-400, 400)),
)
def test_a_weight_counts_tier_group_kind_risk_and_hurry(tier: str, group: str, phase: str, days: int | None) -> None:
    due_on = None if days is None else DAY + timedelta(days=days)
    points = points_of(tier=tier, phase=phase, group=group, value=20, due_on=due_on, on=DAY)
    hurry = 0 if days is None or days > 90 else 10 if days > 30 else 20 if days > 7 else 30 if days >= -14 else 10
    expected = TIER_POINTS.get(tier, 0) + GROUP_POINTS[group] + 20 + hurry + (10 if phase == Phase.AT_RISK else 0)
    assert sum(points.values()) == expected


def worth(days: int) -> int:
    return sum(points_of(tier="gold", phase="new", group="user", value=5, due_on=DAY + timedelta(days=days), on=DAY).values())


@given(nearer=st.integers(-14, 200), further=st.integers(0, 200))
def test_nearer_is_never_worth_less(nearer: int, further: int) -> None:
    assert worth(nearer) >= worth(nearer + further)


@given(late=st.integers(-4000, -15), ahead=st.integers(-14, 30))
def test_what_is_long_late_lets_go_first_what_passes_by_this_month(late: int, ahead: int) -> None:
    assert worth(late) < worth(ahead)


def test_the_stored_weight_is_what_the_card_explains(north_ag: Company) -> None:
    companies.edit(north_ag, by=None, tier=Tier.DIAMOND, phase=Phase.AT_RISK)
    make_role("decision_maker", north_ag)
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    for reason in [*found(north_ag, "contract_end"), *found(north_ag, "coverage")]:
        assert reason.weight == sum(weight.points for weight in ReasonCard(reason).weights(DAY))


def test_numbers_are_words_up_to_twelve() -> None:
    with translation.override("en"):
        assert [number(2), number(12), number(13), number(1204)] == ["two", "twelve", "13", "1,204"]
        assert opening(7) == "Seven"


# --- computing ----------------------------------------------------------------------------------------------------------------


def test_computing_again_changes_nothing(north_ag: Company) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    first = compute([north_ag.pk], on=DAY)
    before = list(Reason.objects.order_by("pk").values())
    again = compute([north_ag.pk], on=DAY)
    assert (first.made, first.changed, first.withdrawn) == (3, 0, 0)
    assert (again.made, again.changed, again.withdrawn) == (0, 0, 0)
    assert list(Reason.objects.order_by("pk").values()) == before


def test_a_decision_survives_that_its_reason_is_withdrawn_and_found_again(north_ag: Company, anna: User) -> None:
    van = make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    (reason,) = found(north_ag, "contract_end")
    Decision.objects.create(key=reason.key, rule=reason.rule, company=north_ag, kind="not_now", until=date(2027, 1, 1), by=anna)
    van.edit(by=None, given_back_on=DAY)
    assert found(north_ag, "contract_end") == []
    van.edit(by=None, given_back_on=None)
    (again,) = found(north_ag, "contract_end")
    assert again.key == reason.key
    assert not Reason.objects.open(on=DAY).filter(rule="contract_end").exists()
    assert Reason.objects.open(on=date(2027, 1, 1)).filter(rule="contract_end").exists()


def test_a_companys_reasons_are_computed_alone(north_ag: Company, south_ag: Company) -> None:
    for company in (north_ag, south_ag):
        make_vehicle(company, contract="lease", contract_ends_on=date(2027, 3, 5))
    compute([north_ag.pk, south_ag.pk], on=DAY)
    make_vehicle(south_ag, use="personal")
    compute([north_ag.pk], on=DAY)
    assert set(Reason.objects.filter(company=south_ag).values_list("rule", flat=True)) == {"contract_end", "coverage"}
    assert Reason.objects.filter(company=south_ag, rule="coverage").count() == 2, "the user's chair is found when the south is looked at"


@pytest.mark.parametrize("companies", [1, 3])
def test_computing_costs_the_same_queries_for_one_company_and_for_three(
    django_assert_num_queries, companies: int, north_ag: Company
) -> None:
    ids = [north_ag.pk, *(make_company(north_ag.centre).pk for _ in range(companies - 1))]
    for company in Company.objects.filter(pk__in=ids):
        make_vehicle(company, contract="lease", contract_ends_on=date(2027, 3, 5))
        spoke(make_role("decision_maker", company).person, company, date(2020, 1, 1))
    with django_assert_num_queries(14):
        compute(ids, on=DAY)


def test_touched_companies_are_looked_at_and_the_rest_is_not(north_ag: Company, south_ag: Company) -> None:
    TouchedCompany.objects.all().delete()
    make_vehicle(north_ag, contract="lease", contract_ends_on=date.today() + timedelta(days=90))  # noqa: DTZ011
    make_vehicle(south_ag, contract="lease", contract_ends_on=date.today() + timedelta(days=90))  # noqa: DTZ011
    TouchedCompany.objects.filter(company=south_ag).delete()
    assert TouchedCompany.objects.drain() == 1
    assert Reason.objects.filter(company=north_ag).exists()
    assert not Reason.objects.filter(company=south_ag).exists()
    assert TouchedCompany.objects.drain() == 0


def test_draining_takes_the_oldest_first_and_no_more_than_it_should(north_ag: Company) -> None:
    TouchedCompany.objects.all().delete()
    for _ in range(5):
        TouchedCompany.add(north_ag)
    assert TouchedCompany.objects.drain(limit=3) == 3
    assert TouchedCompany.objects.count() == 2


def test_each_company_is_looked_at_on_its_centres_own_day(db: None) -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # the 25th in Auckland, still the 24th in Berlin
    here, there = make_company(make_centre()), make_company(make_centre(time_zone="Pacific/Auckland"))
    for company in (here, there):
        make_vehicle(company, contract="lease", contract_ends_on=DAY)
    look_again([here.pk, there.pk], now=late)
    assert set(Reason.objects.filter(rule="contract_end").values_list("company", flat=True)) == {here.pk}


def test_the_night_looks_at_every_company_in_slices_and_goes_on_where_it_stopped(north_ag: Company, south_ag: Company, monkeypatch) -> None:
    monkeypatch.setattr(nightly, "CHUNK", 1)
    for company in (north_ag, south_ag):
        make_vehicle(company, use="functional")
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    job = nightly.start_unless_done(now=now)
    assert job is not None
    assert nightly.start_unless_done(now=now) is None, "once a day"
    assert nightly.run(job, 0.0) is False
    assert Reason.objects.filter(company=south_ag).count() == 0
    again = Job.objects.get(pk=job.pk)
    assert (again.args["after"], again.done, again.total) == (north_ag.pk, 1, 2)
    while not jobs.kinds[again.kind](again, 0.0):
        pass
    assert Reason.objects.filter(company=south_ag).exists()


def test_a_night_that_failed_is_begun_anew(north_ag: Company) -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    failed = nightly.start_unless_done(now=now)
    jobs.end(failed, jobs.JobState.FAILED, why="The database was away.")
    again = nightly.start_unless_done(now=now)
    assert again is not None
    assert (again.pk != failed.pk, again.args["after"]) == (True, 0)
    assert nightly.start_unless_done(now=now) is None


# --- explaining ---------------------------------------------------------------------------------------------------------------


def test_explaining_a_company_and_computing_it_agree(north_ag: Company, south_ag: Company) -> None:
    for company in (north_ag, south_ag):
        make_vehicle(company, use="personal", contract="lease", contract_ends_on=date(2027, 3, 5))
        spoke(make_role("decision_maker", company).person, company, date(2020, 1, 1))
        spoke(make_role("decision_maker", company).person, company, date(2026, 11, 20))
    compute([north_ag.pk, south_ag.pk], on=DAY)
    for company in (north_ag, south_ag):
        explained = {
            (f.reason.key, ReasonCard(f.reason).sentence, f.reason.weight) for answer in explain(company, on=DAY) for f in answer.findings
        }
        stored = {(r.key, ReasonCard(r).sentence, r.weight) for r in Reason.objects.filter(company=company)}
        assert explained == stored
        assert len(stored) == 3


def test_explaining_says_what_each_rule_found_or_why_not(north_ag: Company, anna: User) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    make_role("decision_maker", north_ag)
    make_role("driver", north_ag)
    (reason,) = found(north_ag, "contract_end")
    Decision.objects.create(key=reason.key, rule=reason.rule, company=north_ag, kind="not_now", until=date(2027, 1, 1), by=anna)
    answers = {answer.rule.name: answer for answer in explain(north_ag, on=DAY)}
    assert set(answers) == set(rules.names())
    assert answers["coverage"].findings == []
    assert answers["contract_end"].findings[0].decision.by == anna
    assert not answers["contract_end"].findings[0].is_in_queue


def test_a_rule_of_a_higher_app_takes_few_lines(north_ag: Company, monkeypatch) -> None:
    class Birthday(Rule):
        name, absent, value = "birthday", "Nobody has a birthday.", 1

        def find(self, companies, *, on):
            for company in companies.active().values_list("pk", flat=True):
                yield FoundReason(company, occasion="2026", group=Group.USER)

        def sentence(self, facts):
            return "It is somebody's birthday."

    monkeypatch.setattr(rules, "_entries", {**rules._entries, "birthday": (100, Birthday())})
    assert sentences(north_ag, "birthday") == ["It is somebody's birthday."]


@pytest.mark.django_db
def test_a_company_that_cannot_be_computed_holds_up_nobody(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue never waits for a head that can't be served (F1)."""
    first, broken, last = (make_company(north) for _one in range(3))
    while TouchedCompany.objects.drain():
        pass
    computed: list[int] = []

    def compute(companies: list[int]) -> None:
        if broken.pk in companies:
            raise ValueError("no such tier")
        computed.extend(companies)

    monkeypatch.setitem(derived._entries, "reasons", (100, compute))
    TouchedCompany.add_all([first.pk, broken.pk, last.pk])
    assert TouchedCompany.objects.drain() == 2 and computed == [first.pk, last.pk]
    assert TouchedCompany.objects.drain() == 0
    assert list(TouchedCompany.objects.values_list("company", flat=True)) == [broken.pk]
    TouchedCompany.objects.update(at=timezone.now())
    monkeypatch.undo()
    assert TouchedCompany.objects.drain() == 1 and not TouchedCompany.objects.exists()

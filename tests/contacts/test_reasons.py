"""When each rule makes a reason, when it withdraws it, and what it says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.customers.actions import companies
from accounts.models import Centre, Company, Phase, Policy, Tier, TouchedCompany
from accounts.staff.models.policy import outlook
from contacts.models import DecisionMaker, Group, Reason
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute, look_again
from contacts.reasons.silence import CADENCE, months_between
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from tests.contacts.reasons import DAY, found, sentences, spoke
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role

# --- contract end -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        (DAY - timedelta(days=1), 0),
        (DAY, 1),
        (date(2027, 8, 24), 1),
        (date(2027, 8, 25), 0),
        (None, 0),
    ],
)
def test_a_contract_is_a_reason_from_nine_months_before_its_end_to_its_last_day(
    north_ag: Company, ends_on: date | None, expected: int
) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=ends_on)
    assert len(found(north_ag, "contract_end")) == expected


def test_contracts_that_end_in_one_month_are_one_reason_and_say_so(north_ag: Company) -> None:
    for day in (12, 31, 5):
        make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, day), plate=f"HH-A {day}")
    make_vehicle(north_ag, contract="rental", contract_ends_on=date(2027, 4, 30), plate="HH-B 1")
    assert sentences(north_ag, "contract_end") == [
        "Three leases end in March: HH-A 5, HH-A 12, HH-A 31. It’s too late for a new car to arrive in time: agree on an interim solution.",
        "The rental of HH-B 1 ends on 30 April. To meet this date, the next vehicle must be ordered by 30 December.",
    ]


@pytest.mark.parametrize(("ends_on", "due_on"), [(date(2027, 3, 24), DAY), (date(2027, 3, 23), date(2027, 3, 23))])
def test_a_contract_is_due_when_the_order_must_be_in_and_after_that_at_its_end(north_ag: Company, ends_on: date, due_on: date) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=ends_on)
    assert [reason.due_on for reason in found(north_ag, "contract_end")] == [due_on]


def test_contracts_of_several_kinds_are_called_contracts(north_ag: Company) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    make_vehicle(north_ag, contract="", contract_ends_on=date(2027, 3, 9))
    assert sentences(north_ag, "contract_end")[0].startswith("Two contracts end in March: ")


def test_the_one_responsible_for_orders_is_asked_before_the_others(north_ag: Company) -> None:
    make_role("decision_maker", north_ag, kind="owner")
    orders = make_role("decision_maker", north_ag, kind="other", responsibilities=["orders"])
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    assert [reason.person for reason in found(north_ag, "contract_end")] == [orders.person]
    orders.end(by=None, on=DAY - timedelta(days=1))
    (reason,) = found(north_ag, "contract_end")
    assert reason.person == DecisionMaker.objects.get(kind="owner").person, "whoever is asked now, it is the same reason"


@pytest.mark.parametrize("change", [{"given_back_on": DAY}, {"contract_ends_on": date(2028, 1, 1)}])
def test_a_contract_reason_is_withdrawn_when_the_vehicle_goes_or_the_contract_is_extended(north_ag: Company, change: dict) -> None:
    van = make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    assert len(found(north_ag, "contract_end")) == 1
    van.edit(by=None, **change)
    assert found(north_ag, "contract_end") == []


def test_a_lost_company_has_no_reasons(north_ag: Company) -> None:
    make_vehicle(north_ag, contract="lease", contract_ends_on=date(2027, 3, 5))
    spoke(make_role("decision_maker", north_ag).person, north_ag, date(2020, 1, 1))
    compute([north_ag.pk], on=DAY)
    assert Reason.objects.filter(company=north_ag).count() == 3
    companies.edit(north_ag, by=None, phase=Phase.LOST)
    compute([north_ag.pk], on=DAY)
    assert not Reason.objects.filter(company=north_ag).exists()


# --- coverage -----------------------------------------------------------------------------------------------------------------


def test_an_empty_chair_is_a_reason_for_each_group_the_company_has_vehicles_for(north_ag: Company) -> None:
    make_vehicle(north_ag, use="functional", plate="HH-F 2")
    make_vehicle(north_ag, use="functional", plate="HH-F 1")
    make_vehicle(north_ag, use="personal", plate="HH-P 1")
    assert sentences(north_ag, "coverage") == [
        "Three vehicles have no known decision-maker. HH-F 1 is one of them.",
        "One personal vehicle has no known user. It is HH-P 1.",
        "Two functional vehicles have no known driver. HH-F 1 is one of them.",
    ]


def test_no_chair_is_empty_without_a_vehicle_for_it(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    make_vehicle(north_ag, use="functional", given_back_on=DAY)
    assert found(north_ag, "coverage") == []


def test_coverage_is_withdrawn_with_the_first_person_and_comes_back_after_the_last(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    make_vehicle(north_ag, use="functional")
    assert len(found(north_ag, "coverage")) == 1
    driver = make_role("driver", north_ag)
    assert found(north_ag, "coverage") == []
    driver.end(by=None, on=DAY)
    assert found(north_ag, "coverage") == []
    assert len(found(north_ag, "coverage", on=DAY + timedelta(days=1))) == 1


def test_the_next_hand_over_is_named_as_the_chance(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    make_vehicle(north_ag, use="functional", delivered_on=date(2026, 12, 3), plate="")
    (reason,) = found(north_ag, "coverage")
    assert (
        ReasonCard(reason).sentence
        == "One functional vehicle has no known driver. The next vehicle will be handed over on 3 December; ask then."
    )
    assert reason.due_on == date(2026, 12, 3)


# --- silence ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [Group.DECISION_MAKER, Group.USER])
@pytest.mark.parametrize("tier", [*Tier.values, ""])
def test_silence_is_a_reason_from_the_day_the_cadence_ends(north_ag: Company, group: str, tier: str) -> None:
    companies.edit(north_ag, by=None, tier=tier)
    person = make_role(group, north_ag).person
    last = DAY - relativedelta(months=CADENCE[group][tier].default)
    spoke(person, north_ag, last)
    assert found(north_ag, "silence", on=DAY - timedelta(days=1)) == []
    assert [reason.person for reason in found(north_ag, "silence")] == [person]


def test_drivers_are_not_called_because_time_has_passed(north_ag: Company) -> None:
    spoke(make_role("driver", north_ag).person, north_ag, date(2015, 1, 1))
    assert found(north_ag, "silence") == []


def test_the_sentence_names_the_silence_and_the_cadence(north_ag: Company) -> None:
    companies.edit(north_ag, by=None, tier=Tier.GOLD)
    spoke(make_role("decision_maker", north_ag).person, north_ag, date(2026, 4, 20))
    assert sentences(north_ag, "silence") == [
        "We haven’t been in touch for seven months. The last time was on 20 April 2026. "
        "A Gold decision-maker should hear from us every three months."
    ]


def test_somebody_never_spoken_to_counts_from_the_day_they_were_entered(north_ag: Company) -> None:
    companies.edit(north_ag, by=None, tier=Tier.DIAMOND)
    role = make_role("decision_maker", north_ag, make_person(entered_at=datetime(2026, 10, 20, 9, tzinfo=UTC)))
    (reason,) = found(north_ag, "silence")
    assert reason.person == role.person
    assert (
        ReasonCard(reason).sentence
        == "We have known this person for a month but never contacted them. They have been in our records since 20 October 2026. "
        "A Diamond decision-maker should hear from us every month."
    )


@pytest.mark.parametrize(
    ("outcome", "withdrawn"), [("reached", True), ("not_interested", True), ("not_reached", False), ("left_word", False)]
)
def test_only_a_real_contact_ends_the_silence(north_ag: Company, outcome: str, withdrawn: bool) -> None:
    person = make_role("decision_maker", north_ag).person
    spoke(person, north_ag, date(2020, 1, 1))
    assert len(found(north_ag, "silence")) == 1
    spoke(person, north_ag, DAY, outcome=outcome)
    assert (found(north_ag, "silence") == []) is withdrawn


def test_somebody_who_decides_and_drives_is_one_reason(north_ag: Company) -> None:
    person = make_role("decision_maker", north_ag).person
    make_role("user", north_ag, person)
    spoke(person, north_ag, date(2020, 1, 1))
    assert [reason.group for reason in found(north_ag, "silence")] == [Group.DECISION_MAKER]


def test_a_role_that_ended_is_no_silence(north_ag: Company) -> None:
    role = make_role("decision_maker", north_ag)
    spoke(role.person, north_ag, date(2020, 1, 1))
    role.end(by=None, on=DAY - timedelta(days=1))
    assert found(north_ag, "silence") == []


def test_a_changed_cadence_changes_query_words_and_count_alike(north: Centre) -> None:
    today = timezone.localdate()
    gold, silver = (make_company(north, tier=tier) for tier in ("gold", "silver"))
    for company, months in ((gold, 2), (gold, 3), (gold, 5), (silver, 5)):
        spoke(make_role("decision_maker", company).person, company, today - relativedelta(months=months))
    spoke(make_role("user", gold).person, gold, today - relativedelta(months=11))
    look_again([gold.pk, silver.pk])
    silent = Reason.objects.filter(rule="silence")
    assert silent.count() == 2
    gold_every = CADENCE[Group.DECISION_MAKER]["gold"]
    (ahead,) = outlook(gold_every, 2, on=today, at=Centre.objects.all())
    assert (str(ahead.words), ahead.before, ahead.after) == ("People who should hear from us again", 2, 3)

    Policy.change(gold_every, 2, valid_from=today, by=None)
    while jobs.run_due():
        pass
    assert silent.count() == ahead.after
    assert {reason.facts["months"] for reason in silent} == {2}
    assert all("A Gold decision-maker should hear from us every two months." in ReasonCard(reason).sentence for reason in silent)


def test_a_cadence_that_changes_later_is_met_by_its_days_own_night(north_ag: Company) -> None:
    Policy.change(CADENCE[Group.USER][""], 3, valid_from=timezone.localdate() + timedelta(days=1), by=None)
    assert not Job.objects.exists()


def test_work_that_computes_reasons_reads_the_numbers_anew(north_ag: Company) -> None:
    person = make_role("decision_maker", north_ag).person
    spoke(person, north_ag, timezone.localdate() - relativedelta(months=2))
    TouchedCompany.add(north_ag)
    CADENCE[Group.DECISION_MAKER][""].on(timezone.localdate())  # this process remembers the old number
    Policy.objects.create(key="cadence_decision_maker_none", value=1, valid_from=timezone.localdate())  # another one changes it
    TouchedCompany.objects.drain()
    assert Reason.objects.filter(rule="silence", person=person).exists()


def test_a_touch_of_a_company_that_is_gone_does_not_hold_up_the_others(north_ag: Company) -> None:
    person = make_role("decision_maker", north_ag).person
    spoke(person, north_ag, timezone.localdate() - relativedelta(months=2))
    Policy.objects.create(key="cadence_decision_maker_none", value=1, valid_from=timezone.localdate())
    gone = north_ag.pk + 10**6
    TouchedCompany.objects.all().delete()
    TouchedCompany.add_all([gone, north_ag.pk])
    assert TouchedCompany.objects.drain() == 2
    assert not TouchedCompany.objects.exists()
    assert set(Reason.objects.filter(rule="silence").values_list("person", "company")) == {(person.pk, north_ag.pk)}


@given(first=st.dates(date(2000, 1, 1), date(2040, 1, 1)), months=st.integers(0, 400))
def test_months_between_counts_whole_months(first: date, months: int) -> None:
    last = first + relativedelta(months=months)
    assert months_between(first, last) == months
    assert months_between(first, last - timedelta(days=1)) == months - 1


# --- two cards of one kind ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["contract_end", "coverage", "silence"])
def test_two_cards_of_one_kind_do_not_read_the_same(north: Centre, rule: str) -> None:
    """Alike in tier, number and month, the companies are told apart by a plate or a day."""
    said = set()
    for number in (1, 2):
        company = make_company(north, tier=Tier.GOLD)
        if rule != "coverage":
            spoke(make_role("decision_maker", company).person, company, date(2026, 1, number))
        facts: dict[str, Any] = {"use": "functional", "delivered_on": date(2024, 1, number), "plate": f"HH-A {number}"}
        make_vehicle(company, contract="lease", contract_ends_on=date(2027, 3, 5), **facts)
        make_vehicle(company, contract="lease", contract_ends_on=date(2027, 3, 6), **facts | {"plate": f"HH-B {number}"})
        said |= set(sentences(company, rule))
    assert len(said) == (4 if rule == "coverage" else 2), said

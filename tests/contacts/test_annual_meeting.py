"""The reason that an annual meeting is due."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company
from contacts.memory.actions import meetings
from contacts.models import Group, Reason
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import look_again
from contacts.reasons.rule import rules
from contacts.templatetags.today import due_flag
from tests.contacts.rules import both_ways
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_role
from tests.factories.meetings import in_days, make_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_rules() -> None:
    """All rules count here."""


def held(company: Company, days_ago: int) -> None:
    meeting = make_meeting(company)
    meetings.fix(meeting, in_days(-days_ago), by=None)
    meetings.hold(meeting, by=None)


def test_an_annual_meeting_is_due_after_a_year_where_somebody_decides(north: Any) -> None:
    never, long_ago, lately, planned, nobody = (make_company(north) for _one in range(5))
    for company in (never, long_ago, lately, planned):
        make_role("decision_maker", company)
    held(long_ago, 380)
    held(lately, 300)
    make_meeting(planned)
    assert {company for company, _person in both_ways("annual_meeting", never, long_ago, lately, planned, nobody)} == {
        never.pk,
        long_ago.pk,
    }


def test_an_annual_meeting_asks_a_decision_maker_and_says_when_the_last_one_was(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    look_again([north_ag.pk])
    first = Reason.objects.get(rule="annual_meeting")
    assert (first.group, "There has never been an annual meeting" in ReasonCard(first).sentence) == (Group.DECISION_MAKER, True)
    held(north_ag, 400)
    look_again([north_ag.pk])
    again = Reason.objects.get(rule="annual_meeting")
    assert again.facts["held_on"] == in_days(-400).date().isoformat()
    assert date.fromisoformat(again.facts["held_on"]) < timezone.localdate()


def test_a_meeting_called_off_makes_the_reason_due_again(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    meeting = make_meeting(north_ag)
    assert both_ways("annual_meeting", north_ag) == set()
    meetings.cancel(meeting, by=None)
    assert {company for company, _person in both_ways("annual_meeting", north_ag)} == {north_ag.pk}


def test_nobody_promised_the_first_annual_meeting_so_it_is_not_late(north_ag: Company) -> None:
    Company.objects.filter(pk=north_ag.pk).update(entered_at=timezone.now() - timedelta(days=7 * 366))
    make_role("decision_maker", north_ag)
    look_again([north_ag.pk])
    today, first = timezone.localdate(), Reason.objects.get(rule="annual_meeting")
    assert due_flag(first, today) == "" and ReasonCard(first).due_on is None
    first.facts = {"held_on": (today - timedelta(days=500)).isoformat()}
    assert "overdue" in due_flag(first, today)


def test_each_kind_of_reason_has_a_name_of_its_own() -> None:
    assert len({str(rule.called) for rule in rules}) == len(list(rules)) >= 5


def test_companies_without_a_meeting_are_told_apart_by_their_fleets(north: Any) -> None:
    said = []
    for year in (2021, 2022):
        company = make_company(north)
        make_role("decision_maker", company)
        for month in (5, 6):
            make_vehicle(company, delivered_on=date(year, month, 3))
        look_again([company.pk])
        said.append(ReasonCard(Reason.objects.get(rule="annual_meeting", company=company)).sentence)
    never = "There has never been an annual meeting with this company. Its first vehicle from us was delivered on 3 May"
    assert said == [f"{never} 2021, and it has two now.", f"{never} 2022, and it has two now."]


def test_a_vehicle_that_is_yet_to_be_delivered_is_not_counted_as_delivered(north: Any) -> None:
    company = make_company(north)
    make_role("decision_maker", company)
    make_vehicle(company, delivered_on=timezone.localdate() + timedelta(days=9))
    look_again([company.pk])
    assert ReasonCard(Reason.objects.get(rule="annual_meeting")).sentence == "There has never been an annual meeting with this company."

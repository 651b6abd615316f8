"""Reasons that events know of: an annual meeting is due, a second delivery is near; and who is looked at again when an event moves."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS
from accounts.models import Company, Policy, TouchedCompany
from accounts.staff.models.policy import outlook
from contacts.models import Group, Reason, rules
from contacts.reasons.computing import look_again
from contacts.reasons.explaining import explain
from events.actions import meetings, planning
from events.models import Event, EventOver, NotADraft
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_holder, make_person, make_role
from tests.factories.events import in_days, make_event, make_invitation, make_meeting, make_registration

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def delivery(centre: Any, **facts: Any) -> Event:
    return make_event(centre, kind="second_delivery", audience="delivered", starts_at=in_days(7), **facts)


def chooser(company: Company, *, days_before: int = 10, **facts: Any) -> Any:
    """A user whose car was delivered that many days before the second delivery in a week."""
    user = make_role("user", company, make_person(**facts))
    make_holder(user, make_vehicle(company, use="personal", delivered_on=TODAY() + timedelta(days=7 - days_before)))
    return user


def both_ways(rule: str, *companies: Company) -> set[tuple[int, int | None]]:
    """(company, person) by the rule over all companies; `explain`, asked for each alone, says the same."""
    on = TODAY()
    found = list(rules[rule].find(Company.objects.all(), on=on))
    every = {(one.company, getattr(one.person, "pk", one.person)) for one in found}
    alone = set()
    for company in companies:
        (answer,) = [one for one in explain(company, on=on) if one.rule.name == rule]
        alone |= {(company.pk, finding.reason.person_id) for finding in answer.findings}
    assert {company for company, _person in alone} == {company for company, _person in every}
    assert len(alone) == len(every)
    return every


# --- second delivery -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_before", "is_due"), [(0, False), (1, True), (28, True), (29, False)])
def test_the_window_of_a_second_delivery_is_four_weeks(north_ag: Company, days_before: int, is_due: bool) -> None:
    delivery(north_ag.centre)
    user = chooser(north_ag, days_before=days_before)
    assert both_ways("second_delivery", north_ag) == ({(north_ag.pk, user.person_id)} if is_due else set())


def test_a_second_delivery_is_for_its_centre_and_for_who_was_not_asked_yet(north_ag: Company, south_ag: Company) -> None:
    event = delivery(north_ag.centre)
    waiting, asked, coming = chooser(north_ag), chooser(north_ag, email="a@b.example"), chooser(north_ag)
    chooser(south_ag)
    make_invitation(event, asked.person, company=north_ag)
    make_registration(event, coming.person, company=north_ag)
    assert both_ways("second_delivery", north_ag, south_ag) == {(north_ag.pk, waiting.person_id)}


def test_two_cars_are_one_reason_and_a_draft_is_none(north_ag: Company) -> None:
    event = delivery(north_ag.centre, published=False)
    user = chooser(north_ag)
    make_holder(user, make_vehicle(north_ag, use="personal", delivered_on=TODAY()))
    assert both_ways("second_delivery", north_ag) == set()
    planning.publish(event, by=None)
    assert both_ways("second_delivery", north_ag) == {(north_ag.pk, user.person_id)}


def test_a_changed_window_changes_query_card_words_and_count_alike(north_ag: Company, admin: Any) -> None:
    delivery(north_ag.centre)
    user = chooser(north_ag, days_before=33)
    look_again([north_ag.pk])
    assert both_ways("second_delivery", north_ag) == set()
    assert "in the 28 days before" in rules["second_delivery"].absent
    before = {str(effect.words): (effect.before, effect.after) for effect in outlook(SECOND_DELIVERY_DAYS, 35, on=TODAY())}
    assert before["Users to invite to an upcoming second delivery"] == (0, 1)

    Policy.change(SECOND_DELIVERY_DAYS, 35, valid_from=TODAY(), by=admin)
    while jobs.run_due():
        pass
    (reason,) = Reason.objects.filter(rule="second_delivery")
    assert (reason.company, reason.person_id) == (north_ag, user.person_id)
    assert ("Delivery window", "vehicles delivered in the 35 days before the event") in [
        (str(label), words) for label, words in reason.details
    ]
    assert "in the 35 days before" in rules["second_delivery"].absent
    assert both_ways("second_delivery", north_ag) == {(north_ag.pk, user.person_id)}


# --- an event that moves is looked at again at once ------------------------------------------------------------------------


def touched() -> list[int]:
    found = sorted(set(TouchedCompany.objects.values_list("company", flat=True)))
    TouchedCompany.objects.all().delete()
    return found


def test_publishing_moving_and_cancelling_touch_the_companies_of_both_windows(north_ag: Company, south_ag: Company) -> None:
    later = make_company(north_ag.centre)
    for company, days_before in ((north_ag, 10), (south_ag, 10), (later, -5)):
        chooser(company, days_before=days_before)
    event = delivery(north_ag.centre, published=False)
    touched()

    planning.publish(event, by=None)
    assert touched() == [north_ag.pk]
    planning.edit(event, by=None, starts_at=event.starts_at + timedelta(days=20), ends_at=event.ends_at + timedelta(days=20))
    assert touched() == sorted([north_ag.pk, later.pk])
    planning.edit(event, by=None, title=event.title)
    assert touched() == []
    planning.call_off(event, by=None)
    assert touched() == [later.pk]
    planning.call_off(event, by=None)
    assert touched() == []


def test_other_kinds_of_events_touch_nobody(north_ag: Company) -> None:
    chooser(north_ag)
    event = make_event(north_ag.centre, published=False)
    touched()
    planning.publish(event, by=None)
    planning.call_off(event, by=None)
    assert touched() == []


def test_a_check_in_that_is_undone_lets_the_reasons_come_back(north_ag: Company) -> None:
    arrival = make_registration(company=north_ag).check_in(by=None)
    touched()
    arrival.undo(by=None)
    assert touched() == [north_ag.pk]
    arrival.undo(by=None)
    assert touched() == []


def test_publishing_asks_how_the_event_stands_and_not_how_it_was_read(north_ag: Company) -> None:
    event = make_event(north_ag.centre, published=False)
    read = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(starts_at=in_days(-3), ends_at=in_days(-2))
    with pytest.raises(EventOver):
        planning.publish(read, by=None)
    read = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(starts_at=in_days(3), ends_at=in_days(4))
    planning.publish(read, by=None)
    assert Event.objects.get(pk=event.pk).state == "published"
    read = Event.objects.get(pk=event.pk)
    planning.call_off(Event.objects.get(pk=event.pk), by=None)
    with pytest.raises(NotADraft):
        planning.publish(read, by=None)
    assert Entry.objects.filter(action="event.published").count() == 1


# --- annual meeting --------------------------------------------------------------------------------------------------------


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
    assert (first.group, "There has never been an annual meeting" in str(first.sentence)) == (Group.DECISION_MAKER, True)
    held(north_ag, 400)
    look_again([north_ag.pk])
    again = Reason.objects.get(rule="annual_meeting")
    assert again.facts["held_on"] == in_days(-400).date().isoformat()
    assert date.fromisoformat(again.facts["held_on"]) < TODAY()


def test_a_meeting_called_off_makes_the_reason_due_again(north_ag: Company) -> None:
    make_role("decision_maker", north_ag)
    meeting = make_meeting(north_ag)
    assert both_ways("annual_meeting", north_ag) == set()
    meetings.cancel(meeting, by=None)
    assert {company for company, _person in both_ways("annual_meeting", north_ag)} == {north_ag.pk}

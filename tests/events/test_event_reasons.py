"""The reason that events know of, a second delivery that is near; and whose reasons are found anew when an event moves."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS
from accounts.models import Centre, Company, Policy, TouchedCompany
from accounts.staff.models.policy import outlook
from contacts.models import Reason, rules
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import look_again
from events.actions import planning
from events.models import Event, EventOver, NotADraft
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from tests.contacts.rules import both_ways
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_holder, make_person, make_role
from tests.factories.events import in_days, make_event, make_invitation, make_registration

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def delivery(centre: Any, **facts: Any) -> Event:
    return make_event(centre, kind="second_delivery", audience="delivered", starts_at=in_days(7), **facts)


def chooser(company: Company, *, days_before: int = 10, **facts: Any) -> Any:
    """A user whose car was delivered that many days before the second delivery in a week."""
    user = make_role("user", company, make_person(**facts))
    make_holder(user, make_vehicle(company, use="personal", delivered_on=TODAY() + timedelta(days=7 - days_before)))
    return user


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
    before = {
        str(effect.words): (effect.before, effect.after)
        for effect in outlook(SECOND_DELIVERY_DAYS, 35, on=TODAY(), at=Centre.objects.all())
    }
    assert before["Users to invite to an upcoming second delivery"] == (0, 1)

    Policy.change(SECOND_DELIVERY_DAYS, 35, valid_from=TODAY(), by=admin)
    while jobs.run_due():
        pass
    (reason,) = Reason.objects.filter(rule="second_delivery")
    assert (reason.company, reason.person_id) == (north_ag, user.person_id)
    assert ("Delivery window", "vehicles delivered in the 35 days before the event") in [
        (str(label), words) for label, words in ReasonCard(reason).details
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


def test_two_equal_cars_of_one_day_are_told_apart_by_their_plates(north_ag: Company) -> None:
    delivery(north_ag.centre)
    for plate in ("HH-AB 12", "HH-AB 13"):
        user = make_role("user", north_ag, make_person())
        car = make_vehicle(north_ag, use="personal", make="Larea", model="L2", plate=plate, delivered_on=TODAY() - timedelta(days=3))
        make_holder(user, car)
    look_again([north_ag.pk])
    sentences = [ReasonCard(reason).sentence for reason in Reason.objects.filter(rule="second_delivery").order_by("vehicle")]
    assert [sentence.partition(" was delivered")[0] for sentence in sentences] == ["Larea L2 HH-AB 12", "Larea L2 HH-AB 13"]

"""A vehicle's delivery is moved: who has it, the invitation to the second delivery and its letter, and the reasons follow."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User, Vehicle
from contacts.models import Holder, Reason, Task, VehicleDriver, VehicleUser
from contacts.reasons.computing import look_again
from events.actions import choosing, inviting
from events.models import Event, Invitation
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.message import Message, MessageState
from tests.contacts.rules import both_ways
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_drive, make_holder, make_role
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db
Move = Callable[[Vehicle, "date | None"], None]


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def one(vehicle: Vehicle, on: date | None) -> None:
    vehicle.edit(by=None, delivered_on=on)


def many(vehicle: Vehicle, on: date | None) -> None:
    Vehicle.edit_many([(vehicle, {"delivered_on": on})], by=None)


@pytest.fixture(params=[one, many], ids=["edit", "edit_many"])
def move(request: pytest.FixtureRequest) -> Move:
    return request.param


@pytest.fixture
def event(north_ag: Company) -> Event:
    return make_event(north_ag.centre, kind="second_delivery", audience="delivered", starts_at=in_days(7))


def user_of(company: Company, *, delivered: int) -> tuple[VehicleUser, Vehicle]:
    """A user who agreed to invitations, and has a vehicle from its delivery in that many days on."""
    person = make_guest(company)
    user: Any = VehicleUser.objects.get(person=person)
    vehicle = make_vehicle(company, use="personal", delivered_on=day(delivered))
    make_holder(user, vehicle, starts_on=day(delivered))
    return user, vehicle


# --- who has it --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [-20, 30])
def test_whoever_has_it_from_its_delivery_has_it_from_the_new_day(north_ag: Company, move: Move, to: int) -> None:
    _user, vehicle = user_of(north_ag, delivered=-3)
    drive = make_drive(vehicle=make_vehicle(north_ag, delivered_on=date(2024, 1, 1)))
    move(vehicle, day(to))
    move(drive.vehicle, day(to))
    assert [Holder.objects.get().starts_on, VehicleDriver.objects.get().starts_on] == [day(to), day(to)]
    assert Entry.objects.filter(action="period.followed").count() == 2
    move(vehicle, day(-3))
    assert Holder.objects.get().starts_on == day(-3)


def test_a_period_that_began_on_a_day_of_its_own_stays(north_ag: Company, move: Move) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    Holder.objects.update(starts_on=day(-1))
    move(vehicle, day(5))
    move(vehicle, None)
    assert Holder.objects.get(user=user).starts_on == day(-1)


def test_nobodys_period_moves_into_that_of_somebody_else_or_past_its_end(north_ag: Company, move: Move) -> None:
    user, vehicle = user_of(north_ag, delivered=-30)
    make_holder(make_role("user", north_ag), vehicle, starts_on=day(-10))
    move(vehicle, day(-5))
    assert Holder.objects.get(user=user).starts_on == day(-30)


# --- the second delivery -----------------------------------------------------------------------------------------------------


def test_a_car_that_comes_sooner_lets_its_user_be_invited(north_ag: Company, event: Event, move: Move) -> None:
    user, vehicle = user_of(north_ag, delivered=20)
    assert list(choosing.proposed(event, None)) == []
    move(vehicle, day(2))
    assert [role.pk for role in choosing.proposed(event, None)] == [user.pk]
    assert both_ways("second_delivery", north_ag) == {(north_ag.pk, user.person_id)}


def test_a_letter_that_waits_is_taken_back_and_whoever_is_meant_again_is_invited_again(
    north_ag: Company, event: Event, move: Move, anna: User
) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    stays, _car = user_of(north_ag, delivered=-2)
    for one in (user, stays):
        make_invitation(event, one.person, company=north_ag)
    move(vehicle, day(20))
    assert list(Invitation.objects.values_list("person", flat=True)) == [stays.person_id]
    assert list(Message.objects.filter(state=MessageState.WAITING).values_list("recipient_id", flat=True)) == [stays.person_id]
    assert Entry.objects.filter(action="event.taken_back").count() == 1
    move(vehicle, day(-1))
    assert [role.pk for role in choosing.proposed(event, None)] == [user.pk]


def test_a_returned_vehicle_takes_back_the_letter_that_waits(north_ag: Company, event: Event) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    make_invitation(event, user.person, company=north_ag)
    vehicle.edit(by=None, given_back_on=day(0))
    assert not Invitation.objects.exists() and not Message.objects.filter(state=MessageState.WAITING).exists()


@pytest.mark.parametrize("registered", [False, True])
def test_whoever_has_the_letter_is_a_reason_to_call_until_the_car_comes_in_time(
    north_ag: Company, event: Event, move: Move, registered: bool
) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    make_invitation(event, user.person, company=north_ag)
    Message.objects.update(state=MessageState.SENT)
    if registered:
        make_registration(event, user.person, company=north_ag)
    assert both_ways("late_delivery", north_ag) == set()
    move(vehicle, day(7))
    assert Invitation.objects.count() == 1 and both_ways("late_delivery", north_ag) == {(north_ag.pk, user.person_id)}
    move(vehicle, day(6))
    assert both_ways("late_delivery", north_ag) == set()


def test_whoever_declined_or_has_another_car_in_time_is_none(north_ag: Company, event: Event) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    make_invitation(event, user.person, company=north_ag)
    Message.objects.update(state=MessageState.SENT)
    make_holder(user, make_vehicle(north_ag, use="personal", delivered_on=day(-5)), starts_on=day(-5))
    vehicle.edit(by=None, delivered_on=day(30))
    assert both_ways("late_delivery", north_ag) == set()
    Vehicle.objects.exclude(pk=vehicle.pk).update(delivered_on=day(-300))
    assert both_ways("late_delivery", north_ag) == {(north_ag.pk, user.person_id)}
    Invitation.objects.update(declined_at=timezone.now())
    assert both_ways("late_delivery", north_ag) == set()


def test_the_reminder_of_an_invitation_does_not_leave_once_the_car_comes_later(north_ag: Company, event: Event) -> None:
    user, vehicle = user_of(north_ag, delivered=-3)
    invitation = make_invitation(event, user.person, company=north_ag)
    Message.objects.update(state=MessageState.SENT)
    inviting.nudge_many(event, [invitation.pk], by=None)
    vehicle.edit(by=None, delivered_on=day(20))
    assert Message.objects.get(template="events/mail/nudge").state == MessageState.HELD_BACK


def test_a_task_planned_for_it_says_that_its_reason_is_gone(
    client: Client, anna: User, north_ag: Company, event: Event, move: Move
) -> None:
    """What hangs on a date follows the date: the task was made from the card of the second delivery."""
    _user, vehicle = user_of(north_ag, delivered=-3)
    look_again([north_ag.pk])
    reason = Reason.objects.get(rule="second_delivery")
    Task.plan(north_ag, "Invite Ute Kern", due_on=day(2), owner=anna, by=anna, reason_key=reason.key)
    Task.plan(north_ag, "Send the brochure", due_on=day(3), owner=anna, by=anna)
    client.force_login(anna)
    pages = ("/tasks/", f"/companies/{north_ag.pk}/")
    assert [client.get(page).content.decode().count("no longer applies") for page in pages] == [0, 0]
    move(vehicle, day(20))
    look_again([north_ag.pk])
    assert [client.get(page).content.decode().count("no longer applies") for page in pages] == [1, 1]

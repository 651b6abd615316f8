"""Whoever left holds no car, and nobody holds or drives one that was returned (C10); taken back, the end is as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, User, Vehicle
from contacts import tasks
from contacts.models import Holder, VehicleDriver
from contacts.people.actions.mending import mend_periods
from contacts.people.actions.roles import change_company
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_drive, make_holder, make_role

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 28)


def held(company: Company) -> tuple[Any, Vehicle, Holder, VehicleDriver]:
    user, vehicle = make_role("user", company), make_vehicle(company)
    return user, vehicle, make_holder(user, vehicle), make_drive(make_role("driver", company), vehicle)


def ends(*periods: Any) -> list[date | None]:
    return [type(period).objects.get(pk=period.pk).ends_on for period in periods]


@pytest.mark.parametrize("way", ["end", "edit", "edit_many", "change company"])
def test_what_was_held_in_a_role_ends_with_it(north_ag: Company, anna: User, way: str) -> None:
    user, _vehicle, holder, drive = held(north_ag)
    if way == "end":
        user.end(by=anna, on=LAST)
    elif way == "edit":
        user.edit(by=anna, ends_on=LAST)
    elif way == "edit_many":
        type(user).edit_many([(user, {"ends_on": LAST})], by=anna)
    else:
        change_company(user, make_company(north_ag.centre), by=anna, on=date(2026, 11, 29))

    assert ends(holder, drive) == [LAST, None]
    assert Entry.objects.about(holder).get().actor_id == anna.pk


def test_a_driver_who_left_drives_nothing(north_ag: Company) -> None:
    drive = make_drive(make_role("driver", north_ag), make_vehicle(north_ag))
    drive.driver.end(by=None, on=LAST)
    assert ends(drive) == [LAST]


@pytest.mark.parametrize("many", [False, True])
def test_a_returned_vehicle_is_neither_held_nor_driven(north_ag: Company, many: bool) -> None:
    _user, vehicle, holder, drive = held(north_ag)
    if many:
        Vehicle.edit_many([(vehicle, {"given_back_on": LAST})], by=None)
    else:
        vehicle.edit(by=None, given_back_on=LAST)
    assert ends(holder, drive) == [LAST, LAST]


def test_an_end_that_was_a_mistake_gives_the_car_back(north_ag: Company) -> None:
    user, vehicle, holder, drive = held(north_ag)
    user.end(by=None, on=LAST)
    vehicle.edit(by=None, given_back_on=date(2026, 11, 1))
    assert ends(holder, drive) == [date(2026, 11, 1), date(2026, 11, 1)]

    vehicle.edit(by=None, given_back_on=None)
    user.edit(by=None, ends_on=None)

    assert ends(holder, drive) == [None, None]


def test_a_car_that_somebody_else_has_by_now_stays_with_them(north_ag: Company) -> None:
    user, vehicle, holder, _drive = held(north_ag)
    user.end(by=None, on=LAST)
    Holder.hand_over(vehicle, make_role("user", north_ag), by=None, starts_on=date(2026, 11, 29))

    user.edit(by=None, ends_on=None)

    assert ends(holder) == [LAST]


def test_a_period_that_ended_before_keeps_its_end(north_ag: Company) -> None:
    user, _vehicle, holder, _drive = held(north_ag)
    holder.edit(by=None, ends_on=date(2026, 6, 1))
    user.end(by=None, on=LAST)
    user.edit(by=None, ends_on=None)
    assert ends(holder) == [date(2026, 6, 1)]


@pytest.mark.parametrize("how", ["role", "return"])
def test_the_night_ends_what_went_on_from_before_with_its_history(north_ag: Company, how: str) -> None:
    user, vehicle, holder, drive = held(north_ag)
    if how == "role":
        type(user).objects.filter(pk=user.pk).update(ends_on=LAST)  # as older versions left it
    else:
        Vehicle.objects.filter(pk=vehicle.pk).update(given_back_on=LAST)
    _other, _vehicle, other_holder, other_drive = held(make_company())

    tasks.mend_ended_periods()

    assert ends(holder, drive) == ([LAST, None] if how == "role" else [LAST, LAST])
    assert ends(other_holder, other_drive) == [None, None]
    assert Entry.objects.about(holder).get().action == "period.followed"
    assert mend_periods() == 0, "and once is enough"


def test_a_period_that_began_after_the_end_is_a_day_and_is_not_asked_for_again(north_ag: Company) -> None:
    user, _vehicle, holder, _drive = held(north_ag)
    type(user).objects.filter(pk=user.pk).update(starts_on=None, ends_on=date(2019, 1, 1))
    assert mend_periods() == 1
    assert ends(holder) == [holder.starts_on]
    assert mend_periods() == 0


def test_the_nightly_look_costs_the_same_for_one_and_many(north_ag: Company, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        mend_periods()


@pytest.mark.parametrize("group", ["decision_maker", "user", "driver"])
def test_a_role_with_a_planned_end_that_is_taken_up_again_goes_on(north_ag: Company, anna: User, group: str) -> None:
    """There are never two running roles of one kind at one company (C27)."""
    role = make_role(group, north_ag)
    role.edit(by=anna, ends_on=timezone.localdate() + timedelta(days=90))
    again = type(role).take_up(role.person, north_ag, by=anna, on=timezone.localdate())
    assert again.pk == role.pk and again.ends_on is None and type(role).objects.count() == 1
    role.edit(by=anna, ends_on=timezone.localdate() - timedelta(days=1))
    later = type(role).take_up(role.person, north_ag, by=anna, on=timezone.localdate())
    assert later.pk != role.pk and type(role).objects.running(on=timezone.localdate()).count() == 1

"""Periods that must not overlap, and locks: the same on both databases."""

from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from accounts.customers.models.assignment import AlreadyAssigned
from accounts.models import Assignment
from contacts.models import AlreadyHeld, Holder
from fleetportal.core import db
from fleetportal.core.audit import Entry
from tests.factories.accounts import assign, make_company, make_vehicle
from tests.factories.contacts import make_role
from tests.races import race, won
from tests.selection import repetitions

JANUARY, MAY, JUNE, DECEMBER = date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1), date(2026, 12, 31)


@pytest.fixture
def car(north):
    return make_vehicle(make_company(north), use="personal")


@pytest.fixture
def users(car):
    return [make_role("user", car.company) for _ in range(2)]


def hold(car, user, starts_on, ends_on):
    """A holder saved without the courtesy of ending the one before."""
    with transaction.atomic():
        holder = Holder(vehicle=car, user=user, starts_on=starts_on, ends_on=ends_on)
        db.save_apart(holder, refusal=AlreadyHeld("taken"))
        return holder


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(MAY, JUNE), (JANUARY, DECEMBER), (JUNE, None), (JANUARY, None), (date(2026, 9, 1), date(2026, 9, 1)), (DECEMBER, None)],
)
def test_a_period_is_refused_when_it_shares_a_day(car, users, starts_on, ends_on):
    hold(car, users[0], JUNE, DECEMBER)
    with pytest.raises(AlreadyHeld):
        hold(car, users[1], starts_on, ends_on)
    assert list(car.holders.values_list("user", flat=True)) == [users[0].pk]


@pytest.mark.django_db
@pytest.mark.parametrize(("starts_on", "ends_on"), [(JANUARY, MAY), (date(2027, 1, 1), None)])
def test_a_period_is_taken_when_it_only_touches(car, users, starts_on, ends_on):
    hold(car, users[0], JUNE, DECEMBER)
    assert hold(car, users[1], starts_on, ends_on).pk


@pytest.mark.django_db
def test_another_vehicle_is_another_matter(car, users):
    hold(car, users[0], JUNE, None)
    assert hold(make_vehicle(car.company), users[0], JUNE, None).pk


@pytest.mark.django_db
def test_a_form_hears_of_the_overlap(car, users):
    hold(car, users[0], JUNE, DECEMBER)
    with pytest.raises(ValidationError, match="overlaps"):
        Holder(vehicle=car, user=users[1], starts_on=JUNE).full_clean()


@pytest.mark.django_db
def test_a_row_does_not_overlap_itself(car, users):
    holder = hold(car, users[0], JUNE, DECEMBER)
    holder.ends_on = None
    with transaction.atomic():
        db.save_apart(holder, refusal=AlreadyHeld("taken"))
    assert Holder.objects.get().ends_on is None


@pytest.mark.django_db
def test_a_stand_in_may_stand_beside_the_responsible_one(north, anna, boris):
    company = make_company(north)
    assign(company, anna)
    stand_in = assign(company, boris, kind=Assignment.Kind.STAND_IN, starts_on=JUNE, ends_on=DECEMBER)
    assert stand_in.pk
    assert set(company.assignments.running(on=JUNE).values_list("user", flat=True)) == {anna.pk, boris.pk}


@pytest.mark.django_db
def test_a_new_responsible_one_ends_the_one_before(north, anna, boris):
    company = make_company(north)
    assign(company, anna, starts_on=JANUARY)
    assign(company, boris, starts_on=JUNE)
    assert list(company.assignments.order_by("starts_on").values_list("user", "ends_on")) == [(anna.pk, MAY), (boris.pk, None)]


@pytest.mark.django_db
def test_a_responsible_one_before_another_is_refused_and_nothing_changes(north, anna, boris):
    company = make_company(north)
    assign(company, anna, starts_on=JUNE)
    entries = Entry.objects.count()
    with pytest.raises(AlreadyAssigned):
        assign(company, boris, starts_on=JANUARY)
    assert list(company.assignments.values_list("user", flat=True)) == [anna.pk]
    assert Entry.objects.count() == entries


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_of_two_has_the_car_when_both_are_given_it_at_once(car, users):
    for turn in range(repetitions()):
        starts_on, ends_on = date(2030 + turn, 1, 1), date(2030 + turn, 12, 31)
        outcomes = race(*(partial(Holder.hand_over, car, user, by=None, starts_on=starts_on, ends_on=ends_on) for user in users))
        assert len(won(outcomes)) == 1
        assert [type(outcome) for outcome in outcomes if outcome not in won(outcomes)] == [AlreadyHeld]
        assert car.holders.running(on=starts_on).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_row_stands_even_when_nobody_locked_first(car, users):
    outcomes = race(*(partial(hold, car, user, JUNE, DECEMBER) for user in users))
    assert len(won(outcomes)) == 1
    assert car.holders.running(on=JUNE).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_both_have_the_car_when_nothing_guards_it(car, users):
    """The canary: with the constraint gone and the question asked before the transaction, two rows stand."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contacts_holder DROP CONSTRAINT one_holder_at_a_time")
    asked = race(*[Holder.objects.running(on=JUNE).filter(vehicle=car).exists] * 2)
    assert asked == [False, False]
    race(*(partial(Holder.objects.create, vehicle=car, user=user, starts_on=JUNE) for user in users))
    assert car.holders.running(on=JUNE).count() == 2


@pytest.mark.django_db
def test_a_lock_reads_again_what_others_wrote(car):
    type(car).objects.filter(pk=car.pk).update(make="Renamed")
    with transaction.atomic():
        assert db.lock(car).make == "Renamed"


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_refused_outside_a_transaction(car):
    with pytest.raises(TransactionManagementError):
        db.lock(car)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_lock_makes_readers_wait_when_they_want_to_write(car):
    def drive(km):
        with transaction.atomic():
            db.lock(car_again := type(car)(pk=car.pk))
            car_again.mileage_km = (car_again.mileage_km or 0) + km
            car_again.save(update_fields=["mileage_km"])

    outcomes = race(*(lambda: drive(100) for _ in range(5)))
    car.refresh_from_db()
    assert outcomes == [None] * 5
    assert car.mileage_km == 500

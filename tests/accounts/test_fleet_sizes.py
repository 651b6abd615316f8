"""How many vehicles a company still has: kept with it by the verbs, right whatever happens at once, mended where it is not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.customers.models import vehicle as vehicles
from accounts.customers.models.vehicle import count_fleets, mend_all_fleets
from accounts.models import Centre, Company, TouchedCompany, User, Vehicle
from accounts.tasks import mend_fleets
from fleetportal.core.audit import EditedMeanwhile
from tests.factories.accounts import make_company, make_vehicle
from tests.races import race

pytestmark = pytest.mark.django_db
BACK = date(2026, 1, 1)


def kept() -> dict[int, int]:
    return dict(Company.objects.values_list("pk", "fleet_size"))


def counted() -> dict[int, int]:
    """The same by counting each company's vehicles."""
    return {company.pk: Vehicle.objects.filter(company=company, given_back_on=None).count() for company in Company.objects.all()}


def test_each_verb_keeps_the_number(north: Centre) -> None:
    one, other = make_company(north), make_company(north)
    first, second = make_vehicle(one), make_vehicle(one)
    make_vehicle(one, given_back_on=BACK)
    assert kept() == counted() == {one.pk: 2, other.pk: 0}
    first.edit(by=None, given_back_on=BACK)
    assert kept() == counted() == {one.pk: 1, other.pk: 0}
    first.edit(by=None, given_back_on=None)
    second.edit(by=None, company=other)
    assert kept() == counted() == {one.pk: 1, other.pk: 1}
    Vehicle.enter_many([Vehicle(company=one, plate=f"X {n}", given_back_on=BACK if n == 2 else None) for n in range(3)], by=None)
    Vehicle.edit_many([(first, {"given_back_on": BACK}), (second, {"company": one})], by=None)
    assert kept() == counted() == {one.pk: 3, other.pk: 0}


def test_what_changes_no_fleet_costs_no_count(north_ag: Company, django_assert_num_queries: Any) -> None:
    car = make_vehicle(north_ag)
    with django_assert_num_queries(2 + 7):  # the savepoint of the test's own transaction, and the verb
        car.edit(by=None, mileage_km=12_000)
    with django_assert_num_queries(2 + 7 + 2 + 2 + 1):  # who holds it and who drives it; is a second delivery ahead?
        car.edit(by=None, given_back_on=BACK)
    with django_assert_num_queries(2 + 5):
        make_car(north_ag)
    with django_assert_num_queries(0):
        assert count_fleets([]) == 0


def make_car(company: Company) -> Vehicle:
    return Vehicle.enter(by=None, company=company, plate="HH-FP 1")


def test_a_refused_edit_counts_nothing(north_ag: Company) -> None:
    car = make_vehicle(north_ag)
    Vehicle.objects.filter(pk=car.pk).update(given_back_on=BACK)
    with pytest.raises(EditedMeanwhile):
        car.edit(by=None, shown={"given_back_on": None}, given_back_on=date(2026, 2, 2))
    assert kept() == {north_ag.pk: 1}


def test_what_was_written_past_the_verbs_is_mended_where_touched_and_once_a_day(north: Centre) -> None:
    touched, other, right = make_company(north), make_company(north), make_company(north)
    make_vehicle(right)
    TouchedCompany.objects.all().delete()
    Vehicle.objects.bulk_create([Vehicle(company=company, plate=f"P {company.pk}") for company in (touched, other)])
    TouchedCompany.add(touched)
    TouchedCompany.objects.drain()
    assert kept() == {touched.pk: 1, other.pk: 0, right.pk: 1}
    assert mend_all_fleets() == 1
    assert kept() == counted()
    Company.objects.update(fleet_size=99)
    mend_fleets()
    assert kept() == counted()


def test_all_is_mended_in_slices(north: Centre, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    monkeypatch.setattr(vehicles, "MENDED_AT_ONCE", 2)
    for _company in range(3):
        make_vehicle(make_company(north))
    with django_assert_num_queries(2 * 2 + 1):
        assert mend_all_fleets() == 0
    Company.objects.update(fleet_size=7)
    assert mend_all_fleets() == 3
    assert kept() == counted()


def test_companies_are_sorted_by_their_vehicles_without_counting_them(client: Client, carla: User, north: Centre) -> None:
    sizes = [3, 0, 5, 1, 3]
    for size in sizes:
        company = make_company(north, name=f"Company with {size}")
        for _vehicle in range(size):
            make_vehicle(company)
    client.force_login(carla)
    for sort, expected in (("fleet", sorted(sizes)), ("-fleet", sorted(sizes, reverse=True))):
        rows = client.get(f"/companies/?sort={sort}").context["rows"]
        assert [row.fleet_size for row in rows] == expected
    assert "vehicle" not in str(Company.objects.order_by("-fleet_size", "pk").query)


# --- at once -----------------------------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_vehicles_that_come_and_go_at_once_are_counted_right() -> None:
    company = make_company()
    cars = [make_vehicle(company) for _turn in range(4)]
    enter: list[Callable[[], Any]] = [lambda number=number: make_vehicle(company, plate=f"R {number}") for number in range(4)]
    outcomes = race(*enter, *[lambda car=car: car.edit(by=None, given_back_on=BACK) for car in cars[:3]])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert kept() == counted() == {company.pk: 5}


def give_back_while_another_does(company: Company) -> None:
    """Two are given back at once: the second while the first is not committed yet."""
    first, second = make_vehicle(company), make_vehicle(company)
    with transaction.atomic():
        first.edit(by=None, given_back_on=BACK)
        other = threading.Thread(target=in_a_thread, args=(second,))
        other.start()
        wait_until_somebody_waits()
    other.join(20)


def in_a_thread(car: Vehicle) -> None:
    try:
        car.edit(by=None, given_back_on=BACK)
    finally:
        connection.close()


def wait_until_somebody_waits() -> None:
    for _turn in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


@contextmanager
def no_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(vehicles, "locked", lambda rows: rows)
        yield


@pytest.mark.race
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_changes_a_fleet_waits_for_who_was_first_and_without_the_lock_counts_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the canary: on SQLite one transaction after the other writes anyway."""
    company = make_company()
    give_back_while_another_does(company)
    assert kept() == counted() == {company.pk: 0}
    with no_lock(monkeypatch):
        give_back_while_another_does(company)
    assert kept() == {company.pk: 1} != counted()

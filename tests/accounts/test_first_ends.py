"""The first end of a company's contracts: kept with it by the verbs of vehicles, renewed once it has passed, and sorted by."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Min
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.customers.models.vehicle import count_fleets, mend_all_fleets, renew_ends
from accounts.models import Centre, Company, User, Vehicle
from accounts.tasks import renew_ends_that_passed
from tests.factories.accounts import make_centre, make_company, make_vehicle
from tests.races import race
from tests.selection import LONG

pytestmark = pytest.mark.django_db
BACK = date(2026, 1, 1)
RUN = settings(
    max_examples=200 if LONG else 10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
an_end = st.one_of(st.none(), st.integers(-40, 40))
any_number = st.integers(0, 10**6)
plates = count()


def day(days: int | None) -> date | None:
    """So many days from today."""
    return None if days is None else timezone.localdate() + timedelta(days=days)


def kept() -> dict[int, date | None]:
    return dict(Company.objects.values_list("pk", "next_end_on"))


def looked_up() -> dict[int, date | None]:
    """The same by looking through each company's vehicles."""
    running = Vehicle.objects.filter(given_back_on=None, contract_ends_on__gte=timezone.localdate())
    return {
        company.pk: running.filter(company=company).aggregate(first=Min("contract_ends_on"))["first"] for company in Company.objects.all()
    }


class Ends(RuleBasedStateMachine):
    """Vehicles come, change, move and go in any order; what is kept is what is there, after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        centre = make_centre()
        self.companies = [make_company(centre) for _one in range(3)]
        self.cars: list[Vehicle] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def company(self, number: int) -> Company:
        return self.companies[number % 3]

    @rule(number=any_number, end=an_end)
    def enter(self, number: int, end: int | None) -> None:
        self.cars.append(make_vehicle(self.company(number), contract_ends_on=day(end)))

    @rule(number=any_number, ends=st.lists(an_end, min_size=1, max_size=3))
    def enter_many(self, number: int, ends: list[int | None]) -> None:
        new = [
            Vehicle(company=self.company(number + n), plate=f"E {next(plates)}", contract_ends_on=day(end)) for n, end in enumerate(ends)
        ]
        Vehicle.enter_many(new, by=None)
        self.cars += new

    @rule(number=any_number, end=an_end)
    def edit(self, number: int, end: int | None) -> None:
        self.change(number, contract_ends_on=day(end))

    @rule(number=any_number)
    def give_back(self, number: int) -> None:
        self.change(number, given_back_on=BACK)

    @rule(number=any_number)
    def take_again(self, number: int) -> None:
        self.change(number, given_back_on=None)

    @rule(number=any_number, end=an_end)
    def move(self, number: int, end: int | None) -> None:
        self.change(number, company=self.company(number), contract_ends_on=day(end))

    def change(self, number: int, **values: object) -> None:
        if self.cars:
            car = self.cars[number % len(self.cars)]
            car.refresh_from_db()
            if number % 2:
                car.edit(by=None, **values)
            else:
                Vehicle.edit_many([(car, values)], by=None)

    @invariant()
    def what_is_kept_is_what_is_there(self) -> None:
        assert kept() == looked_up()


def test_what_is_kept_is_what_is_there_after_every_verb() -> None:
    run_state_machine_as_test(Ends, settings=RUN)


def test_an_end_that_passed_is_renewed_and_the_list_is_right_before_that(
    client: Client, carla: User, north: Centre, django_assert_num_queries: Any
) -> None:
    passed, later, first, _without = (make_company(north, name=name) for name in ("Passed", "Later", "First", "Without"))
    for company, end in ((passed, 5), (later, 9), (first, 2)):
        make_vehicle(company, contract_ends_on=day(end))
    Vehicle.objects.create(company=passed, plate="O 1", contract_ends_on=day(-1))
    Company.objects.filter(pk=passed.pk).update(next_end_on=day(-1))  # what it kept yesterday
    client.force_login(carla)

    def listed(sort: str) -> list[tuple[str, date | None]]:
        return [(row.name, row.contract_ends_on) for row in client.get(f"/companies/?sort={sort}").context["rows"]]

    ends = [("First", day(2)), ("Passed", day(5)), ("Later", day(9))]
    upwards, downwards = listed("contract_end"), listed("-contract_end")
    at_the_end = ("Without", None)
    assert upwards == [*ends, at_the_end]
    assert downwards == [*reversed(ends), at_the_end]
    assert kept()[passed.pk] == day(-1)  # looking changed nothing
    with django_assert_num_queries(1 + 2 + 1):
        assert renew_ends() == 1
    assert kept() == looked_up()
    assert (listed("contract_end"), listed("-contract_end")) == (upwards, downwards)
    renew_ends_that_passed()
    with django_assert_num_queries(1):
        assert renew_ends() == 0


def test_companies_are_sorted_by_their_first_end_without_looking_at_vehicles(
    client: Client, carla: User, north: Centre, django_assert_num_queries: Any
) -> None:
    for days in (3, None, 3, 1):
        make_vehicle(make_company(north), contract_ends_on=day(days))
    client.force_login(carla)
    with django_assert_num_queries(7) as asked:
        assert client.get("/companies/?sort=contract_end").status_code == 200
    in_order = next(one["sql"] for one in asked if "ORDER BY" in one["sql"] and "LIMIT 1001" in one["sql"])
    assert "vehicle" not in in_order and "next_end_on" in in_order


def test_what_was_written_past_the_verbs_is_mended(north: Centre) -> None:
    company = make_company(north)
    Vehicle.objects.create(company=company, plate="P 1", contract_ends_on=day(7))
    assert kept() == {company.pk: None}
    assert mend_all_fleets() == 1
    assert kept() == looked_up() == {company.pk: day(7)}
    assert count_fleets([company.pk]) == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_vehicles_that_come_and_go_at_once_leave_the_right_end() -> None:
    company = make_company()
    cars = [make_vehicle(company, contract_ends_on=day(number)) for number in range(4)]
    enter: list[Callable[[], Any]] = [lambda end=end: make_vehicle(company, contract_ends_on=day(end)) for end in (6, 5, 7)]
    outcomes = race(*enter, *[lambda car=car: car.edit(by=None, given_back_on=BACK) for car in cars])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert kept() == looked_up() == {company.pk: day(5)}

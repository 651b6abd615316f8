"""Numbers of the trade: each counts from a day on, is changed by one verb, and a look ahead says what a change would do."""

import math
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS
from accounts.models import Centre, Policy, User, Vehicle
from accounts.staff.models import policy
from accounts.staff.models.policy import HouseWide, OutOfBounds, PolicyPast, effects, numbers, outlook, supposing
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_centre, make_company, make_user, make_vehicle
from tests.races import race
from tools.packages import APPS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
DAYS = SECOND_DELIVERY_DAYS


def today() -> date:
    return timezone.localdate()


def in_days(count: int) -> date:
    return today() + timedelta(days=count)


def change(value: int, *, valid_from: date | None = None, by: User | None = None) -> bool:
    return Policy.change(DAYS, value, valid_from=valid_from or today(), by=by)


# --- what counts on a day --------------------------------------------------------------------------------------------------


def test_until_somebody_changes_it_the_default_counts_on_every_day() -> None:
    assert {DAYS.on(day) for day in (date(2000, 1, 1), today(), in_days(900))} == {28}


def test_a_change_counts_from_its_day_until_the_next_one() -> None:
    change(35)
    change(14, valid_from=in_days(10))
    days = (-1, 0, 9, 10, 400)
    assert [DAYS.on(in_days(count)) for count in days] == [28, 35, 35, 14, 14]


def test_a_second_change_from_the_same_day_replaces_the_first() -> None:
    change(35)
    change(42)
    assert DAYS.on(today()) == 42
    assert Policy.objects.get().value == 42


def test_changing_it_to_what_counts_already_changes_nothing() -> None:
    assert not change(28)
    change(35)
    entries = Entry.objects.count()
    assert not change(35)
    assert not change(35, valid_from=in_days(3))
    assert (Policy.objects.count(), Entry.objects.count()) == (1, entries)


def test_a_change_is_in_the_history_with_before_and_after(admin: User) -> None:
    change(35, by=admin)
    entry = Entry.objects.get(action="policy.changed")
    assert (entry.actor_id, entry.facts) == (admin.pk, {"key": "second_delivery_days", "from": today().isoformat()})
    assert entry.changes.values_list("field", "before", "after").get() == ("value", 28, 35)
    assert Policy.objects.get().changed_by == admin


@pytest.mark.parametrize("value", [0, -1, 366])
def test_a_number_out_of_bounds_is_refused(value: int) -> None:
    with pytest.raises(OutOfBounds, match="from 1 day to 365 days"):
        change(value)
    assert not Policy.objects.exists() and not Entry.objects.filter(action__startswith="policy.").exists()


def test_what_counted_before_today_is_history() -> None:
    with pytest.raises(PolicyPast):
        change(35, valid_from=in_days(-1))
    assert not Policy.objects.exists()


def test_a_planned_change_can_be_cancelled_and_one_that_counts_cannot(admin: User) -> None:
    change(35)
    change(14, valid_from=in_days(10))
    counts, planned = Policy.objects.order_by("valid_from")
    planned.take_back(by=admin)
    assert DAYS.on(in_days(10)) == 35
    assert Entry.objects.get(action="policy.taken_back").changes.values_list("before", "after").get() == (14, 35)
    with pytest.raises(PolicyPast):
        counts.take_back(by=admin)
    assert DAYS.on(today()) == 35


def test_two_rows_from_one_day_cannot_be() -> None:
    change(35)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create(key=DAYS.key, value=14, valid_from=today())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_changes_at_the_same_moment_leave_one_of_the_two() -> None:
    outcomes = race(lambda: change(35), lambda: change(42))
    assert outcomes == [True, True]
    assert Policy.objects.get().value in (35, 42)
    before_and_after = Entry.objects.filter(action="policy.changed").order_by("pk").values_list("changes__before", "changes__after")
    (first, between), (again, last) = before_and_after
    assert (first, between, last) == (28, again, Policy.objects.get().value)


# --- out of memory ---------------------------------------------------------------------------------------------------------


def test_all_numbers_cost_one_query_for_some_seconds(django_assert_num_queries: Any, monkeypatch: Any) -> None:
    policy.forget()
    with django_assert_num_queries(1):
        for number in (*numbers, *numbers):
            number.on(today())
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + policy.KEPT_SECONDS + 1)
    with django_assert_num_queries(1):
        DAYS.on(today())


def test_another_process_answers_with_the_new_number_after_some_seconds() -> None:
    assert DAYS.on(today()) == 28
    Policy.objects.create(key=DAYS.key, value=35, valid_from=today())  # as another process writes it
    assert DAYS.on(today()) == 28
    policy.known["rows"] = -math.inf, {}
    assert DAYS.on(today()) == 35


def test_supposing_ends_with_its_block_and_touches_nothing() -> None:
    with supposing(DAYS, 5):
        assert DAYS.on(today()) == 5
    assert DAYS.on(today()) == 28
    assert not Policy.objects.exists()


# --- one number, everywhere ------------------------------------------------------------------------------------------------


def test_every_number_has_a_default_within_its_bounds_and_words() -> None:
    for number in numbers:
        assert number.lowest <= number.default <= number.highest, number.key
        assert str(number.subject) and str(number.name) and str(number.about), number.key


def test_every_effect_names_numbers_that_there_are() -> None:
    assert {key for effect in effects for key in effect.keys} <= set(numbers.names())


def test_no_number_is_written_a_second_time() -> None:
    """A window typed in the code again would not follow the policy."""
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    texts = {path: path.read_text() for path in sources if "migrations" not in path.parts}
    assert not [path for path, text in texts.items() if "days=28" in text]
    for number in numbers:
        if not number.key.startswith("cadence_"):
            assert sum(text.count(f'"{number.key}"') for text in texts.values()) == 1, number.key


def test_the_query_and_the_count_follow_the_number(north: Any) -> None:
    company = make_company(north)
    for days in (1, 20, 28, 29, 35, 36):
        make_vehicle(company, delivered_on=in_days(-days))
    assert Vehicle.objects.for_second_delivery(on=today()).count() == 3
    (vehicles, _to_invite) = outlook(DAYS, 35, on=today(), at=Centre.objects.all())
    assert (str(vehicles.words), vehicles.before, vehicles.after) == ("Vehicles eligible for a second delivery on that day", 3, 5)
    change(35)
    assert Vehicle.objects.for_second_delivery(on=today()).count() == 5
    assert Vehicle.objects.for_second_delivery(on=in_days(-1)).count() == 3, "yesterday's went by yesterday's number"


# --- the pages -------------------------------------------------------------------------------------------------------------

LIST, ONE = "/policies/", "/policies/second_delivery_days/"


@pytest.fixture
def as_admin(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize("who", ["anna", "carla", "dora", "emil", "wanda"])
def test_policies_are_for_administrators_alone(client: Client, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(LIST).status_code == client.get(ONE).status_code == 404
    assert client.post(ONE + "change/", {"value": 35, "valid_from": today()}).status_code == 404
    assert not Policy.objects.exists()


def test_the_list_shows_every_number_with_what_counts_and_what_is_planned(as_admin: Client, admin: User) -> None:
    change(35, by=admin)
    change(14, valid_from=in_days(10), by=admin)
    page = as_admin.get(LIST).content.decode()
    assert all(reverse("accounts:policy", args=[key]) in page for key in numbers.names())
    assert "35 days" in page and "14 days from" in page and "Root" in page
    assert f'href="{LIST}"' in page, "the menu leads there"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_much_was_changed(as_admin: Client, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        change(30 + number, valid_from=in_days(number))
    policy.known["rows"] = math.inf, {}
    with django_assert_num_queries(3):
        as_admin.get(LIST)


def test_a_change_is_looked_at_first_and_made_by_its_button(as_admin: Client, admin: User, north: Any) -> None:
    make_vehicle(make_company(north), delivered_on=in_days(-30))
    page = as_admin.get(ONE, {"value": 35, "valid_from": today()})
    assert [(effect.before, effect.after) for effect in page.context["outlook"]] == [(0, 1), (0, 0)]
    assert "Use 35 days from" in page.content.decode()
    assert not Policy.objects.exists(), "looking changes nothing"
    made = as_admin.post(ONE + "change/", {"value": 35, "valid_from": today(), "_key": "k" * 20})
    assert (made.status_code, made["Location"]) == (303, LIST)
    assert Policy.objects.get().changed_by == admin
    assert DAYS.on(today()) == 35
    assert "35 days" in as_admin.get(ONE).content.decode()


@pytest.mark.parametrize(
    ("value", "days", "words"),
    [("0", 0, "greater than or equal to 1"), ("366", 0, "less than or equal to 365"), ("many", 0, "whole number"), ("35", -1, "history")],
)
def test_what_cannot_be_is_asked_about_again(as_admin: Client, value: str, days: int, words: str) -> None:
    asked = {"value": value, "valid_from": in_days(days)}
    for answer in (as_admin.get(ONE, asked), as_admin.post(ONE + "change/", asked)):
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Policy.objects.exists()


def test_a_planned_change_is_cancelled_from_the_page(as_admin: Client) -> None:
    change(14, valid_from=in_days(10))
    planned = Policy.objects.get()
    address = reverse("accounts:policy_take_back", args=[planned.pk])
    assert address in as_admin.get(ONE).content.decode()
    assert as_admin.get(address).status_code == 405
    assert as_admin.post(address).status_code == 303
    assert not Policy.objects.exists()
    assert as_admin.post(address).status_code == 404


# --- an administrator of some centres --------------------------------------------------------------------------------------


@pytest.fixture
def norbert(north: Centre) -> User:
    """Administers the north alone."""
    return make_user("norbert", role="administrator", at=[north], home_centre=north)


def test_a_preview_counts_at_the_centres_that_one_administers(
    client: Client, norbert: User, admin: User, north: Centre, south: Centre
) -> None:
    for centre, vehicles in ((north, 1), (south, 2)):
        for _number in range(vehicles):
            make_vehicle(make_company(centre), delivered_on=in_days(-30))
    for user, counted in ((norbert, 1), (admin, 3)):
        client.force_login(user)
        page = client.get(ONE, {"value": 35, "valid_from": today()})
        assert next((effect.before, effect.after) for effect in page.context["outlook"]) == (0, counted)
    client.force_login(norbert)
    assert "Only the centres you administer are counted." in client.get(ONE, {"value": 35, "valid_from": today()}).content.decode()


def test_a_number_of_every_centre_is_changed_by_who_administers_all(client: Client, norbert: User, admin: User, south: Centre) -> None:
    change(14, valid_from=in_days(10), by=admin)
    entries, planned = Entry.objects.count(), Policy.objects.get()
    client.force_login(norbert)
    page = client.get(ONE, {"value": 35, "valid_from": today()}).content.decode()
    assert "Only an administrator of all centres can change it." in page
    assert "Use 35 days from" not in page and "Cancel this change" not in page
    for address in (ONE + "change/", reverse("accounts:policy_take_back", args=[planned.pk])):
        client.post(address, {"value": 35, "valid_from": today(), "_key": "k" * 20})
    for act in (lambda: change(35, by=norbert), lambda: planned.take_back(by=norbert)):
        with pytest.raises(HouseWide):
            act()
    assert Policy.objects.get() == planned and Entry.objects.count() == entries


def test_one_administers_all_centres_until_there_is_another(norbert: User, north: Centre) -> None:
    assert norbert.may_everywhere("administer")
    assert not norbert.may_everywhere("redeem_nothing")
    make_centre("west")
    assert not norbert.may_everywhere("administer")


def test_a_number_that_there_is_not_is_not_found(as_admin: Client) -> None:
    assert as_admin.get("/policies/lucky_number/").status_code == 404
    assert as_admin.post("/policies/lucky_number/change/", {"value": 1, "valid_from": today()}).status_code == 404


def test_whoever_administers_all_centres_administers_a_new_one(as_admin: Client, admin: User, north: Centre, south: Centre) -> None:
    norbert = make_user("norbert", role="administrator", at=[north])
    facts = {"slug": "west", "name": "West", "country": "DE", "time_zone": "Europe/Berlin"}
    assert as_admin.post("/django-admin/accounts/centre/add/", facts).status_code == 302
    west = Centre.objects.get(slug="west")
    assert set(west.staff_roles.values_list("user", "name")) == {(admin.pk, "administrator")}
    assert not User.objects.get(pk=norbert.pk).may_everywhere("administer")
    assert User.objects.get(pk=admin.pk).may_everywhere("administer")

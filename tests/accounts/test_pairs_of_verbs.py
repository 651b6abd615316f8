"""One door to each noun, single or many: a bulk verb leaves what its single verb leaves, row for row, in every table.

A new pair is one entry of PAIRS; a function called `…_many` that is in none is noticed.
"""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.customers.actions import companies
from accounts.models import Address, Company, TouchedCompany, Vehicle
from contacts.models import Consent, Holder, Interaction, Person, Task, VehicleDriver, VehicleUser
from contacts.people.actions import people
from fleetportal.core import audit
from fleetportal.core.db import search
from fleetportal.core.jobs import bell
from tests.accounts.asked_of_pairs import DAY, World, make_world, new_consents, new_contacts, new_tasks
from tests.accounts.pairs_of_verbs import PAIRS, Pair, left_by, name_of, renewed, undone
from tests.databases import Copies
from tests.factories.accounts import make_centre, make_user
from tools.packages import APPS

ROOT = Path(__file__).resolve().parents[2]
NO_VERBS = {"lock_many", "ask_many", "execute_many"}  # they read, or are the bulk writer itself
NO_NOUNS = ROOT / "fleetportal/core/cache.py"  # what a cache holds may be gone at any time


@pytest.fixture(scope="module")
def made(database: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests of this file, gone afterwards."""
    with django_db_blocker.unblock():
        database.fresh()
    with django_db_blocker.unblock(), transaction.atomic():
        north = make_centre("nord", name="Nord")
        anna, carla = (make_user(role, role=role, at=[north], home_centre=north) for role in ("account_manager", "centre_manager"))
        yield make_world(north, anna, carla)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def before(made: World) -> dict[str, Any]:
    """What there is before either verb runs."""
    return left_by(lambda w: None, made)


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """What a test does to it is taken back."""
    with undone():
        yield renewed(made)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_many_at_once_leave_what_one_after_the_other_leave(pair: Pair, before: dict[str, Any], world: World):
    compare(pair, before, world)


def compare(pair: Pair, before: dict[str, Any], world: World) -> None:
    moment = timezone.now()
    with patch.object(timezone, "now", lambda: moment):  # keys of messages hold a second, and another may begin
        single, bulk = (left_by(verb, world) for verb in (pair.by_one, pair.at_once))
    for table in before:
        assert bulk[table] == single[table], table
    assert (single != before) is pair.changes


ENTER_VEHICLES = next(pair for pair in PAIRS if name_of(pair) == "Vehicle.enter_many")


@pytest.mark.parametrize(
    "forgotten",
    [(TouchedCompany, "add_all"), (search, "add"), (audit, "record_many"), (Vehicle, "refold"), (bell, "ring")],
    ids=["what is derived", "search", "history", "folded columns", "bell"],
)
def test_whatever_a_bulk_verb_forgets_is_noticed(
    forgotten: tuple[Any, str], before: dict[str, Any], world: World, monkeypatch: pytest.MonkeyPatch
):
    """The canary."""

    def forgetful(w: World) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(*forgotten, lambda *args, **kwargs: None)
            ENTER_VEHICLES.at_once(w)

    with pytest.raises(AssertionError):
        compare(ENTER_VEHICLES._replace(at_once=forgetful), before, world)


EARLIER = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
AFTERWARDS: dict[str, tuple[Callable[[World], Any], Callable[[World], Any]]] = {
    "company": (
        lambda w: companies.enter(by=w.anna, name="Earlier", centre=w.north, entered_at=EARLIER),
        lambda w: companies.enter_many([Company(name="Earlier", centre=w.north, entered_at=EARLIER)], by=w.carla),
    ),
    "address of a company": (
        lambda w: Address.enter(w.ours[0], by=w.anna, kind="branch", now=EARLIER),
        lambda w: Address.enter_many([Address(company=w.ours[0], kind="branch")], by=w.anna, at=[EARLIER]),
    ),
    "vehicle": (
        lambda w: Vehicle.enter(by=w.anna, company=w.ours[0], plate="HH-E 1", entered_at=EARLIER),
        lambda w: Vehicle.enter_many([Vehicle(company=w.ours[0], plate="HH-E 1", entered_at=EARLIER)], by=w.anna),
    ),
    "person": (
        lambda w: people.enter(by=w.anna, last_name="Earlier", centre=w.north, entered_at=EARLIER),
        lambda w: people.enter_many([Person(last_name="Earlier", centre=w.north, entered_at=EARLIER)], by=w.anna),
    ),
    "role": (
        lambda w: VehicleUser.take_up(w.met[0], w.ours[1], by=w.anna, on=DAY, now=EARLIER),
        lambda w: VehicleUser.take_up_many([VehicleUser(person=w.met[0], company=w.ours[1], starts_on=DAY)], by=w.anna, at=[EARLIER]),
    ),
    "holder": (
        lambda w: Holder.hand_over(w.cars[0], w.users[1], by=w.anna, starts_on=DAY, now=EARLIER),
        lambda w: Holder.hand_over_many([Holder(vehicle=w.cars[0], user=w.users[1], starts_on=DAY)], by=w.anna, at=[EARLIER]),
    ),
    "driver": (
        lambda w: VehicleDriver.let_drive(w.cars[1], w.drivers[0], by=w.anna, on=DAY, now=EARLIER),
        lambda w: VehicleDriver.let_drive_many(
            [VehicleDriver(vehicle=w.cars[1], driver=w.drivers[0], starts_on=DAY)], by=w.anna, at=[EARLIER]
        ),
    ),
    "contact": (
        lambda w: Interaction.log(by=w.anna, now=EARLIER, **new_contacts(w)[0]),
        lambda w: Interaction.log_many([Interaction(**new_contacts(w)[0])], by=w.anna, at=[EARLIER]),
    ),
    "task": (
        lambda w: Task.plan(by=w.anna, now=EARLIER, **new_tasks(w)[0]).close(result="Done", by=w.anna, now=EARLIER),
        lambda w: Task.plan_many([Task(planned_at=EARLIER, **new_tasks(w)[0])], by=w.anna),
    ),
    "consent": (
        lambda w: Consent.enter(by=w.anna, now=EARLIER, **new_consents(w)[0]),
        lambda w: Consent.enter_many([Consent(at=EARLIER, **new_consents(w)[0])], by=w.anna),
    ),
}


@pytest.mark.parametrize("noun", AFTERWARDS)
@pytest.mark.parametrize("verb", [0, 1], ids=["one", "many"])
def test_what_is_entered_afterwards_is_in_the_history_at_its_own_moment(noun: str, verb: int, world: World):
    before = set(audit.Entry.objects.values_list("pk", flat=True))
    AFTERWARDS[noun][verb](world)
    moments = list(audit.Entry.objects.exclude(pk__in=before).exclude(action="company.assigned").values_list("at", flat=True))
    assert moments and set(moments) == {EARLIER}


# --- none is left out -----------------------------------------------------------------------------------------------------------


def test_each_bulk_verb_has_its_pair():
    assert {pair.many for pair in PAIRS} == {verb for app in APPS for verb in bulk_verbs(ROOT / app)}


def bulk_verbs(folder: Path) -> Iterator[str]:
    """The functions in `folder` that change many rows, by their names."""
    for path in folder.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for place, function in functions(ast.parse(path.read_text())):
            if path != NO_NOUNS and function.endswith("_many") and function not in NO_VERBS:
                yield ".".join([module, *place, function])


def functions(tree: ast.AST, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each function with the classes it stands in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield place, node.name
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, (*place, node.name))


def test_the_search_for_bulk_verbs_finds_one(tmp_path: Path):
    (tmp_path / "nouns.py").write_text("class Car:\n    def wash_many(self): ...\n    def wash(self): ...\ndef lock_many(): ...\n")
    found = [(*place, name) for place, name in functions(ast.parse((tmp_path / "nouns.py").read_text()))]
    assert found == [("Car", "wash_many"), ("Car", "wash"), ("lock_many",)]

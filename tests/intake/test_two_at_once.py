"""Two processes take an import together, each a batch of its own, where no row of one names what a row of the other names."""

import importlib
import os
import signal
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest

from accounts.customers.actions import companies
from accounts.models import Centre, Company, CompanyPair, Vehicle
from contacts.models import Person, PersonAddress, PersonPair
from fleetportal.core.db.search import SearchRow
from fleetportal.core.jobs import partner
from intake import actions as imports
from intake.models import Import, Made, StagedRow
from intake.parting import parted
from intake.reading.company import CompanyFacts
from intake.reading.facts import Facts, Said
from intake.reading.person import PersonFacts
from intake.reading.rows import Row
from intake.reading.vehicle import VehicleFacts
from tests.intake.running import judge, rows_at_once

ROWS, PER_COMPANY = 48, 3
apply = importlib.import_module("intake.actions.apply")  # beside its verb of the same name


def rows(*said: Sequence[Facts]) -> list[Row]:
    return [Row(1, number, [], Said(facts)) for number, facts in enumerate(said)]


def company(name: str, **facts: Any) -> CompanyFacts:
    return CompanyFacts(name=name, **facts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([company("Hansa")], [company("HANSA", postcode="20095")]),
        ([company("Hansa", vat_number="DE1")], [company("Nord", vat_number="DE1")]),
        ([company("Hansa", website="https://hansa.example")], [CompanyFacts(domain="hansa.example")]),
        ([company("Hansa", parent="Nord")], [company("Nord")]),
        ([company("Hansa", parent="Nord")], [company("Alster", parent="Elbe")]),
        ([company("Hansa"), VehicleFacts(plate="HH-A 1")], [company("Nord"), VehicleFacts(plate="HH A1")]),
        ([company("Hansa"), VehicleFacts(vin="V1")], [company("Nord"), VehicleFacts(vin="V1")]),
        ([company("Hansa"), PersonFacts(emails=["a@b.example"])], [company("Nord"), PersonFacts(emails=["A@b.example"])]),
        ([company("Hansa"), PersonFacts(phones=["+49 40 123456"])], [company("Nord"), PersonFacts(private_phones=["040 123456"])]),
        ([company("Hansa"), PersonFacts(external_id="P1")], [company("Nord"), PersonFacts(external_id="P1")]),
        ([VehicleFacts(plate="HH-A 1")], [VehicleFacts(plate="HH-A 2")]),
    ],
)
def test_rows_with_anything_in_common_stay_together(one: list[Facts], other: list[Facts]) -> None:
    first, second = parted(rows(one, other), most=10)
    assert [row.number for row in first] == [0, 1] and not second


def test_rows_without_anything_in_common_are_parted_in_their_order() -> None:
    first, second = parted(rows(*([company(f"Firma {n % 3}")] for n in range(9))), most=3)
    assert [row.number for row in first] == [0, 3, 6] and [row.number for row in second] == [1, 4, 7]


def test_more_than_a_batch_in_common_is_taken_as_it_comes() -> None:
    first, second = parted(rows(*([company("Hansa")] for _n in range(5)), [company("Nord")]), most=3)
    assert [row.number for row in first] == [0, 1, 2] and not second


# --- both processes ----------------------------------------------------------------------------------------------------------

LEFT: dict[Any, tuple[str, ...]] = {
    Company: ("name", "postcode", "fleet_size"),
    Vehicle: ("plate", "make", "use", "company__name"),
    PersonAddress: ("person__last_name", "channel", "value_folded"),
    SearchRow: ("object_type", "title", "words"),
    StagedRow: ("row", "verdict"),
    Made: ("what", "row__row"),
    CompanyPair: ("one__name", "other__name"),
    PersonPair: ("one__last_name", "one__addresses__value", "other__last_name"),
}
AREAS = {"XQ": 777, "YZ": 888}


def fleet(mark: str) -> BytesIO:
    """Vehicles of many companies, one named like another but for its postcode, with a person who has the same number at both."""
    lines = ["Company;Postcode;Plate;Make;First name;Last name;E-mail;Phone"]
    for n in range(ROWS):
        name, postcode = (0, 20500) if n // PER_COMPANY == 1 else (n // PER_COMPANY, 20000 + n // PER_COMPANY)
        who = "Kern" if n % PER_COMPANY == 1 else f"Lind{n}"
        phone = f"040 {AREAS[mark]}0010" if n in (1, 31) else f"040 {AREAS[mark]}{1000 + n}"
        lines.append(f"Firma {mark}{name};{postcode};HH-{mark} {1000 + n};Opel;Ida;{who};ida{n}@{mark}.example;{phone}")
    return BytesIO("\n".join(lines).encode())


def left(run: Import, mark: str) -> dict[str, Counter[str]]:
    """What an import left, by table, but for its mark."""
    found = {}
    for model, names in LEFT.items():
        asked = {StagedRow: {"run": run}, Made: {"row__run": run}}.get(model, {})
        said = map(str, model.objects.filter(**asked).values_list(*names))
        of_mark = [one.lower() for one in said if asked or mark.lower() in one.lower()]
        found[model.__name__] = Counter(one.replace(mark.lower(), "*").replace(str(AREAS[mark]), "*") for one in of_mark)
    return found


def take(north: Centre, mark: str) -> Import:
    run = judge(fleet(mark), "fleet.csv", centre=north)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


@pytest.fixture
def in_two(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small batches, and the number of rows of each that the other process was given to take."""
    return helped(monkeypatch)


def helped(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    given: list[int] = []
    give = partner.Partner.give

    def noted(self: Any, task: Any) -> bool:
        if isinstance(task, list):
            given.append(len(task))
        return give(self, task)

    monkeypatch.setattr(partner.Partner, "give", noted)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    rows_at_once(monkeypatch, 6)
    return given


@pytest.mark.race
@pytest.mark.postgres  # SQLite takes one writer at a time
@pytest.mark.django_db(transaction=True)
def test_two_processes_leave_what_one_leaves(north: Centre, in_two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    run = take(north, "XQ")
    assert run.state == Import.State.DONE and run.progress.applied == ROWS and sum(in_two) > ROWS / 4
    together = left(run, "XQ")
    given = len(in_two)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    alone = take(north, "YZ")
    assert len(in_two) == given and left(alone, "YZ") == together and together["PersonPair"]


@pytest.mark.race
@pytest.mark.postgres  # SQLite takes one writer at a time
@pytest.mark.django_db(transaction=True)
def test_what_was_entered_since_the_dry_run_is_found_by_both(north: Centre, in_two: list[int]) -> None:
    run = judge(fleet("XQ"), "fleet.csv", centre=north)
    for n in range(2, ROWS // PER_COMPANY):
        companies.enter(by=None, name=f"Firma XQ{n}", postcode=str(20000 + n), centre=north)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    assert sum(in_two) and Company.objects.filter(name="Firma XQ9").count() == 1 and Vehicle.objects.count() == ROWS


@pytest.mark.race
@pytest.mark.postgres  # SQLite takes one writer at a time
@pytest.mark.django_db(transaction=True)
def test_the_other_process_gives_way_where_both_want_one_company(north: Centre, in_two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(apply, "parted", lambda rows, most: (rows[:most:2], rows[1:most:2]))  # as if they had nothing in common
    for n in range(ROWS // PER_COMPANY):
        companies.enter(by=None, name=f"Firma XQ{n}", postcode=str(20000 + n), centre=north)
    run = take(north, "XQ")
    assert in_two and run.state == Import.State.DONE and run.progress.applied == Vehicle.objects.count() == ROWS
    assert Company.objects.filter(name="Firma XQ9").count() == 1
    assert all(one.fleet_size == one.vehicles.count() for one in Company.objects.all())


@pytest.mark.race
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_rows_of_a_process_that_was_killed_are_taken_once(
    north: Centre, in_two: list[int], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    take_apart = apply.take_apart

    def killed(run: Import, numbers: list[int]) -> Any:
        if when == "after":
            take_apart(run, numbers)
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(apply, "take_apart", killed)
    run = take(north, "XQ")
    assert in_two and run.state == Import.State.DONE
    assert run.progress.applied == Vehicle.objects.count() == Person.objects.count() == ROWS


# --- the dry run -------------------------------------------------------------------------------------------------------------

KEPT = ("row", "cells", "values", "verdict", "makes", "problems", "has_notes", "key", "other_key", "fingerprint")


def with_twins() -> bytes:
    """Rows that say the same as earlier ones, or contradict them, within a batch, in the one after it and further below."""
    lines = fleet("XQ").read().decode().splitlines()
    for at, above in ((9, 4), (11, 9), (20, 15), (40, 3)):
        lines[at] = lines[above] if at % 2 else lines[above].replace("Opel", "Ford")
    return "\n".join(lines).encode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_dry_run_by_two_processes_finds_what_one_finds(north: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bool] = []
    answer = partner.Partner.answer

    def noted(self: Any) -> Any:
        found = answer(self)
        answers.append(found is not None)
        return found

    monkeypatch.setattr(partner.Partner, "answer", noted)
    rows_at_once(monkeypatch, 6)
    found = []
    for processors in (2, 1):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        run = judge(BytesIO(with_twins()), "fleet.csv", centre=north)
        found.append((list(run.rows.order_by("pk").values_list(*KEPT)), run.progress))
    assert found[0] == found[1] and all(answers) and len(answers) >= 3
    assert found[0][1].rejected and found[0][1].same

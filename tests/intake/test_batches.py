"""Rows are taken by the batch: how many at once changes neither what an import leaves nor what a batch of few costs."""

from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Centre, Company, Vehicle
from contacts.models import GROUPS, Holder, Person, PersonAddress, VehicleDriver
from fleetportal.core.audit import Entry
from fleetportal.core.db.search import SearchRow
from intake.actions.apply import apply_batch
from intake.batches import share
from intake.models import Import, Made, StagedRow
from intake.reading import lists
from tests.factories.sheets import make_xlsx
from tests.intake.running import judge, rows_at_once, take

pytestmark = pytest.mark.django_db

TITLES = ["Company", "Postcode", "Plate", "Make", "First name", "Last name", "E-mail"]
LEFT: dict[Any, tuple[str, ...]] = {
    Company: ("name", "postcode", "fleet_size"),
    Vehicle: ("plate", "make", "use", "company__name"),
    Person: ("first_name", "last_name", "centre__name"),
    PersonAddress: ("person__last_name", "channel", "value_folded"),
    Holder: ("vehicle__plate", "user__person__last_name", "starts_on", "ends_on"),
    VehicleDriver: ("vehicle__plate", "driver__person__last_name", "starts_on"),
    SearchRow: ("object_type", "title", "words"),
    StagedRow: ("sheet", "row", "values", "verdict", "makes", "problems", "key"),
    Entry: ("action", "object_type"),
    Made: ("what", "row__row"),
    **dict.fromkeys(GROUPS.values(), ("person__last_name", "company__name", "starts_on")),
}


def file_of(rows: int, *, companies: int) -> str:
    """A fleet list: vehicles of a few companies, each tenth one named twice, each seventh without a plate."""
    lines = [
        f"Firma {n % companies} GmbH,{20000 + n % companies},{'' if n % 7 == 6 else f'HH-B {n - (n % 10 == 9)}'},Opel,Ida,Lind{n},"
        f"ida{n}@lind.example"
        for n in range(rows)
    ]
    return "\n".join([",".join(TITLES), *lines])


def left() -> dict[str, Counter[str]]:
    """All that an import writes, by table, but for numbers and moments."""
    return {model.__name__: Counter(map(str, model.objects.values_list(*names))) for model, names in LEFT.items()}


def test_batches_of_any_size_leave_the_same_tables(north: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    content, found = file_of(41, companies=6).encode(), []
    for size in (3, 17, 1000):
        with transaction.atomic():
            rows_at_once(monkeypatch, size)
            run = take(BytesIO(content), "fleet.csv", centre=north)
            assert run.state == Import.State.DONE and run.progress.rejected and run.progress.applied > 30
            found.append(left())
            transaction.set_rollback(True)
    assert found[0]["Vehicle"] and found[0] == found[1] == found[2]


@pytest.mark.parametrize("rows", [4, 60])
def test_a_batch_costs_the_same_statements_whatever_its_rows(north: Centre, rows: int) -> None:
    run = judge(BytesIO(file_of(rows, companies=2).encode()), "fleet.csv", centre=north)
    run.state = Import.State.APPLYING
    run.save()
    with CaptureQueriesContext(connection) as asked:
        assert not apply_batch(run)
    statements = [one["sql"].split('"')[0] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 49, statements


def test_a_company_read_once_for_rows_below_each_other_is_what_each_row_says(north, monkeypatch):
    """Also where a cell is noted, where a word stands for nothing because other cells hold it too, and where 1 is not "1"."""
    rows = [
        ["Firma", "Kundennummer", "PLZ", "Ort", "Land", "Kennzeichen", "Modell"],
        *[["Hansa GmbH", "77", "20457", "Hamburg", "", f"HH-A {n}", "Passat"] for n in range(1, 4)],
        *[["Hansa GmbH", number, "20457", "Hamburg", "", f"HH-B {n}", "Passat"] for n, number in enumerate((1, "1", 1.5, True), 1)],
        *[["Elbe AG", "", "20457", "Hamburg", "Nirgendwo", f"HH-C {n}", "Passat"] for n in range(1, 3)],
        *[["Null", "", "20457", "Hamburg", "", f"HH-D {n}", model] for n, model in enumerate(("Golf", "Null", "Golf"), 1)],
    ]
    found = []
    for is_told in (lists.is_blank_word, lambda cell: True):  # the second: none is kept for the next row
        monkeypatch.setattr(lists, "is_blank_word", is_told)
        run = judge(make_xlsx({"Fahrzeuge": rows}), "fleet.xlsx", centre=north)
        found.append(list(run.rows.order_by("row").values_list("values", "verdict", "problems")))
    assert found[0] == found[1] and len(found[0]) == len(rows) - 1
    assert len({one["company"]["name"] for one, _verdict, _problems in found[0] if "company" in one}) >= 2


@pytest.mark.parametrize(("left", "shares"), [(10_000, [2000, 2000, 1001]), (2_500, [1251]), (30, [500]), (-5, [500])])
def test_two_processes_share_what_is_left_evenly(left, shares):
    found = []
    for _turn in shares:
        found.append(share(left, 2000))
        left -= 2 * found[-1]
    assert found == shares

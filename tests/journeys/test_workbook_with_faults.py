"""J3: a customer's workbook of sixty rows with thirty-seven faults. Each is said, the right rows are taken, the mended workbook brings
exactly what was missing, and both can be undone."""

from io import BytesIO

import openpyxl
import pytest

from accounts.models import Company, User, Vehicle
from contacts.models import Person
from intake.models import Import
from tests.events.work import run_jobs
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.sheets import make_xlsx
from tests.journeys import planted
from tests.journeys.browser import DESK
from tests.journeys.conftest import sit_down
from tests.journeys.planted import FAULTS, FIRST_ROW, ROWS, TITLES

pytestmark = [pytest.mark.journey, pytest.mark.once]
TARGET = 5  # drop, take, the workbook back, drop the mended one, take
COMPARING = 3  # side by side, the answer, read again
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEFT_OUT = sum(fault.stops for fault in FAULTS)


@pytest.fixture
def anna():
    """An account manager with two customers: one that the workbook nearly names, and one whose plate it uses."""
    anna = User.objects.get(username="anna")
    make_company(anna.home_centre, name=planted.KNOWN, looked_after_by=anna)
    make_vehicle(make_company(anna.home_centre, name="Zander Stahl AG", looked_after_by=anna), plate=planted.TAKEN)
    return anna


def sent() -> BytesIO:
    """The workbook as the customer sends it."""
    lines = [[row[title] for title in TITLES] for row in planted.rows()]
    return make_xlsx({"Fuhrpark": [["Fuhrpark, Stand 30.11.2026"], [], list(TITLES), *lines]})


def mend(marked: bytes) -> BytesIO:
    """The workbook that came back, with the right content in each cell that had a fault."""
    book = openpyxl.load_workbook(BytesIO(marked))
    page = book.active
    for number, row in enumerate(planted.rows(mended=True)):
        for column, title in enumerate(TITLES, start=1):
            page.cell(FIRST_ROW + number, column).value = row[title] or None
    file = BytesIO()
    book.save(file)
    return file


def drop(hand, name: str, file: BytesIO) -> Import:
    """Drops the file, which is read at once; the page with its dry run."""
    page = hand.arrive("/imports/")
    hand.clicks += 1
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": XLSX, "buffer": file.getvalue()})
    page.locator("#progress").wait_for()
    return settle(hand)


def settle(hand) -> Import:
    """What waits is done, and the page has come anew by itself."""
    run_jobs()
    hand.page.locator("#progress").wait_for(state="detached")
    return Import.objects.latest("pk")


def take(hand) -> Import:
    hand.press(hand.page.get_by_role("button", name="valid row"))
    hand.page.locator("#progress").wait_for()
    return settle(hand)


def undo(hand, run: Import) -> None:
    page = hand.arrive(f"/imports/{run.pk}/")
    before = hand.clicks
    hand.press(page.get_by_role("link", name="Undo this import"))
    hand.press(page.get_by_role("button", name="Undo this import"))
    page.locator("#progress").wait_for()
    settle(hand)
    assert hand.clicks - before == 2


def assert_all_said(page) -> None:
    """Each fault stands on the page with its cell, what is in it, what is wrong and what to do; no right row does."""
    lines = page.locator("#problems tbody tr").evaluate_all("all => all.map(line => [...line.cells].map(cell => cell.innerText))")
    for number, fault in enumerate(FAULTS):
        row = FIRST_ROW + planted.place(number)
        mine = [line for line in lines if line[0].split("\n")[0].endswith((f" {row}", f"{letter(fault.at)}{row}"))]
        said = [line for line in mine if fault.says in line[2]]
        assert said, (row, fault, mine)
        _where, value, _words, cure = said[0]
        assert cure.strip(), said
        assert not fault.put.get(fault.at) or value.strip() in shown(fault), said
    wrong = {FIRST_ROW + planted.place(number) for number in range(len(FAULTS))}
    assert {int("".join(filter(str.isdigit, line[0].split("\n")[0]))) for line in lines} == wrong


def letter(title: str) -> str:
    return chr(ord("A") + TITLES.index(title)) if title else "row"


def shown(fault: planted.Fault) -> str:
    """What the page may show of the cell of a fault."""
    return "; ".join(map(str, (*fault.put.values(), fault.put.get(fault.at, ""))))


def facts_here() -> set[tuple[str, ...]]:
    """What is known of the workbook's vehicles, as its columns say it."""
    found = Vehicle.objects.filter(plate__startswith="HH-PF").select_related("company")
    return {
        (one.company.name, one.plate, one.vin, one.make, one.model, str(one.delivered_on), str(one.contract_ends_on), str(one.mileage_km),
         one.powertrain, one.contract)
        for one in found
    }  # fmt: skip


def facts_meant() -> set[tuple[str, ...]]:
    spelt = {"VW": "Volkswagen"}
    return {
        (row["Firma"], row["Kennzeichen"], row["FIN"], spelt.get(row["Marke"], row["Marke"]), row["Modell"], "2024-03-15", "2028-03-14",
         row["km-Stand"].replace(".", ""), "diesel", "lease")
        for row in planted.rows(mended=True)
    }  # fmt: skip


def counts() -> tuple[int, int, int]:
    return (Company.objects.count(), Vehicle.objects.count(), Person.objects.count())


def test_j3_each_fault_is_said_and_the_mended_workbook_brings_what_was_missing(meet, anna, tmp_path):
    before = counts()
    hand = sit_down(meet, "anna", DESK)
    page = hand.page
    run = drop(hand, "Fuhrpark.xlsx", sent())
    assert run.progress.rows == ROWS and run.progress.rejected == LEFT_OUT
    assert_all_said(page)
    assert hand.fits() and counts() == before, "nothing is saved by reading"

    clicks = hand.clicks
    hand.press(page.get_by_role("link", name="Compare side by side"))
    hand.press(page.get_by_label("The same company"))
    hand.press(page.get_by_role("button", name="Read the file again"))
    page.wait_for_url(f"**/imports/{run.pk}/")
    settle(hand)
    assert hand.clicks - clicks == COMPARING
    hand.clicks = clicks

    first = take(hand)
    assert Vehicle.objects.count() - before[1] == ROWS - LEFT_OUT
    assert not Company.objects.filter(name__contains="Kaeltetechnik").exists()
    with page.expect_download() as download:
        hand.press(page.get_by_role("link", name="Download the file with the problems marked"))
    marked = download.value.path().read_bytes()
    sheet = openpyxl.load_workbook(BytesIO(marked)).active
    reasons = {row: str(sheet.cell(row, len(TITLES) + 1).value or "") for row in range(FIRST_ROW, FIRST_ROW + ROWS)}
    for number, fault in enumerate(FAULTS[:-1]):  # the last was answered side by side
        assert fault.says in reasons[FIRST_ROW + planted.place(number)]
    assert sum(map(bool, reasons.values())) == len(FAULTS) - 1

    second = drop(hand, "Fuhrpark mended.xlsx", mend(marked))
    assert second.progress.rejected == second.progress.notes == 0
    take(hand)
    assert Import.objects.latest("pk").progress.made["vehicle"] == LEFT_OUT, "exactly the missing ones"
    assert sorted(facts_here()) == sorted(facts_meant())
    assert hand.clicks == TARGET

    for run in (second, first):
        undo(hand, run)
    assert counts() == before

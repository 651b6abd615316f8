"""The import pages: works, wrong method, not yours, not there; what they show and what they cost."""

import re

import openpyxl
import pytest

from accounts.models import Company, Vehicle
from fleetportal.core.jobs import queue as jobs
from intake.models import Import, Layout
from tests.factories.accounts import assign, make_company
from tests.factories.sheets import make_text, make_xlsx

pytestmark = pytest.mark.django_db
GOOD = "Company;Postcode;Plate;Make\nAlpha GmbH;20457;HH-A 1;VW\nBeta GmbH;20457;HH-B 2;VW\n"
FAULTY = GOOD + "Gamma GmbH;20457;HH-A 1;Opel\n"
OWNERLESS = "Plate,Make,Model\nHH-A 1,VW,Golf\n"


LIST_QUERIES, PAGE_QUERIES = 3, 7


def upload(client, text, name="fleet.csv"):
    file = make_text(text)
    file.name = name
    return client.post("/imports/", {"file": file})


def brought(client, text=GOOD, name="fleet.csv"):
    response = upload(client, text, name)
    assert response.status_code == 303, response.content.decode()[-3000:]
    finish()
    return response["Location"]


def finish():
    while jobs.run_due():
        pass


def test_a_file_is_dropped_judged_taken_and_undone(client, anna):
    client.force_login(anna)
    address = brought(client)
    page = client.get(address).content.decode()
    assert "Import the 2 valid rows" in page and "HH-A 1" in page and not Company.objects.exists()
    assert client.post(f"{address}take/", {"_key": "k"}).status_code == 303
    finish()
    assert set(Vehicle.objects.values_list("plate", flat=True)) == {"HH-A 1", "HH-B 2"}
    assert "2 new companies" in client.get(address).content.decode()
    client.post(f"{address}undo/")
    finish()
    assert not Company.objects.exists() and "Undone: " in client.get(address).content.decode()


def test_a_form_without_a_file_says_so_at_the_field_and_not_that_what_was_typed_is_kept(client, anna):
    client.force_login(anna)
    answer = client.post("/imports/", {"_key": "k"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-describedby="id_file-e"' in page and 'id="id_file-e"' in page
    assert "Not saved yet" in page and "Everything you typed" not in page


def test_each_choice_of_a_column_has_a_name_without_headings_too(client, anna):
    """A sheet that nobody recognises, with an empty heading between two."""
    client.force_login(anna)
    page = client.get(brought(client, "Kürzel;;Bedeutung\nA;1;Anfang\nE;2;Ende\n", "legende.csv")).content.decode()
    selects = re.findall(r"<select[^>]*name=\"[^\"]*\"[^>]*>", page)
    assert len(selects) > 3
    assert [one for one in selects if 'aria-label=""' in one or not re.search(r'aria-label|id="id_kind-\d+"', one)] == []


def test_an_import_without_new_companies_says_nothing_of_all_of_them(client, anna, carla, south):
    client.force_login(anna)
    address = brought(client)
    client.post(f"{address}take/", {"_key": "k"})
    finish()
    page = client.get(brought(client, GOOD.replace("VW", "Opel"), "again.csv")).content.decode()
    assert "all for" not in page and "all without consent" not in page


def test_the_headings_are_no_row_of_the_file(client, anna):
    client.force_login(anna)
    page = client.get(brought(client)).content.decode()
    assert "One sheet, 2 rows." in page
    assert "import the 2 valid rows" in page.lower()


def test_pressing_twice_takes_once(client, anna):
    client.force_login(anna)
    address = brought(client)
    first, second = (client.post(f"{address}take/", {"_key": "same"}) for _n in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    finish()
    assert Vehicle.objects.count() == 2


def test_every_problem_stands_there_by_row_and_column(client, anna):
    client.force_login(anna)
    address = brought(client, FAULTY)
    page = client.get(address).content.decode()
    assert "C4" in page and "Row 2 has the same plate but different details." in page and "Keep only one of the two rows." in page
    assert "HH-A 1" in client.get(f"{address}?problem=twice").content.decode()


def test_the_file_comes_back_with_reasons(client, anna, tmp_path):
    client.force_login(anna)
    response = client.get(f"{brought(client, FAULTY)}report/")
    assert "fleet-problems marked.xlsx" in response["Content-Disposition"]
    (tmp_path / "back.xlsx").write_bytes(b"".join(response.streaming_content))
    page = openpyxl.load_workbook(tmp_path / "back.xlsx").active
    assert page["E1"].value == "Problem" and "same plate" in page["E4"].value


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [("", "a.csv", "contains no rows"), ("a,b\n1,2", "a.exe", "We can’t read files"), ('a,"b\n', "a.csv", "never closed")],
)
def test_a_file_that_cant_be_read_is_refused_in_words_and_not_kept(client, anna, content, name, words):
    client.force_login(anna)
    response = upload(client, content or " ", name)
    assert response.status_code == 422 and words in response.content.decode() and not Import.objects.exists()


def test_a_file_that_cant_be_taken_says_why(client, anna):
    client.force_login(anna)
    page = client.get(brought(client, "Department,Class,Number of vehicles\nParks,Van,3\nPolice,Sedan,12\n")).content.decode()
    assert "table of totals" in page and "Import the" not in page


def test_a_list_without_owner_asks_and_takes_only_a_company_in_reach(client, anna, north, south_ag):
    mine = make_company(north, name="Alpha GmbH")
    assign(mine, anna)
    client.force_login(anna)
    address = brought(client, OWNERLESS)
    assert "There is no column with company names." in client.get(address).content.decode()
    foreign, missing = (
        client.post(f"{address}where/", {"company": name, "centre": north.pk}) for name in (south_ag.name, "Nie gehört GmbH")
    )
    assert (foreign.status_code, missing.status_code) == (422, 422)
    said = "None of your companies has this name."
    assert said in foreign.content.decode() and said in missing.content.decode()
    client.post(f"{address}where/", {"company": "alpha gmbh", "centre": north.pk})
    finish()
    client.post(f"{address}take/")
    finish()
    assert Vehicle.objects.get().company == mine


def test_columns_can_be_said_and_kept(client, anna):
    client.force_login(anna)
    address = brought(client, "Dings,Plate\nAlpha GmbH,HH-A 1\n")
    client.post(f"{address}columns/", {"kind-0": "vehicles", "col-0-0": "company.name", "col-0-1": "vehicle.plate"})
    finish()
    assert "Import the valid row" in client.get(address).content.decode()
    client.post(f"{address}layout/", {"sheet": "0", "name": "Unser Leasing"})
    assert Layout.objects.get().name == "Unser Leasing"
    assert "Unser Leasing" in client.get(brought(client, "Dings,Plate\nBeta GmbH,HH-A 2\n")).content.decode()


def test_wrong_columns_are_answered_with_the_page(client, anna):
    client.force_login(anna)
    address = brought(client)
    assert client.post(f"{address}columns/", {"kind-0": "spaceships"}).status_code == 422
    assert client.post(f"{address}layout/", {"sheet": "7", "name": "x"}).status_code == 422


def test_the_bar_is_asked_for_and_the_page_comes_anew_at_the_end(client, anna):
    client.force_login(anna)
    address = upload(client, GOOD)["Location"]
    assert 'id="progress"' in client.get(address).content.decode()
    part = client.get(f"{address}progress/", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode() and "<progress" in part.content.decode()
    finish()
    assert client.get(f"{address}progress/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_stop_and_go_on(client, anna):
    client.force_login(anna)
    address = brought(client)
    client.post(f"{address}take/")
    client.post(f"{address}stop/")
    assert Import.objects.get().state == "stopped" and not Vehicle.objects.exists()
    client.post(f"{address}take/")
    finish()
    assert Vehicle.objects.count() == 2


def test_an_import_whose_job_broke_says_so_and_can_be_stopped(client, anna):
    client.force_login(anna)
    address = upload(client, GOOD)["Location"]
    Import.objects.get().spool.unlink()
    finish()
    assert "This import stopped unexpectedly." in client.get(address).content.decode()
    assert client.get(f"{address}progress/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    client.post(f"{address}stop/")
    assert Import.objects.get().state == "columns" and client.get(address).status_code == 200


@pytest.mark.parametrize("end", ["columns/", "layout/", "where/", "take/", "stop/", "undo/"])
def test_what_acts_is_never_done_by_looking(client, anna, end):
    client.force_login(anna)
    address = brought(client)
    assert client.get(f"{address}{end}").status_code == 405


@pytest.mark.parametrize("end", ["", "progress/", "report/"])
def test_what_shows_does_not_act(client, anna, end):
    client.force_login(anna)
    assert client.post(f"{brought(client)}{end}").status_code == 405


@pytest.mark.parametrize("end", ["", "progress/", "report/"])
def test_a_colleagues_import_is_not_there_nor_one_that_never_was(client, anna, boris, end):
    client.force_login(anna)
    address = brought(client)
    client.force_login(boris)
    assert client.get(f"{address}{end}").status_code == client.get(f"/imports/999999/{end}").status_code == 404


def test_who_may_not_serve_customers_has_no_imports(client, emil, dora, wanda):
    for user in (emil, dora, wanda):
        client.force_login(user)
        assert client.get("/imports/").status_code == upload(client, GOOD).status_code == 404
    client.logout()
    assert client.get("/imports/")["Location"].startswith("/login/")


def test_hostile_names_and_cells_are_shown_as_text(client, anna):
    client.force_login(anna)
    address = brought(client, 'Company;Plate\n"<script>alert(1)</script>";HH-A 1\n"=1+1";HH-A 1\n', name="<img src=x>.csv")
    for page in (client.get(address), client.get("/imports/")):
        assert b"<script>alert" not in page.content and b"<img src=x>" not in page.content


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, anna, rows, django_assert_num_queries):
    client.force_login(anna)
    for _n in range(rows):
        brought(client)
    client.get("/imports/")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/imports/")


@pytest.mark.parametrize("rows", [1, 3])
def test_one_import_costs_the_same_for_one_and_three_problems(client, anna, rows, django_assert_num_queries):
    client.force_login(anna)
    address = brought(client, GOOD + "".join(f"Gamma GmbH;20457;HH-A 1;Opel {n}\n" for n in range(rows)))
    client.get(address)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(address)


def test_two_sheets_show_their_columns(client, anna):
    client.force_login(anna)
    file = make_xlsx({"Kunden": [["Firma", "Ort"], ["Alpha GmbH", "Bonn"]], "Autos": [["Firma", "Kennzeichen"], ["Alpha GmbH", "BN-A 1"]]})
    file.name = "two.xlsx"
    address = client.post("/imports/", {"file": file})["Location"]
    finish()
    page = client.get(address).content.decode()
    assert "sheet “Kunden”" in page and "sheet “Autos”" in page and "same name" not in page.lower()

"""New companies side by side with those they look like, and the rows behind each figure of an import."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from intake.models import Import
from tests.factories.accounts import assign, make_company
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import judge, take
from tests.intake.test_pages import finish

pytestmark = pytest.mark.django_db
ALIKE_QUERIES, ROWS_QUERIES = 5, 5
LIST = "Firma;PLZ;Kennzeichen\n{};20457;HH-AB 12\nGanz Neu AG;24103;KI-GN 1\n"


@pytest.fixture
def brenner(north):
    return make_company(north, name="Brenner Kältetechnik GmbH", postcode="20457")


@pytest.fixture(autouse=True)
def anna_looks_after_it(request, anna):
    if "brenner" in request.fixturenames:
        assign(request.getfixturevalue("brenner"), anna)


def field(run, brenner):
    """The name of the choice for the file's company that looks like `brenner`."""
    sheet, row = next(place for company, *place in run.progress.alike.values() if company == brenner.pk)
    return f"pair-{sheet}-{row}-{brenner.pk}"


def near(north, anna):
    return judge(make_text(LIST.format("Brenner Kaeltetechnik GmbH")), "list.csv", centre=north, by=anna)


def test_the_two_stand_side_by_side_before_anything_is_taken(client, anna, north, brenner):
    run = near(north, anna)
    client.force_login(anna)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "One new company looks like an existing one." in page and f"/imports/{run.pk}/alike/" in page
    page = client.get(f"/imports/{run.pk}/alike/").content.decode()
    assert "Brenner Kaeltetechnik GmbH" in page and f'href="/companies/{brenner.pk}/"' in page and page.count("20457") == 2


def test_the_same_company_gets_the_rows(client, anna, north, brenner):
    run = near(north, anna)
    client.force_login(anna)
    assert client.post(f"/imports/{run.pk}/alike/", {field(run, brenner): "same"}).status_code == 303
    finish()
    run = Import.objects.get()
    assert run.progress.new_of["company"] == 1 and not run.progress.alike
    client.post(f"/imports/{run.pk}/take/")
    finish()
    assert Vehicle.objects.get(plate="HH-AB 12").company == brenner
    assert set(Company.objects.values_list("name", flat=True)) == {"Brenner Kältetechnik GmbH", "Ganz Neu AG"}


def test_an_answer_from_a_page_of_before_falls_to_no_other_pair(client, anna, north, brenner):
    second = make_company(north, name="Wöhrle Metallbau GmbH", postcode="20457")
    assign(second, anna)
    text = LIST.format("Brenner Kaeltetechnik GmbH") + "Woehrle Metallbau GmbH;20457;HH-WM 7\n"
    run = judge(make_text(text), "list.csv", centre=north, by=anna)
    client.force_login(anna)
    shown = field(run, brenner)
    assert [pair.company for pair, _field in client.get(f"/imports/{run.pk}/alike/").context["pairs"]] == [brenner, second]
    client.post(f"/imports/{run.pk}/alike/", {shown: "other"})
    finish()
    client.post(f"/imports/{run.pk}/alike/", {shown: "same"})
    assert Import.objects.get().same_as == {"Brenner Kaeltetechnik GmbH": 0}


def test_another_company_is_made_and_not_asked_again(client, anna, north, brenner):
    run = near(north, anna)
    client.force_login(anna)
    client.post(f"/imports/{run.pk}/alike/", {field(run, brenner): "other"})
    finish()
    run = Import.objects.get()
    assert run.progress.new_of["company"] == 2 and not run.progress.alike and not run.progress.notes


def test_no_answer_changes_nothing_and_a_finished_import_takes_none(client, anna, north, brenner):
    run = near(north, anna)
    client.force_login(anna)
    assert client.post(f"/imports/{run.pk}/alike/").status_code == 303 and Import.objects.get().state == "judged"
    assert client.post(f"/imports/{run.pk}/alike/", {field(run, brenner): "neither"}).status_code == 422
    client.post(f"/imports/{run.pk}/take/")
    finish()
    client.post(f"/imports/{run.pk}/alike/", {field(run, brenner): "same"})
    assert Import.objects.get().same_as == {} and Import.objects.get().state == "done"


def test_both_pages_are_for_whoever_brought_the_file(client, anna, boris, wanda, north, brenner):
    run = near(north, anna)
    for user in (boris, wanda):
        client.force_login(user)
        assert client.get(f"/imports/{run.pk}/alike/").status_code == client.get(f"/imports/{run.pk}/rows/").status_code == 404
    client.force_login(anna)
    assert client.post(f"/imports/{run.pk}/rows/").status_code == 405
    assert client.get(f"/imports/{run.pk}/rows/?show=nothing").status_code == 404


def test_each_figure_opens_its_rows(client, anna, north, brenner):
    text = LIST.format("Brenner Kaeltetechnik GmbH") + "Ohne Schild AG;20457;\nSumme;;\n"
    run = take(make_text(text), "list.csv", centre=north, by=anna)
    client.force_login(anna)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    for show, words in (
        ("company", "Ganz Neu AG"),
        ("vehicle", "KI-GN 1"),
        ("good", "KI-GN 1"),
        ("rejected", "Ohne Schild AG"),
        ("skipped", "total"),
    ):
        assert show == "skipped" or f"?show={show}" in page
        assert words in client.get(f"/imports/{run.pk}/rows/?show={show}").content.decode(), show
    assert client.get(f"/imports/{run.pk}/rows/?show=person").status_code == 200


def test_the_figures_of_the_problems_agree(client, anna, north):
    text = (
        "Firma;Kennzeichen;Status;Modell\n"
        + "".join(f"Alpha AG;HH-AL {n};in Klärung;Golf\n" for n in range(1, 5))
        + "Alpha AG;;aktiv;Polo\n"
    )
    run = judge(make_text(text), "list.csv", centre=north, by=anna)
    client.force_login(anna)
    page = " ".join(client.get(f"/imports/{run.pk}/").content.decode().split())
    assert "5 rows to check" in page and "1 left out, 4 imported with a remark" in page
    assert page.count("in Klärung") <= 4 and "and 3 more rows" in page


def test_a_day_of_a_workbook_is_shown_as_it_is_read(client, anna, north):
    file = make_xlsx({"L": [["Firma", "Kennzeichen", "Leasingende"], ["Alpha AG", "HH-AL 1", date(2072, 3, 13)]]})
    run = judge(file, "list.xlsx", centre=north, by=anna)
    client.force_login(anna)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "2072-03-13" not in page.split('id="columns"')[0]


def test_an_undone_import_no_longer_shows_what_it_made(client, anna, north, brenner):
    run = take(make_text(LIST.format("Brenner Kaeltetechnik GmbH")), "list.csv", centre=north, by=anna)
    client.force_login(anna)
    client.post(f"/imports/{run.pk}/undo/")
    finish()
    assert "fp-verdict" not in client.get(f"/imports/{run.pk}/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_for_one_and_three(client, anna, north, rows, django_assert_num_queries):
    names = ["Brenner Kältetechnik", "Nordhafen Logistik", "Süddach Spenglerei"][:rows]
    for name in names:
        assign(make_company(north, name=f"{name} GmbH"), anna)
    text = "Firma;Kennzeichen\n" + "".join(f"{name} AG;HH-AB {number}\n" for number, name in enumerate(names))
    run = judge(make_text(text), "list.csv", centre=north, by=anna)
    client.force_login(anna)
    client.get(f"/imports/{run.pk}/alike/")
    with django_assert_num_queries(ALIKE_QUERIES):
        client.get(f"/imports/{run.pk}/alike/")
    with django_assert_num_queries(ROWS_QUERIES):
        client.get(f"/imports/{run.pk}/rows/?show=good")

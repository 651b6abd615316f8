"""`import_fleet`: what scripts hold on to."""

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company, Vehicle
from intake.models import Layout
from tests.factories.accounts import make_centre, make_company

pytestmark = pytest.mark.django_db
GOOD = "Company;Postcode;Plate;Make\nAlpha GmbH;20457;HH-A 1;VW\nBeta GmbH;20457;HH-B 2;VW\n"
FAULTY = GOOD + "Gamma GmbH;20457;HH-A 1;Opel\n"
OWNERLESS = "Plate,Make,Model\nHH-A 1,VW,Golf\n"


@pytest.fixture(autouse=True)
def files_apart(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "kept"


@pytest.fixture
def call(tmp_path, capsys):
    """(exit code, standard output, standard error) of the command on a file with that text."""

    def run(text, *arguments, name="fleet.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        code = 0
        try:
            call_command("import_fleet", str(path), *arguments)
        except SystemExit as end:
            code = end.code
        except CommandError as error:
            return error.returncode, "", str(error)
        return code, *capsys.readouterr()

    return run


def test_a_good_file_is_taken(call, north):
    code, out, _err = call(GOOD, "--centre", "nord")
    assert code == 0 and "2 rows read: 2 new" in out and "made 2 companies, 2 vehicles, 0 people" in out
    assert Company.objects.filter(centre=north).count() == 2


def test_a_dry_run_writes_nothing(call, north):
    code, out, _err = call(GOOD, "--dry-run")
    assert code == 0 and "nothing written" in out and not Company.objects.exists()


def test_rejected_rows_end_in_one_and_name_file_row_column_value_and_why(call, north):
    code, out, _err = call(FAULTY)
    assert code == 1 and Vehicle.objects.count() == 2
    line = out.splitlines()[0].split("\t")
    assert line == [
        "fleet.csv",
        "",
        "row 4",
        "Plate",
        "HH-A 1",
        "Row 2 has the same plate but different details. Keep only one of the two rows.",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "contains no rows"),
        ("Department,Class,Number of vehicles\nParks,Van,3\nPolice,Sedan,12\n", "table of totals"),
        (OWNERLESS, "--company"),
    ],
)
def test_what_can_t_be_read_or_taken_ends_in_two(call, north, text, words):
    code, _out, err = call(text)
    assert code == 2 and words in err and "fleet.csv" in err and not Vehicle.objects.exists()


def test_a_file_that_is_not_there_ends_in_two(north, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("import_fleet", "/nowhere/fleet.csv")
    assert end.value.code == 2 and "/nowhere/fleet.csv" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["DE136695976", "DE 136 695 976", "alpha gmbh", "pk", "K-17"])
def test_the_owner_is_said_by_vat_number_id_or_name(call, north, asked):
    owner = make_company(north, name="Alpha GmbH", vat_number="DE136695976", external_id="K-17")
    code, _out, _err = call(OWNERLESS, "--company", str(owner.pk) if asked == "pk" else asked)
    assert code == 0 and Vehicle.objects.get().company == owner


def test_an_owner_that_nobody_is_or_two_are_ends_in_two(call, north):
    make_company(north, name="Twice GmbH")
    make_company(north, name="Twice GmbH")
    assert call(OWNERLESS, "--company", "Nie gehört")[0] == 2
    assert call(OWNERLESS, "--company", "Twice GmbH")[0] == 2
    assert not Vehicle.objects.exists()


def test_an_unknown_centre_or_layout_ends_in_two(call, north):
    assert call(GOOD, "--centre", "west")[0] == 2
    code, _out, err = call(GOOD, "--layout", "none")
    assert code == 2 and "layout" in err


def test_a_layout_of_the_page_reads_a_file_with_other_titles(call, north):
    columns = {"0": {"key": "company.name"}, "1": {"key": "vehicle.plate"}}
    Layout.objects.create(name="Leasing", signature="other", kind="vehicles", columns=columns)
    code, _out, _err = call("Dings,Bums\nAlpha GmbH,HH-A 1\n", "--layout", "Leasing")
    assert code == 0 and Vehicle.objects.get().company.name == "Alpha GmbH"


def test_the_report_holds_the_reasons(call, north, tmp_path):
    call(FAULTY, "--report", str(tmp_path / "out.xlsx"))
    page = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert "same plate" in page["E4"].value and page["E2"].value is None


def test_new_companies_go_to_the_centre_that_is_named(call, north):
    west = make_centre("west")
    call(GOOD, "--centre", "west")
    assert set(Company.objects.values_list("centre", flat=True)) == {west.pk}


def test_several_files_give_the_worst_code(tmp_path, north):
    for name, text in (("a.csv", GOOD), ("b.csv", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        call_command("import_fleet", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert end.value.code == 2 and Company.objects.count() == 2

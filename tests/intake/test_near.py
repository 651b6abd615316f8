"""New companies that look like ones we have are said before anything is taken; plates without what stands beside them."""

import pytest

from accounts.models import Company
from intake.reading import cells
from tests.factories.accounts import make_company
from tests.factories.sheets import make_text
from tests.intake.running import judge, take, verdicts


def reasons(run):
    return [problem.reason for row in run.rows.order_by("row") for problem in row.found]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "brought"),
    [
        ("Brenner Kältetechnik GmbH", "Brenner Kaeltetechnik GmbH"),
        ("Nordhafen Logistik SE", "Nordhafen Logistik"),
        ("Hansa-Bau AG", "Hansa Bau GmbH"),
        ("Edil Nova S.r.l.", "Edilnova Srl"),
        ("ООО «Ромашка»", "Ромашка ООО"),
    ],
)
def test_a_company_that_looks_like_one_we_have_is_said_once_in_the_dry_run(north, known, brought):
    make_company(north, name=known)
    run = judge(make_text(f"Firma;Kennzeichen\n{brought};HH-AB 12\n{brought};HH-AB 13\n"), "l.csv", centre=north)
    assert verdicts(run) == ["new", "new"] and reasons(run) == ["company.near"]
    assert Company.objects.count() == 1


@pytest.mark.django_db
def test_another_name_and_the_same_name_are_not(north):
    make_company(north, name="Brenner Kältetechnik GmbH")
    run = judge(
        make_text("Firma;Kennzeichen\nBrenner Klimatechnik GmbH;HH-AB 12\nBrenner Kältetechnik GmbH;HH-AB 13\n"), "l.csv", centre=north
    )
    assert reasons(run) == []


@pytest.mark.django_db
def test_a_branch_with_the_same_vat_number_is_told_column_and_value(north):
    text = "Firma;USt-IdNr.;PLZ;Ort\nHansa Bau AG;DE136695976;20457;Hamburg\nHansa Bau AG Kiel;DE136695976;24103;Kiel\n"
    run = take(make_text(text), "l.csv", centre=north)
    problem = run.rows.get(verdict="rejected").found[0]
    assert (problem.reason, problem.column, problem.value) == ("twice.vat", 1, "DE136695976")


@pytest.mark.parametrize(
    ("cell", "plate"),
    [
        ("А 123 ВС 777 RUS", "А 123 ВС 777"),
        ("А123ВС77RUS", "А123ВС77"),
        ("HH-AB 12 (04-10)", "HH-AB 12"),
        ("HH-AB 12 (Saison 04/10)", "HH-AB 12"),
        ("HH-AB 12 (D)", "HH-AB 12"),
        ("HH-RU 5", "HH-RU 5"),
    ],
)
def test_a_plate_is_kept_without_months_and_country(cell, plate):
    assert cells.plate(cell) == plate

"""Rows that belong together: users of one vehicle in a row each, sheets joined by whatever number they share, blocks named once."""

import pytest

from accounts.models import Company, Vehicle
from contacts.models import Holder, VehicleDriver
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import take, verdicts

pytestmark = pytest.mark.django_db
VIN = "WVWZZZ1KZ8W00000{}"
HEAD = "Firma;Kennzeichen;FIN;Marke;Fahrer\n"


def reasons(run):
    return [problem.reason for row in run.rows.order_by("sheet", "row") for problem in row.found]


def test_a_vehicle_with_a_row_for_each_user_keeps_all_of_them(north):
    names = ["Anna Kern", "Tom Berg", "Ute Ott"]
    rows = "".join(f"Hansa Bau AG;HH-AB 12;{VIN.format(1)};VW;{name}\n" for name in names)
    run = take(make_text(HEAD + rows), "pool.csv", centre=north)
    assert verdicts(run) == ["new", "changed", "changed"] and Vehicle.objects.count() == 1
    assert [holder.user.person.name for holder in Holder.objects.all()] == ["Anna Kern"]
    assert {drive.driver.person.name for drive in VehicleDriver.objects.all()} == {"Tom Berg", "Ute Ott"}
    again = take(make_text(HEAD + rows), "pool.csv", centre=north)
    assert set(verdicts(again)) == {"same"}


def test_a_row_for_each_user_without_vin_and_with_gaps_is_joined_too(north):
    rows = "Hansa Bau AG;HH-AB 12;;VW;Anna Kern\nHansa Bau AG;HH AB 12;;;Tom Berg\nHansa Bau AG;HHAB12;;VW;\n"
    run = take(make_text(HEAD + rows), "pool.csv", centre=north)
    assert verdicts(run) == ["new", "changed", "same"]
    assert {drive.driver.person.name for drive in VehicleDriver.objects.all()} == {"Tom Berg"}


@pytest.mark.parametrize(
    "other", [f"Hansa Bau AG;HH-AB 12;{VIN.format(1)};Ford;Tom Berg\n", f"Nord AG;HH-AB 12;{VIN.format(1)};VW;Tom Berg\n"]
)
def test_other_facts_of_the_vehicle_are_a_contradiction(north, other):
    run = take(make_text(f"{HEAD}Hansa Bau AG;HH-AB 12;{VIN.format(1)};VW;Anna Kern\n{other}"), "pool.csv", centre=north)
    assert verdicts(run) == ["new", "rejected"] and reasons(run) == ["twice.vin"]


@pytest.mark.parametrize("number", ["DE123456780", "12345", "DE 999"])
def test_a_bad_vat_number_is_left_out_and_said_while_the_row_is_taken(north, number):
    run = take(make_text(f"Firma;USt-IdNr.;Kennzeichen\nHansa Bau AG;{number};HH-AB 12\n"), "list.csv", centre=north)
    assert verdicts(run) == ["new"] and reasons(run) == ["vat.invalid"]
    assert Company.objects.get(name="Hansa Bau AG").vat_number == "" and Vehicle.objects.count() == 1


@pytest.mark.parametrize(
    ("companies", "cars"),
    [
        (
            [["Firma", "USt-IdNr."], ["Hansa Bau AG", "DE136695976"], ["Nord AG", "DE129273398"]],
            [["USt-IdNr. Halter", "Kennzeichen"], ["DE136695976", "HH-AB 12"], ["DE129273398", "HH-AB 13"]],
        ),
        (
            [["Firma", "USt-IdNr.", "Ansprechpartner"], ["Hansa Bau AG", "DE136695976", "Tom Berg"], ["Nord AG", "DE129273398", "Ute Ott"]],
            [["USt-IdNr.", "Kennzeichen"], ["DE136695976", "HH-AB 12"], ["DE129273398", "HH-AB 13"]],
        ),
        (
            [["Firma", "Mandantschlüssel"], ["Hansa Bau AG", "M1"], ["Nord AG", "M2"]],
            [["Zuordnung", "Kennzeichen"], ["M1", "HH-AB 12"], ["M2", "HH-AB 13"]],
        ),
        (
            [["Kundennummer", "Firma"], [4711, "Hansa Bau AG"], [4712, "Nord AG"]],
            [["Kennzeichen", "gehört"], ["HH-AB 12", 4711], ["HH-AB 13", 4712]],
        ),
    ],
)
def test_sheets_are_joined_by_the_number_they_share_in_one_import(north, companies, cars):
    run = take(make_xlsx({"Firmen": companies, "Autos": cars}), "beides.xlsx", centre=north)
    assert verdicts(run) == ["new"] * 4
    assert set(Vehicle.objects.values_list("company__name", "plate")) == {("Hansa Bau AG", "HH-AB 12"), ("Nord AG", "HH-AB 13")}


def test_a_vat_number_written_once_for_its_block_is_carried_down_and_ends_with_the_block(north):
    rows = [
        "Hansa Bau AG;DE136695976;HH-AB 12",
        ";;HH-AB 13",
        ";;HH-AB 14",
        "Nord AG;;HH-AB 15",
        ";;HH-AB 16",
        "West AG;DE129273398;HH-AB 17",
        ";;HH-AB 18",
    ]
    take(make_text("Firma;USt-IdNr.;Kennzeichen\n" + "\n".join(rows)), "block.csv", centre=north)
    found = {plate: (name, vat) for plate, name, vat in Vehicle.objects.values_list("plate", "company__name", "company__vat_number")}
    assert found["HH-AB 14"] == ("Hansa Bau AG", "DE136695976") and found["HH-AB 16"] == ("Nord AG", "") and len(found) == 7
    assert found["HH-AB 18"] == ("West AG", "DE129273398")


def test_a_company_without_vat_number_never_gets_that_of_the_rows_above(north):
    rows = ["Hansa Bau AG;DE136695976;HH-AB 12", "Nord AG;;HH-AB 13", "Nord AG;;HH-AB 14", "Ost KG;;HH-AB 15"]
    take(make_text("Firma;USt-IdNr.;Kennzeichen\n" + "\n".join(rows)), "list.csv", centre=north)
    assert set(Company.objects.values_list("name", "vat_number")) >= {("Hansa Bau AG", "DE136695976"), ("Nord AG", ""), ("Ost KG", "")}


@pytest.mark.parametrize(
    ("parts", "plate"),
    [
        (["HH", "AB", "12"], "HH-AB 12"),
        (["HH", "AB 12"], "HH-AB 12"),
        (["GA", "111", "BB"], "GA 111 BB"),
        (["А", "123", "ВС", "77"], "А 123 ВС 77"),
    ],
)
@pytest.mark.parametrize("merged", [True, False])
def test_a_plate_over_several_columns_is_put_together(north, parts, plate, merged):
    title = ["Kennzeichen", *[""] * (len(parts) - 1)]
    rows = [
        ["Firma", *title, "Marke"],
        ["Hansa Bau AG", *parts, "VW"],
        ["Hansa Bau AG", *parts[:-1], parts[-1][:-1] + ("C" if parts[-1].isalpha() else "9"), "VW"],
    ]
    span = [f"B1:{'ABCDEF'[len(parts)]}1"] if merged else []
    take(make_xlsx({"S": rows}, merged=span), "list.xlsx", centre=north)
    assert Vehicle.objects.order_by("pk").first().plate == plate and Vehicle.objects.count() == 2


def test_a_plate_without_one_of_its_parts_is_none(north):
    run = take(make_text("Firma;Kennzeichen;;;FIN\nHansa Bau AG;HH;AB;12;\nHansa Bau AG;HH;;13;WVWZZZ1KZ8W000001\n"), "l.csv", centre=north)
    assert reasons(run) == ["plate.part"] and set(Vehicle.objects.values_list("plate", flat=True)) == {"HH-AB 12", ""}


@pytest.mark.parametrize(("vin", "kept"), [("12345678901", "12345678901"), ("ABC123", ""), ("WVWZZZ3CZRE01451", "")])
def test_a_short_chassis_number_never_costs_the_vehicle(north, vin, kept):
    run = take(make_text(f"Firma;Kennzeichen;FIN;Marke\nHansa Bau AG;HH-AB 12;{vin};Hanomag\n"), "l.csv", centre=north)
    assert Vehicle.objects.get().vin == kept and [one.partition(".")[0] for one in reasons(run)] == ["vin"]


ALSTER = [
    "Firma;PLZ;Ort;Internet\nAlster Druck GmbH;;Kiel;https://a.alster.example\nAlster Druck GmbH;24103;Kiel Mitte;"
    "https://b.alster.example\n",
    "Firma;PLZ;Ort;Straße\nAlster Druck GmbH;24103;Kiel;Ring 1\nAlster Druck GmbH;;Kiel;Weg 7\n",
]


@pytest.mark.parametrize("text", ALSTER)
def test_two_of_a_name_that_nothing_tells_apart_are_asked_about_and_never_change_each_other(north, text):
    assert verdicts(take(make_text(text), "l.csv", centre=north)) == ["new", "rejected"]
    again = take(make_text(text), "l.csv", centre=north)
    assert verdicts(again) == ["same", "rejected"] and reasons(again) == ["company.same_name"]


def test_two_rows_of_one_company_that_agree_are_one(north):
    text = "Firma;PLZ;Ort;Ansprechpartner\nAlster Druck GmbH;;Kiel;Tom Berg\nAlster Druck GmbH;24103;Kiel;Ute Ott\n"
    take(make_text(text), "l.csv", centre=north)
    assert Company.objects.filter(name="Alster Druck GmbH").count() == 1 and set(
        verdicts(take(make_text(text), "l.csv", centre=north))
    ) == {"same"}

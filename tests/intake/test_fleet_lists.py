"""What a fleet list and other files become, whose vehicles they name, and which columns are known again."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from contacts.models import Consent, Holder, Person
from fleetportal.core.audit import Entry
from intake import actions as imports
from intake.models import Layout
from intake.wording import words_of
from tests.factories.accounts import make_company
from tests.factories.sheets import make_ods, make_text, make_xlsx
from tests.intake.running import FLEET, State, fleet, judge, take, verdicts, why

pytestmark = pytest.mark.django_db


# --- what a fleet list becomes ------------------------------------------------------------------------------------------------


def test_a_german_fleet_list_becomes_companies_vehicles_and_holders(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert verdicts(run) == ["new", "new", "new"]
    passat = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")
    assert (passat.plate, passat.make, passat.delivered_on, passat.contract_ends_on, passat.mileage_km) == (
        "HH-NL 1204", "Volkswagen", date(2024, 3, 14), date(2027, 3, 13), 41820,
    )  # fmt: skip
    holder = Holder.objects.get()
    assert (holder.vehicle, holder.user.person.name, holder.starts_on) == (passat, "Henrik Voss", date(2024, 3, 14))
    assert set(Company.objects.values_list("name", "postcode", "centre")) == {
        ("Nordhafen Logistik SE", "20457", north.pk), ("Tiefbau Carstens GmbH & Co. KG", "25421", north.pk),
    }  # fmt: skip
    assert Consent.objects.count() == 0


def test_the_same_file_twice_changes_nothing(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    before = (
        [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, Holder)],
        Entry.objects.exclude(action__startswith="import.").count(),
    )
    again = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert verdicts(again) == ["same"] * 3 and again.state == State.JUDGED
    assert (
        [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, Holder)],
        Entry.objects.exclude(action__startswith="import.").count(),
    ) == before


def test_a_dry_run_writes_nothing(north):
    run = judge(fleet(), "Fuhrpark.xlsx", centre=north)
    assert run.state == State.JUDGED and run.progress.new_of["company"] == 2 and run.progress.new_of["person"] == 1
    assert (Company.objects.count(), Vehicle.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_a_newer_list_changes_what_differs_and_hands_the_car_over(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4], rows[1][10], rows[1][11] = "HH-NL 9", "Anna Kern", "50.000"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    assert verdicts(run) == ["changed", "same", "same"]
    car = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")
    assert (car.plate, car.plate_folded, car.mileage_km) == ("HH-NL 9", "hhnl9", 50000)
    assert [(h.user.person.last_name, h.ends_on is None) for h in car.holders.order_by("starts_on")] == [("Voss", False), ("Kern", True)]


def test_an_older_reading_of_the_clock_does_not_turn_it_back(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][11] = "100"
    assert verdicts(take(fleet(rows), "alt.xlsx", centre=north)) == ["same"] * 3


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "", "The row doesn’t name a company"),
        (0, "X" * 200, "The name has 200 characters; the limit is 160."),
    ],
)
def test_a_row_with_a_problem_is_left_out_with_row_column_value_and_reason(north, column, value, reason):
    rows = [list(row) for row in FLEET[:2]]
    rows[1][column] = value
    if column == 0:
        rows[1][1] = "" if not value else rows[1][1]
    run = judge(fleet(rows), "Fuhrpark.xlsx", centre=north)
    row = run.rows.get()
    assert row.verdict == "rejected" and row.row == 2
    assert reason in words_of(row.found[0])[0]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (5, "WVWZZZ3CZRE01451", "A VIN has 17 characters; this one has 16."),
        (5, "WVWZZZ3CZRE01451O", "A VIN never contains O"),
        (8, "31.02.2024", "There is no day 31 in month 2 of 2024."),
        (8, "13.03.2072", "The delivery is 46 years in the future."),
        (1, "DE136695977", "not a valid VAT number"),
        (4, "A" * 20, "A plate must have 2 to 12 letters and digits."),
    ],
)
def test_a_cell_that_is_not_understood_is_left_empty_with_its_words_and_the_row_is_taken(north, column, value, reason):
    rows = [list(row) for row in FLEET[:2]]
    rows[1][column] = value
    row = judge(fleet(rows), "Fuhrpark.xlsx", centre=north).rows.get()
    said = words_of(row.found[0])[0]
    assert row.verdict == "new" and reason in said and "left empty" in said
    assert row.found[0].column == column and row.found[0].value == value


@pytest.mark.parametrize(("column", "value"), [(5, "WVWZZZ3CZRE01451"), (4, "A" * 20)])
def test_a_vehicle_known_by_nothing_else_is_rejected_for_a_bad_plate_or_vin(north, column, value):
    rows = [list(row) for row in FLEET[:2]]
    rows[1][4] = rows[1][5] = ""
    rows[1][column] = value
    row = judge(fleet(rows), "Fuhrpark.xlsx", centre=north).rows.get()
    assert row.verdict == "rejected" and row.found[0].column == column


def test_the_second_of_two_rows_about_one_car_is_left_out_unless_it_says_the_same(north):
    other = [*FLEET[1][:6], "Audi", *FLEET[1][7:]]
    run = judge(fleet([FLEET[0], FLEET[1], FLEET[1], other]), "Fuhrpark.xlsx", centre=north)
    assert verdicts(run) == ["new", "same", "rejected"]
    assert why(run) == ["Row 2 has the same VIN but different details."]


def test_a_plate_on_two_cars_is_said(north):
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    assert why(judge(fleet([FLEET[0], FLEET[1], twin]), "Fuhrpark.xlsx", centre=north)) == [
        "Row 2 has the same plate but different details."
    ]


def test_a_plate_that_another_car_of_the_company_has_is_said(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    run = judge(fleet([FLEET[0], twin]), "x.xlsx", centre=north)
    assert verdicts(run) == ["rejected"] and "already has a different VIN" in why(run)[0]


def test_a_car_given_back_frees_its_plate(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    Vehicle.objects.filter(plate="HH-NL 1204").update(given_back_on=date(2026, 1, 1))
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    assert verdicts(take(fleet([FLEET[0], twin]), "x.xlsx", centre=north)) == ["new"]


def test_a_van_of_a_driver_is_functional_and_a_car_of_a_user_personal(north):
    rows = [
        ["Firma", "Kennzeichen", "Marke", "Modell", "Fahrer"],
        ["A GmbH", "HH-A 1", "Ford", "Transit", "Mirko Gaito"],
        ["A GmbH", "HH-A 2", "BMW", "320d", "Anna Kern"],
    ]
    take(fleet(rows), "x.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "use")) == {"HH-A 1": "functional", "HH-A 2": "personal"}
    assert Vehicle.objects.get(plate="HH-A 1").drivers.get().driver.person.last_name == "Gaito"


# --- other files --------------------------------------------------------------------------------------------------------------


def test_an_open_document_in_italian_is_taken(north):
    rows = [
        ["Elenco veicoli 2026"],
        [],
        ["Ragione sociale", "P.IVA", "Targa", "Marca", "Modello", "Data immatricolazione", "Scadenza contratto", "Assegnatario"],
        ["Ferrari Officine S.r.l.", "81505500157", "AB 123 CD", "Fiat", "Panda", "01/02/2024", "31/01/2028", "Rossi Mario"],
        ["Totale", "", "", "", "", "", "", "1"],
    ]
    run = take(make_ods({"Parco": rows}), "parco.ods", centre=north)
    assert verdicts(run) == ["new"]
    car = Vehicle.objects.get(plate="AB 123 CD")
    assert (car.delivered_on, car.contract_ends_on, car.company.vat_number) == (date(2024, 2, 1), date(2028, 1, 31), "IT81505500157")
    assert car.holders.get().user.person.last_name == "Rossi"


def test_tabs_and_english_titles_in_another_order_are_taken(north):
    text = (
        "Reg No\tModel\tMake\tDriver e-mail\tAssigned to\tFleet customer\tLease end\nAB12 CDE\tFocus\tFord\tjo@smith.example\tJo "
        "Smith\tSmith & Sons Ltd\t31/12/2027\n"
    )
    assert verdicts(take(make_text(text, encoding="utf-16"), "fleet.tsv", centre=north)) == ["new"]
    assert Person.objects.get().email == "jo@smith.example"
    assert Vehicle.objects.get().contract_ends_on == date(2027, 12, 31)


def test_two_sheets_that_name_companies_by_number_belong_together(north):
    book = make_xlsx({
        "Fahrzeuge": [["Kundennummer", "Kennzeichen", "Marke", "Modell"], [1001, "HH-A 1", "VW", "Golf"], [1002, "HH-B 2", "Opel", "Corsa"],
        [9999, "HH-C 3", "Opel", "Corsa"]],
        "Kunden": [["Kundennummer", "Firma", "PLZ", "Ort"], [1001, "Alpha GmbH", 1067, "Dresden"], [1002, "Beta AG", 20457, "Hamburg"]],
    })  # fmt: skip
    run = take(book, "beides.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "company__name")) == {"HH-A 1": "Alpha GmbH", "HH-B 2": "Beta AG"}
    assert Company.objects.get(name="Alpha GmbH").postcode == "01067" and run.progress.new_of["company"] == 2
    assert [row.found[0].value for row in run.rows.filter(verdict="rejected")] == ["9999"]
    assert not run.asks_owner


def test_two_sheets_joined_by_name_make_each_company_once(north):
    book = make_xlsx({
        "Companies": [["Company", "VAT", "City"], ["Alpha GmbH", "DE136695976", "Bonn"]],
        "Contacts": [["First name", "Last name", "Company", "E-mail"], ["Eva", "Kern", "Alpha GmbH", "eva@alpha.example"]],
        "Vehicles": [["Company", "Plate", "Make"], ["Alpha GmbH", "BN-A 1", "Audi"]],
    })  # fmt: skip
    run = take(book, "all.xlsx", centre=north)
    assert (run.progress.new_of["company"], Company.objects.count()) == (1, 1)
    assert Vehicle.objects.get().company.vat_number == "DE136695976"
    assert Person.objects.get().decision_maker_roles.get().company.name == "Alpha GmbH"
    assert set(
        verdicts(take(make_xlsx({"Vehicles": [["Company", "Plate", "Make"], ["Alpha GmbH", "BN-A 1", "Audi"]]}), "v.xlsx", centre=north))
    ) == {"same"}


def test_a_list_without_titles_is_read_by_its_cells(north):
    text = "Nordhafen GmbH;HH-NL 1204;WVWZZZ3CZRE014512;Volkswagen\nTiefbau AG;PI-TC 88;WVWZZZ3CZRE014513;Opel\n"
    assert verdicts(take(make_text(text), "x.csv", centre=north)) == ["new", "new"]
    assert Vehicle.objects.get(vin="WVWZZZ3CZRE014513").company.name == "Tiefbau AG"


def test_group_headings_tell_whose_name_a_column_holds(north):
    rows = [
        ["Kunde", "", "Fahrzeug", "", "Nutzer", ""],
        ["Name", "Ort", "Kennzeichen", "Typ", "Name", "Telefon"],
        ["Alpha GmbH", "Bonn", "BN-A 1", "Golf", "Eva Kern", "0228 1234567"],
    ]
    run = take(make_xlsx({"S": rows}, merged=["A1:B1", "C1:D1", "E1:F1"]), "x.xlsx", centre=north)
    assert verdicts(run) == ["new"]
    assert (Company.objects.get().name, Person.objects.get().name, Vehicle.objects.get().model) == ("Alpha GmbH", "Eva Kern", "Golf")


# --- whose vehicles, layouts --------------------------------------------------------------------------------------------------


def test_a_list_without_owner_asks_whose_vehicles_these_are(north):
    text = "Plate,Make,Model\nHH-A 1,VW,Golf\n"
    run = imports.bring(make_text(text), name="x.csv", by=None, centre=north)
    assert run.asks_owner
    with pytest.raises(imports.WhoseVehicles):
        imports.judge(run, by=None)
    owner = make_company(north, name="Alpha")
    imports.say_where(run, company=owner, centre=None, by=None)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    assert verdicts(run) == ["new"]


def test_a_layout_kept_once_is_known_again(north):
    titles = "Dings,Bums,Plate\n"
    run = imports.bring(make_text(titles + "Alpha GmbH,Golf,HH-A 1\n"), name="x.csv", by=None, centre=north)
    imports.say_columns(run, {0: {0: "company.name", 1: "vehicle.model"}}, {0: "vehicles"}, by=None)
    imports.keep_layout(run, 0, "Leasing", by=None)
    again = take(make_text(titles + "Beta GmbH,Polo,HH-A 2\n"), "y.csv", centre=north)
    assert again.sheets[0].layout == "Leasing" and Vehicle.objects.get().company.name == "Beta GmbH"
    imports.use_layout(
        imports.bring(make_text("a,b,c\nX AG,Up,HH-A 3\n"), name="z.csv", by=None, centre=north), Layout.objects.get(), by=None
    )


def test_changed_columns_throw_the_dry_run_away(north):
    run = judge(fleet(), "Fuhrpark.xlsx", centre=north)
    imports.say_columns(run, {0: {11: ""}}, {0: "vehicles"}, by=None)
    assert run.state == State.COLUMNS and not run.rows.exists()

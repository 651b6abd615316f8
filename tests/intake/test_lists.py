"""Lists as customers send them, each with something that lists have: two rows of titles, keepers, miles, one company a sheet."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from contacts.models import Holder
from intake import actions as imports
from intake.models import Import
from intake.reading import dates, names
from tests.factories.accounts import make_company
from tests.factories.sheets import make_text, make_xlsx

pytestmark = pytest.mark.django_db
VIN = "WVWZZZ1KZ8W{:06d}"


def take(file, name, *, company=None, centre=None):
    run = imports.bring(file, name=name, by=None, centre=centre, company=company)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


def meanings(run, sheet=0):
    return {column.title: column.key for column in run.sheets[sheet].columns}


def notes(run):
    return [problem for row in run.rows.order_by("sheet", "row") for problem in row.found]


def test_a_leasing_company_s_list_with_two_rows_of_titles_and_subtotals(north):
    rows = [
        ["Nordleasing AG, Fahrzeugbestand"],
        ["Stand:", date(2026, 10, 31)],
        [],
        ["Fahrzeug", "", "Vertrag", "", "", "Fahrer", "", ""],
        ["Kennzeichen", "Fahrgestell-", "Vertrags-", "Ende", "Laufleistung", "Name", "Vorname", "E-Mail"],
        ["", "nummer", "nummer", "", "(km) Ist", "", "", ""],
        ["HH-AB 101", VIN.format(1), "V-1", date(2027, 1, 31), "45.120", "Müller", "Anna", "k.A."],
        ["HH-AB 102", VIN.format(2), "V-2", "n/a", "1.234,5", "Schmidt", "Karl", ""],
        ["Zwischensumme Hamburg", "", "", "", 46354, "", "", ""],
        ["B-CD 201", VIN.format(3), "V-3", "unbefristet", "#N/V", "Poolfahrzeug", "", ""],
        ["Gesamt: 3 Fahrzeuge", "", "", "", 46354, "", "", ""],
        [],
        ["Alle Angaben ohne Gewähr"],
    ]
    run = take(make_xlsx({"Fahrzeugbestand": rows}, merged=["A4:B4", "C4:E4", "F4:H4"]), "bestand.xlsx", company=make_company(north))
    assert meanings(run)["Fahrgestell- nummer"] == "vehicle.vin" and meanings(run)["Laufleistung (km) Ist"] == "vehicle.mileage_km"
    assert run.progress.new == 3 and not run.progress.rejected
    assert [problem.reason for problem in notes(run)] == ["formula.unreckoned"]
    facts = Vehicle.objects.order_by("vin").values_list("vin", "contract_ends_on", "mileage_km")
    assert list(facts) == [(VIN.format(1), date(2027, 1, 31), 45120), (VIN.format(2), None, 1234), (VIN.format(3), None, None)]
    assert {holder.user.person.name for holder in Holder.objects.all()} == {"Anna Müller", "Karl Schmidt"}


def test_titles_merged_over_two_rows_are_read_in_the_lower_one(north):
    rows = [
        ["Elenco veicoli"],
        ["Targa", "Marca e modello", "Azienda", "Contratto", "", "Utilizzatore", ""],
        ["", "", "", "Inizio", "Fine", "Cognome", "Nome"],
        ["FX120AB", "Fiat 500", "Edilnova S.r.l.", date(2025, 1, 1), date(2028, 1, 1), "De Luca", "Nicolò"],
        ["FX121AB", "Fiat 500", "Edilnova S.r.l.", date(2025, 1, 1), date(2028, 1, 1), "Rossi", "Mario"],
    ]
    merged = ["A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"]
    run = take(make_xlsx({"Elenco": rows}, merged=merged), "elenco.xlsx", centre=north)
    assert run.progress.new == 2 and not run.progress.rejected
    assert set(Vehicle.objects.values_list("delivered_on", "contract_ends_on")) == {(date(2025, 1, 1), date(2028, 1, 1))}
    assert {holder.user.person.name for holder in Holder.objects.all()} == {"Nicolò De Luca", "Mario Rossi"}


def test_an_american_list_with_the_year_before_the_make(north):
    text = "Plate,Year/Make/Model,Lease Expiration Date\n8ABC123,2022 Ford F-150,12/31/2026\n7XYZ987,2023 Toyota Camry,10/24/2026\n"
    take(make_text(text), "fleet.csv", company=make_company(north))
    assert set(Vehicle.objects.values_list("make", "model", "contract_ends_on")) == {
        ("Ford", "F-150", date(2026, 12, 31)),
        ("Toyota", "Camry", date(2026, 10, 24)),
    }


def test_a_keeper_is_a_person_where_people_are_named(north):
    text = "Reg No,Vehicle,Keeper,Lease end\nLB21 KXY,Vauxhall Astra,Mr. J. Brown,31-Dec-26\nLB22 KXZ,Tesla Model 3,Sarah O'Neill,TBC\n"
    run = take(make_text(text), "fleet.csv", company=make_company(north, name="Mu Holdings Ltd"))
    assert meanings(run)["Keeper"] == "person.name"
    assert list(Vehicle.objects.order_by("plate").values_list("contract_ends_on", flat=True)) == [date(2026, 12, 31), None]
    assert {holder.user.person.name for holder in Holder.objects.all()} == {"J. Brown", "Sarah O'Neill"}


def test_a_keeper_is_a_company_where_companies_are_named(north):
    run = take(make_text("Reg No,Make,Keeper\nLB21 KXY,Ford,Mu Holdings Ltd\nLB22 KXZ,Ford,Nu Services Ltd\n"), "fleet.csv", centre=north)
    assert meanings(run)["Keeper"] == "company.name" and Company.objects.count() == 2


def test_miles_become_kilometres_and_a_return_to_come_the_end_of_the_contract(north):
    text = 'Plate,Make,Odometer (mi),Return date\n8ABC123,Ford,"10,000",01/13/2090\n7XYZ987,Ford,20 miles,02/03/2020\n'
    run = take(make_text(text.replace("2090", "2035")), "fleet.csv", company=make_company(north))
    facts = {v.plate: (v.mileage_km, v.contract_ends_on, v.given_back_on) for v in Vehicle.objects.all()}
    assert facts == {"8ABC123": (16093, date(2035, 1, 13), None), "7XYZ987": (32, None, date(2020, 2, 3))}
    assert [(problem.kind, problem.value) for problem in notes(run)] == [("date", "01/13/2035")]


def test_sheets_that_bear_the_names_of_companies_are_theirs(north):
    fleet = {
        name: [["Kennzeichen", "Modell"], [f"K-ZZ {place}", "Ford Transit"]]
        for place, name in enumerate(("Beta Transport GmbH", "Gamma Service AG"), start=1)
    }
    run = take(make_xlsx(fleet), "beide.xlsx", centre=north)
    assert not run.asks_owner
    assert set(Vehicle.objects.values_list("plate", "company__name")) == {("K-ZZ 1", "Beta Transport GmbH"), ("K-ZZ 2", "Gamma Service AG")}


def test_what_a_person_says_goes_before_the_names_of_the_sheets(north):
    fleet = {name: [["Kennzeichen", "Modell"], [f"K-{name[0]} 1", "Ford Transit"]] for name in ("Beta GmbH", "Gamma GmbH")}
    owner = make_company(north, name="Delta GmbH")
    take(make_xlsx(fleet), "beide.xlsx", company=owner)
    assert set(Vehicle.objects.values_list("company", flat=True)) == {owner.pk}


def test_vehicles_find_their_drivers_in_another_sheet_by_staff_number(north):
    book = {
        "Fahrzeuge": [["Kennzeichen", "Marke/Modell", "Personalnr. Fahrer"], ["HH-XY 1", "VW Golf", 1001], ["HH-XY 2", "Opel Corsa", 1009]],
        "Mitarbeiter": [["Personalnummer", "Anrede", "Nachname", "Vorname", "Firma"], [1001, "Frau", "Keller", "Maria", "Alpha GmbH"]],
    }
    run = take(make_xlsx(book), "fuhrpark.xlsx", centre=north)
    assert run.progress.new_of["person"] == 1
    holder = Holder.objects.get()
    assert (holder.vehicle.plate, holder.user.person.name, holder.vehicle.company.name) == ("HH-XY 1", "Maria Keller", "Alpha GmbH")
    assert [(problem.kind, problem.value) for problem in notes(run)] == [("name", "1009"), ("company", "")]


def test_the_telephone_of_a_driver_is_not_the_company_s(north):
    text = (
        "Госномер;Марка, модель;Водитель;Дата окончания лизинга;Организация;Тел. водителя\nА123ВС77;Lada Vesta;Петрова О.С.;"
        "31.12.2026 г.;ООО «Ромашка»;8 (916) 123-45-67\n"
    )
    run = take(make_text(text), "парк.csv", centre=north)
    assert meanings(run)["Тел. водителя"] == "person.phone"
    person = Holder.objects.get().user.person
    assert (person.first_name, person.last_name, Company.objects.get().phone) == ("О.С.", "Петрова", "")
    assert Vehicle.objects.get().contract_ends_on == date(2026, 12, 31)


def test_empty_columns_right_of_the_table_are_none(north):
    rows = [["Kennzeichen", "Firma"], ["HH-A 1", "Alpha GmbH"], [*[""] * 29, " "]]
    run = take(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    assert len(run.sheets[0].columns) == 2


@pytest.mark.parametrize(
    ("text", "order", "first", "last"),
    [
        ("De Luca Nicolò", names.LAST_FIRST, "Nicolò", "De Luca"),
        ("Jan von der Heide", names.FIRST_LAST, "Jan", "von der Heide"),
        ("von der Heide Jan", names.LAST_FIRST, "Jan", "von der Heide"),
        ("Rossi M.", names.FIRST_LAST, "M.", "Rossi"),
        ("Петрова О. С.", names.FIRST_LAST, "О. С.", "Петрова"),
        ("J. Brown", names.FIRST_LAST, "J.", "Brown"),
        ("Anna Maria Kern", names.FIRST_LAST, "Anna Maria", "Kern"),
    ],
)
def test_particles_and_initials_show_where_a_surname_stands(text, order, first, last):
    found = names.split(text, order=order)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["k.A.", "TBC", "unbefristet", "n.d.", "#N/V", "бессрочно", "-"])
def test_words_for_no_day_are_none(text):
    assert dates.parse(text, today=date(2026, 1, 1)) is None

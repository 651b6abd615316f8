"""Lists of other houses: what their columns must not be taken for, who is nobody, and what a clerk would have noted beside the row."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from contacts.models import DecisionMaker, Holder, Person, VehicleDriver
from intake.reading import choices, makes, names, vocabulary
from tests.factories.accounts import make_company
from tests.intake.strangers import meanings, notes, take

pytestmark = pytest.mark.django_db


# --- columns that are about something else ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("inspectionExpiry", ""),
        ("registrationExpiry", ""),
        ("Insurance end date", ""),
        ("Ins. Exp.", ""),
        ("MOT expiry date", ""),
        ("Warranty expiration date", ""),
        ("Ablauf HU", ""),
        ("Garantie Ende", ""),
        ("Ablauf Führerschein", ""),
        ("Scadenza polizza", ""),
        ("Data scadenza bollo", ""),
        ("Scadenza revisione", ""),
        ("Дата окончания ОСАГО", ""),
        ("Annual Mileage", ""),
        ("Contract mileage", ""),
        ("Laufleistung pro Jahr", ""),
        ("Vertragliche Laufleistung", ""),
        ("Percorrenza annua", ""),
        ("Норма пробега в год", ""),
        ("Monthly rental ex VAT", ""),
        ("Price incl. VAT", ""),
        ("VAT %", ""),
        ("Premio (partita IVA esclusa)", ""),
        ("Kartenstatus", ""),
        ("In service date", "vehicle.delivered_on"),
        ("Vertragsende", "vehicle.contract_ends_on"),
        ("Contract end date", "vehicle.contract_ends_on"),
        ("VAT registration number", "company.vat"),
        ("Laufleistung (km) Ist", "vehicle.mileage_km"),
        ("Hersteller/Typ", "vehicle.make_model"),
        ("truckNumber", "vehicle.id"),
        ("driver_id/name", "person.name"),
        ("Driver First", "person.first_name"),
        ("Driver Last", "person.last_name"),
        ("User surname", "person.last_name"),
        ("Fahrer Mobil", "mobile"),
        ("Handy Nutzer", "mobile"),
        ("Driver Cell", "mobile"),
        ("Cell. conducente", "mobile"),
        ("Tel. водителя", "phone"),
        ("Телефон пользователя", "phone"),
        ("Mail Nutzer", "email"),
        ("Nutzer 3", "drivers"),
        ("MwSt-Nr.", "company.vat"),
        ("MFK fällig bis Ende", ""),
        ("Ansprechpartner 2 Tel.", "phone"),
        ("Водитель 2", "drivers"),
        ("Driver 1", "person.name"),
    ],
)
def test_a_title_means_what_all_its_words_say(title, meaning):
    found = vocabulary.meanings(vocabulary.words_of(title))
    assert (found[0][0] if found else "") == meaning


def test_days_of_inspection_insurance_and_registration_end_no_contract(north):
    text = (
        "truckNumber,vin,make,licensePlate,registrationExpiry,inspectionExpiry,insuranceEnd\n"
        "101,1FUJGBDV8NLBT2011,Freightliner,P12345,2025-12-31,2025-12-31,2027-01-01\n"
        "102,1XKYD49X2MJ204882,Kenworth,TX-MIG204,2026-12-31,2026-11-30,2027-01-01\n"
    )
    run = take(text, company=make_company(north))
    assert {title for title, key in meanings(run).items() if not key} == {"registrationExpiry", "inspectionExpiry", "insuranceEnd"}
    assert set(Vehicle.objects.values_list("external_id", "contract_ends_on")) == {("101", None), ("102", None)}


def test_under_a_heading_for_insurance_an_end_ends_no_contract(north):
    text = (
        "Fahrzeug;;Versicherung;\nKennzeichen;Modell;Gesellschaft;Ablauf\nB-AA 1;Golf;Allsecur;31.12.2027\nB-AA 2;Polo;Allsecur;"
        "31.12.2027\n"
    )
    run = take(text, company=make_company(north))
    assert meanings(run)["Ablauf"] == ""


def test_agreed_kilometres_are_no_reading(north):
    text = 'Reg No,Make,Annual Mileage\nAB12 CDE,Ford,"20,000"\nCD13 EFG,BMW,"15,000"\n'
    run = take(text, company=make_company(north))
    assert meanings(run)["Annual Mileage"] == "" and set(Vehicle.objects.values_list("mileage_km", flat=True)) == {None}


@pytest.mark.parametrize("title", ["Monthly rental ex VAT", "VAT %", "VAT"])
def test_prices_and_rates_are_no_vat_numbers(north, title):
    run = take(f"Customer;Plate;Make;{title}\nDelta NV;1-ABC-234;Ford;512,34\nDelta NV;1-DEF-567;VW;19\n", centre=north)
    assert meanings(run)[title] == "" and run.progress.new == 2 and not run.progress.rejected


def test_numbers_that_hold_names_are_names(north):
    text = "id,license_plate,model_id/name,driver_id/name,company_id\nx_1,1-ACK-205,Audi/A3,Marc Demo,My Company (San Francisco)\n"
    run = take(text, centre=north)
    assert meanings(run)["company_id"] == "company.name" and Company.objects.get().name == "My Company (San Francisco)"
    assert Vehicle.objects.values_list("make", "model").get() == ("Audi", "A3") and Holder.objects.get().user.person.name == "Marc Demo"


def test_the_count_of_the_rows_is_no_number_of_a_vehicle(north):
    run = take("№;Гос. номер;Марка\n1;А123ВС77;Kia\n2;В456ЕК178;Kia\n", company=make_company(north))
    assert meanings(run)["№"] == "" and set(Vehicle.objects.values_list("external_id", flat=True)) == {""}
    run = take("Fahrzeug-Nr.;Kennzeichen;Marke\n1;B-AA 1;Kia\n2;B-AA 2;Kia\n", company=make_company(north))
    assert meanings(run)["Fahrzeug-Nr."] == "vehicle.id"


def test_a_kind_of_vehicle_is_no_model_and_the_policyholder_the_company(north):
    text = (
        "Contraente;Targa;Tipo veicolo;Marca e modello\nNeri S.r.l.;GA123BC;Autocarro;Iveco Daily\nNeri S.r.l.;GA124BC;Autovettura;"
        "Fiat Tipo\n"
    )
    run = take(text, centre=north)
    assert meanings(run)["Tipo veicolo"] == "" and Company.objects.get().name == "Neri S.r.l."
    assert set(Vehicle.objects.values_list("make", "model")) == {("Iveco", "Daily"), ("Fiat", "Tipo")}


@pytest.mark.parametrize(
    ("text", "make", "model"), [("Audi/A3", "Audi", "A3"), ("Land Rover/Defender", "Land Rover", "Defender"), ("A/B", "", "A/B")]
)
def test_a_slash_parts_make_and_model(text, make, model):
    assert makes.make_of(text) == (make, model)


# --- who drives, and who is nobody --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Pool Werkstatt", "Poolfahrzeug Filiale 3", "Reserve 1", "Ersatzwagen", "diverse", "wechselnde Fahrer", "various drivers",
    "Team Montage",
     "Unknown Driver", "No driver assigned", "Kein Fahrer zugeordnet", "Auto pool", "vari", "Auto sostitutiva", "дежурный",
     "резервный водитель"],
)  # fmt: skip
def test_a_pool_is_nobody(text):
    assert names.is_pool(text) and names.several(text) == []


@pytest.mark.parametrize(
    "text",
    ["Pool, Hans", "Poole, Anna", "Poole Anna", "Anna Pool", "Allegra Rossi", "Vari Mario", "Springer Axel", "Wechselberger, Uwe",
    "Teamer, Karl",
     "Amy Vanderpool", "Sergej Reserv", "No, Min-ho"],
)  # fmt: skip
def test_somebody_whose_name_begins_alike_is_somebody(text):
    assert names.several(text) == [text]


def test_a_pool_makes_no_person_and_only_its_number_is_said(north):
    text = (
        "Kennzeichen;Fahrzeug;Fahrer;Fahrer Mobil\nHH-AB 1;VW Golf;Hans Müller;\nHH-AB 2;VW Golf;Pool Werkstatt;0171 2345678\nHH-AB 3;"
        "VW Golf;Pool;\n"
    )
    run = take(text, company=make_company(north))
    assert [person.name for person in Person.objects.all()] == ["Hans Müller"]
    assert Vehicle.objects.get(plate="HH-AB 2").use == "functional"
    assert notes(run) == [(3, "name", "+49 171 2345678")]


def test_surname_and_given_name_columns_of_a_pool_make_no_person(north):
    text = "Plate,Make,Driver Last,Driver First\nB-AA 1,Ford,Schröder,Ines\nB-AA 2,Ford,Poolfahrzeug Filiale 3,\nB-AA 3,Ford,N.N.,\n"
    run = take(text, company=make_company(north))
    assert [person.name for person in Person.objects.all()] == ["Ines Schröder"]
    assert notes(run) == []


def test_numbered_drivers_are_all_read(north):
    text = "Plate;Vehicle;User;Driver 1;Driver 2\nB-AL 1;Skoda Octavia;Sabine Kurz;;\nB-AL 2;Ford Transit;;Ali Demir;Jens Holm\n"
    take(text, company=make_company(north))
    assert {holder.user.person.name for holder in Holder.objects.all()} == {"Sabine Kurz"}
    assert {(drive.vehicle.plate, drive.driver.person.name) for drive in VehicleDriver.objects.all()} == {
        ("B-AL 2", "Ali Demir"),
        ("B-AL 2", "Jens Holm"),
    }


def test_drivers_beside_a_user_drive_what_the_user_holds(north):
    text = (
        "Halter;Kennzeichen;Hauptnutzer;Zweitnutzer;Nutzer 3\nSigma AG;F-SI 100;Nora Falk;Tim Falk;Ute Bär\nSigma AG;F-SI 101;Paul Kurz;;\n"
    )
    take(text, centre=north)
    assert {holder.user.person.name for holder in Holder.objects.all()} == {"Nora Falk", "Paul Kurz"}
    assert {drive.driver.person.name for drive in VehicleDriver.objects.all()} == {"Tim Falk", "Ute Bär"}


def test_a_contact_beside_vehicles_is_no_user(north):
    text = "Kunde;Kennzeichen;Fahrzeug;Ansprechpartner;Telefon\nMü Bau GmbH;KS-MM 10;Ford Ranger;Hr. Brandt;0561/12345\n"
    take(text, centre=north)
    assert DecisionMaker.objects.get().person.name == "Brandt" and not Holder.objects.exists() and not VehicleDriver.objects.exists()


def test_what_stands_behind_a_name_stays():
    assert names.split("Bob Lee Jr.") == names.Name("Bob", "Lee Jr", "")
    assert names.split("Lee, Bob") == names.Name("Bob", "Lee", "")
    assert names.split("Anna Kern MBA") == names.Name("Anna", "Kern", "MBA")


# --- in use or given back -----------------------------------------------------------------------------------------------------


def test_the_status_decides_whether_a_vehicle_was_given_back(north):
    text = (
        "Kennzeichen;Marke;EZ;Rückgabe;Status\nM-FP 1;BMW;2023-06-01;2026-05-31;aktiv\nM-FP 2;Ford;2022-02-01;2025-01-31;zurückgegeben\n"
        "M-FP 3;Ford;2022-02-01;2025-01-31;\nM-FP 4;Ford;2022-02-01;;verkauft\n"
    )
    run = take(text, company=make_company(north))
    assert set(Vehicle.objects.values_list("plate", "contract_ends_on", "given_back_on")) == {
        ("M-FP 1", date(2026, 5, 31), None),
        ("M-FP 2", None, date(2025, 1, 31)),
        ("M-FP 3", None, date(2025, 1, 31)),
        ("M-FP 4", None, None),
    }
    assert notes(run) == [(2, "date", "aktiv"), (5, "date", "verkauft")]


def test_given_back_by_its_status_means_at_the_end_of_the_contract(north):
    text = "Plate,Make,Lease start,Lease end,Status\nB-AA 1,BMW,2020-01-01,2024-01-31,Returned\nB-AA 2,BMW,2020-01-01,2024-01-31,Extended\n"
    run = take(text, company=make_company(north))
    assert set(Vehicle.objects.values_list("plate", "given_back_on")) == {("B-AA 1", date(2024, 1, 31)), ("B-AA 2", None)}
    assert notes(run) == [(2, "date", "Returned")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("aktiv", "here"), ("Inaktiv", "gone"), ("In uso", "here"), ("неактивен", "gone"), ("активен", "here"), ("available", ""),
    ("Delivered", ""), ("Parked", "")],
)  # fmt: skip
def test_a_status_says_here_gone_or_neither(text, said):
    assert choices.choice("status", text) == said

"""Lists of other houses: what their columns must not be taken for, who is nobody, and what a clerk would have noted beside the row."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from contacts.models import DecisionMaker, Holder, Person, VehicleDriver
from intake import actions as imports
from intake.models import Import
from intake.reading import choices, makes, names, reaching, recognition, vocabulary
from tests.factories.accounts import make_company
from tests.factories.sheets import make_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_apart(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


def take(text, *, company=None, centre=None):
    run = imports.bring(make_text(text), name="list.csv", by=None, centre=centre, company=company)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


def meanings(run):
    return {column.title: column.key for column in run.sheets[0].columns}


def notes(run):
    return [(row.row, problem.kind, problem.value) for row in run.rows.order_by("row") for problem in row.found]


def reached(name):
    return {address.value for address in Person.objects.get(last_name=name).addresses.all()}


# --- columns that are about something else -------------------------------------------------------------------------------------


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
    text = "Fahrzeug;;Versicherung;\nKennzeichen;Modell;Gesellschaft;Ablauf\nB-AA 1;Golf;Allsecur;31.12.2027\nB-AA 2;Polo;Allsecur;31.12.2027\n"
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
    text = "Contraente;Targa;Tipo veicolo;Marca e modello\nNeri S.r.l.;GA123BC;Autocarro;Iveco Daily\nNeri S.r.l.;GA124BC;Autovettura;Fiat Tipo\n"
    run = take(text, centre=north)
    assert meanings(run)["Tipo veicolo"] == "" and Company.objects.get().name == "Neri S.r.l."
    assert set(Vehicle.objects.values_list("make", "model")) == {("Iveco", "Daily"), ("Fiat", "Tipo")}


@pytest.mark.parametrize(
    ("text", "make", "model"), [("Audi/A3", "Audi", "A3"), ("Land Rover/Defender", "Land Rover", "Defender"), ("A/B", "", "A/B")]
)
def test_a_slash_parts_make_and_model(text, make, model):
    assert makes.make_of(text) == (make, model)


# --- who drives, and who is nobody ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Pool Werkstatt", "Poolfahrzeug Filiale 3", "Reserve 1", "Ersatzwagen", "diverse", "wechselnde Fahrer", "various drivers", "Team Montage",
     "Unknown Driver", "No driver assigned", "Kein Fahrer zugeordnet", "Auto pool", "vari", "Auto sostitutiva", "дежурный", "резервный водитель"],
)  # fmt: skip
def test_a_pool_is_nobody(text):
    assert names.is_pool(text) and names.several(text) == []


@pytest.mark.parametrize(
    "text",
    ["Pool, Hans", "Poole, Anna", "Poole Anna", "Anna Pool", "Allegra Rossi", "Vari Mario", "Springer Axel", "Wechselberger, Uwe", "Teamer, Karl",
     "Amy Vanderpool", "Sergej Reserv", "No, Min-ho"],
)  # fmt: skip
def test_somebody_whose_name_begins_alike_is_somebody(text):
    assert names.several(text) == [text]


def test_a_pool_makes_no_person_and_says_so(north):
    text = "Kennzeichen;Fahrzeug;Fahrer;Fahrer Mobil\nHH-AB 1;VW Golf;Hans Müller;\nHH-AB 2;VW Golf;Pool Werkstatt;0171 2345678\nHH-AB 3;VW Golf;Pool;\n"
    run = take(text, company=make_company(north))
    assert [person.name for person in Person.objects.all()] == ["Hans Müller"]
    assert Vehicle.objects.get(plate="HH-AB 2").use == "functional"
    assert notes(run) == [(3, "name", "Pool Werkstatt"), (3, "name", "+49 171 2345678")]


def test_surname_and_given_name_columns_of_a_pool_make_no_person(north):
    text = "Plate,Make,Driver Last,Driver First\nB-AA 1,Ford,Schröder,Ines\nB-AA 2,Ford,Poolfahrzeug Filiale 3,\nB-AA 3,Ford,N.N.,\n"
    run = take(text, company=make_company(north))
    assert [person.name for person in Person.objects.all()] == ["Ines Schröder"]
    assert notes(run) == [(3, "name", "Poolfahrzeug Filiale 3")]


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


# --- telephones ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "region", "numbers"),
    [
        ("0171 / 2345678", "DE", ["+49 171 2345678"]),
        ("030 / 0123456", "DE", ["+49 30 0123456"]),
        ("040/123456-0", "DE", ["+49 40 1234560"]),
        ("0171 2345678 / 0221 998877", "DE", ["+49 171 2345678", "+49 221 998877"]),
        ("+49 170 1234567 / +49 221 998877", "DE", ["+49 170 1234567", "+49 221 998877"]),
        ("89161234568, 89161234569", "RU", ["+7 916 123-45-68", "+7 916 123-45-69"]),
        ("(415) 555-0199", "DE", ["+1 415-555-0199"]),
        ("415.555.0188", "DE", ["+1 415-555-0188"]),
        ("512-555-0147", "AT", ["+1 512-555-0147"]),
        ("(495) 223-4567", "RU", ["+7 495 223-45-67"]),
        ("347-223-4567", "IT", ["+39 347 223 4567"]),
        ("(030) 555-0199", "DE", ["+49 30 5550199"]),
    ],
)
def test_a_telephone_is_read_as_its_country_writes_it(cell, region, numbers):
    assert reaching.phones(cell, region=region) == (numbers, [])


def test_telephones_are_those_of_the_company_s_country(north):
    text = "Company,Country,First name,Last name,Phone\nNova Ltd,United Kingdom,Grace,Hill,0113 496 0001\nOrbit AG,Germany,Jana,Wolf,0221 998877\n"
    take(text, centre=north)
    assert reached("Hill") == {"+44 113 496 0001"} and reached("Wolf") == {"+49 221 998877"}


def test_british_plates_tell_the_country_of_a_list(north):
    take(
        "Registration,Make,Driver,Driver Phone\nLM19 XYZ,Ford,Liam Scott,07700 900123\nLM19 XYA,Ford,Amy Pond,07700 900124\n",
        company=make_company(north),
    )
    assert reached("Scott") == {"+44 7700 900123"}


def test_days_with_the_month_first_tell_an_american_list_and_leave_our_numbers_ours(north):
    text = "Plate,Driver,Driver Phone,Lease End\n8ABC123,Mary Hill,4155550199,03/14/2027\n8ABC124,Bob Lee,0171 2345678,11/23/2027\n"
    take(text, company=make_company(north))
    assert reached("Hill") == {"+1 415-555-0199"} and reached("Lee") == {"+49 171 2345678"}


def test_a_telephone_that_cannot_be_read_is_noted(north):
    run = take("Kennzeichen,Fahrer,Fahrer Telefon\nB-AA 1,Anna Kern,Durchwahl 12\n", company=make_company(north))
    assert notes(run) == [(2, "phone", "Durchwahl 12")]


# --- in use or given back ------------------------------------------------------------------------------------------------------


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
    [("aktiv", "here"), ("Inaktiv", "gone"), ("In uso", "here"), ("неактивен", "gone"), ("активен", "here"), ("available", ""), ("Delivered", ""), ("Parked", "")],
)  # fmt: skip
def test_a_status_says_here_gone_or_neither(text, said):
    assert choices.choice("status", text) == said


# --- several people in one row -------------------------------------------------------------------------------------------------


def test_several_contacts_of_a_company_in_one_row_are_all_made_each_with_its_addresses(north):
    text = (
        "Account Name,Billing City,Primary Contact,Primary Contact Email,Secondary Contact,Secondary Contact Email,Secondary Contact Phone,"
        "Employees\nNova Ltd,Leeds,Grace Hill,grace@nova.example,Tom Reed,tom@nova.example,0171 2345678,85\n"
        "Orbit AG,Köln,Jana Wolf,jana@orbit.example,,,,12\n"
    )
    run = take(text, centre=north)
    assert run.progress.new == 2
    assert {(role.company.name, role.person.name) for role in DecisionMaker.objects.all()} == {
        ("Nova Ltd", "Grace Hill"),
        ("Nova Ltd", "Tom Reed"),
        ("Orbit AG", "Jana Wolf"),
    }
    assert reached("Hill") == {"grace@nova.example"} and reached("Reed") == {"tom@nova.example", "+49 171 2345678"}


def test_numbered_contacts_have_names_functions_and_telephones_of_their_own(north):
    one = "Ansprechpartner {0} Vorname;Ansprechpartner {0} Nachname;Ansprechpartner {0} Funktion;Ansprechpartner {0} Tel."
    text = (
        f"Firmenname;Ort;{one.format(1)};{one.format(2)}\n"
        "Phi GmbH;Hamburg;Karl;Otto;Geschäftsführer;040 1234560;Lena;Groß;Fuhrparkleiterin;0171 2345678\n"
        "Chi AG;Bremen;Uwe;Klein;Einkauf;0421 998877;;;;\n"
    )
    take(text, centre=north)
    assert {(role.person.name, role.kind) for role in DecisionMaker.objects.all()} == {
        ("Karl Otto", "managing_director"),
        ("Lena Groß", "fleet_manager"),
        ("Uwe Klein", "other"),
    }
    assert reached("Groß") == {"+49 171 2345678"}


def test_the_second_driver_keeps_the_own_telephone(north):
    text = (
        "Plate,Make,Model,Driver 1 Name,Driver 1 Phone,Driver 2 Name,Driver 2 Phone\n"
        "B-AL 1,Ford,Transit,Ali Demir,0171 2345678,Jens Holm,0172 2345678\nB-AL 2,Ford,Transit,Pool,,Tom Reed,\n"
    )
    take(text, company=make_company(north))
    assert {(drive.vehicle.plate, drive.driver.person.name) for drive in VehicleDriver.objects.all()} == {
        ("B-AL 1", "Ali Demir"),
        ("B-AL 1", "Jens Holm"),
        ("B-AL 2", "Tom Reed"),
    }
    assert reached("Demir") == {"+49 171 2345678"} and reached("Holm") == {"+49 172 2345678"}


def test_numbered_telephones_of_one_person_stay_with_that_person(north):
    run = take("First name,Last name,Company,Phone 1,Phone 2\nGrace,Hill,Nova Ltd,0171 2345678,0172 2345678\n", centre=north)
    assert run.progress.new == 1 and reached("Hill") == {"+49 171 2345678", "+49 172 2345678"}


def test_what_a_person_says_of_one_contact_s_column_leaves_the_other_s_alone(north):
    text = "Account,City,Primary Contact,Secondary Contact,Other\nNova Ltd,Leeds,Grace Hill,Tom Reed,Ann Bell\n"
    run = imports.bring(make_text(text), name="list.csv", by=None, centre=north)
    recognition.mean(run.sheets[0], 4, "person.name")
    assert meanings(run)["Secondary Contact"] == "person.name" and meanings(run)["Primary Contact"] == ""


def test_two_drivers_in_a_cell_have_the_two_addresses_beside_them(north):
    text = (
        "Plate,Make,Driver,Driver E-Mail,Driver Phone\n"
        "B-AL 1,Ford,Jan Jansen / Piet Smit,jan@x.example; piet@x.example,0171 2345678\nB-AL 2,Ford,Ali Demir,ali@x.example,\n"
    )
    take(text, company=make_company(north))
    assert reached("Jansen") == {"jan@x.example", "+49 171 2345678"} and reached("Smit") == {"piet@x.example"}


def test_a_name_beside_a_company_is_a_person_s(north):
    text = (
        "Name;Firma;Funktion;Telefon/Mobil;Adresse\nFrau Petra Schulz;Xi GmbH;Fuhrparkleiterin;T: 040 123456, M: 0171 2345678;20457 Hamburg\n"
        "Hr. Dr. Uwe Klein;Xi GmbH;GF;+49 40 12345611;20457 Hamburg\n"
    )
    take(text, centre=north)
    assert [company.name for company in Company.objects.all()] == ["Xi GmbH"]
    assert {role.person.name for role in DecisionMaker.objects.all()} == {"Petra Schulz", "Uwe Klein"}
    assert reached("Schulz") == {"+49 40 123456", "+49 171 2345678"}


def test_a_remark_in_brackets_makes_nobody_and_is_noted(north):
    run = take("Targa;Assegnatario;Altro conducente\nGC101AA;Luca Verdi (dal 01/03/2025);Anna Neri\n", company=make_company(north))
    assert {person.name for person in Person.objects.all()} == {"Luca Verdi", "Anna Neri"}
    assert notes(run) == [(2, "name", "(dal 01/03/2025)")]


def test_fields_of_related_records_are_those_records(north):
    text = "Account: Account Name,License_Plate__c,Driver__r.Name,Driver__r.Email,Owner: Full Name\nZeta BV,1-XYZ-123,Anna Kern,anna@z.example,Sales Rep\n"
    take(text, centre=north)
    assert {person.name for person in Person.objects.all()} == {"Anna Kern"} and reached("Kern") == {"anna@z.example"}

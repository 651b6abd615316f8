"""Lists of other houses: telephones of other countries, and several people in one row."""

import pytest

from accounts.models import Company
from contacts.models import DecisionMaker, Person, VehicleDriver
from intake import actions as imports
from intake.reading import recognition, telephones
from tests.factories.accounts import make_company
from tests.factories.sheets import make_text
from tests.intake.strangers import meanings, notes, take

pytestmark = pytest.mark.django_db


def reached(name):
    return {address.value for address in Person.objects.get(last_name=name).addresses.all()}


# --- telephones ---------------------------------------------------------------------------------------------------------------


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
    assert telephones.phones(cell, region=region) == (numbers, [])


def test_telephones_are_those_of_the_company_s_country(north):
    text = (
        "Company,Country,First name,Last name,Phone\nNova Ltd,United Kingdom,Grace,Hill,0113 496 0001\nOrbit AG,Germany,Jana,Wolf,"
        "0221 998877\n"
    )
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


# --- several people in one row ------------------------------------------------------------------------------------------------


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
    recognition.set_meaning(run.sheets[0], 4, "person.name")
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
        "Name;Firma;Funktion;Telefon/Mobil;Adresse\nFrau Petra Schulz;Xi GmbH;Fuhrparkleiterin;T: 040 123456, M: 0171 2345678;20457 "
        "Hamburg\n"
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
    text = (
        "Account: Account Name,License_Plate__c,Driver__r.Name,Driver__r.Email,Owner: Full Name\nZeta BV,1-XYZ-123,Anna Kern,"
        "anna@z.example,Sales Rep\n"
    )
    take(text, centre=north)
    assert {person.name for person in Person.objects.all()} == {"Anna Kern"} and reached("Kern") == {"anna@z.example"}

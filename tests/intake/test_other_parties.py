"""Columns about somebody else, and titles that mislead: what is not the person's or the vehicle's own never becomes theirs."""

import pytest

from intake.reading.vocabulary import meanings, words_of
from tests.intake.reading_rows import read_file

FLEET = "Firma;Vorname;Nachname;E-Mail;{};Kennzeichen;Marke\nAlpha Bau GmbH;Ute;Kern;;{};HH-AB 12;VW\n"


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("Vorgesetzter E-Mail", "chef@alpha.example"),
        ("Garage email", "garage@alpha.example"),
        ("E-Mail Leasinggeber", "lg@alpha.example"),
        ("Werkstatt Telefon", "040 7654321"),
        ("Lessor phone", "040 7654321"),
        ("Insurance contact phone", "040 7654321"),
        ("Email Opt Out", "x@alpha.example"),
        ("Mother's phone", "040 7654321"),
        ("Created by email", "x@alpha.example"),
        ("E-mail assicurazione", "x@alpha.example"),
        ("Телефон сервиса", "+7 495 123-45-67"),
        ("Bemerkung (Telefon)", "040 7654321"),
    ],
)
def test_the_address_of_another_party_is_nobody_s_here(title, cell):
    found = read_file(FLEET.format(title, cell))
    assert found.meanings[title] == "" and "emails" not in found.said[0]["people"][0] and "phones" not in found.said[0]["people"][0]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Driver e-mail", "person.email"),
        ("E-Mail dienstlich", "person.email"),
        ("Telefon Fahrer", "person.phone"),
        ("Work mobile", "person.mobile"),
        ("Private E-Mail", "person.private_email"),
        ("email_home", "person.private_email"),
        ("Email personale", "person.private_email"),
        ("Личная почта", "person.private_email"),
        ("Other Phone", "person.phone"),
    ],
)
def test_the_person_s_own_addresses_are_known_by_their_words(title, key):
    cell = "ute@mail.example" if "mail" in key else "+49 40 7654321"
    assert read_file(f"Firma;Vorname;Nachname;{title}\nAlpha Bau GmbH;Ute;Kern;{cell}\n").meanings[title] == key


@pytest.mark.parametrize(
    "title",
    [
        "Mileage (km/l)",
        "l/100 km",
        "Laufleistung Rückgabe",
        "Km-Stand bei Rückgabe",
        "Mehr-km",
        "Mileage allowance",
        "Excess mileage",
        "Км при возврате",
    ],
)
def test_consumption_allowance_and_excess_are_no_odometer(title):
    assert "vehicle.mileage_km" not in dict(meanings(words_of(title)))


@pytest.mark.parametrize("title", ["Letzte Position", "Position (GPS)", "Last position", "Ultima posizione"])
def test_where_a_vehicle_was_is_nobody_s_job(title):
    found = read_file(f"Firma;Kennzeichen;Fahrer;{title}\nHansa Bau AG;HH-AB 12;Anna Kern;Depot 3\n")
    assert "job_title" not in found.said[0]["people"][0]


OUTLOOK = "{};{};{};{};{};{};{}\nAnna;Kern;Hansa Bau AG;+49 40 7654321;+49 40 7654399;anna@hansa.example;fleet@hansa.example\n"


@pytest.mark.parametrize(
    "titles",
    [
        ("First Name", "Last Name", "Company", "Business Phone", "Business Phone 2", "E-mail Address", "E-mail 2 Address"),
        ("Vorname", "Nachname", "Firma", "Telefon geschäftlich", "Telefon geschäftlich 2", "E-Mail-Adresse", "E-Mail 2: Adresse"),
        ("Nome", "Cognome", "Società", "Telefono ufficio", "Telefono ufficio 2", "Indirizzo posta elettronica", "Email 2"),
    ],
)
def test_a_second_address_is_the_same_person_s(titles):
    people = read_file(
        OUTLOOK.format(*titles).replace("\n", ";E-mail 2 Display Name\n", 1).replace("fleet@hansa.example\n", "fleet@hansa.example;Fleet\n")
    ).said[0]["people"]
    assert len(people) == 1 and people[0]["last_name"] == "Kern"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Firma;Fuhrparkleiter;Kennzeichen;Fahrer\nHansa Bau AG;Tom Berg;HH-AB 12;Anna Kern\n", {"Kern": "", "Berg": "Fuhrparkleiter"}),
        (
            "Firma;Kennzeichen;Fahrer;Ansprechpartner;Telefon\nHansa Bau AG;HH-AB 12;Anna Kern;Tom Berg;040 7654321\n",
            {"Kern": "", "Berg": ""},
        ),
        ("Company;Plate;Driver;Fleet manager\nHansa Ltd;HH-AB 12;Anna Kern;Tom Berg\n", {"Kern": "", "Berg": "Fleet manager"}),
        (
            "Azienda;Targa;Conducente;Responsabile flotta\nEdil Srl;GA111BB;Anna Kern;Tom Berg\n",
            {"Kern": "", "Berg": "Responsabile flotta"},
        ),
        ("Компания;Госномер;Водитель;Директор\nООО «Роза»;А123ВС77;Anna Kern;Tom Berg\n", {"Kern": "", "Berg": "Директор"}),
    ],
)
def test_whoever_decides_is_kept_beside_who_drives(text, people):
    found = read_file(text).said[0]["people"]
    assert {one["last_name"]: one.get("job_title", "") for one in found} == people
    assert [one["group"] for one in found if one["last_name"] == "Berg"] == ["decision_maker"]


def test_of_two_tables_side_by_side_each_keeps_its_own():
    text = "Firma;Kennzeichen;Fahrer;;;Ansprechpartner;Telefon;Funktion\nHansa Bau AG;HH-AB 12;Anna Kern;;;Tom Berg;040 7654321;Prokurist\n"
    driver, contact = read_file(text).said[0]["people"]
    assert "phones" not in driver and "job_title" not in driver
    assert (contact["last_name"], contact["phones"], contact["job_title"]) == ("Berg", ["+49 40 7654321"], "Prokurist")


def test_a_private_address_is_kept_as_one():
    text = "Firma;Vorname;Nachname;E-Mail;Private E-Mail\nAlpha Bau GmbH;Ute;Kern;ute@alpha.example;ute@mail.example\n"
    person = read_file(text).said[0]["people"][0]
    assert (person["emails"], person["private_emails"]) == (["ute@alpha.example"], ["ute@mail.example"])


HOME = (
    "Name,Address,City,Country,Company Domain\nAnna Kern,Home Lane 1,Graz,Austria,nordtrade.io\nTom Berg,Home Lane 2,Wien,Austria,"
    "nordtrade.io\n"
)


def test_where_somebody_lives_is_not_where_the_company_is():
    found = read_file(HOME)
    assert set(found.reasons) == {"address.whose"} and not {"street", "city", "country"} & found.said[0]["company"].keys()


@pytest.mark.parametrize(
    "text",
    [
        "Vorname;Nachname;Firma;Straße;PLZ;Ort\nAnna;Kern;Hansa AG;Ring 1;24103;Kiel\n",
        "First Name,Last Name,Business Street,Business City,Company\nAnna,Kern,Ring 1,Kiel,Hansa AG\n",
    ],
)
def test_an_address_after_the_company_or_called_one_of_business_is_the_company_s(text):
    assert read_file(text).said[0]["company"]["street"] == "Ring 1"


@pytest.mark.parametrize("text", ["会社名,No,メール\nHansa Bau,A1,info@hansa.example\n", "Όνομα;Email\nHansa Bau;info@hansa.example\n"])
def test_addresses_beside_titles_in_a_strange_language_are_a_question(text):
    assert read_file(text).refusal == "unknown.titles"

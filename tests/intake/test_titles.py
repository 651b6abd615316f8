"""Titles as other houses write them: abbreviated, with digits glued on, neutral ones that only their cells explain."""

import pytest

from intake.reading.vocabulary import meanings, words_of
from tests.intake.reading_rows import read_file


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Denom. soc.", "company.name"),
        ("Rag. soc.", "company.name"),
        ("Наимен. орг.", "company.name"),
        ("Firma1", "company.name"),
        ("Tel1", "phone"),
        ("Telefon3", "phone"),
        ("Erstzulass.", "vehicle.registered_on"),
        ("Leasingbeg.", "vehicle.delivered_on"),
        ("Kilometerst.", "vehicle.mileage_km"),
        ("Num. targa", "vehicle.plate"),
        ("Polizeil. Kennz.", "vehicle.plate"),
        ("Ansprechp.", "person.name"),
        ("Lief.dat.", "vehicle.delivered_on"),
        ("Leas.ende", "vehicle.contract_ends_on"),
        ("Fa.", "company.name"),
        ("Kd.-Name", "company.name"),
        ("Co. name", "company.name"),
        ("Fg.-Nr.", "vehicle.vin"),
        ("Mobilnr.", "mobile"),
        ("Гос.№", "vehicle.plate"),
    ],
)
def test_beginnings_of_words_and_glued_digits_are_understood(title, key):
    assert meanings(words_of(title))[0][0] == key


@pytest.mark.parametrize("title", ["Firma2", "Kennz. Mahnsperre", "Kennz. Korrespondenzadresse"])
def test_what_only_begins_alike_is_not(title):
    assert not [key for key, _sure in meanings(words_of(title)) if key]


def test_an_empty_column_never_decides_what_a_sheet_is():
    found = read_file("Konto;Firmenname (jur. Person);Ort;Kennzeichen\n10001;Hansa Bau AG;Kiel;\n10002;Nord Bau AG;Kiel;\n")
    assert found.sheets[0].kind == "companies" and [one["company"]["name"] for one in found.said] == ["Hansa Bau AG", "Nord Bau AG"]


@pytest.mark.parametrize(
    ("title", "cells"),
    [("Title", ("CEO", "Fleet Manager")), ("Titel", ("Geschäftsführer", "Prokurist")), ("Titolo", ("Titolare", "Direttore"))],
)
def test_a_title_that_holds_jobs_is_the_job(title, cells):
    found = read_file(
        f"Company;First name;Last name;{title};E-Mail\nAcme Ltd;Ada;Fox;{cells[0]};a@x.example\nAcme Ltd;Bob;Lee;{cells[1]};b@x.example\n"
    )
    assert [(one["people"][0]["job_title"], one["people"][0].get("title", "")) for one in found.said] == [(cells[0], ""), (cells[1], "")]


def test_a_title_that_holds_forms_of_address_or_degrees_stays_one():
    found = read_file("Company;First name;Last name;Title\nAcme Ltd;Ada;Fox;Mrs\nAcme Ltd;Bob;Lee;Dr.\n")
    assert [one["people"][0]["title"] for one in found.said] == ["Mrs", "Dr."]


@pytest.mark.parametrize(
    "words", [("Individual", "Company"), ("Privatperson", "Firma"), ("persona fisica", "azienda"), ("физлицо", "компания")]
)
def test_an_address_book_says_in_words_what_is_a_company(words):
    text = f"Name,Company Type,Related Company,Mobile\nAnna Kern,{words[0]},Hansa Bau AG,+49 171 5556677\nHansa Bau AG,{words[1]},,\n"
    first, second = read_file(text).said
    assert first["people"][0]["last_name"] == "Kern" and first["people"][0]["phones"] == ["+49 171 5556677"]
    assert first["company"]["name"] == "Hansa Bau AG" and "people" not in second


def test_the_entry_of_a_company_among_people_is_no_person():
    text = (
        "Display Name,First Name,Last Name,Organization,E-mail\nHansa Bau,,,Hansa Bau,info@hansa.example\nAnna Kern,Anna,Kern,Hansa "
        "Bau,a@hansa.example\n"
    )
    found = read_file(text)
    assert "people" not in found.said[0] and found.said[0]["company"]["email"] == "info@hansa.example" and found.reasons == []


def test_a_job_title_beside_a_bare_name_makes_people():
    found = read_file("name,emails,organization_id,job_title\nWilson Fisk,w@x.example,7,CEO\nAnna Kern,a@x.example,7,CFO\n")
    assert found.sheets[0].kind == "people" and found.said[0]["people"][0]["last_name"] == "Fisk"


def test_somebody_is_called_null_and_a_machine_writes_it_for_nothing():
    text = "Company,First,Last,City,Plate\nX Srl,Jennifer,Null,None,AB123CD\nX Srl,Luca,null,NULL,AB124CD\nX Srl,None,None,Rome,AB125CD\n"
    people = [one.get("people", [{}])[0].get("last_name", "") for one in read_file(text).said]
    assert people[0] == "Null" and people[2] == "" and read_file(text).said[0]["company"]["city"] == "None"
    assert "city" not in read_file(text).said[1]["company"]


@pytest.mark.parametrize("title", ["Titel", "Title", "Titolo", "Akad. Titel"])
def test_each_cell_below_title_is_a_degree_or_a_job(title):
    rows = ["Ute;Kern;Fuhrparkleiterin", "Ralf;Holm;Dr.", "Ina;Pohl;Prof. Dr. med.", "Ida;Rossi;Amministratore delegato", "Ugo;Neri;Rag."]
    people = [one["people"][0] for one in read_file(f"Firma;Vorname;Nachname;{title}\n" + "".join(f"Alpha;{row}\n" for row in rows)).said]
    assert [one.get("title", "") for one in people] == ["", "Dr.", "Prof. Dr. med.", "", "Rag."]
    assert [one.get("job_title", "") for one in people] == ["Fuhrparkleiterin", "", "", "Amministratore delegato", ""]

"""What was left open of the import's faults: each said, asked about or put right."""

import pytest

from tests.intake.reading_rows import read_file


def companies(found):
    return [said["company"] for said in found.said if "company" in said]


def reasons(found):
    return [problem.reason for row in found.rows for problem in row.problems]


# --- postcodes without their zero -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "home", "postcode"),
    [
        ("Firma;PLZ;Ort\nElbe Bau GmbH;1067;Dresden\n", "DE", "01067"),
        ("Firma;PLZ;Ort\nPleiße Bau GmbH;4109;Leipzig\n", "DE", "04109"),
        ("Firma;PLZ;Ort\nSaale Bau GmbH;6108;Halle (Saale)\n", "DE", "06108"),
        ("Firma;PLZ;Ort;Land\nElbe Bau GmbH;1067;Klotzsche;DE\n", "DE", "01067"),
        ("Ragione sociale;CAP;Comune\nRossi S.r.l.;184;Roma\n", "IT", "00184"),
        ("Ragione sociale;CAP;Comune\nSarda S.r.l.;9100;Cagliari\n", "IT", "09100"),
    ],
)
def test_the_zero_that_a_postcode_lost_comes_back(text, home, postcode):
    found = read_file(text, home=home)
    assert companies(found)[0]["postcode"] == postcode and not reasons(found)


@pytest.mark.parametrize(
    "text",
    [
        "Firma;PLZ;Ort\nDonau Bau GmbH;3390;Melk\n",
        "Firma;PLZ;Ort\nHansa Bau AG;1067;\n",
        "Firma;PLZ;Ort\nHansa Bau AG;2099;Nirgendwo\n",
    ],
)
def test_a_short_postcode_of_an_unknown_town_is_noted(text):
    found = read_file(text)
    assert len(companies(found)[0]["postcode"]) == 4 and "postcode.short" in reasons(found)


@pytest.mark.parametrize("row", ["Donau Bau GmbH;4020;Linz;", "Alpen Bau AG;8001;Zürich;", "Donau Bau GmbH;3390;Melk;+43 2752 52307"])
def test_a_postcode_abroad_is_no_short_one(row):
    found = read_file(f"Firma;PLZ;Ort;Telefon\n{row}\n")
    assert len(companies(found)[0]["postcode"]) == 4 and "postcode.short" not in reasons(found)


# --- states of vehicles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Status", ["Quarantäne", "Sonderlage"]),
        ("Fahrzeugstatus", ["Stufe Rot", "Stufe Grün"]),
        ("Stato veicolo", ["in quarantena", "fermo tecnico"]),
        ("Состояние", ["карантин", "особое"]),
    ],
)
def test_states_of_which_none_is_known_are_noted(title, words):
    found = read_file(f"Firma;Kennzeichen;{title}\nHansa Bau AG;HH-AB 12;{words[0]}\nHansa Bau AG;HH-AB 13;{words[1]}\n")
    noted = [problem.value for row in found.rows for problem in row.problems if problem.reason == "status.unknown"]
    assert noted == words and not any(row.is_rejected for row in found.rows)


def test_a_status_among_customers_makes_no_vehicles():
    found = read_file("Firma;Ort;Status\nHansa Bau AG;Kiel;Interessent\nNord Bau AG;Kiel;Bestandskunde\n")
    assert found.sheets[0].kind == "companies" and not reasons(found)


# --- private persons --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Kundennr.;Anrede;Firma;Ort\n1;Frau;Petra Schulz;Kiel\n2;Firma;Hansa Bau AG;Kiel\n",
        "Anrede;Vorname;Firma;Ort\nFrau;Petra;Petra Schulz;Kiel\nFirma;;Hansa Bau AG;Kiel\n",
        "Firma;Vorname;Nachname;Ort\nPetra Schulz;Petra;Schulz;Kiel\nHansa Bau AG;Anna;Kern;Kiel\n",
        'Firma;Vorname;Nachname;Ort\n"Schulz, Petra";Petra;Schulz;Kiel\nHansa Bau AG;Anna;Kern;Kiel\n',
        "Customer no.;Salutation;Company;City\n1;Mrs;Jane Fox;Leeds\n2;;Acme Ltd;Leeds\n",
    ],
)
def test_a_private_person_among_customers_is_asked_about(text):
    found = read_file(text)
    assert reasons(found)[0] == "company.private" and reasons(found).count("company.private") == 1


@pytest.mark.parametrize(
    "text",
    [
        "Firma;Anrede;Vorname;Nachname\nElektro Meyer;Herr;Jan;Meyer\n",
        "Firma;Anrede;Ansprechpartner\nElektro Meyer;Herr;Jan Meyer\n",
        "Firma;Anrede;Ort\nBäckerei Jäger KG;Frau;Kiel\n",
        "Firma;Vorname;Ort\nMeyer;Jan;Kiel\n",
        "Firma;Ort\nPetra Schulz;Kiel\n",
    ],
)
def test_a_company_with_a_contact_is_no_private_person(text):
    assert "company.private" not in reasons(read_file(text))


# --- DATEV's one telephone --------------------------------------------------------------------------------------------------

DATEV = (
    '"EXTF";700;16;"Debitoren/Kreditoren";5;20261130101500000;;"RE";"";"";1001;2002;20260101;5;;;;;;\n'
    "Konto;Name (Adressattyp Unternehmen);Adressattyp;Telefon;E-Mail;Ansprechpartner\n"
)


@pytest.mark.parametrize(
    ("row", "company", "person"),
    [
        ('10001;"Hansa Bau AG";"2";"040 7654321";"kern@hansa.example";"Anna Kern"', ("", ""), (["+49 40 7654321"], ["kern@hansa.example"])),
        ('10001;"Hansa Bau AG";"2";"040 7654321";"";"Anna Kern"', ("", ""), (["+49 40 7654321"], [])),
        ('10001;"Hansa Bau AG";"2";"040 7654321";"post@hansa.example";""', ("+49 40 7654321", "post@hansa.example"), None),
    ],
)
def test_telephone_and_address_of_an_account_are_its_contacts_where_one_is_named(row, company, person):
    said = read_file((DATEV + row + "\n").encode("cp1252")).said[0]
    assert (said["company"].get("phone", ""), said["company"].get("email", "")) == company
    people = said.get("people", [])
    assert (people[0].get("phones", []), people[0].get("emails", [])) == person if person else people == []


# --- titles down the side ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ragione sociale;Rossi S.p.A.\nIndirizzo;Via Roma 1\nReferente;Titolare\n",
        "Cliente;Rossi S.p.A.\nComune;Roma\nTelefono;Cellulare\n",
        "Ragione sociale;Rossi S.p.A.\nComune;Roma\nTelefono;06 1234567\n",
        "Firma;Hansa Bau AG\nStraße;Ring 1\nAnsprechpartner;Geschäftsführer\n",
    ],
)
def test_titles_down_the_side_are_refused_as_such(text):
    assert read_file(text).sheets[0].refusal.reason == "transposed"


def test_titles_below_a_heading_and_nothing_else_are_no_rows():
    assert read_file("Liste vom 1.1.2026\nFirma;Ort\n").sheets[0].refusal.reason == "no_rows"

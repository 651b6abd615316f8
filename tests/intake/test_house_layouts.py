"""Files of programs that name themselves, and lists that are none: DATEV, 1C, statements of fuel cards."""

import pytest

from fleetportal.core import vat
from tests.intake.reading_rows import read_file

EXTF = '"EXTF";700;16;"Debitoren/Kreditoren";5;20261130101500000;;"RE";"";"";1001;2002;20260101;5;;;;;;\n'
TITLES = (
    "Konto;Name (Adressattyp Unternehmen);Name (Adressattyp natürl. Person);Vorname (Adressattyp natürl. Person);Adressattyp;"
    "Kurzbezeichnung;"
    "EU-Land;EU-UStID;Anrede;Straße;Postleitzahl;Ort;Land;Telefon;E-Mail;Ansprechpartner{}\n"
)
ROWS = (
    '10001;"Ostmark Dachbau GmbH";;;"2";"OST";"DE";"136695976";;"Ring 3";"01067";"Dresden";"DE";"0351 4567890";"info@ost.example";"Karin '
    'Vogt"{0}\n'
    '10002;"Nordlicht Pflegedienst e.K.";;;"2";;;;;"Weg 2";"26721";"Emden";"DE";"04921 45678";;"Jens Harms"{0}\n'
    '10003;;"Berg";"Anna";"1";;;;Frau;"Gasse 1";"71032";"Böblingen";"DE";;;{0}\n'
    '70001;"Großhandel Süd AG";;;"2";;;;;;;;;;;{0}\n'
)
MORE = ";Kennz. Korrespondenzadresse;Kreditlimit (Debitor);Steuernummer;Bemerkung (Telefon);Adresse Gültig von;Lastschrift;Mahnung"


@pytest.mark.parametrize(("more", "cells"), [("", ""), (MORE, ";1;5000;12/345;abends;01012020;9;1")])
def test_customers_of_datev_are_companies_and_their_contacts(more, cells):
    found = read_file((EXTF + TITLES.format(more) + ROWS.format(cells)).encode("cp1252"), "EXTF_Debitoren.csv")
    first, second, third = found.said
    assert first["company"] | {"x": 1} == {
        "name": "Ostmark Dachbau GmbH", "external_id": "10001", "vat_number": "DE136695976", "street": "Ring 3", "postcode": "01067",
        "city": "Dresden", "country": "DE", "x": 1,
    }  # fmt: skip
    assert (first["people"][0]["phones"], first["people"][0]["emails"]) == (["+49 351 4567890"], ["info@ost.example"])
    assert [one["people"][0]["last_name"] for one in (first, second)] == ["Vogt", "Harms"]
    assert found.reasons == ["company.private"] and third["people"][0]["last_name"] == "Berg" and found.skipped == [(6, "supplier")]
    assert "vehicle" not in first


ONE_C = [
    "Код;Наименование в программе;ИНН;Полное наименование;Это группа\n1;Покупатели;;;да\n2;Ромашка;7707083893;ООО «Ромашка»;нет\n3;Лютик;"
    "7728168971 / 773601001;ООО «Лютик»;нет\n",
    "Код;Наименование;ИНН/КПП;Наименование полное\n1;Покупатели;;\n2;Ромашка;7707083893;ООО «Ромашка»\n3;Лютик;7728168971/773601001;ООО "
    "«Лютик»\n",
    "Код;Наименование в программе;ИНН / КПП;Полное наименование;Город\n;Покупатели;;;\n2;Ромашка;7707083893 / 770701001;ООО «Ромашка»;"
    "Москва\n3;Лютик;7728168971 / 773601001;ООО «Лютик»;Тверь\n",
]


@pytest.mark.parametrize("text", ONE_C)
def test_counterparties_of_1c_are_companies_and_its_groups_are_none(text):
    found = read_file(text)
    assert [(one["company"]["name"], one["company"]["vat_number"]) for one in found.said] == [
        ("ООО «Ромашка»", "RU7707083893"),
        ("ООО «Лютик»", "RU7728168971"),
    ]
    assert found.skipped == [(2, "section")] and set(found.reasons) <= {"vat.second"}


def fillings(titles, row):
    return (
        titles
        + "\n"
        + "".join(row.format(12 + place % 2, place + 1, 40 + place, 70 + place, 41000 + place * 500) + "\n" for place in range(6))
    )


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        (
            "Firma;Karte;Kennzeichen;Nutzer;Liefertag;Sorte;Liter;Summe;Kilometerstand",
            "Hansa AG;7;HH-AB {};Kern;{:02}.11.2026;Diesel;{},2;{},12;{}",
        ),
        (
            "Firma;Karte;Kennzeichen;Nutzer;Lieferdatum;Sorte;Menge;Betrag;km-Stand",
            "Hansa AG;7;HH-AB {};Kern;{:02}.11.2026;Diesel;{},2;{},12;{}",
        ),
        ("Customer,Reg,Txn,When,Qty,Value", "Hansa Ltd,LM{0} XYZ,{1},0{1}.11.2026,{2}.2,{3}.12"),
        ("Azienda;Tessera;Targa;Data rifornimento;Litri;Importo", "Edil Srl;7;GA1{}BB;{:02}/11/2026;{},2;{},12"),
        ("Компания;Карта;Госномер;Дата заправки;Литры;Сумма", "ООО Роза;7;А1{}ВС77;{:02}.11.2026;{},2;{},12"),
    ],
)
def test_a_statement_of_fillings_is_refused_as_one(titles, row):
    assert read_file(fillings(titles, row)).refusal == "fillings"


def test_a_fleet_with_costs_and_a_row_for_each_user_is_a_fleet():
    rows = "".join(
        f"Hansa AG;HH-AB {number // 2};Nutzer {'AB'[number % 2]}ob;01.03.2024;{300 + number // 2},50;{4000 + number // 2}\n"
        for number in range(20, 40)
    )
    assert read_file(f"Firma;Kennzeichen;Nutzer;Lieferdatum;Leasingrate;km-Stand\n{rows}").refusal == ""


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("CHE-107.787.577 MWST", "CH", "CHE107787577"),
        ("CHE-107.787.577 TVA", "", "CHE107787577"),
        ("CHE-107.787.577", "DE", "CHE107787577"),
        ("107.787.577", "LI", "CHE107787577"),
        ("LI12345", "DE", "LI12345"),
        ("LI 54 321 MWST", "", "LI54321"),
        ("12345", "LI", "LI12345"),
        ("995525828", "NO", "NO995525828MVA"),
        ("NO995525828MVA", "", "NO995525828MVA"),
        ("ATU13585627", "", "ATU13585627"),
        ("XI980780684", "", "XI980780684"),
    ],
)
def test_a_vat_number_is_kept_in_one_spelling(number, country, kept):
    assert vat.compact(number, country=country) == kept


@pytest.mark.parametrize("number", ["CHE-107.787.578 MWST", "DK DK 13585628", "LI123456", "12345"])
def test_a_vat_number_with_a_wrong_digit_or_two_prefixes_is_none(number):
    with pytest.raises(vat.NoVatNumber):
        vat.compact(number, country="DK")

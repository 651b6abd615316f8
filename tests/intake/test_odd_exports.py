"""What exports of other programs hold beside their rows: sums, hints, other tables, yes and no, whoever has left."""

import pytest

from accounts.models import Vehicle
from intake.reading.vocabulary import meanings, words_of
from tests.factories.sheets import make_xlsx
from tests.intake.reading_rows import read_file
from tests.intake.running import take, verdicts


@pytest.mark.parametrize("between", [[["Fahrzeuge"]], [[], ["Fahrzeuge"]], [[]]])
def test_rows_of_another_table_below_are_left_out_and_said(between):
    first = [["Kundennr.", "Firma", "PLZ", "Ort"], ["1001", "Hansa Bau AG", "28195", "Bremen"], ["1002", "Jäger KG", "20457", "Hamburg"]]
    second = [
        ["Kundennr.", "Kennzeichen", "Marke", "Modell"],
        ["1001", "HB-AB 12", "VW", "Passat"],
        ["1001", "HB-AB 13", "Ford", "Transit"],
    ]
    found = read_file(make_xlsx({"Kunde": [*first, *between, *second]}), "list.xlsx")
    assert [row.one_name for row in map(Named, found.rows)] == ["Hansa Bau AG", "Jäger KG", "", ""]
    assert found.reasons == ["row.other_list", "row.other_list"] and all(row.is_rejected for row in found.rows[2:])


class Named:
    """A row by the name of its company."""

    def __init__(self, row):
        self.one_name = row.said.to_json().get("company", {}).get("name", "")


def test_titles_repeated_after_a_gap_go_on_with_the_same_table():
    titles, cars = ["Firma", "Kennzeichen", "Marke"], [["X AG", "HH-AB 1", "VW"], ["X AG", "HH-AB 2", "Ford"]]
    found = read_file(make_xlsx({"S": [titles, *cars[:1], [], titles, *cars[1:]]}), "list.xlsx")
    assert len(found.rows) == 2 and found.reasons == []


@pytest.mark.parametrize("word", ["Subtotal", "Summe", "Totale", "Итого", "Total"])
@pytest.mark.parametrize("beside", [("Count", "3"), ("", "3")])
def test_a_sum_with_the_word_for_a_count_beside_it_is_no_vehicle(word, beside):
    rows = [["Company", "Plate", "Driver", "Lease end"], ["X AG", "HH-AB 1", "Anna Kern", "31/12/2027"], [word, *beside, ""]]
    assert len(read_file(make_xlsx({"S": rows}), "list.xlsx").rows) == 1


def test_a_company_that_is_called_like_a_sum_stays():
    assert read_file("Firma;Kennzeichen;Marke;Modell\nTotal;HH-AB 1;VW;\nX AG;HH-AB 2;VW;Golf\n").said[0]["company"]["name"] == "Total"


@pytest.mark.parametrize(
    "hints",
    [
        "Pflichtfeld;z. B. HH-AB 123;TT.MM.JJJJ;Vorname Nachname",
        "required;e.g. HH-AB 123;DD/MM/YYYY;First and last name",
        "обязательно;например А123ВС77;ДД.ММ.ГГГГ;Имя и фамилия",
        "obbligatorio;ad es. GA123BB;gg/mm/aaaa;Nome e cognome",
    ],
)
def test_a_row_that_explains_the_columns_is_no_data(hints):
    found = read_file(f"Firma;Kennzeichen;Leasingende;Fahrer\n{hints}\nHansa Bau AG;HB-AB 12;31.12.2027;Anna Kern\n")
    assert [row["company"]["name"] for row in found.said] == ["Hansa Bau AG"] and found.reasons == []


@pytest.mark.parametrize(
    ("title", "gone"),
    [("Abgemeldet", "ja"), ("Verkauft", "ja"), ("Aktiv", "nein"), ("Sold", "yes"), ("Active", "no"), ("Attivo", "no"), ("Продан", "да")],
)
def test_yes_and_no_say_whether_a_vehicle_is_still_there(title, gone):
    here = {"ja": "nein", "nein": "ja", "yes": "no", "no": "yes", "да": "нет"}[gone] if title != "Attivo" else "sì"
    found = read_file(f"Firma;Kennzeichen;Leasingende;{title}\nX AG;HH-AB 1;31.12.2025;{here}\nX AG;HH-AB 2;31.12.2025;{gone}\n")
    assert [row["vehicle"].get("given_back_on", "") for row in found.said] == ["", "2025-12-31"]


@pytest.mark.parametrize("title", ["Austritt", "Leaving date", "Data cessazione", "Дата увольнения"])
def test_whoever_has_left_is_no_contact_and_that_is_said(title):
    found = read_file(
        f"Firma;Nachname;Vorname;E-Mail;{title}\nX AG;Kern;Anna;a@x.example;\nX AG;Berg;Tom;t@x.example;31.12.2024\n"
        "X AG;Ott;Eva;e@x.example;31.12.2099\n"
    )
    assert [row.is_rejected for row in found.rows] == [False, True, False] and found.reasons == ["person.left"]


LEXWARE = "Kundennr.;Anrede;Name;Vorname;Strasse;Plz;Ort;Telefon1;eMail\n"


def test_customers_whose_form_of_address_says_which_are_companies():
    found = read_file(
        f"{LEXWARE}10001;Firma;Hansa Bau AG;;Am Wall 3;28195;Bremen;0421/556677;post@hansa.example\n"
        "10002;Herr;Berg;Tom;Ring 5;20457;Hamburg;;tom@berg.example\n"
    )
    company = found.said[0]["company"]
    assert (company["name"], company["city"], company["phone"], company["email"], company["external_id"]) == (
        "Hansa Bau AG", "Bremen", "+49 421 556677", "post@hansa.example", "10001",
    )  # fmt: skip
    assert "people" not in found.said[0] and [row.is_rejected for row in found.rows] == [False, True]
    assert found.reasons == ["company.private"]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Nome dell'azienda", "company.name"),
        ("Nome dell’azienda", "company.name"),
        ("Driver's e-mail", "email"),
        ("Kunde Ort", "city"),
        ("Organization - Address", "address"),
        ("Person - Organization", "company.name"),
    ],
)
def test_titles_with_an_apostrophe_and_those_that_name_whose_fact_it_is(title, key):
    assert meanings(words_of(title))[0][0] == key


@pytest.mark.parametrize("address", ["127018, Москва г, Складочная ул, дом № 1", "127018, г. Москва, Складочная ул, дом № 1"])
def test_an_address_as_1c_writes_it(address):
    found = read_file(f'Наименование;ИНН;Юридический адрес\n"ООО Лесная";7707083893;"{address}"\n')
    company = found.said[0]["company"]
    assert (company["street"], company["postcode"], company["city"]) == ("Складочная ул, дом № 1", "127018", "Москва")


@pytest.mark.django_db
def test_a_number_that_lost_its_zeros_on_the_second_sheet_still_joins(north):
    sheets = {"Kunden": [["Kd-Nr.", "Firma"], ["00123", "Hansa Bau AG"]], "Fahrzeuge": [["Kd-Nr.", "Kennzeichen"], [123, "HB-AB 12"]]}
    run = take(make_xlsx(sheets), "list.xlsx", centre=north)
    assert verdicts(run) == ["new", "new"] and Vehicle.objects.get().company.name == "Hansa Bau AG"

"""Lists in shapes that nobody drew for us: covers and legends, headings between rows, sheets joined by the plate, formulas unreckoned."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, Vehicle
from contacts.models import Holder, Person
from contacts.people.models.pairs import SAME_PERSON
from fleetportal.core.audit import Change
from intake import actions as imports
from intake.models import Import
from intake.reading import dates, telephones
from intake.wording import words_of
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person
from tests.factories.sheets import make_text, make_workbook_by_hand, make_xlsx
from tests.intake.running import judge, rows_at_once, take, verdicts, why

pytestmark = pytest.mark.django_db


def meanings(run, sheet=0):
    return {column.title: column.key for column in run.sheets[sheet].columns}


def skipped(run):
    return [why for _sheet, _row, why in run.position.skipped]


# --- several sheets that belong together ------------------------------------------------------------------------------------


JOINED = {
    "Fahrzeuge": [["Kennzeichen", "FIN", "Hersteller", "Modell", "Firma"], ["HH-AB 1", "WVWZZZ3CZRE014512", "VW", "Golf", "Alpha GmbH"],
    ["HH-AB 2", "WVWZZZ3CZRE014513", "Opel", "Corsa", "Alpha GmbH"]],
    "Fahrer": [["Kennzeichen", "Vorname", "Nachname", "E-Mail"], ["HH-AB 1", "Eva", "Kern", "eva@alpha.example"],
    ["HH AB 2", "Jan", "Voss", "jan@alpha.example"], ["HH-XX 9", "Ole", "Fremd", ""]],
    "Leasing": [["Kennzeichen", "Leasinggeber", "Leasingende"], ["HH-AB 1", "ALD", "31.12.2027"], ["HH-AB 2", "ALD", "30.06.2028"]],
}  # fmt: skip


def test_sheets_joined_by_the_plate_tell_of_the_same_vehicles(north):
    run = take(make_xlsx(JOINED), "fuhrpark.xlsx", centre=north)
    assert not run.asks_owner and (run.progress.new_of["vehicle"], run.progress.new_of["company"], run.progress.new_of["person"]) == (
        2,
        1,
        2,
    )
    assert verdicts(run) == ["new", "new", "changed", "changed", "rejected", "changed", "changed"]
    assert why(run) == ["No other sheet in this file says whose vehicle this is."]
    assert dict(Vehicle.objects.values_list("plate", "contract_ends_on")) == {"HH-AB 1": date(2027, 12, 31), "HH-AB 2": date(2028, 6, 30)}
    assert dict(Holder.objects.values_list("vehicle__plate", "user__person__last_name")) == {"HH-AB 1": "Kern", "HH-AB 2": "Voss"}
    assert {role.company.name for person in Person.objects.all() for role in person.user_roles.all()} == {"Alpha GmbH"}
    again = take(make_xlsx(JOINED), "fuhrpark.xlsx", centre=north)
    assert not again.rows.filter(verdict__in=("new", "changed")).exists() and Vehicle.objects.count() == 2


def test_a_sheet_that_contradicts_another_is_left_out(north):
    book = {
        **JOINED,
        "Alt": [["Kennzeichen", "Firma", "Leasingende"], ["HH-AB 1", "Beta AG", "31.12.2027"], ["HH-AB 2", "Alpha GmbH", "30.06.2029"]],
    }
    run = judge(make_xlsx(book), "fuhrpark.xlsx", centre=north)
    said = {sheet: list(run.rows.filter(sheet=sheet).order_by("row").values_list("verdict", "problem")) for sheet in (2, 3)}
    assert said == {3: [("rejected", "twice"), ("changed", "")], 2: [("changed", ""), ("rejected", "twice")]}


def test_a_sheet_of_other_vehicles_still_asks_whose_they_are(north):
    book = {
        **JOINED,
        "Leasing": [["Kennzeichen", "Leasinggeber", "Leasingende"], ["HB-ZZ 1", "ALD", "31.12.2027"], ["HB-ZZ 2", "ALD", "30.06.2028"]],
    }
    assert imports.bring(make_xlsx(book), name="fuhrpark.xlsx", by=None, centre=north).asks_owner


# --- what is no row of data ---------------------------------------------------------------------------------------------------


def test_headings_between_rows_are_passed_over(north):
    rows = [
        ["Firma", "Kennzeichen", "Hersteller", "Modell", "Fahrer"],
        ["Standort Hamburg"],
        ["Nord GmbH", "HH-NW 1", "VW", "Golf", "Anna Kern"],
        ["Standort Bremen"] * 5,
        ["Nord GmbH", "HB-NW 3", "Opel", "Astra", "Ole Bo"],
    ]
    run = take(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    assert verdicts(run) == ["new", "new"] and skipped(run) == ["section", "section"]
    assert list(Company.objects.values_list("name", flat=True)) == ["Nord GmbH"]


def test_remarks_in_the_column_of_the_plates_are_passed_over_and_lone_plates_are_not(north):
    rows = [
        ["Kennzeichen", "Marke", "Modell", "Firma"],
        ["B-RE 1", "VW", "Polo", "Rho GmbH"],
        ["B-RE 2", "VW", "Polo", "Rho GmbH"],
        ["B-RE 3"],
        ["Seite 1 von 1"],
        ["* = Ersatzfahrzeug"],
    ]
    run = judge(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    assert verdicts(run) == ["new", "new", "rejected"] and skipped(run) == ["footer", "section"]
    assert why(run) == ["The row doesn’t name a company."]


def test_a_company_of_which_only_the_name_is_known_is_a_row(north):
    rows = [["Firma", "PLZ", "Ort", "Telefon"], ["Alpha GmbH", "20457", "Hamburg", ""], ["Beta AG"], ["Gamma KG", "28195", "Bremen", ""]]
    assert verdicts(judge(make_xlsx({"Kunden": rows}), "kunden.xlsx", centre=north)) == ["new"] * 3


def test_a_cover_and_a_legend_are_no_lists(north):
    book = {
        "Cover": [["Fleet report"], [], ["Customer", "Hansa Bau AG"], ["Report date", "01.11.2026"], ["Confidential"]],
        "Fleet": [
            ["Client name", "Licence plate", "Make / Model", "Driver name"],
            ["Hansa Bau AG", "HB-AB 123", "VW Passat", "Meier, Klaus"],
        ],
        "Legend": [["Abbreviation", "Meaning"], ["OL", "Operating lease"], ["FL", "Finance lease"]],
    }
    run = take(make_xlsx(book), "report.xlsx", centre=north)
    assert [sheet.refusal.kind if sheet.refusal else "" for sheet in run.sheets] == ["cover", "", "unknown"]
    assert list(Company.objects.values_list("name", flat=True)) == ["Hansa Bau AG"]


def test_a_bare_list_of_customers_is_no_cover(north):
    rows = [["Kunde", "Kürzel"], ["Alpha GmbH", "A"], ["Beta AG", "B"]]
    assert verdicts(judge(make_xlsx({"Kunden": rows}), "kunden.xlsx", centre=north)) == ["new", "new"]


def test_a_company_named_in_the_first_row_of_a_block_is_that_of_the_rows_below(north, monkeypatch):
    rows_at_once(monkeypatch, 2)
    rows = [
        ["Kunde", "Kennzeichen", "Modell"],
        ["Delta GmbH", "DO-DE 1", "Audi A4"],
        ["", "DO-DE 2", "Audi A6"],
        ["", "DO-DE 3", "Audi Q4"],
        ["Rho AG", "DO-EP 1", "Seat Leon"],
        ["", "DO-EP 2", "Seat Leon"],
    ]
    run = take(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "company__name")) == {
        "DO-DE 1": "Delta GmbH", "DO-DE 2": "Delta GmbH", "DO-DE 3": "Delta GmbH", "DO-EP 1": "Rho AG", "DO-EP 2": "Rho AG",
    }  # fmt: skip
    assert run.rows.filter(has_notes=True).count() == 3


def test_gaps_in_a_column_of_companies_are_not_filled(north):
    rows = [
        ["Kunde", "Kennzeichen", "Modell"],
        ["Delta GmbH", "DO-DE 1", "Audi A4"],
        ["Delta GmbH", "DO-DE 2", "Audi A6"],
        ["", "DO-DE 3", "Audi Q4"],
        ["Rho AG", "DO-EP 1", "Seat Leon"],
    ]
    assert verdicts(judge(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)) == ["new", "new", "rejected", "new"]


def test_a_bare_name_beside_a_contact_is_the_company_s(north):
    text = (
        "Наименование;ИНН;Юр. адрес;Контактное лицо;Тел.\nООО «ТрансАвто»;7712422037;127018, г. Москва, ул. Складочная, д. 1;Смирнова "
        "Елена Петровна;(495) 111-22-33\n"
    )
    take(make_text(text, encoding="cp1251"), "клиенты.csv", centre=north)
    company = Company.objects.get()
    assert (company.name, company.postcode, company.city, company.street) == ("ООО «ТрансАвто»", "127018", "Москва", "ул. Складочная, д. 1")
    assert Person.objects.get().last_name == "Смирнова"


# --- formulas -----------------------------------------------------------------------------------------------------------------


def test_a_formula_without_its_result_is_said(north):
    rows = [
        ["Firma", "Kennzeichen", "Hersteller", "Leasingende"],
        ["Gamma KG", "M-GA 1", "BMW", "=DATE(2027,1,1)"],
        ["Gamma KG", "M-GA 2", "BMW", "31.12.2027"],
    ]
    run = judge(make_xlsx({"Flotte": rows}), "flotte.xlsx", centre=north)
    first, second = run.rows.order_by("row")
    assert first.has_notes and first.found[0].kind == "formula" and first.found[0].column == 3
    assert "save it and upload it again" in words_of(first.found[0])[1] and not second.problems


def test_a_formula_with_its_result_is_read_as_what_it_shows(north, tmp_path):
    text = "".join(
        f'<c r="{place}" t="inlineStr"><is><t>{word}</t></is></c>'
        for place, word in (("A1", "Firma"), ("B1", "Kennzeichen"), ("C1", "Modell"))
    )
    cell = (
        '<c r="A2" t="str"><f>"Gam"&amp;"ma KG"</f><v>Gamma KG</v></c><c r="B2" t="inlineStr"><is><t>M-GA 1</t></is></c><c r="C2" '
        't="str"><f>IF(1,"")</f><v></v></c>'
    )
    path = make_workbook_by_hand(tmp_path / "f.xlsx", sheet=f'<row r="1">{text}</row><row r="2">{cell}</row>')
    with path.open("rb") as file:
        run = judge(file, "f.xlsx", centre=north)
    assert run.rows.get().values["company"]["name"] == "Gamma KG" and not run.rows.get().problems


# --- what a row says ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Leasingende", "Rückgabe"])
def test_what_ends_before_it_begins_is_refused(north, title):
    rows = [
        ["Firma", "Kennzeichen", "Modell", "Auslieferung", title],
        ["Alpha GmbH", "HH-A 1", "VW Golf", "15.02.2024", "14.01.2024"],
        ["Alpha GmbH", "HH-A 2", "VW Golf", "15.02.2024", "15.02.2025"],
    ]
    run = judge(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    first, second = run.rows.order_by("row")
    assert (first.verdict, first.found[0].column, first.found[0].value) == ("rejected", 4, "14.01.2024")
    assert second.verdict == "new"


def test_the_telephone_of_a_list_without_companies_is_the_driver_s_and_the_rows_go_to_the_owner(north):
    text = (
        "Автопарк;;;;\n№ п/п;Гос. номер;Марка, модель;Закреплен за (ФИО);Телефон\n1;А123ВС 77;LADA Vesta;Иванов Иван Иванович;8 (495) "
        "123-45-67\n2;К456ОР 777;BMW X3;Петрова О.С.;+7 916 765 43 21\nНачальник АТХ ____ Сидоров П.П.;;;;\n"
    )
    run = take(make_text(text, encoding="cp1251"), "автопарк.csv", centre=north, company=make_company(north, name="Ромашка"))
    assert verdicts(run) == ["new", "new"] and skipped(run) == ["section"]
    assert set(Vehicle.objects.values_list("company__name", flat=True)) == {"Ромашка"}
    assert Person.objects.get(last_name="Иванов").addresses.get().value == "+7 495 123-45-67"


def test_the_second_driver_in_a_cell_is_not_lost(north):
    rows = [
        ["Società", "Targa", "Marca", "Modello", "Assegnatario", "Sede"],
        ["Edil S.r.l.", "GB456CD", "Fiat", "Panda", "BIANCHI GIULIA / VERDI LUCA", "Torino"],
    ]
    take(make_xlsx({"Flotta": rows}), "flotta.xlsx", centre=north)
    car = Vehicle.objects.get()
    assert [holder.user.person.last_name for holder in car.holders.all()] == ["BIANCHI"]
    assert [drive.driver.person.last_name for drive in car.drivers.all()] == ["VERDI"]
    assert (car.company.city, car.company.street) == ("Torino", "")


@pytest.mark.parametrize(
    ("titles", "row", "title", "key"),
    [
        (["Plate", "Model", "Driver First Name", "Driver Last Name", "Driver Mobile", "Customer"],
        ["HH-AL 1", "VW ID.4", "Jo", "Groß", "0171/2345678", "Zeta SE"], "Driver Mobile", "person.mobile"),
        (["Firma", "PLZ / Ort", "Ansprechpartner", "E-Mail AP"], ["Otto e.K.", "28195 Bremen", "Frau Ines Otto", "io@otto.example"],
        "E-Mail AP", "person.email"),
        (["Firma", "Kontrollschild", "Marke", "Typ", "Lenker/in", "Natel"],
        ["Alpen AG", "ZH 123 456", "Skoda", "Superb", "Urs Müller", "079 123 45 67"], "Kontrollschild", "vehicle.plate"),
        (["Mitarbeiter", "Kfz", "Fahrzeug", "Leasing bis"], ["Kern, Eva", "HH AB 1", "VW Golf 8", "12/2027"], "Kfz", "vehicle.plate"),
    ],
)  # fmt: skip
def test_titles_of_other_houses_are_understood(north, titles, row, title, key):
    run = imports.bring(make_xlsx({"Liste": [titles, row, row]}), name="liste.xlsx", by=None, centre=north)
    assert meanings(run)[title] == key


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("0221 / 99 88 77", ["+49 221 998877"]),
        ("0431 / 55 66-0", ["+49 431 55660"]),
        ("0151-11122234 / 0441 556677", ["+49 1511 1122234", "+49 441 556677"]),
        ("+49 40 123456/+49 171 2345678", ["+49 40 123456", "+49 171 2345678"]),
    ],
)
def test_a_slash_after_the_dialling_code_parts_no_numbers(text, good):
    assert telephones.phones(text) == (good, [])


@pytest.mark.parametrize(("text", "begins", "ends"),
[("03/27", date(2027, 3, 1), date(2027, 3, 31)), ("4.21", date(2021, 4, 1), date(2021, 4, 30)),
("Q1/2027", date(2027, 1, 1), date(2027, 3, 31)), ("2. Quartal 2027", date(2027, 4, 1), date(2027, 6, 30))])  # fmt: skip
def test_months_and_quarters_are_days_too(text, begins, ends):
    assert (dates.parse(text, today=date(2026, 1, 1)), dates.parse(text, today=date(2026, 1, 1), ends=True)) == (begins, ends)


# --- who belongs to whom --------------------------------------------------------------------------------------------------------


def test_a_parent_that_a_later_batch_makes_is_found_by_the_same_import(north, monkeypatch):
    rows_at_once(monkeypatch, 2)
    rows = [
        ["Firma", "PLZ", "Konzernmutter"],
        *([f"Tochter {number} GmbH", "20457", "Mutter AG"] for number in range(5)),
        ["Mutter AG", "20457", ""],
    ]
    run = take(make_xlsx({"Kunden": rows}), "kunden.xlsx", centre=north)
    assert Company.objects.filter(parent__name="Mutter AG").count() == 5 and run.state == Import.State.DONE
    assert Change.objects.filter(field="parent").count() == 4  # one was made with its mother
    imports.undo(run, by=None)
    imports.work(run)
    assert not Company.objects.exists()


# --- rows that others change meanwhile ------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_what_stands_is_locked_in_order_before_it_is_looked_at(north):
    rows = [
        ["Firma", "Kennzeichen", "Modell", "Nutzer"],
        ["Alpha GmbH", "HH-A 1", "VW Golf", "Eva Kern"],
        ["Beta AG", "HH-B 1", "VW Golf", "Jan Voss"],
    ]
    take(make_xlsx({"Liste": rows}), "liste.xlsx", centre=north)
    for number, row in enumerate(rows[1:]):
        row[2] = f"VW Passat {number}"
    run = judge(make_xlsx({"Liste": rows}), "neu.xlsx", centre=north)
    imports.apply(run, by=None, in_background=False)
    with CaptureQueriesContext(connection) as queries:
        imports.work(run)
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    tables = [name for name in ("accounts_company", "accounts_vehicle", "contacts_person") if any(f'FROM "{name}"' in sql for sql in locks)]
    first = {name: next(place for place, sql in enumerate(locks) if f'FROM "{name}"' in sql) for name in tables}
    assert list(first) == sorted(first, key=first.__getitem__) == ["accounts_company", "accounts_vehicle", "contacts_person"]
    of_nouns = [sql for sql in locks if any(f'FROM "{name}"' in sql for name in tables)]
    by_first_column = re.compile(r'SELECT "\w+"\."id" .* ORDER BY 1 ASC')  # as Django writes it where a column is asked for alone
    assert not [sql for sql in of_nouns if '."id" ASC' not in sql and not by_first_column.match(sql)]


@pytest.mark.postgres
def test_pairs_are_looked_for_by_the_new_people_s_addresses(north):
    """Without figures about the tables, as in the middle of an import, PostgreSQL must not read every address for each batch."""
    people = [make_person(last_name=f"Kern{number}") for number in range(3)]
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(people))
        cursor.execute(f"EXPLAIN {SAME_PERSON.format(ids=places)}", [person.pk for person in people] * 2)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "person_id = ANY" in plan


@pytest.mark.parametrize("text", ["-56", "0221", "112"])
def test_a_dialling_code_or_an_extension_alone_is_no_number(text):
    assert telephones.phones(text) == ([], [text])

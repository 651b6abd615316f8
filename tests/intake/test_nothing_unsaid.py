"""What a row states and is not taken is said; an entry that its own program calls deleted is left out."""

from datetime import date

import pytest

from accounts.models import Company, Vehicle
from contacts.models import DecisionMaker, Holder, Person
from fleetportal.core.db import fold
from intake.reading import cells
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.reading_rows import read_file
from tests.intake.running import judge, take, verdicts


def reasons(run):
    return [problem.reason for row in run.rows.order_by("row") for problem in row.found]


# --- entries that are no longer in use ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "gone", "here"),
    [
        ("Gelöscht", "ja", "nein"), ("Gelöscht", "X", ""), ("Löschkennzeichen", "1", "0"), ("Kundenstatus", "inaktiv", "aktiv"),
        ("Aktiv", "nein", "ja"), ("Gelöscht am", "12.03.2024", ""), ("Archiviert", "true", "false"), ("Status", "Archived", "Active"),
        ("IsDeleted", "TRUE", "FALSE"), ("Active", "False", "True"), ("Inactive", "yes", "no"), ("Account status", "Closed", "Active"),
        ("Archiviato", "sì", "no"), ("Stato cliente", "cessato", "attivo"), ("Attivo", "no", "sì"),
        ("Пометка удаления", "да", "нет"), ("Статус", "Неактивен", "Активен"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("titles", "rows"),
[("Firma;PLZ;Ort", ("X AG;28195;Bremen", "Y AG;20457;Hamburg")),
("Firma;Nachname;Vorname", ("X AG;Kern;Ute", "X AG;Holm;Ralf"))])  # fmt: skip
def test_a_customer_or_person_marked_as_deleted_is_left_out_and_said(title, gone, here, titles, rows):
    found = read_file(f"{titles};{title}\n{rows[0]};{gone}\n{rows[1]};{here}\n")
    assert [row.is_rejected for row in found.rows] == [True, False] and found.reasons == ["entry.gone"]


def test_a_state_that_nobody_knows_is_said_and_a_column_about_something_else_is_left_out():
    found = read_file("Firma;PLZ;Status\nX AG;28195;aktiv\nY AG;20457;gelöscht\nZ AG;20457;schwebend\n")
    assert found.reasons == ["entry.gone", "entry.unknown"]
    assert read_file("Firma;PLZ;Status\nX AG;28195;Interessent\nY AG;20457;Angebot\n").meanings["Status"] == ""


# --- names that machines write for nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "name", "city"),
    [
        ("X Srl;Sara;Null;Torino", "Null", "Torino"),
        ("X Srl;Luca;Nan;None", "Nan", "None"),
        ("X Srl;Sara;None;None", "None", "None"),
        ("X SRL;SARA;NAN;TORINO", "NAN", "TORINO"),
    ],
)
def test_somebody_may_be_called_null_and_live_in_none(row, name, city):
    found = read_file(f"Firma;Vorname;Nachname;Ort;E-Mail\n{row};a@x.example\n")
    assert (found.said[0]["people"][0]["last_name"], found.said[0]["company"]["city"], found.reasons) == (name, city, [])


@pytest.mark.parametrize("row", ["X Srl;Sara;NULL;Torino;", "X Srl;Sara;null;Torino;null", "X Srl;None;Rossi;Torino;None"])
def test_what_is_taken_for_an_empty_cell_in_a_name_is_said(row):
    assert read_file(f"Firma;Vorname;Nachname;Ort;Funktion\n{row}\n").reasons == ["name.placeholder"]


# --- the second table of a sheet ---------------------------------------------------------------------------------------------


def test_another_table_is_said_with_its_titles_and_what_it_holds():
    first = [["Kundennr.", "Firma", "Ort"], ["1001", "Hansa Bau AG", "Bremen"], ["1002", "Jäger KG", "Hamburg"]]
    second = [["Kundennr.", "Kennzeichen", "Marke"], ["1001", "HB-AB 12", "VW"], ["1001", "HB-AB 13", "Ford"]]
    found = read_file(make_xlsx({"Kunde": [*first, [], *second]}), "list.xlsx")
    problem = found.rows[-1].problems[0]
    assert (problem.reason, dict(problem.facts)) == (
        "row.other_list", {"row": 5, "titles": "Kundennr., Kennzeichen, Marke", "kind": "vehicles"},
    )  # fmt: skip


# --- days of people ----------------------------------------------------------------------------------------------------------


def test_nobody_leaves_before_they_joined():
    found = read_file(
        "Firma;Nachname;Vorname;Eintritt;Austritt\nX AG;Kern;Ute;01.05.2026;31.12.2024\nX AG;Holm;Ralf;01.05.2020;31.12.2099\n"
    )
    assert [row.is_rejected for row in found.rows] == [True, False] and found.reasons == ["person.left_before"]


@pytest.mark.parametrize(
    ("titles", "row", "reason"),
    [
        ("Firma;Kennzeichen;Fahrer;Austritt", "X AG;HH-AB 1;Ute Kern;31.12.2024", "person.left_out"),
        ("Firma;Kennzeichen;Fahrer;Eintritt;Austritt", "X AG;HH-AB 1;Ute Kern;1.1.2026;31.12.2024", "person.left_before"),
        ("Firma;USt-IdNr.;Ort;Ansprechpartner;Austritt", "X AG;DE136695976;Bremen;Ute Kern;31.12.2024", "person.left_out"),
        ("Firma;Nachname;Vorname;Geburtsdatum", "X AG;Kern;Ute;01.02.2051", "date.birth_ahead"),
        ("Firma;Nachname;Vorname;Sprache", "X AG;Kern;Ute;Klingonisch", "choice.unknown"),
        ("Firma;PLZ;Ort;Branche", "X AG;28195;Bremen;Xylophon", "choice.unknown"),
        ("Firma;PLZ;Ort;Webseite", "X AG;28195;Bremen;siehe Karte", "choice.unknown"),
        ("Firma;Nachname;Vorname;Zielgruppe", "X AG;Kern;Ute;Astronaut", "choice.unknown"),
        ("Firma;Nachname;Vorname;Titel", "X AG;Kern;Ute;Dr. med. vet. habil. Dipl.-Ing. MBA LL.M. h.c. mult.", "choice.cut"),
        ("Firma;Kennzeichen;Fahrer", "X AG;HH-AB 1;4711", "name.nobody"),
        ("Firma;Kennzeichen;Fahrer", "X AG;HH-AB 1;Herr/Frau", "name.nobody"),
        ("Firma;USt-IdNr.;Ist Firma", "X AG;DE136695976;vielleicht", "choice.unknown"),
    ],
)
def test_what_is_not_taken_is_said(titles, row, reason):
    assert reason in read_file(f"{titles}\n{row}\n").reasons


@pytest.mark.parametrize("word", ["n. n.", "N.N.", "siehe Liste", "Abteilung Einkauf", "Herr/Frau", "Frau", "?", "Dept. Sales"])
@pytest.mark.parametrize("titles", ["Firma;Kennzeichen;Fahrer", "Firma;USt-IdNr.;Ansprechpartner"])
def test_a_word_for_nobody_is_nobody(titles, word):
    key = "HH-AB 1" if "Kennz" in titles else "DE136695976"
    assert "people" not in read_file(f"{titles}\nX AG;{key};{word}\n").said[0]


@pytest.mark.django_db
def test_the_days_of_a_person_are_those_of_their_role(north):
    text = "Firma;Nachname;Vorname;Eintritt;Austritt\nX AG;Holm;Ralf;01.05.2020;31.12.2099\n"
    take(make_text(text), "l.csv", centre=north)
    role = DecisionMaker.objects.get()
    assert (str(role.starts_on), str(role.ends_on)) == ("2020-05-01", "2099-12-31")
    assert verdicts(take(make_text(text), "l.csv", centre=north)) == ["same"]


# --- facts that are known otherwise ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_fact_that_is_kept_against_the_file_is_said_once(north):
    take(make_text("Firma;Straße;PLZ;Ort;Telefon\nX AG;Am Wall 3;28195;Bremen;0421 556677\n"), "c.csv", centre=north)
    cars = "Firma;Straße;PLZ;Kennzeichen\nX AG;Ringstraße 9;28195;HB-A 1\nX AG;Ringstraße 9;28195;HB-A 2\nX AG;am wall 3;28195;HB-A 3\n"
    run = judge(make_text(cars), "f.csv", centre=north)
    assert reasons(run) == ["fact.kept"] and Company.objects.get().street == "Am Wall 3"


@pytest.mark.django_db
def test_a_title_or_number_of_somebody_known_that_is_kept_is_said(north):
    titles = "Firma;Anrede;Nachname;Vorname;E-Mail;Personalnummer"
    take(make_text(f"{titles}\nX AG;Frau;Kern;Ute;ute@x.example;4711\n"), "p.csv", centre=north)
    run = judge(make_text(f"{titles}\nX AG;Herr;Kern;Ute;ute@x.example;4712\n"), "p.csv", centre=north)
    assert reasons(run) == ["fact.kept", "fact.kept"]


@pytest.mark.django_db
def test_a_driver_who_is_not_entered_because_somebody_has_the_vehicle_from_today_is_said(north):
    take(make_text("Firma;Kennzeichen;Nutzer\nX AG;HB-A 1;Ute Kern\n"), "f.csv", centre=north)
    run = take(make_text("Firma;Kennzeichen;Nutzer\nX AG;HB-A 1;Ralf Holm\n"), "f.csv", centre=north)
    assert reasons(run) == ["holder.kept"] and [held.user.person.last_name for held in Holder.objects.all()] == ["Kern"]


# --- a vehicle at two companies ----------------------------------------------------------------------------------------------

VIN = "WVWZZZ3CZPE123456"
OLD, NEW = f"Alpha GmbH;HH-AB 12;{VIN};01.03.2022\n", f"Beta Bau GmbH;HH-XY 99;{VIN};15.11.2026\n"


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [OLD + NEW, NEW + OLD, OLD + NEW.replace("HH-XY 99", "HH-AB 12")])
def test_a_list_that_still_names_the_vehicle_at_the_company_that_returned_it(north, rows):
    titles = "Firma;Kennzeichen;FIN;Lieferdatum\n"
    take(make_text(titles + OLD), "f.csv", centre=north)
    Vehicle.objects.get().edit(by=None, given_back_on=date(2026, 11, 1))
    run = take(make_text(titles + rows), "f.csv", centre=north)
    assert sorted(verdicts(run)) == ["new", "same"] and reasons(run) == ["vehicle.history"]
    assert sorted(map(str, Vehicle.objects.active().values_list("company__name", flat=True))) == ["Beta Bau GmbH"]


@pytest.mark.django_db
def test_a_vehicle_that_is_there_or_that_two_companies_lay_claim_to_stays_refused(north):
    titles = "Firma;Kennzeichen;FIN;Lieferdatum\n"
    assert "twice.vin" in reasons(take(make_text(titles + OLD + NEW), "f.csv", centre=north))
    assert "twice.vin" in reasons(take(make_text(titles + OLD + NEW), "f.csv", centre=north))


# --- people of a company -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_people_are_known_by_the_last_names_that_rows_state(north):
    take(make_text("Firma;Vorname;Nachname\nX AG;Sara;Null\n"), "p.csv", centre=north)
    assert [fold(one.last_name) for one in Person.objects.all()] == ["null"]


@pytest.mark.django_db
@pytest.mark.parametrize("titles", ["Name;Funktion;Telefon", "Vorname;Nachname;Telefon", "Name;Telefon;Abteilung"])
def test_people_without_a_company_are_said_to_have_no_role(north, titles):
    run = judge(make_text(f"{titles}\nUte Kern;Kern;0171 5556677\n"), "p.csv", centre=north)
    assert "person.no_company" in reasons(run)
    run = judge(make_text(f"{titles};Firma\nUte Kern;Kern;0171 5556677;X AG\n"), "p.csv", centre=north)
    assert "person.no_company" not in reasons(run)


def test_the_number_of_whoever_looks_after_them_is_nobodys_own():
    rows = "".join(f"{name},X AG,CEO,7\n" for name in ("Wilson Fisk", "Ada Fox", "Tom Berg"))
    found = read_file(f"name,company,job_title,user_id\n{rows}")
    assert found.meanings["user_id"] == "" and not any("external_id" in one["people"][0] for one in found.said)


# --- several telephones of a company, and those of nobody ----------------------------------------------------------------------


def test_the_second_telephone_of_a_company_counts_where_the_first_is_missing_and_is_said_where_not():
    titles = "Kundennr.;Anrede;Name;Strasse;Plz;Ort;Telefon1;Telefon2;eMail;E-Mail 2"
    rows = (
        "10001;Firma;Hansa AG;Wall 3;28195;Bremen;0421/556677;0171 5556677;a@h.example;b@h.example\n10002;Firma;Jäger KG;Wall 4;28195;"
        "Bremen;;0171 5556678;;c@j.example\n"
    )
    found = read_file(f"{titles}\n{rows}")
    assert [(one["company"]["phone"], one["company"]["email"]) for one in found.said] == [
        ("+49 421 556677", "a@h.example"), ("+49 171 5556678", "c@j.example"),
    ]  # fmt: skip
    assert [(one.reason, one.value) for one in found.rows[0].problems] == [
        ("further.left_out", "+49 171 5556677"), ("further.left_out", "b@h.example"),
    ]  # fmt: skip


def test_what_stands_in_the_columns_of_a_contact_whom_nobody_names_is_said():
    titles = "Firma;Straße;PLZ;Ort;Telefon;Handy;Privattelefon;Funktion;Geburtsdatum"
    found = read_file(f"{titles}\nX AG;Wall 3;28195;Bremen;0421/556677;0171 5556677;040 765432;Chefin;1.2.1980\n")
    (problem,) = found.rows[0].problems
    assert (problem.reason, problem.value) == ("name.whose", "+49 171 5556677; 040 765432; Chefin; 1.2.1980")


# --- two tables beside each other ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", ["Firma", "Kundennr.", "Kennzeichen"])
def test_two_tables_beside_each_other_are_refused_with_the_titles_of_both(shared):
    rows = [
        [shared, "Ort", "PLZ", "", shared, "Ansprechpartner", "E-Mail"],
        ["HB-A 1", "Bremen", "28195", "", "HB-A 2", "Ute Kern", "u@j.example"],
    ]
    found = read_file(make_xlsx({"S": rows}), "l.xlsx")
    assert found.refusal == "side_by_side" and dict(found.sheets[0].refusal.facts) == {
        "left": f"{shared}, Ort, PLZ", "right": f"{shared}, Ansprechpartner, E-Mail",
    }  # fmt: skip


def test_an_empty_column_between_facts_of_one_row_is_no_second_table():
    rows = [["Firma", "Ort", "", "Kennzeichen", "E-Mail", "E-Mail"], ["X AG", "Bremen", "", "HB-A 1", "a@x.example", "b@x.example"]]
    assert read_file(make_xlsx({"S": rows}), "l.xlsx").refusal == ""


@pytest.mark.parametrize("word", ["sì", "Sì", "SI"])
def test_yes_in_italian_is_understood(word):
    assert cells.flag(word) is True

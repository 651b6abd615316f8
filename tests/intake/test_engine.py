"""The life of an import: repeatable, stoppable, undoable, within the importer's reach; files of other kinds than the samples."""

import io
import time
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Assignment, Company, TouchedCompany, Vehicle
from contacts.models import Consent, Holder, Person, PersonAddress
from contacts.people import person_data
from fleetportal.core import audit
from fleetportal.core.audit import Change, Entry
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import bell
from fleetportal.core.jobs.queue import Job
from intake import actions as imports
from intake.actions import keep, report
from intake.actions.apply import apply_batch
from intake.actions.work import run_slice
from intake.importer import importer
from intake.models import Import, Layout, StagedRow
from intake.undoing import put_back, put_row_back
from intake.wording import words_of
from intake.writing import Writing
from tests.factories.accounts import assign, make_company, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.sheets import make_ods, make_text, make_xlsx

pytestmark = pytest.mark.django_db
State = Import.State
FLEET = [
    ["Firma", "USt-IdNr.", "PLZ", "Ort", "Kennzeichen", "FIN", "Hersteller", "Modell", "Erstzulassung", "Leasingende", "Fahrer", "km-Stand"],
    ["Nordhafen Logistik SE", "DE136695976", "20457", "Hamburg", "HH-NL 1204", "WVWZZZ3CZRE014512", "VW", "Passat", "14.03.2024", "13.03.2027", "Voss, Henrik", "41.820"],
    ["Nordhafen Logistik SE", "DE136695976", "20457", "Hamburg", "HH-NL 88", "WVWZZZ3CZRE014513", "Ford", "Transit", "02.04.2024", "31.03.2027", "nicht zugewiesen", "77.305"],
    ["Tiefbau Carstens GmbH & Co. KG", "", "25421", "Pinneberg", "PI-TC 88", "", "Opel", "Vivaro", "2.5.2023", "", "", ""],
]  # fmt: skip


@pytest.fixture(autouse=True)
def files_apart(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


def judge(file, name, *, by=None, centre=None, company=None):
    run = imports.bring(file, name=name, by=by, centre=centre, company=company)
    imports.judge(run, by=by, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


def take(file, name, **facts):
    run = judge(file, name, **facts)
    if run.rows.to_apply().exists():
        imports.apply(run, by=facts.get("by"), in_background=False)
        imports.work(run)
    return Import.objects.get(pk=run.pk)


def fleet(rows=FLEET):
    return make_xlsx({"Fahrzeuge": rows})


def verdicts(run):
    return list(run.rows.order_by("sheet", "row").values_list("verdict", flat=True))


def why(run):
    return [words_of(problem)[0] for row in run.rows.filter(verdict="rejected").order_by("row") for problem in row.found]


# --- what a fleet list becomes ------------------------------------------------------------------------------------------------


def test_a_german_fleet_list_becomes_companies_vehicles_and_holders(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert verdicts(run) == ["new", "new", "new"]
    passat = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")
    assert (passat.plate, passat.make, passat.delivered_on, passat.contract_ends_on, passat.mileage_km) == (
        "HH-NL 1204", "Volkswagen", date(2024, 3, 14), date(2027, 3, 13), 41820,
    )  # fmt: skip
    holder = Holder.objects.get()
    assert (holder.vehicle, holder.user.person.name, holder.starts_on) == (passat, "Henrik Voss", date(2024, 3, 14))
    assert set(Company.objects.values_list("name", "postcode", "centre")) == {
        ("Nordhafen Logistik SE", "20457", north.pk), ("Tiefbau Carstens GmbH & Co. KG", "25421", north.pk),
    }  # fmt: skip
    assert Consent.objects.count() == 0


def test_the_same_file_twice_changes_nothing(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    before = (
        [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, Holder)],
        Entry.objects.exclude(action__startswith="import.").count(),
    )
    again = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert verdicts(again) == ["same"] * 3 and again.state == State.JUDGED
    assert (
        [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, Holder)],
        Entry.objects.exclude(action__startswith="import.").count(),
    ) == before


def test_a_dry_run_writes_nothing(north):
    run = judge(fleet(), "Fuhrpark.xlsx", centre=north)
    assert run.state == State.JUDGED and run.progress.new_of["company"] == 2 and run.progress.new_of["person"] == 1
    assert (Company.objects.count(), Vehicle.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_a_newer_list_changes_what_differs_and_hands_the_car_over(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4], rows[1][10], rows[1][11] = "HH-NL 9", "Anna Kern", "50.000"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    assert verdicts(run) == ["changed", "same", "same"]
    car = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")
    assert (car.plate, car.plate_folded, car.mileage_km) == ("HH-NL 9", "hhnl9", 50000)
    assert [(h.user.person.last_name, h.ends_on is None) for h in car.holders.order_by("starts_on")] == [("Voss", False), ("Kern", True)]


def test_an_older_reading_of_the_clock_does_not_turn_it_back(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][11] = "100"
    assert verdicts(take(fleet(rows), "alt.xlsx", centre=north)) == ["same"] * 3


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (5, "WVWZZZ3CZRE01451", "A VIN has 17 characters; this one has 16."),
        (5, "WVWZZZ3CZRE01451O", "A VIN never contains O"),
        (8, "31.02.2024", "There is no day 31 in month 2 of 2024."),
        (8, "13.03.2072", "The delivery is 46 years in the future."),
        (1, "DE136695977", "not a valid VAT number"),
        (0, "", "The row doesn’t name a company"),
        (0, "X" * 200, "The name has 200 characters; the limit is 160."),
        (4, "A" * 20, "A plate must have 2 to 12 letters and digits."),
    ],
)
def test_a_row_with_a_problem_is_left_out_with_row_column_value_and_reason(north, column, value, reason):
    rows = [list(row) for row in FLEET[:2]]
    rows[1][column] = value
    if column == 0:
        rows[1][1] = "" if not value else rows[1][1]
    run = judge(fleet(rows), "Fuhrpark.xlsx", centre=north)
    row = run.rows.get()
    assert row.verdict == "rejected" and row.row == 2
    assert reason in words_of(row.found[0])[0]
    if value and column:
        assert row.found[0].column == column and row.found[0].value == value


def test_the_second_of_two_rows_about_one_car_is_left_out_unless_it_says_the_same(north):
    other = [*FLEET[1][:6], "Audi", *FLEET[1][7:]]
    run = judge(fleet([FLEET[0], FLEET[1], FLEET[1], other]), "Fuhrpark.xlsx", centre=north)
    assert verdicts(run) == ["new", "same", "rejected"]
    assert why(run) == ["Row 2 has the same VIN but different details."]


def test_a_plate_on_two_cars_is_said(north):
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    assert why(judge(fleet([FLEET[0], FLEET[1], twin]), "Fuhrpark.xlsx", centre=north)) == [
        "Row 2 has the same plate but different details."
    ]


def test_a_plate_that_another_car_of_the_company_has_is_said(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    run = judge(fleet([FLEET[0], twin]), "x.xlsx", centre=north)
    assert verdicts(run) == ["rejected"] and "already has a different VIN" in why(run)[0]


def test_a_car_given_back_frees_its_plate(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    Vehicle.objects.filter(plate="HH-NL 1204").update(given_back_on=date(2026, 1, 1))
    twin = [*FLEET[1][:5], "WVWZZZ3CZRE014599", *FLEET[1][6:]]
    assert verdicts(take(fleet([FLEET[0], twin]), "x.xlsx", centre=north)) == ["new"]


def test_a_van_of_a_driver_is_functional_and_a_car_of_a_user_personal(north):
    rows = [
        ["Firma", "Kennzeichen", "Marke", "Modell", "Fahrer"],
        ["A GmbH", "HH-A 1", "Ford", "Transit", "Mirko Gaito"],
        ["A GmbH", "HH-A 2", "BMW", "320d", "Anna Kern"],
    ]
    take(fleet(rows), "x.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "use")) == {"HH-A 1": "functional", "HH-A 2": "personal"}
    assert Vehicle.objects.get(plate="HH-A 1").drivers.get().driver.person.last_name == "Gaito"


# --- other files --------------------------------------------------------------------------------------------------------------


def test_an_open_document_in_italian_is_taken(north):
    rows = [
        ["Elenco veicoli 2026"],
        [],
        ["Ragione sociale", "P.IVA", "Targa", "Marca", "Modello", "Data immatricolazione", "Scadenza contratto", "Assegnatario"],
        ["Ferrari Officine S.r.l.", "81505500157", "AB 123 CD", "Fiat", "Panda", "01/02/2024", "31/01/2028", "Rossi Mario"],
        ["Totale", "", "", "", "", "", "", "1"],
    ]
    run = take(make_ods({"Parco": rows}), "parco.ods", centre=north)
    assert verdicts(run) == ["new"]
    car = Vehicle.objects.get(plate="AB 123 CD")
    assert (car.delivered_on, car.contract_ends_on, car.company.vat_number) == (date(2024, 2, 1), date(2028, 1, 31), "IT81505500157")
    assert car.holders.get().user.person.last_name == "Rossi"


def test_tabs_and_english_titles_in_another_order_are_taken(north):
    text = "Reg No\tModel\tMake\tDriver e-mail\tAssigned to\tFleet customer\tLease end\nAB12 CDE\tFocus\tFord\tjo@smith.example\tJo Smith\tSmith & Sons Ltd\t31/12/2027\n"
    assert verdicts(take(make_text(text, encoding="utf-16"), "fleet.tsv", centre=north)) == ["new"]
    assert Person.objects.get().email == "jo@smith.example"
    assert Vehicle.objects.get().contract_ends_on == date(2027, 12, 31)


def test_two_sheets_that_name_companies_by_number_belong_together(north):
    book = make_xlsx({
        "Fahrzeuge": [["Kundennummer", "Kennzeichen", "Marke", "Modell"], [1001, "HH-A 1", "VW", "Golf"], [1002, "HH-B 2", "Opel", "Corsa"], [9999, "HH-C 3", "Opel", "Corsa"]],
        "Kunden": [["Kundennummer", "Firma", "PLZ", "Ort"], [1001, "Alpha GmbH", 1067, "Dresden"], [1002, "Beta AG", 20457, "Hamburg"]],
    })  # fmt: skip
    run = take(book, "beides.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "company__name")) == {"HH-A 1": "Alpha GmbH", "HH-B 2": "Beta AG"}
    assert Company.objects.get(name="Alpha GmbH").postcode == "01067" and run.progress.new_of["company"] == 2
    assert [row.found[0].value for row in run.rows.filter(verdict="rejected")] == ["9999"]
    assert not run.asks_owner


def test_two_sheets_joined_by_name_make_each_company_once(north):
    book = make_xlsx({
        "Companies": [["Company", "VAT", "City"], ["Alpha GmbH", "DE136695976", "Bonn"]],
        "Contacts": [["First name", "Last name", "Company", "E-mail"], ["Eva", "Kern", "Alpha GmbH", "eva@alpha.example"]],
        "Vehicles": [["Company", "Plate", "Make"], ["Alpha GmbH", "BN-A 1", "Audi"]],
    })  # fmt: skip
    run = take(book, "all.xlsx", centre=north)
    assert (run.progress.new_of["company"], Company.objects.count()) == (1, 1)
    assert Vehicle.objects.get().company.vat_number == "DE136695976"
    assert Person.objects.get().decision_maker_roles.get().company.name == "Alpha GmbH"
    assert set(
        verdicts(take(make_xlsx({"Vehicles": [["Company", "Plate", "Make"], ["Alpha GmbH", "BN-A 1", "Audi"]]}), "v.xlsx", centre=north))
    ) == {"same"}


def test_a_list_without_titles_is_read_by_its_cells(north):
    text = "Nordhafen GmbH;HH-NL 1204;WVWZZZ3CZRE014512;Volkswagen\nTiefbau AG;PI-TC 88;WVWZZZ3CZRE014513;Opel\n"
    assert verdicts(take(make_text(text), "x.csv", centre=north)) == ["new", "new"]
    assert Vehicle.objects.get(vin="WVWZZZ3CZRE014513").company.name == "Tiefbau AG"


def test_group_headings_tell_whose_name_a_column_holds(north):
    rows = [
        ["Kunde", "", "Fahrzeug", "", "Nutzer", ""],
        ["Name", "Ort", "Kennzeichen", "Typ", "Name", "Telefon"],
        ["Alpha GmbH", "Bonn", "BN-A 1", "Golf", "Eva Kern", "0228 1234567"],
    ]
    run = take(make_xlsx({"S": rows}, merged=["A1:B1", "C1:D1", "E1:F1"]), "x.xlsx", centre=north)
    assert verdicts(run) == ["new"]
    assert (Company.objects.get().name, Person.objects.get().name, Vehicle.objects.get().model) == ("Alpha GmbH", "Eva Kern", "Golf")


# --- whose vehicles, layouts --------------------------------------------------------------------------------------------------


def test_a_list_without_owner_asks_whose_vehicles_these_are(north):
    text = "Plate,Make,Model\nHH-A 1,VW,Golf\n"
    run = imports.bring(make_text(text), name="x.csv", by=None, centre=north)
    assert run.asks_owner
    with pytest.raises(imports.WhoseVehicles):
        imports.judge(run, by=None)
    owner = make_company(north, name="Alpha")
    imports.say_where(run, company=owner, centre=None, by=None)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    assert verdicts(run) == ["new"]


def test_a_layout_kept_once_is_known_again(north):
    titles = "Dings,Bums,Plate\n"
    run = imports.bring(make_text(titles + "Alpha GmbH,Golf,HH-A 1\n"), name="x.csv", by=None, centre=north)
    imports.say_columns(run, {0: {0: "company.name", 1: "vehicle.model"}}, {0: "vehicles"}, by=None)
    imports.keep_layout(run, 0, "Leasing", by=None)
    again = take(make_text(titles + "Beta GmbH,Polo,HH-A 2\n"), "y.csv", centre=north)
    assert again.sheets[0].layout == "Leasing" and Vehicle.objects.get().company.name == "Beta GmbH"
    imports.use_layout(
        imports.bring(make_text("a,b,c\nX AG,Up,HH-A 3\n"), name="z.csv", by=None, centre=north), Layout.objects.get(), by=None
    )


def test_changed_columns_throw_the_dry_run_away(north):
    run = judge(fleet(), "Fuhrpark.xlsx", centre=north)
    imports.say_columns(run, {0: {11: ""}}, {0: "vehicles"}, by=None)
    assert run.state == State.COLUMNS and not run.rows.exists()


# --- reach --------------------------------------------------------------------------------------------------------------------


def test_a_company_out_of_reach_is_never_touched_and_the_answer_is_as_for_a_new_one(anna, north, south_ag):
    secret = make_vehicle(south_ag, vin="WVWZZZ3CZRE014512", plate="KA-NA 1")
    before = Company.objects.filter(pk=south_ag.pk).values().get(), Vehicle.objects.filter(pk=secret.pk).values().get()
    rows = [
        ["Firma", "Ort", "Kennzeichen", "FIN", "Marke"],
        [south_ag.name, "Anderswo", "KA-NA 1", "WVWZZZ3CZRE014512", "VW"],
        ["Nie gehört GmbH", "Anderswo", "HH-A 2", "WVWZZZ3CZRE014513", "VW"],
    ]
    run = take(fleet(rows), "x.xlsx", by=anna)
    known, unknown = run.rows.order_by("row")
    assert (known.verdict, known.makes, known.problems) == (unknown.verdict, unknown.makes, unknown.problems)
    assert (Company.objects.filter(pk=south_ag.pk).values().get(), Vehicle.objects.filter(pk=secret.pk).values().get()) == before
    assert set(Vehicle.objects.visible_to(anna).values_list("plate", flat=True)) == {"KA-NA 1", "HH-A 2"}


def test_a_company_no_longer_served_gets_no_vehicles_of_an_import_under_way(anna, north):
    company = make_company(north, looked_after_by=anna)
    rows = [["Kennzeichen", "Hersteller", "Modell"], ["HH-NL 1204", "VW", "Passat"]]
    run = judge(fleet(rows), "fleet.xlsx", by=anna, centre=north, company=company)
    imports.apply(run, by=anna, in_background=False)
    Assignment.objects.filter(company=company).update(ends_on=timezone.localdate() - timedelta(days=1))

    imports.work(Import.objects.get(pk=run.pk))

    assert Import.objects.get(pk=run.pk).state == State.STOPPED
    assert not Vehicle.objects.exists()


def test_a_person_out_of_reach_is_taken_as_new(anna, south_ag):
    stranger = make_person("Kanarie", email="kim@kanarie.example")
    make_role("user", south_ag, stranger)
    text = "First name,Last name,E-mail,Company\nKim,Kanarie,kim@kanarie.example,Alpha GmbH\n"
    take(make_text(text), "x.csv", by=anna)
    assert Person.objects.filter(last_name="Kanarie").count() == 2
    assert PersonAddress.objects.filter(person=stranger).count() == 1


def test_an_account_manager_looks_after_what_they_bring(anna, north):
    take(fleet(), "Fuhrpark.xlsx", by=anna)
    assert set(Assignment.objects.values_list("company__name", "user")) == {
        ("Nordhafen Logistik SE", anna.pk),
        ("Tiefbau Carstens GmbH & Co. KG", anna.pk),
    }
    assert Company.objects.where(anna, may="serve_customers").count() == 2


def test_a_centre_manager_assigns_nobody(carla):
    take(fleet(), "Fuhrpark.xlsx", by=carla)
    assert not Assignment.objects.exists() and Company.objects.where(carla, may="serve_customers").count() == 2


def test_a_car_that_stands_at_another_company_in_reach_is_said(carla, north):
    make_vehicle(make_company(north, name="Alpha"), vin="WVWZZZ3CZRE014512")
    run = judge(fleet(), "x.xlsx", by=carla)
    assert why(run) == ["This vehicle belongs to Alpha."]


def test_another_users_import_is_not_there(anna, boris):
    run = judge(fleet(), "x.xlsx", by=anna)
    assert set(Import.objects.visible_to(anna)) == {run} and not Import.objects.visible_to(boris).exists()


# --- people -------------------------------------------------------------------------------------------------------------------


def test_a_shared_mailbox_does_not_make_one_of_two_people(north):
    text = "First name,Last name,E-mail,Company\nEva,Kern,info@alpha.example,Alpha GmbH\nMax,Voss,info@alpha.example,Alpha GmbH\n"
    run = take(make_text(text), "x.csv", centre=north)
    assert verdicts(run) == ["new", "new"] and Person.objects.count() == 2
    assert verdicts(take(make_text(text), "x.csv", centre=north)) == ["same", "same"]


def test_a_known_person_gets_what_was_missing_and_loses_nothing(north):
    company = make_company(north, name="Alpha GmbH")
    person = make_person("Kern", first_name="Eva", email="eva@alpha.example", title="Frau")
    make_role("decision_maker", company, person, job_title="Einkauf")
    text = "Anrede;Vorname;Nachname;E-Mail;Mobil;Geburtsdatum;Firma\nFr.;Eva;Kern;eva@alpha.example;0171 1234567;1.2.1980;Alpha GmbH\n"
    run = take(make_text(text), "x.csv", centre=north)
    person.refresh_from_db()
    assert verdicts(run) == ["changed"] and (person.title, person.born_on) == ("Frau", date(1980, 2, 1))
    assert set(person.addresses.values_list("value", flat=True)) == {"eva@alpha.example", "+49 171 1234567"}
    assert person.decision_maker_roles.get().job_title == "Einkauf"


def test_a_withdrawn_address_stays_withdrawn(north):
    company = make_company(north, name="Alpha GmbH")
    person = make_person("Kern", first_name="Eva", email="eva@alpha.example")
    make_role("decision_maker", company, person)
    PersonAddress.objects.update(state="withdrawn")
    take(make_text("Vorname;Nachname;E-Mail;Firma\nEva;Kern;eva@alpha.example;Alpha GmbH\n"), "x.csv", centre=north)
    assert list(PersonAddress.objects.values_list("state", flat=True)) == ["withdrawn"] and not Consent.objects.exists()


def test_forgetting_a_person_forgets_rows_and_files_that_name_them(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    person_data.forget(Person.objects.get(last_name="Voss"), by=None)
    assert not StagedRow.objects.filter(values__icontains="Voss").exists() and not run.spool.exists()


# --- stopping, going on, undoing ----------------------------------------------------------------------------------------------


def many(count):
    return make_text("Company;Postcode;Plate;Make\n" + "".join(f"Firm {n // 10};{20000 + n // 10};HH-X {n};Opel\n" for n in range(count)))


def test_slices_keep_to_their_time_and_the_next_one_goes_on(north, anna):
    run = imports.bring(many(1200), name="x.csv", by=anna)
    imports.judge(run, by=anna)
    job = Job.objects.get()
    slices = 0
    while not run_slice(job, time.monotonic()):
        slices += 1
    assert slices >= 2 and Import.objects.get(pk=run.pk).progress.new == 1200
    assert (job.done, job.total) == (1200, 1200) or job.total


def test_an_import_stopped_half_way_goes_on_with_the_rest(north):
    run = judge(many(700), "x.csv", centre=north)
    imports.apply(run, by=None, in_background=False)
    apply_batch(run)
    imports.stop(run, by=None)
    half = Vehicle.objects.count()
    assert 0 < half < 700 and run.state == State.STOPPED
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    assert Vehicle.objects.count() == 700 and Company.objects.count() == 70


def test_a_batch_that_dies_leaves_nothing_behind(north, monkeypatch):
    run = judge(many(300), "x.csv", centre=north)
    imports.apply(run, by=None, in_background=False)
    monkeypatch.setattr(Writing, "let_drive", lambda writing: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        apply_batch(run)
    assert (Company.objects.count(), Vehicle.objects.count(), run.rows.exclude(applied_at=None).count()) == (0, 0, 0)
    monkeypatch.undo()
    run.refresh_from_db()
    imports.work(run)
    assert Vehicle.objects.count() == 300


def test_undo_takes_back_what_was_made_and_puts_back_what_was_changed(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    before = [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, PersonAddress, Holder)]
    rows = [list(row) for row in FLEET]
    rows[1][4], rows[1][10] = "HH-NL 9", "Anna Kern"
    rows.append(["Neu GmbH", "", "10115", "Berlin", "B-NE 1", "", "VW", "Up", "", "", "Max Neu", ""])
    run = take(fleet(rows), "neu.xlsx", centre=north)
    imports.undo(run, by=None)
    imports.work(run)
    assert run.state == State.UNDONE
    assert [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Person, PersonAddress, Holder)] == before


def test_undo_keeps_what_somebody_uses_by_now(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    used = Company.objects.get(name="Tiefbau Carstens GmbH & Co. KG")
    make_role("decision_maker", used)
    imports.undo(run, by=None)
    imports.work(run)
    assert set(Company.objects.values_list("name", flat=True)) == {used.name} and run.progress.kept == 1


def test_undo_makes_the_reasons_of_its_companies_due_again(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    TouchedCompany.objects.all().delete()
    imports.undo(run, by=None)
    imports.work(run)
    changed = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")
    assert changed.company_id in set(TouchedCompany.objects.values_list("company", flat=True))


def test_a_company_gets_back_the_parent_that_an_import_replaced(north):
    old, new = make_company(north), make_company(north)
    child = make_company(north, parent=old)
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    with transaction.atomic():
        changes = audit.edit(child, {"parent": new}, action="company.edited", by=None)
        entry = Entry.objects.about(child).latest("pk")
    assert set(changes) == {"parent"}
    with transaction.atomic():
        assert put_back([entry.pk], importer(run), run=run, touched=set()) == 1
    child.refresh_from_db()
    assert child.parent == old


def test_undo_decides_on_what_the_row_holds_under_its_lock(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    read = Vehicle.objects.get(vin="WVWZZZ3CZRE014512")  # as an undo read it before somebody else wrote
    mine = list(Change.objects.filter(object_type="accounts.vehicle", object_id=read.pk, field="plate").order_by("-pk")[:1])
    Vehicle.objects.get(pk=read.pk).edit(by=None, plate="HH-XX 7", model="Caddy")
    with transaction.atomic():
        assert not put_row_back(read, mine, by=None, run=run)
    read.refresh_from_db()
    assert (read.plate, read.model) == ("HH-XX 7", "Caddy")


def test_undo_leaves_what_somebody_changed_since(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    Vehicle.objects.get(vin="WVWZZZ3CZRE014512").edit(by=None, plate="HH-XX 7")
    imports.undo(run, by=None)
    imports.work(run)
    assert Vehicle.objects.get(vin="WVWZZZ3CZRE014512").plate == "HH-XX 7"


@pytest.mark.parametrize("verb", [imports.apply, imports.undo, imports.stop])
def test_a_verb_out_of_turn_is_refused_and_changes_nothing(north, verb):
    run = imports.bring(fleet(), name="x.xlsx", by=None, centre=north)
    with pytest.raises(imports.ImportBusy):
        verb(run, by=None)
    assert Import.objects.get().state == State.COLUMNS


def test_a_file_that_can_t_be_read_leaves_nothing_behind(north, settings):
    with pytest.raises(Refused):
        imports.bring(make_text(""), name="x.csv", by=None, centre=north)
    assert not Import.objects.exists() and not [path for path in settings.FILES_ROOT.rglob("*") if path.is_file()]


def test_an_import_of_a_user_who_lost_the_right_changes_nothing(anna, north):
    company = make_company(north, name="Alpha GmbH", city="Bonn")
    assign(company, anna)
    run = judge(make_xlsx({"S": [["Company", "City", "VAT"], ["Alpha GmbH", "Ulm", "DE136695976"]]}), "x.xlsx", by=anna)
    assert verdicts(run) == ["changed"]
    Assignment.objects.update(ends_on=date(2020, 6, 1))
    imports.apply(run, by=anna, in_background=False)
    imports.work(Import.objects.get(pk=run.pk))
    company.refresh_from_db()
    assert (company.city, company.vat_number) == ("Bonn", "")


def hand_over(company, boris, anna):
    """Boris looks after the company from today on, Anna no longer."""
    Assignment.objects.filter(user=anna, company=company).update(
        starts_on=date(2020, 1, 1), ends_on=timezone.localdate() - timedelta(days=1)
    )
    assign(company, boris, starts_on=timezone.localdate())


def test_undo_leaves_alone_what_the_owner_lost_since(anna, boris, north):
    company = make_company(north, name="Nordhafen Logistik SE", city="Bonn", looked_after_by=anna)
    run = take(fleet([FLEET[0], FLEET[1]]), "Fuhrpark.xlsx", by=anna)
    company.refresh_from_db()
    assert company.city == "Hamburg" or company.vat_number == "DE136695976"
    hand_over(company, boris, anna)
    before = [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Holder, Assignment)]
    imports.undo(run, by=anna)
    imports.work(Import.objects.get(pk=run.pk))
    assert [list(model.objects.order_by("pk").values()) for model in (Company, Vehicle, Holder, Assignment)] == before
    assert Import.objects.get(pk=run.pk).progress.kept > 0


def test_undo_is_refused_to_who_may_no_longer_import(anna, north):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    anna.groups.clear()
    stranger = type(anna).objects.get(pk=anna.pk)
    with pytest.raises(imports.NoLongerAllowed):
        imports.undo(Import.objects.get(pk=run.pk), by=stranger)
    assert Vehicle.objects.count() == 3 and Import.objects.get(pk=run.pk).state == State.DONE


def test_an_undo_under_way_is_held_when_the_right_goes(anna, north):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    imports.undo(run, by=anna)
    anna.groups.clear()
    imports.work(Import.objects.get(pk=run.pk))
    held = Import.objects.get(pk=run.pk)
    assert (held.state, held.progress.held, Vehicle.objects.count()) == (State.STOPPED, "right", 3)
    assert Entry.objects.about(held).get(action="import.held").facts == {"lost": "right"}


def test_rows_are_held_when_the_centre_is_no_longer_the_owners(anna, north, south):
    run = judge(fleet(), "Fuhrpark.xlsx", by=anna)
    anna.home_centre = south
    anna.save()
    with pytest.raises(imports.NoLongerAllowed, match="another centre"):
        imports.apply(Import.objects.get(pk=run.pk), by=anna, in_background=False)
    assert not Company.objects.exists()
    imports.say_where(run, company=None, centre=south, by=anna)
    imports.judge(run, by=anna, in_background=False)
    imports.work(run)
    imports.apply(run, by=anna, in_background=False)
    anna.home_centre = north  # and again while the rows are being taken
    anna.save()
    imports.work(Import.objects.get(pk=run.pk))
    held = Import.objects.get(pk=run.pk)
    assert (held.state, held.progress.held, Company.objects.count()) == (State.JUDGED, "centre", 0)
    imports.say_where(held, company=None, centre=north, by=anna)
    assert held.progress.held == ""


def test_what_the_command_brought_is_seen_by_administrators_of_the_centre(client, anna, carla, admin, north, south):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert run.owner is None and run.state == State.DONE
    assert [set(Import.objects.visible_to(user)) for user in (anna, carla, admin)] == [set(), set(), {run}]
    client.force_login(admin)
    assert run.name in client.get("/imports/").content.decode()
    assert client.post(f"/imports/{run.pk}/undo/").status_code == 303
    imports.work(Import.objects.get(pk=run.pk))
    assert not Company.objects.exists()
    client.force_login(carla)
    assert client.get(f"/imports/{run.pk}/").status_code == 404


# --- the file back ------------------------------------------------------------------------------------------------------------


def test_the_file_comes_back_with_what_is_wrong_and_can_be_mended(north, tmp_path):
    rows = [list(row) for row in FLEET]
    rows[1][5], rows[2][8] = "SHORT", "yesterday"
    run = take(fleet(rows), "Fuhrpark.xlsx", centre=north)
    report.write_report(run, tmp_path / "back.xlsx")
    page = openpyxl.load_workbook(tmp_path / "back.xlsx").active
    words = [page.cell(row, 13).value for row in range(1, 5)]
    assert words[0] == "Problem" and "17 characters" in words[1] and "not a date" in words[2] and words[3] is None
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    page["F2"], page["I3"] = "WVWZZZ3CZRE014512", "02.04.2024"
    mended = io.BytesIO()
    page.parent.save(mended)
    mended.seek(0)
    mended = take(mended, "Fuhrpark.xlsx", centre=north)
    assert verdicts(mended) == ["new", "new", "same"]


def test_hostile_values_come_in_and_go_out_as_text(north, tmp_path):
    hostile = ["=cmd|' /C x'!A0", "@SUM(1)", "+1+1", "<script>alert(1)</script>", "'; DROP TABLE x; --", "\u202eGmbH"]
    text = "Company;VAT\n" + "".join(f'"{value}";DE1\n' for value in hostile)
    run = take(make_text(text), "x.csv", centre=north)
    report.write_report(run, tmp_path / "back.xlsx")
    page = openpyxl.load_workbook(tmp_path / "back.xlsx").active
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
    assert [row[0].value for row in page.iter_rows(min_row=2)] == hostile


def test_files_go_after_their_time_and_what_was_made_stays(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    assert keep.forget_files() == 0
    Import.objects.update(made_at=timezone.now() - timedelta(days=91))
    assert keep.forget_files() == 1
    assert not run.spool.exists() and Vehicle.objects.count() == 3
    assert [row.cells for row in StagedRow.objects.all()] == [[], [], []]


# --- parents -------------------------------------------------------------------------------------------------------------------


GROUP = [
    ["Company", "Parent company", "City"],
    ["Beta Bau GmbH", "Alpha Holding AG", "Kiel"],
    ["Gamma GmbH", "Beta Bau GmbH", "Bonn"],
    ["Alpha Holding AG", "", "Hamburg"],
]


def test_a_parent_that_a_later_row_makes_is_found_and_the_file_again_changes_nothing(north):
    take(make_xlsx({"Companies": GROUP}), "group.xlsx", centre=north)
    names = dict(Company.objects.values_list("name", "parent__name"))
    assert names == {"Beta Bau GmbH": "Alpha Holding AG", "Gamma GmbH": "Beta Bau GmbH", "Alpha Holding AG": None}
    again = judge(make_xlsx({"Companies": GROUP}), "again.xlsx", centre=north)
    assert verdicts(again) == ["same"] * 3


def test_no_file_closes_a_circle_of_companies(north):
    take(make_xlsx({"Companies": GROUP}), "group.xlsx", centre=north)
    circle = [GROUP[0], ["Alpha Holding AG", "Gamma GmbH", "Hamburg"]]
    run = take(make_xlsx({"Companies": circle}), "circle.xlsx", centre=north)
    assert verdicts(run) == ["same"]
    assert "already belongs to this company" in words_of(run.rows.get().found[0])[0]
    assert Company.objects.get(name="Alpha Holding AG").parent is None


def test_two_rows_that_name_each_other_make_no_circle(north):
    pair = [GROUP[0], ["Eins AG", "Zwei AG", "Ulm"], ["Zwei AG", "Eins AG", "Ulm"]]
    take(make_xlsx({"Companies": pair}), "pair.xlsx", centre=north)
    assert dict(Company.objects.values_list("name", "parent__name")) == {"Eins AG": "Zwei AG", "Zwei AG": None}


# --- through the same doors as everybody --------------------------------------------------------------------------------------


def test_an_imported_hand_over_stands_in_the_history_of_the_vehicle_and_the_end_in_that_of_the_holder(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][10] = "Anna Kern"
    take(fleet(rows), "neu.xlsx", centre=north)
    before, after = Vehicle.objects.get(vin="WVWZZZ3CZRE014512").holders.order_by("starts_on")
    handed = Entry.objects.about(after.vehicle).filter(action="vehicle.handed_over").latest("pk")
    assert {**handed.facts, "import": 0} == {"holder": after.pk, "user": after.user_id, "import": 0}
    ended = Entry.objects.about(before).get(action="holder.ended")
    assert list(ended.changes.values_list("field", "before", "after")) == [("ends_on", None, before.ends_on.isoformat())]


def test_a_further_address_of_somebody_known_has_its_entry_and_is_found(north):
    text = "Company,Last name,First name,E-mail,Phone\nAlpha GmbH,Kern,Eva,eva@alpha.example,{}\n"
    take(make_text(text.format("")), "x.csv", centre=north)
    take(make_text(text.format("+49 40 123456")), "y.csv", centre=north)
    phone = PersonAddress.objects.get(channel="phone")
    assert Entry.objects.about(phone).get(action="address.entered").facts["person"] == phone.person_id
    assert not Entry.objects.filter(action="address.entered", object_id=PersonAddress.objects.get(channel="email").pk).exists()


def test_what_an_account_manager_imports_is_theirs_as_if_they_had_entered_it(anna, north):
    take(fleet(), "x.xlsx", by=anna)
    company = Company.objects.get(name="Nordhafen Logistik SE")
    assert company.responsible == anna
    assert Entry.objects.about(company).get(action="company.assigned").facts["kind"] == "responsible"


def test_each_company_of_a_batch_is_touched_once_and_the_bell_is_rung(north, django_capture_on_commit_callbacks):
    bell.rung_at.clear()
    run = judge(many(30), "x.csv", centre=north)
    imports.apply(run, by=None, in_background=False)
    TouchedCompany.objects.all().delete()
    with django_capture_on_commit_callbacks() as bells:
        apply_batch(run)
    assert sorted(TouchedCompany.objects.values_list("company", flat=True)) == sorted(Company.objects.values_list("pk", flat=True))
    assert [str(bell) for bell in bells] == ["Bell(task='accounts.look_again')"]

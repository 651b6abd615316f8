"""An import stays within the importer's reach, takes nobody for somebody else, and finds parents without closing a circle."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Assignment, Company, Vehicle
from contacts.models import Consent, Person, PersonAddress
from contacts.people import person_data
from intake import actions as imports
from intake.models import Import, StagedRow
from intake.wording import words_of
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import State, fleet, judge, take, verdicts, why

pytestmark = pytest.mark.django_db


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


# --- parents ------------------------------------------------------------------------------------------------------------------


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

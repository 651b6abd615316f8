"""An undo goes through the verbs of the nouns, leaves what somebody needs, says so before and after, and outlives its owner."""

import re
import threading
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.customers.actions import companies
from accounts.models import Assignment, Centre, Company, TouchedCompany, User, Vehicle
from contacts.memory.actions import service_visits
from contacts.models import Decision, Holder, Person, PersonAddress, Reason, Task
from contacts.people.actions import people
from fleetportal.core import audit
from fleetportal.core.audit import Change, Entry
from fleetportal.core.db import search
from fleetportal.core.jobs import queue as jobs
from intake import actions as imports
from intake import undoing
from intake.importer import importer
from intake.models import Import, Made, StagedRow
from tests.accounts.test_pairs_of_verbs import rows_of, undone
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_holder, make_person, make_role
from tests.factories.sheets import make_text
from tests.intake.running import FLEET, State, fleet, take
from tests.races import race

pytestmark = pytest.mark.django_db
PASSAT = "WVWZZZ3CZRE014512"


def undo(run, by=None):
    imports.undo(run, by=by)
    imports.work(Import.objects.get(pk=run.pk))
    return Import.objects.get(pk=run.pk)


def changed_plate(north):
    """The import by which the Passat has another plate."""
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    return take(fleet(rows), "neu.xlsx", centre=north)


def stays(run):
    """(what, why, what depends on it) of each thing that the undo left."""
    return set(Made.objects.staying(run).values_list("what", "stays", "used_by"))


# --- one door -----------------------------------------------------------------------------------------------------------------


def make_changed(what, north):
    """(the row, its field, another value, how it is edited by hand)."""
    if what == "parent":
        return make_company(north, parent=make_company(north)), "parent", make_company(north), companies.edit
    if what == "company":
        return make_company(north, city="Bonn"), "city", "Ulm", companies.edit
    if what == "person":
        return make_person("Voss"), "title", "Frau Dr.", people.edit
    if what == "role":
        return make_role("user", make_company(north)), "job_title", "Chief", edit
    if what == "holder":
        holder = make_holder(make_role("user", make_company(north)))
        return holder, "ends_on", date(2026, 3, 1), edit
    values = {"plate": "HH-NL 9", "given_back_on": date(2026, 3, 1), "contract_ends_on": date(2027, 3, 1)}
    return make_vehicle(make_company(north), plate="HH-A 1"), what, values[what], edit


def edit(row, *, by, **values):
    row.edit(by=by, **values)


def traced(north, entry):
    """An import that left this change alone."""
    run = Import.objects.create(name="x.csv", size=1, centre=north, state=State.DONE)
    row = StagedRow.objects.create(run=run, sheet=0, row=2, verdict="changed")
    Made.objects.create(row=row, what="entry", object_id=entry.pk)
    return run


def left_by(verb):
    """What is in all tables but the intake's once `verb` has run; of an entry without what it notes of the import."""
    with undone():
        verb()
        found = {one._meta.label: rows_of(one) for one in apps.get_models() if one._meta.app_label != "intake" and one is not Entry}
        return found | {"entries": Counter(Entry.objects.values_list("action", "object_type", "object_id", "actor_id"))}


@pytest.mark.parametrize("what", ["company", "parent", "person", "role", "holder", "plate", "given_back_on", "contract_ends_on"])
def test_a_field_put_back_leaves_what_an_edit_by_hand_leaves(north, what):
    row, field, other, by_hand = make_changed(what, north)
    former = getattr(row, field)
    by_hand(row, by=None, **{field: other})
    run = traced(north, Entry.objects.about(row).latest("pk"))
    TouchedCompany.objects.all().delete()

    def again():
        return type(row)._default_manager.get(pk=row.pk)

    before = left_by(lambda: None)
    edited = left_by(lambda: by_hand(again(), by=None, **{field: former}))
    put_back = left_by(lambda: undoing.undo_batch(run, importer(run)))
    for table in before:
        assert put_back[table] == edited[table], table
    assert put_back != before


def test_a_row_read_before_somebody_wrote_keeps_what_they_wrote(north):
    run = changed_plate(north)
    Vehicle.objects.get(vin=PASSAT).edit(by=None, plate="HH-XX 7", model="Caddy")
    with transaction.atomic():
        undoing.undo_batch(run, importer(run))
    assert Vehicle.objects.filter(vin=PASSAT, plate="HH-XX 7", model="Caddy").exists()


def test_a_plate_that_an_import_changes_leaves_one_change_as_by_hand(north):
    run = changed_plate(north)
    entry = Entry.objects.get(pk=Made.objects.get(row__run=run, what="entry").object_id)
    assert list(entry.changes.values_list("field", flat=True)) == ["plate"]


def test_undo_leaves_its_import_in_the_entries(north):
    run = changed_plate(north)
    undo(run)
    entry = Entry.objects.about(Vehicle.objects.get(vin=PASSAT)).latest("pk")
    assert (entry.action, entry.facts) == ("vehicle.edited", {"import": run.pk})


def test_what_goes_is_gone_from_search_and_from_the_size_of_the_fleet(north):
    company = make_company(north, name="Alpha GmbH", postcode="20457")
    boss = make_role("decision_maker", company, make_person("Kern", first_name="Ina", email="")).person
    text = "Company;Postcode;Plate\nAlpha GmbH;20457;HH-A 1\n"
    run = take(make_text(text), "fleet.csv", centre=north)
    mail = take(
        make_text("Company;Postcode;First name;Last name;E-mail\nAlpha GmbH;20457;Ina;Kern;ina@kern.example\n"), "p.csv", centre=north
    )
    company.refresh_from_db()
    assert company.fleet_size == 1 and search.found(Person, "kern.example").count() == 1
    undo(run)
    undo(mail)
    company.refresh_from_db()
    assert company.fleet_size == 0 and not search.found(Person, "kern.example").exists()
    assert search.found(Person, "Kern").get()["object_id"] == boss.pk


# --- what stays, and why ------------------------------------------------------------------------------------------------------


def test_a_row_that_somebody_edited_since_stays_and_so_does_its_company(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    Vehicle.objects.get(vin=PASSAT).edit(by=None, mileage_km=99_000)
    undone = undo(run)
    assert stays(run) >= {("vehicle", "edited", ""), ("company", "in_use", "accounts.vehicle")}
    assert [vehicle.vin for vehicle in Vehicle.objects.all()] == [PASSAT]
    assert undone.progress.kept == Made.objects.staying(run).count() == 2


def test_an_edit_that_was_taken_back_keeps_nothing(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    for mileage in (99_000, 41_820):
        Vehicle.objects.get(vin=PASSAT).edit(by=None, mileage_km=mileage)
    undo(run)
    assert not stays(run) and not Company.objects.exists()


def test_a_later_import_that_was_undone_keeps_nothing(north):
    first = take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    undo(take(fleet(rows), "neu.xlsx", centre=north))
    undo(first)
    assert not stays(first) and not Vehicle.objects.exists()


def test_a_field_that_somebody_changed_since_stays(north):
    run = changed_plate(north)
    Vehicle.objects.get(vin=PASSAT).edit(by=None, plate="HH-XX 7")
    undo(run)
    assert Vehicle.objects.get(vin=PASSAT).plate == "HH-XX 7" and stays(run) == {("entry", "changed", "")}


def test_a_company_that_has_other_things_now_stays(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    used = Company.objects.get(name="Tiefbau Carstens GmbH & Co. KG")
    make_role("decision_maker", used)
    undone = undo(run)
    assert [company.name for company in Company.objects.all()] == [used.name]
    assert stays(run) == {("company", "in_use", "contacts.decisionmaker")} and undone.progress.kept == 1


def test_a_person_with_consent_and_a_vehicle_with_a_visit_stay(north):
    run = take(
        make_text("Company;Postcode;First name;Last name;E-mail\nAlpha GmbH;20457;Ina;Kern;ina@kern.example\n"), "p.csv", centre=north
    )
    give_consent(Person.objects.get())
    cars = take(make_text("Company;Postcode;Plate\nAlpha GmbH;20457;HH-A 1\n"), "f.csv", centre=north)
    service_visits.enter(Vehicle.objects.get(), centre=north, visited_on=date(2026, 9, 1), order_number="W-1", by=None)
    undo(cars)
    undo(run)
    assert stays(cars) == {("vehicle", "in_use", "accounts.servicevisit")}
    assert stays(run) >= {("address", "in_use", "contacts.consent"), ("person", "in_use", "contacts.personaddress")}
    assert PersonAddress.objects.exists()


def test_reasons_keep_nothing_and_what_somebody_did_with_one_does(north):
    run = take(fleet([FLEET[0], FLEET[1], FLEET[3]]), "Fuhrpark.xlsx", centre=north)
    while TouchedCompany.objects.drain():
        pass
    first, second = Company.objects.order_by("pk")
    assert Reason.objects.filter(company__in=(first, second)).exists()
    Decision.objects.create(key="contract_end:1", rule="contract_end", company=second, kind=Decision.Kind.NOT_NOW)
    undo(run)
    assert list(Company.objects.all()) == [second] and stays(run) == {("company", "in_use", "contacts.decision")}


def test_a_plate_that_another_vehicle_has_by_now_is_not_put_back(north):
    run = changed_plate(north)
    make_vehicle(Vehicle.objects.get(vin=PASSAT).company, plate="HH-NL 1204")
    assert [fate.stays for fate in undoing.preview(run, importer(run), most=10)] == ["conflict"]
    undo(run)
    assert Vehicle.objects.get(vin=PASSAT).plate == "HH-NL 9" and stays(run) == {("entry", "conflict", "")}


def test_a_vehicle_that_somebody_else_got_by_now_does_not_go_back_to_its_former_holder(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    Holder.objects.update(starts_on=date(2020, 1, 1))
    rows = [list(row) for row in FLEET]
    rows[1][10] = "Kern, Anna"
    run = take(fleet(rows), "neu.xlsx", centre=north)
    passat = Vehicle.objects.get(vin=PASSAT)
    latest = Holder.objects.get(vehicle=passat, ends_on=None)
    third = make_role("user", passat.company)
    Holder.hand_over(passat, third, by=None, starts_on=latest.starts_on + timedelta(days=3))
    undo(run)
    assert {("holder", "edited", ""), ("entry", "conflict", "")} <= stays(run)
    assert Holder.objects.get(vehicle=passat, ends_on=None).user == third


def test_a_parent_that_is_gone_is_not_put_back(north):
    old, new = make_company(north), make_company(north)
    child = make_company(north, parent=old)
    companies.edit(child, by=None, parent=new)
    run = traced(north, Entry.objects.about(child).latest("pk"))
    old.delete()
    undo(run)
    child.refresh_from_db()
    assert child.parent == new and stays(run) == {("entry", "lost", "")}


def test_what_the_importer_no_longer_serves_stays_and_its_assignment_with_the_company(anna, boris, north):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    used = Company.objects.get(name="Tiefbau Carstens GmbH & Co. KG")
    yesterday = Assignment.objects.get(company=used).starts_on - timedelta(days=1)
    Assignment.objects.filter(company=used).update(starts_on=yesterday, ends_on=yesterday)
    undo(run, by=anna)
    assert stays(run) == {("vehicle", "reach", ""), ("company", "in_use", "accounts.vehicle"), ("assignment", "company", "")}
    assert list(Assignment.objects.values_list("company", flat=True)) == [used.pk]


def test_companies_of_a_group_go_and_stay_together(north):
    text = "Company;Postcode;Parent company\nMutter AG;20457;\nTochter GmbH;20457;Mutter AG\nEnkel GmbH;20457;Tochter GmbH\n"
    run = take(make_text(text), "c.csv", centre=north)
    assert Company.objects.filter(parent__isnull=False).count() == 2
    assert not [fate for fate in undoing.preview(run, importer(run), most=10) if fate.stays]
    make_role("driver", Company.objects.get(name="Enkel GmbH"))
    undo(run)
    assert Company.objects.count() == 3
    assert stays(run) >= {("company", "in_use", "contacts.driver"), ("company", "in_use", "accounts.company")}


def test_an_undo_begun_again_looks_again(north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    role = make_role("decision_maker", Company.objects.first())
    undo(run)
    role.delete()
    Import.objects.filter(pk=run.pk).update(state=State.STOPPED)
    undo(Import.objects.get(pk=run.pk))
    assert not Company.objects.exists() and not stays(run)


# --- before it is done --------------------------------------------------------------------------------------------------------


def test_the_preview_says_what_the_undo_does_and_writes_nothing(north):
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4], rows[1][10] = "HH-NL 9", "Anna Kern"
    rows += [["Neu GmbH", "", "10115", "Berlin", f"B-NE {n}", "", "VW", "Up", "", "", f"Max Neu{n}", ""] for n in range(4)]
    run = take(fleet(rows), "neu.xlsx", centre=north)
    Vehicle.objects.get(plate="B-NE 1").edit(by=None, mileage_km=5)
    Vehicle.objects.get(vin=PASSAT).edit(by=None, plate="HH-XX 7")
    before = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models() if model._meta.managed}
    foreseen = {
        (fate.trace.what, fate.trace.object_id, fate.stays, fate.used_by) for fate in imports.foresee_undo(run, by=None) if fate.stays
    }
    after = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models() if model._meta.managed}
    assert after == before
    undo(run)
    assert set(Made.objects.staying(run).values_list("what", "object_id", "stays", "used_by")) == foreseen
    assert {what for what, *_others in foreseen} >= {"vehicle", "company", "entry"}


def test_the_preview_knows_that_a_company_above_is_let_go(north):
    """The file brought a company and put it above another; the undo takes that back first."""
    take(make_text("Company;Postcode\nTochter GmbH;20095\nEnkel GmbH;20095\n"), "first.csv", centre=north)
    text = "Company;Postcode;City;Parent company\nMutter AG;20457;Hamburg;\nTochter GmbH;20095;Hamburg;Mutter AG\n"
    run = take(make_text(text), "group.csv", centre=north)
    assert Company.objects.get(name="Tochter GmbH").parent.name == "Mutter AG"
    assert not [fate for fate in imports.foresee_undo(run, by=None) if fate.stays]
    undo(run)
    assert not stays(run) and not Company.objects.filter(name="Mutter AG").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_what_somebody_enters_meanwhile_is_never_lost_in_silence():
    """A task is being planned for a company while the import that made it is undone: the task stays with its company, or is refused."""
    north, anna = Centre.objects.create(slug="north", name="North"), User.objects.create(username="anna")
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    company, planned = Company.objects.earliest("pk"), threading.Event()

    def plan():
        with transaction.atomic():
            Task.plan(company, "Call back", due_on=date(2027, 1, 11), owner=anna, by=anna)
            planned.set()
            time.sleep(0.5)

    def take_back():
        assert planned.wait(10)
        undo(run)

    planning, undoing_it = race(plan, take_back)
    assert undoing_it is None
    if planning is None:
        assert Task.objects.get().company == company and ("company", "in_use", "contacts.task") in stays(run)
    else:  # PostgreSQL looks for the company when the task is committed, and that is after the undo
        assert isinstance(planning, IntegrityError) and not Task.objects.exists() and not stays(run)


def test_an_import_that_is_not_over_has_no_preview(north):
    run = imports.bring(fleet(), name="x.xlsx", by=None, centre=north)
    with pytest.raises(imports.ImportBusy):
        imports.foresee_undo(run, by=None)


def test_the_pages_before_and_after_list_what_stays_in_words(client, anna):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    client.force_login(anna)
    passat = Vehicle.objects.get(vin=PASSAT)
    passat.edit(by=anna, mileage_km=99_000)
    before = client.get(f"/imports/{run.pk}/undo/preview/").content.decode()
    assert Vehicle.objects.count() == 3 and Import.objects.get(pk=run.pk).state == State.DONE
    client.post(f"/imports/{run.pk}/undo/")
    while jobs.run_due():
        pass
    after = client.get(f"/imports/{run.pk}/").content.decode()
    for page in (before, after):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert "What stays, and why" in words and "Vehicles 1 edited since" in words and "something else uses it now: vehicles" in words
        assert f"/vehicles/{passat.pk}/" in page
    assert "What will be undone" in before and "entries stay" in after


def test_whoever_lost_sight_of_what_stays_reads_no_name(client, anna, boris):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    used = Company.objects.get(name="Tiefbau Carstens GmbH & Co. KG")
    yesterday = Assignment.objects.get(company=used).starts_on - timedelta(days=1)
    Assignment.objects.filter(company=used).update(starts_on=yesterday, ends_on=yesterday)
    client.force_login(anna)
    page = client.get(f"/imports/{run.pk}/undo/preview/").content.decode()
    assert "you no longer look after the company" in page and "Tiefbau" not in page and "PI-TC" not in page


def test_the_preview_of_a_colleague_is_not_there_and_does_not_act(client, anna, boris):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    client.force_login(boris)
    assert client.get(f"/imports/{run.pk}/undo/preview/").status_code == 404
    client.force_login(anna)
    assert client.post(f"/imports/{run.pk}/undo/preview/").status_code == 405


# --- the owner leaves ---------------------------------------------------------------------------------------------------------


def leaves(user):
    """Their account is deleted, as far as history lets it."""
    Assignment.objects.filter(user=user).delete()
    User.objects.get(pk=user.pk).delete()


def test_an_import_outlives_the_account_of_its_owner_and_can_be_undone_by_an_administrator(client, anna, admin):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    leaves(anna)
    client.force_login(admin)
    assert "Uploaded by a former colleague." in client.get(f"/imports/{run.pk}/").content.decode()
    assert client.get(f"/imports/{run.pk}/undo/preview/").status_code == 200
    client.post(f"/imports/{run.pk}/undo/")
    while jobs.run_due():
        pass
    assert Import.objects.get(pk=run.pk).state == State.UNDONE and not Vehicle.objects.exists()
    assert Entry.objects.filter(action="vehicle.taken_back", actor_id=admin.pk).count() == 3


def test_an_administrator_elsewhere_neither_sees_nor_undoes_it(client, anna, boris, carla):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    leaves(anna)
    for user in (boris, carla):
        client.force_login(user)
        assert client.get(f"/imports/{run.pk}/").status_code == client.post(f"/imports/{run.pk}/undo/").status_code == 404


def test_an_undo_that_lost_its_job_with_the_account_can_be_stopped_and_begun_again(client, anna, admin):
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    imports.undo(run, by=anna)
    leaves(anna)
    client.force_login(admin)
    assert "This import stopped unexpectedly." in client.get(f"/imports/{run.pk}/").content.decode()
    client.post(f"/imports/{run.pk}/stop/")
    client.post(f"/imports/{run.pk}/undo/")
    while jobs.run_due():
        pass
    assert Import.objects.get(pk=run.pk).state == State.UNDONE and not Vehicle.objects.exists()


def test_what_the_command_brought_says_so(client, admin, north):
    run = take(fleet(), "Fuhrpark.xlsx", centre=north)
    client.force_login(admin)
    assert "Uploaded by the import command." in client.get(f"/imports/{run.pk}/").content.decode()


def test_the_history_of_an_undo_tells_before_and_after(north):
    run = changed_plate(north)
    undo(run)
    passat = Vehicle.objects.get(vin=PASSAT)
    changes = Change.objects.filter(object_type=audit.label(passat), object_id=passat.pk, field="plate").order_by("pk")
    assert list(changes.values_list("before", "after")) == [("HH-NL 1204", "HH-NL 9"), ("HH-NL 9", "HH-NL 1204")]

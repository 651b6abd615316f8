"""An undo goes through the verbs of the nouns, leaves what somebody needs, says so before and after, and outlives its owner."""

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
from intake import undoing
from intake.importer import importer
from intake.models import Import, Made, StagedRow
from tests.accounts.pairs_of_verbs import rows_of, undone
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_holder, make_person, make_role
from tests.factories.sheets import make_text
from tests.intake.running import FLEET, State, fleet, take
from tests.intake.undos import PASSAT, changed_plate, stays, undo
from tests.races import race

pytestmark = pytest.mark.django_db


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


def test_the_history_of_an_undo_tells_before_and_after(north):
    run = changed_plate(north)
    undo(run)
    passat = Vehicle.objects.get(vin=PASSAT)
    changes = Change.objects.filter(object_type=audit.label(passat), object_id=passat.pk, field="plate").order_by("pk")
    assert list(changes.values_list("before", "after")) == [("HH-NL 1204", "HH-NL 9"), ("HH-NL 9", "HH-NL 1204")]


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

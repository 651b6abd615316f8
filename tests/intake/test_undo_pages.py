"""The pages of an undo: what it would leave, said before and after; and whose imports an administrator undoes once the owner is gone."""

import re
from datetime import timedelta

import pytest
from django.apps import apps

from accounts.models import Assignment, Company, User, Vehicle
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from intake import actions as imports
from intake.models import Import, Made
from tests.factories.sheets import make_text
from tests.intake.running import FLEET, State, fleet, take
from tests.intake.undos import PASSAT, stays, undo

pytestmark = pytest.mark.django_db


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

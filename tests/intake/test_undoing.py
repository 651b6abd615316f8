"""An import is stopped, goes on, and is undone; its file comes back with what is wrong."""

import io
import time
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Assignment, Company, TouchedCompany, Vehicle, responsible_for
from contacts.models import Holder, Person, PersonAddress
from fleetportal.core.audit import Entry
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import bell
from fleetportal.core.jobs.queue import Job
from intake import actions as imports
from intake.actions import keep, report
from intake.actions.apply import apply_batch
from intake.actions.work import run_slice
from intake.models import Import, StagedRow
from intake.writing import Writing
from tests.factories.accounts import assign, make_company
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import FLEET, State, fleet, judge, rows_at_once, take, verdicts

pytestmark = pytest.mark.django_db


# --- stopping, going on, undoing ----------------------------------------------------------------------------------------------


def many(count):
    return make_text("Company;Postcode;Plate;Make\n" + "".join(f"Firm {n // 10};{20000 + n // 10};HH-X {n};Opel\n" for n in range(count)))


def test_slices_keep_to_their_time_and_the_next_one_goes_on(north, anna, monkeypatch):
    rows_at_once(monkeypatch, 500)
    run = imports.bring(many(1200), name="x.csv", by=anna)
    imports.judge(run, by=anna)
    job = Job.objects.get()
    slices = 0
    while not run_slice(job, time.monotonic()):
        slices += 1
    assert slices >= 2 and Import.objects.get(pk=run.pk).progress.new == 1200
    assert job.total == 1200


def test_an_import_stopped_half_way_goes_on_with_the_rest(north, monkeypatch):
    rows_at_once(monkeypatch, 500)
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
    assert verdicts(mended) == ["changed", "changed", "same"]


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
    assert responsible_for(company, on=timezone.localdate()) == anna
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

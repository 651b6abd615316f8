"""Whose imports are those of somebody who has left, and what becomes of one that was under way."""

import pytest

from accounts.models import Assignment, Company, User, Vehicle
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from intake import actions as imports
from intake.importer import hindrance
from intake.models import Import
from tests.factories.accounts import make_user
from tests.intake.running import State, fleet, judge, take

pytestmark = pytest.mark.django_db


def leaves(user):
    """Their account is deleted, as far as history lets it."""
    Assignment.objects.filter(user=user).delete()
    User.objects.get(pk=user.pk).delete()


def run_all():
    while jobs.run_due():
        pass


def test_a_leavers_imports_are_the_administrators_of_their_centre(anna, boris, carla, admin, north, south):
    of_the_north, of_the_south = make_user("norbert", role="administrator", at=[north]), make_user("susi", role="administrator", at=[south])
    left, standing = take(fleet(), "Fuhrpark.xlsx", by=anna), take(fleet(), "other.xlsx", by=boris)
    nowhere = Import.objects.create(name="x.csv", size=1, owner=anna)
    everybody = (anna, boris, carla, of_the_north, of_the_south, admin)
    assert [set(Import.objects.visible_to(user)) for user in everybody] == [{left, nowhere}, {standing}, set(), set(), set(), set()]
    leaves(anna)
    assert Import.objects.get(pk=left.pk).owner is None
    seen = [set(Import.objects.visible_to(user)) for user in everybody[1:]]
    assert seen == [{standing}, set(), {left}, set(), {left, nowhere}]


@pytest.mark.parametrize("verb", [imports.apply, imports.undo])
def test_what_a_leaver_had_begun_stops_and_an_administrator_may_begin_it_again(client, anna, admin, verb):
    run = judge(fleet(), "Fuhrpark.xlsx", by=anna) if verb is imports.apply else take(fleet(), "Fuhrpark.xlsx", by=anna)
    before = (Company.objects.count(), Vehicle.objects.count())
    verb(run, by=anna)
    leaves(anna)
    job = Job.objects.get(pk=run.job_id)
    assert job.owner is None and hindrance(Import.objects.get(pk=run.pk), None) == "right"
    run_all()
    job.refresh_from_db()
    assert (job.state, Company.objects.count(), Vehicle.objects.count()) == ("failed", *before)
    client.force_login(admin)
    assert "This import stopped unexpectedly." in client.get(f"/imports/{run.pk}/").content.decode()
    client.post(f"/imports/{run.pk}/stop/")
    client.post(f"/imports/{run.pk}/{'take' if verb is imports.apply else 'undo'}/")
    run_all()
    assert Import.objects.get(pk=run.pk).state == (State.DONE if verb is imports.apply else State.UNDONE)
    assert Vehicle.objects.count() == (3 if verb is imports.apply else 0)


def test_a_slice_that_loses_the_account_of_its_owner_on_the_way_takes_nothing_back(anna):
    """The worker has the job already; it reads the import again under its lock."""
    run = take(fleet(), "Fuhrpark.xlsx", by=anna)
    imports.undo(run, by=anna)
    leaves(anna)
    imports.work(Import.objects.get(pk=run.pk))
    held = Import.objects.get(pk=run.pk)
    assert (held.state, held.progress.held, Vehicle.objects.count()) == (State.STOPPED, "right", 3)

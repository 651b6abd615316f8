"""An import that is killed goes on where it stopped, and the same file again changes nothing (R16)."""

import io
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Company, Vehicle
from contacts.models import Person
from fleetportal.core.jobs.queue import Job
from intake import actions as imports
from intake.models import Import
from tests.kills.portal import Processes, database_url, environment, eventually
from tests.selection import LONG

pytestmark = [pytest.mark.kills, pytest.mark.django_db(transaction=True)]
COMPANIES, PER_COMPANY, KILLS = (500, 10, 10) if LONG else (100, 10, 3)
ROWS = COMPANIES * PER_COMPANY
State = Import.State


def fleet_list() -> io.BytesIO:
    """A fleet list as a customer keeps it: each row a vehicle, its company and who drives it."""
    lines = ["Company;Postcode;City;Plate;Make;Model;First name;Last name;E-mail"]
    for number in range(ROWS):
        company = number // PER_COMPANY
        lines.append(
            f"Probefirma {company:04d} GmbH;{20000 + company};Hamburg;HH-FP {1000 + number};Opel;Vivaro;"
            f"Alex;Muster{number:05d};alex{number}@probefirma{company}.example"
        )
    return io.BytesIO("\n".join(lines).encode())


@pytest.fixture
def run(north, settings, tmp_path):
    """The list, brought and judged, in the folder that the processes under test share with us."""
    settings.FILES_ROOT = tmp_path / "files"
    return judged(north)


def judged(centre):
    brought = imports.bring(fleet_list(), name="fleet.csv", by=None, centre=centre)
    imports.judge(brought, by=None, in_background=False)
    imports.work(brought)
    brought.refresh_from_db()
    return brought


def standing():
    """How many companies, vehicles and people there are."""
    return Company.objects.count(), Vehicle.objects.count(), Person.objects.count()


def applied(run):
    return run.rows.exclude(applied_at=None).count()


def let_the_lease_run_out():
    Job.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_killed_import_goes_on_and_the_same_file_again_makes_nothing(run, north, settings, tmp_path, chance):
    before = standing()
    assert run.state == State.JUDGED and run.rows.to_apply().count() == ROWS
    imports.apply(run, by=None)
    keys = {"SECRET_KEY": settings.SECRET_KEY, "LINK_KEY": settings.LINK_KEY, "BASE_URL": settings.BASE_URL}
    variables = environment(tmp_path, DATABASE_URL=database_url(), **keys)
    celery = [sys.executable, "-m", "celery", "--app", "fleetportal"]
    with Processes(tmp_path) as processes:
        processes.start("scheduler", [*celery, "beat", "--pidfile=", f"--schedule={tmp_path / 'beat'}"], variables)
        for _kill in range(KILLS):
            worker = processes.start("worker", [*celery, "worker", "--pool=solo"], variables)
            wanted = min(ROWS - 1, applied(run) + chance.randrange(1, ROWS // KILLS))
            assert eventually(lambda wanted=wanted: applied(run) >= wanted, within=120, every=0.01), processes.logs()
            processes.kill(worker)
            # A batch is one transaction with the marks of its rows: each marked row's vehicle is there, no other one is.
            assert standing()[1] - before[1] == applied(run)
            let_the_lease_run_out()
        processes.start("worker", [*celery, "worker", "--pool=solo"], variables)
        assert eventually(lambda: Import.objects.get(pk=run.pk).state == State.DONE, within=120), processes.logs()
    made = tuple(after - earlier for after, earlier in zip(standing(), before, strict=True))
    assert made == (COMPANIES, ROWS, ROWS)
    again = judged(north)
    assert again.rows.to_apply().count() == 0
    with pytest.raises(imports.NothingToTake):
        imports.apply(again, by=None)
    assert tuple(after - earlier for after, earlier in zip(standing(), before, strict=True)) == made

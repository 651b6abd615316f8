"""R14: a full disk answers in words, keeps nothing by halves, and everything works again once there is room."""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, User
from fleetportal.core.errors import no_room
from fleetportal.core.jobs import queue as jobs
from intake.models import Import

pytestmark = pytest.mark.django_db
SIZE = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A disk of a quarter of a megabyte, of the test's own: files of the portal and uploads lie on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("only root may mount the small disk that this test fills")
    try:
        settings.FILES_ROOT = disk / "files"
        settings.FILE_UPLOAD_TEMP_DIR = str(disk)
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
    return filler


def fleet(rows: int) -> SimpleUploadedFile:
    lines = ["Company;Plate;Make", *(f"Firm {number};HH-AB {number};Opel" for number in range(rows))]
    return SimpleUploadedFile("fleet.csv", "\n".join(lines).encode())


@pytest.mark.parametrize("rows", [1, 5_000, 200_000])
@pytest.mark.parametrize("debug", [False, True])
def test_r14_an_import_that_finds_the_disk_full_says_so(
    small_disk: Path, client: Client, anna: User, north: Centre, settings: Any, rows: int, debug: bool
) -> None:
    settings.DEBUG = debug
    client.force_login(anna)
    client.raise_request_exception = False
    filler = fill(small_disk)
    answer = client.post("/imports/", {"file": fleet(rows), "centre": north.pk})
    assert answer.status_code == 507
    assert "no room left" in answer.content.decode()
    assert not Import.objects.exists()
    filler.unlink()
    assert not [path for path in small_disk.rglob("*") if path.is_file()]
    assert client.post("/imports/", {"file": fleet(1), "centre": north.pk}).status_code in (302, 303)


def test_r14_a_job_that_finds_the_disk_full_waits_and_goes_on(monkeypatch: Any) -> None:
    found = [OSError(errno.ENOSPC, "No space left on device")] * 7

    def run(job: jobs.Job, deadline: float) -> bool:
        if found:
            raise found.pop()
        return True

    monkeypatch.setitem(jobs.kinds, "test.full", run)
    job = jobs.Job.objects.create(kind="test.full")
    for _time in range(8):
        jobs.Job.objects.update(lease_until=None)
        jobs.run_due()
    job.refresh_from_db()
    assert job.state == jobs.JobState.DONE
    assert timezone.now() >= job.ended_at


def caused(cause: Exception) -> OperationalError:
    error = OperationalError("full")
    error.__cause__ = cause
    return error


class Full(Exception):
    sqlstate, sqlite_errorcode = "53100", 13


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, ""), OSError(errno.EDQUOT, ""), OSError(errno.EFBIG, ""), caused(Full())])
def test_r14_full_disks_of_files_and_databases_are_known(error: Exception) -> None:
    assert no_room(error)


@pytest.mark.parametrize("error", [OSError(errno.EACCES, ""), OperationalError("busy"), ValueError()])
def test_r14_other_errors_are_not_put_down_to_the_disk(error: Exception) -> None:
    assert no_room(error) is None

"""An export that takes longer than a request: a job, its page, a file for its owner alone, for a day."""

import csv
import io
import time
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Assignment, Centre, Company, User
from contacts.models import Holder
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web import export_jobs
from fleetportal.core.web.lists import page as lists
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    """More than 2 rows are a long export, gathered 2 at a time."""
    settings.FILES_ROOT = tmp_path
    monkeypatch.setattr(lists, "EXPORTED_AT_ONCE", 2)
    monkeypatch.setattr(export_jobs, "CHUNK", 2)


@pytest.fixture
def seven(north: Centre, anna: User) -> list[Company]:
    companies = [make_company(north, name=f"Company {n}", looked_after_by=anna) for n in range(7)]
    make_vehicle(companies[0], contract_ends_on=timezone.localdate() + timedelta(days=40))
    return companies


def order(client: Client, kind: str = "xlsx", query: str = "?sort=-name") -> jobs.Job:
    answer = client.post(f"/companies/{query}", {"_export": kind, "reason": "Round in December"})
    job = jobs.Job.objects.get(kind="core.export")
    assert answer["Location"] == f"/exports/{job.pk}/"
    return job


def work() -> None:
    while jobs.run_due():
        pass


def sheet_of(answer) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))


def test_a_long_export_is_ordered_gathered_and_fetched(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client)
    assert "waiting in the queue" in client.get(f"/exports/{job.pk}/").content.decode()
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    work()
    assert "7 rows are ready" in client.get(f"/exports/{job.pk}/").content.decode()
    rows = sheet_of(client.get(f"/exports/{job.pk}/file/"))
    assert [row[0] for row in rows[1:]] == [f"Company {n}" for n in reversed(range(7))]
    assert rows[-1][rows[0].index("Contract end")].date() == timezone.localdate() + timedelta(days=40)
    assert Entry.objects.get(action="list.exported").facts == {"list": "companies", "kind": "xlsx", "rows": 7, "job": job.pk}


def test_a_slice_at_a_time_and_a_slice_done_twice_make_the_same_file(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client, "csv")
    finished = [export_jobs.run(job, deadline=0.0) for _slice in range(3)]
    assert finished == [False, False, False]
    job.done = 2  # a worker was killed before it could say how far it was
    while not export_jobs.run(job, deadline=0.0):
        pass
    lines = export_jobs.made(job).read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [f"Company {n}" for n in reversed(range(7))]


def test_somebody_elses_export_is_not_there(client: Client, anna: User, carla: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client)
    work()
    client.force_login(carla)
    assert client.get(f"/exports/{job.pk}/").status_code == 404
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    assert client.get("/exports/999999/").status_code == 404


def test_a_file_with_a_row_that_is_no_longer_theirs_is_withheld(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client)
    work()
    Assignment.objects.filter(company=seven[3]).update(ends_on=timezone.localdate() - timedelta(days=1))
    answer = client.get(f"/exports/{job.pk}/file/")
    assert answer.status_code == 409
    assert "no longer allowed to export some of these rows" in answer.content.decode()


def test_after_a_day_the_file_is_gone(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client)
    work()
    jobs.Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(hours=25))
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    assert export_jobs.made(job).exists()
    assert export_jobs.forget_old(now=timezone.now()) == 0
    assert export_jobs.forget_old(now=timezone.now() + timedelta(hours=25)) == 2
    assert not export_jobs.made(job).exists()


def test_other_methods_are_refused(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client)
    assert client.post(f"/exports/{job.pk}/").status_code == 405
    assert client.post(f"/exports/{job.pk}/file/").status_code == 405


@pytest.mark.parametrize("rows", [3, 9])
def test_a_chunk_costs_the_same_queries_whatever_its_rows(
    client: Client, anna: User, north: Centre, rows: int, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(export_jobs, "CHUNK", 10)
    for n in range(rows):
        make_company(north, name=f"Company {n}", looked_after_by=anna)
    client.force_login(anna)
    job = order(client)
    export_jobs.page_of(job)
    job.owner.rights  # noqa: B018  read once for a slice
    with django_assert_num_queries(3):  # which rows, their cells, how far it is
        assert export_jobs.run(job, deadline=time.monotonic() + 60)


def test_a_row_that_goes_while_the_job_runs_leaves_no_gap(client: Client, anna: User, seven: list[Company]) -> None:
    client.force_login(anna)
    job = order(client, query="?sort=name")
    assert not export_jobs.run(job, deadline=0.0)
    seven[2].delete()
    Assignment.objects.filter(company=seven[4]).update(ends_on=timezone.localdate() - timedelta(days=1))
    work()
    rows = sheet_of(client.get(f"/exports/{job.pk}/file/"))
    assert [row[0] for row in rows[1:]] == ["Company 0", "Company 1", "Company 3", "Company 5", "Company 6"]


def test_a_sheet_says_what_the_list_shows(client: Client, anna: User, north: Centre) -> None:
    """Columns read their cells without the rows: names, holders and labels are the ones that a page shows of the rows."""
    company = make_company(north, name="Nordhafen", looked_after_by=anna, tier="gold")
    Assignment.assign(company, anna, kind=Assignment.Kind.STAND_IN, starts_on=timezone.localdate(), by=None)
    held, free = (make_vehicle(company, plate=plate, make="Opel", use="personal") for plate in ("B-A 1", "B-B 2"))
    user = make_role("user", company, make_person(first_name="Ida", last_name="Lind"))
    for starts, ends in ((400, 300), (200, None)):
        day = timezone.localdate()
        Holder.objects.create(vehicle=held, user=user, starts_on=day - timedelta(days=starts), ends_on=ends and day - timedelta(days=ends))
    client.force_login(anna)
    for address, first in (("/companies/?", "Nordhafen"), ("/vehicles/?", "B-A 1")):
        answer = client.post(address, {"_export": "csv", "reason": "Round in December"})
        lines = [*csv.DictReader(answer.content.decode("utf-8-sig").splitlines())]
        assert next(iter(lines[0].values())) == first
        if address.startswith("/companies"):
            assert len(lines) == 1 and lines[0]["Looked after by"] == str(anna) and lines[0]["Tier"] == "Gold"
            assert lines[0]["Coverage"] == "User" and lines[0]["Vehicles"] == "2"
        else:
            assert [line["Holder"] for line in lines] == ["Ida Lind", ""] and lines[1]["Company"] == "Nordhafen"
    assert free.plate == lines[1]["Plate"]

"""The export of a whole list as XLSX, beside a bare loop over the same rows."""

import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook

from accounts.models import User
from bench.measure import Figure, peak_mb, seconds
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web import export_jobs


def figures(size: int) -> Iterator[Figure]:
    admin = User.objects.get(username="admin")
    job = jobs.Job.objects.create(
        kind="core.export", args={"page": "companies", "query": "", "kind": "xlsx"}, owner=admin, is_personal=True
    )
    before = peak_mb()
    ours = seconds(lambda: finish(job))
    above = peak_mb() - before
    made = export_jobs.made(job)
    rows = list(load_workbook(made, read_only=True).active.iter_rows(values_only=True))
    theirs = seconds(lambda: bare(rows, made.with_suffix(".bare.xlsx")))
    yield Figure(
        f"export of {len(rows) - 1:,} rows x {len(rows[0])}",
        size,
        "s",
        ours,
        None,
        "bare XlsxWriter loop",
        theirs,
        ours / theirs,
        "<= 1.5",
        None,
        above,
    )


def finish(job: jobs.Job) -> None:
    while not export_jobs.run(job, time.monotonic() + jobs.SLICE_SECONDS):
        pass


def bare(rows: list[tuple[object, ...]], path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "remove_timezone": True})
    sheet = book.add_worksheet()
    for index, row in enumerate(rows):
        sheet.write_row(index, 0, row)
    book.close()

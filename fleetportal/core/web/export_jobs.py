"""Long exports: a job that gathers the rows in slices, a page that shows its progress, a file for its owner, for a day."""

import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fleetportal.core import sheets
from fleetportal.core.db import bulk
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web import pages
from fleetportal.core.web.lists import CHUNK, TYPES, ListPage, in_this_order, listed, write_sheet

KEPT = timedelta(hours=24)
as_line = json.JSONEncoder(separators=(",", ":"), default=str).encode


class NoLongerYours(Refused):
    """Rights were taken away between the order and the download."""

    code = "export_no_longer_yours"


def folder() -> Path:
    path = Path(settings.FILES_ROOT) / "exports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def made(job: jobs.Job) -> Path:
    """The path of the finished file."""
    return folder() / f"{job.pk}.{job.args['kind']}"


def part(job: jobs.Job, first: int) -> Path:
    return folder() / f"{job.pk}.{first}.rows"


def keys_file(job: jobs.Job) -> Path:
    return folder() / f"{job.pk}.keys"


def beside_file(job: jobs.Job) -> Path:
    return folder() / f"{job.pk}.beside"


def page_of(job: jobs.Job) -> ListPage[Any]:
    """The list that the job exports, for its owner. A worker has read no page yet: the addresses name them all."""
    get_resolver().url_patterns  # noqa: B018  reading it imports them
    page = listed[job.args["page"]]()
    page.request = HttpRequest()
    page.request.user = cast(Any, job.owner)  # who ordered it; a job of the clock exports nothing
    return page


@jobs.kind("core.export")
def run(job: jobs.Job, deadline: float) -> bool:
    """One slice: first which rows, then their cells by the chunk, at last the file. A slice done twice writes the same."""
    page = page_of(job)
    rows = page.exported(QueryDict(job.args["query"]), job.owner)
    if not keys_file(job).exists():
        write_whole(keys_file(job), json.dumps(list(rows.values_list("pk", flat=True))))
    keys = json.loads(keys_file(job).read_text())
    while job.done < len(keys):
        with bulk.uncollected():
            chunk = in_this_order(rows, keys[job.done : job.done + CHUNK])
            note_beside(job, page, chunk)
            write_whole(part(job, job.done), "\n".join(as_line(page.cells(row)) for row in chunk))
        job.progress(min(job.done + CHUNK, len(keys)), len(keys))
        if time.monotonic() > deadline:
            return False
    assemble(job, page, len(keys))
    return True


def note_beside(job: jobs.Job, page: ListPage[Any], rows: list[Any]) -> None:
    """Remember which other rows the cells of `rows` show."""
    found = {key for row in rows for key in page.beside(row)}
    if found:
        write_whole(beside_file(job), json.dumps(sorted(found.union(beside(job)))))


def beside(job: jobs.Job) -> list[int]:
    return json.loads(beside_file(job).read_text()) if beside_file(job).exists() else []


def write_whole(path: Path, text: str) -> None:
    """`path` holds all of `text` or what it held before."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def assemble(job: jobs.Job, page: ListPage[Any], count: int) -> None:
    columns = [*page.columns().values()]
    draft = made(job).with_suffix(".draft")
    with draft.open("wb") as out:
        write_sheet(job.args["kind"], out, columns, gathered(job, columns, count))
    draft.replace(made(job))
    for first in range(0, count, CHUNK):
        part(job, first).unlink(missing_ok=True)


def gathered(job: jobs.Job, columns: list[sheets.SheetColumn], count: int) -> Iterator[list[object]]:
    days = [(place, column.kind) for place, column in enumerate(columns) if column.kind in ("date", "datetime")]
    for first in range(0, count, CHUNK):
        for line in part(job, first).read_text(encoding="utf-8").splitlines():
            cells = json.loads(line)
            for place, kind in days:
                cells[place] = back(cells[place], kind)
            yield cells


def back(value: Any, kind: str) -> object:
    """What JSON made a text, as a day or moment again."""
    if value is None:
        return None
    return date.fromisoformat(value) if kind == "date" else datetime.fromisoformat(value)


def own(request: HttpRequest, job_id: int) -> jobs.Job:
    """The user's own export job that is not past its day; else 404."""
    since = timezone.now() - KEPT
    return get_object_or_404(jobs.Job, pk=job_id, kind="core.export", owner=request.user, started_at__gte=since)


@pages.page(may="export")
@require_safe
def export(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far an export is, and the link to its file."""
    job = own(request, job_id)
    return pages.answer(request, {"job": job, "title": listed[job.args["page"]].title}, part="core/export_job.html#state")


@pages.page(may="export")
@require_safe
def export_file(request: HttpRequest, job_id: int) -> FileResponse:
    """The file, if its owner may still export every row in it, and all that its columns tell of beside the rows."""
    job = own(request, job_id)
    if job.state != jobs.JobState.DONE or not made(job).exists():
        raise Http404
    page = page_of(job)
    keys = json.loads(keys_file(job).read_text())
    if not (cast(Any, request.user).may(page.may) and all_within(page, keys, request.user) and page.may_take(beside(job), request.user)):
        raise NoLongerYours(
            _(
                "You are no longer allowed to export some of these rows. Start the export again; it will then "
                "contain only the rows you may export."
            )
        )
    return FileResponse(
        made(job).open("rb"), as_attachment=True, filename=page.file_name(job.args["kind"]), content_type=TYPES[job.args["kind"]]
    )


def all_within(page: ListPage[Any], keys: list[int], user: Any) -> bool:
    rows = page.exportable(page.get_queryset(user), user)
    return all(
        rows.filter(pk__among=keys[first : first + CHUNK]).count() == len(keys[first : first + CHUNK])
        for first in range(0, len(keys), CHUNK)
    )


def forget_old(*, now: datetime) -> int:
    """How many files past their day were removed."""
    old = [path for path in folder().iterdir() if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

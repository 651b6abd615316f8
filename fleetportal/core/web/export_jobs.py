"""Long exports: a job collects the rows in slices, a page shows its progress, and the owner can download the file for a day."""

import json
import time
from datetime import datetime, timedelta
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
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web import pages
from fleetportal.core.web.lists import CHUNK, TYPES, ListPage, listed

KEPT = timedelta(hours=24)


class NoLongerYours(Refused):
    """The user lost rights between the order and the download."""

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
    """The list that the job exports, for its owner. A worker has not imported the list pages yet; the URLs import all of them."""
    get_resolver().url_patterns  # noqa: B018  reading it imports them
    page = listed[job.args["page"]]()
    page.request = HttpRequest()
    page.request.user = cast(Any, job.owner)  # who ordered it; scheduled jobs export nothing
    return page


@jobs.kind("core.export")
def run(job: jobs.Job, deadline: float) -> bool:
    """One slice: first the keys of the rows, then their cells in chunks, last the file. Repeating a slice writes the same."""
    page = page_of(job)
    query = QueryDict(job.args["query"])
    if not keys_file(job).exists():
        rows = page.exported(query, job.owner)
        write_whole(keys_file(job), json.dumps(list(rows.values_list("pk", flat=True))).encode())
    keys = json.loads(keys_file(job).read_text())
    columns = [*page.columns().values()]
    while job.done < len(keys):
        wanted = keys[job.done : job.done + CHUNK]
        found, told = page.cells(query, wanted, job.owner)
        if len(found) < len(wanted):  # deleted, or no longer in reach: the rows below move up
            keys = [*keys[: job.done], *(key for key in wanted if key in found), *keys[job.done + CHUNK :]]
            write_whole(keys_file(job), json.dumps(keys).encode())
            continue
        note_beside(job, told)
        cells = [found[key] for key in wanted]
        write_whole(part(job, job.done), sheets.piece(job.args["kind"], columns, cells, before=job.done))
        job.progress(min(job.done + CHUNK, len(keys)), len(keys))
        if time.monotonic() > deadline:
            return False
    assemble(job, columns, len(keys))
    return True


def note_beside(job: jobs.Job, told: set[int]) -> None:
    """Store which other rows the cells show."""
    if told:
        write_whole(beside_file(job), json.dumps(sorted(told.union(beside(job)))).encode())


def beside(job: jobs.Job) -> list[int]:
    return json.loads(beside_file(job).read_text()) if beside_file(job).exists() else []


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)


def assemble(job: jobs.Job, columns: list[sheets.SheetColumn], count: int) -> None:
    draft = made(job).with_suffix(".draft")
    parts = [part(job, first) for first in range(0, count, CHUNK)]
    with draft.open("wb") as out:
        sheets.put_together(job.args["kind"], out, columns, (path.read_bytes() for path in parts), count=count)
    draft.replace(made(job))
    for path in parts:
        path.unlink(missing_ok=True)


def own(request: HttpRequest, job_id: int) -> jobs.Job:
    """The user's own export job that has not expired; otherwise 404."""
    since = timezone.now() - KEPT
    return get_object_or_404(jobs.Job, pk=job_id, kind="core.export", owner=request.user, started_at__gte=since)


@pages.page(may="export")
@require_safe
def export(request: HttpRequest, job_id: int) -> HttpResponse:
    """The progress of an export, and the link to its file."""
    job = own(request, job_id)
    return pages.answer(request, {"job": job, "title": listed[job.args["page"]].title}, part="core/export_job.html#state")


@pages.page(may="export")
@require_safe
def export_file(request: HttpRequest, job_id: int) -> FileResponse:
    """The file, if its owner may still export every row in it and all other rows that its columns show."""
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


def all_within(page: ListPage[Any], keys: list[int], user: object) -> bool:
    rows = page.exportable(page.get_queryset(user), user)
    return all(
        rows.filter(pk__among=keys[first : first + CHUNK]).count() == len(keys[first : first + CHUNK])
        for first in range(0, len(keys), CHUNK)
    )


def forget_old(*, now: datetime) -> int:
    """Remove expired files; how many there were."""
    old = [path for path in folder().iterdir() if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

"""A person's request for access: a job writes everything held about them into one file, which whoever ordered it can fetch for a day."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from contacts.people.disclosing import collect
from contacts.people.models.person import Person
from contacts.people.models.roles import known_only_within
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job, JobState
from fleetportal.core.web.export_jobs import KEPT, folder, write_whole

if TYPE_CHECKING:
    from accounts.models import User

KIND = "contacts.person_data"


def order(person: Person, *, by: "User") -> Job:
    """The job that writes the file; ordering it again while one is under way gives that one. Costs 3 queries, 1 for the second."""
    with transaction.atomic():
        running = orders(person, by).filter(state=JobState.WAITING).first()
        if running is not None:
            return running
        audit.record("person.data_requested", person, by=by)
        return jobs.start(KIND, {"person": person.pk}, by=by)


def orders(person: Person, by: "User") -> Any:
    """The user's own orders about the person whose file is still kept, the newest first."""
    since = timezone.now() - KEPT
    return Job.objects.filter(kind=KIND, args__person=person.pk, owner=by, started_at__gte=since).order_by("-pk")


def file_of(job: Job) -> Path:
    return folder() / f"{job.pk}.zip"


@jobs.kind(KIND)
def run(job: Job, deadline: float) -> bool:
    """Writes the file, unless the owner may not have it any more; running it twice writes the same facts."""
    person = Person.objects.filter(pk=job.args["person"]).first()
    if person is None or job.owner is None or not known_only_within(person, job.owner, may="administer"):
        jobs.end(job, JobState.CANCELLED, why="Whoever ordered it no longer administers every company that knows the person.")
        return True
    with transaction.atomic():
        lock(person)  # forgetting waits for the file, and then removes it
        if Job.objects.filter(pk=job.pk, state=JobState.WAITING).exists():
            write_whole(file_of(job), archive(person))
    return True


def archive(person: Person) -> bytes:
    """A ZIP of `data.json` for machines and `data.html` to read, in the person's language."""
    with translation.override(person.language):
        told = {"person": person.name, "written_at": timezone.now().isoformat(timespec="seconds"), **collect(person)}
        page = render_to_string("contacts/file/person_data.html", {**told, "language": person.language, "now": timezone.now()})
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        zipped.writestr("data.html", page)
    return out.getvalue()


def forget_files(person: Person) -> None:
    """Removes the files written about a person who is forgotten, and ends orders under way."""
    rows = Job.objects.filter(kind=KIND, args__person=person.pk)
    for job in rows:
        file_of(job).unlink(missing_ok=True)
    rows.filter(state=JobState.WAITING).update(state=JobState.CANCELLED, ended_at=timezone.now())

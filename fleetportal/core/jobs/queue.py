"""Work that takes longer than a request: a row, run in slices of at most two seconds, and resumed where a killed worker stopped."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from fleetportal.core.errors import no_room
from fleetportal.core.jobs import bell

log = logging.getLogger(__name__)

SLICE_SECONDS = 2.0
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=90)  # ended jobs
PAUSE_FOR_ROOM = timedelta(minutes=1)
PAUSE = timedelta(seconds=10)  # before repeating a slice that failed because the database was busy
MAX_TRIES = 5

Run = Callable[["Job", float], bool]
kinds: dict[str, Run] = {}


def kind(name: str) -> Callable[[Run], Run]:
    """Registers `run(job, deadline) -> finished`: it works until `time.monotonic()` passes `deadline` and is safe to run twice."""

    def register(run: Run) -> Run:
        kinds[name] = run
        return run

    return register


class JobState(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, *, now: datetime) -> "JobQuerySet":
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state=JobState.WAITING)


class Job(models.Model):
    """One long job. `args` hold only ids; `done` and `total` feed the progress bar; `tries` counts slices that failed."""

    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    is_personal = models.BooleanField(default=False, db_default=False)  # begun by a user, whose rights it has; else it is the clock's
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    turn = models.BigIntegerField(default=0)  # after a slice the job goes to the end of the queue
    lease_until = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["turn", "id"], name="job_due", condition=Q(state=JobState.WAITING))]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def has_lost_owner(self) -> bool:
        """True where the account of whoever began it was deleted: nobody's rights are left to go on with."""
        return self.is_personal and self.owner_id is None

    @property
    def is_running(self) -> bool:
        return self.state == JobState.WAITING

    def progress(self, done: int, total: int | None = None) -> None:
        """Store the progress. Costs 1 query."""
        self.done, self.total = done, self.total if total is None else total
        Job.objects.filter(pk=self.pk).update(done=self.done, total=self.total)


def start(kind: str, args: Mapping[str, object], *, by: Any) -> Job:
    """The job, queued in the caller's transaction; the worker is woken on commit. Costs 1 query."""
    job = Job.objects.create(kind=kind, args=args, owner=by, is_personal=by is not None)
    bell.ring("core.run_jobs")
    return job


def claim(*, now: datetime) -> Job | None:
    """The next job, leased, or None. Costs 2 queries."""
    with transaction.atomic():
        due = Job.objects.due(now=now).order_by("turn", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        job = due.first()
        if job is None or not Job.objects.due(now=now).filter(pk=job.pk).update(lease_until=now + LEASE, tries=F("tries") + 1):
            return None
        job.tries += 1
        return job


def run_due() -> bool:
    """Run one slice of the next job; True when there was one."""
    job = claim(now=timezone.now())
    if job is None:
        return False
    if job.has_lost_owner:
        end(job, JobState.FAILED, why="The account of whoever began it has been deleted.")
        return True
    if job.tries > MAX_TRIES:
        end(job, JobState.FAILED, why="It stopped five times in the same place.")
        return True
    try:
        finished = kinds[job.kind](job, time.monotonic() + SLICE_SECONDS)
    except Exception as error:  # noqa: BLE001  a broken job must not stop the others; it is logged
        come_again_or_end(job, error)
        return True
    if finished:
        end(job, JobState.DONE)
    else:
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(lease_until=None, tries=0, turn=F("turn") + 1)
    return True


def come_again_or_end(job: Job, error: Exception) -> None:
    """Where the database is busy or restarting, or a disk is full, the job waits: that is not its fault. Anything else ends it."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    if isinstance(error, OperationalError | InterfaceError):
        connection.close()
    if no_room(error):  # however long it takes until there is room again
        log.error("job %s found the disk full", job, exc_info=error)
        waiting.update(lease_until=timezone.now() + PAUSE_FOR_ROOM, tries=F("tries") - 1)
    elif isinstance(error, OperationalError | InterfaceError):
        log.warning("job %s comes again: %s", job, error)
        waiting.update(lease_until=timezone.now() + PAUSE)
    else:  # the log has the trace, the row the reason
        log.error("job %s stopped", job, exc_info=error)
        end(job, JobState.FAILED, why=f"{type(error).__name__}: {error}")


def end(job: Job, state: JobState, *, why: str = "") -> None:
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(state=state, why=why[:300], lease_until=None, ended_at=timezone.now())


def forget_old(*, now: datetime) -> int:
    """How many ended jobs were removed, months after they ended. Costs 2 queries."""
    return Job.objects.exclude(state=JobState.WAITING).filter(ended_at__lt=now - KEPT).delete()[0]

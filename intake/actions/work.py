"""Runs an import in slices: the worker continues its current step."""

import time
from collections.abc import Callable
from functools import partial

from fleetportal.core.db import bulk
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from intake.actions.apply import apply_batch, take_with
from intake.actions.judge import judge_batch, judge_with
from intake.actions.undo import undo_batch
from intake.models import JOB, Import

State = Import.State
WORK = frozenset((State.JUDGING, State.APPLYING, State.UNDOING))


def work(run: Import, *, deadline: float | None = None) -> bool:
    """Continue the import's current step to its end or until `deadline`; True when there is nothing more to do.

    A second process helps where the import is large enough and two can work at once.
    """
    judges, takes = judge_with(run), take_with(run)
    batches: dict[str, Callable[[Import], bool]] = {
        State.JUDGING: partial(judge_batch, other=judges),
        State.APPLYING: partial(apply_batch, other=takes),
        State.UNDOING: undo_batch,
    }
    try:
        while run.state in WORK:
            with bulk.uncollected():
                batches[run.state](run)
            if deadline is not None and time.monotonic() > deadline:
                break
    finally:
        if judges is not None:
            judges.end()
        if takes is not None:
            takes.end()
    return run.state not in WORK


@jobs.kind(JOB)
def run_slice(job: Job, deadline: float) -> bool:
    """One slice of an import."""
    run = Import.objects.filter(pk=job.args["import"]).select_related("owner", "centre", "company", "job__owner").first()
    if run is None:
        return True
    finished = work(run, deadline=deadline)
    job.progress(*how_far(run))
    return finished


def how_far(run: Import) -> tuple[int, int]:
    """(done, total) for the progress bar."""
    progress = run.progress
    if run.state == State.JUDGING:
        total = sum(sheet.rows for sheet in run.taken_sheets)
        return min(progress.rows + progress.skipped, total), total
    if run.state in (State.UNDOING, State.UNDONE):
        return progress.undone + progress.kept, max(progress.to_undo, 1)
    return progress.applied + progress.refused_late, max(progress.good, 1)

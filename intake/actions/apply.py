"""Applies the good rows of a dry run, batch by batch; resumes where a killed worker stopped."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.jobs import queue as jobs
from intake.actions.columns import back_to_columns
from intake.actions.refusals import ImportBusy, NoLongerAllowed, NothingToTake
from intake.batches import Batch, companies_alone, rows_at_once
from intake.importer import HINDRANCES, actor, hindrance, importer
from intake.models import JOB, Import, Made, StagedRow
from intake.nouns.registry import nouns

TRIES = 3
State = Import.State


def apply(run: Import, *, by: User | None, in_background: bool = True) -> None:
    """Start applying the good rows, by the worker or by the caller's own `work`. Raises ImportBusy, NothingToTake."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.JUDGED, State.STOPPED):
            raise ImportBusy(_("This import has already started or finished."))
        if not run.rows.to_apply().exists():
            raise NothingToTake(_("There is nothing to import: every row is already in the system or has a problem."))
        must_be_allowed(run, run.owner or by)
        run.progress.held = ""
        run.state = State.APPLYING
        run.job = jobs.start(JOB, {"import": run.pk}, by=by) if in_background else None
        run.save(update_fields=["state", "job", "progress"])
        audit.record("import.taken", run, by=by, facts={"rows": run.rows.to_apply().count()})


def must_be_allowed(run: Import, user: User | None) -> None:
    """Raises NoLongerAllowed where `user` has lost a right that the import needs."""
    if code := hindrance(run, user):
        raise NoLongerAllowed(HINDRANCES[code])


def apply_batch(run: Import) -> bool:
    """One batch, in one transaction that marks its rows; True when nothing was left."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return apply_rows(run)
        except IntegrityError:  # somebody has just entered the same company or vehicle: try again
            if attempt == TRIES - 1:
                raise
    return False


def apply_rows(run: Import) -> bool:
    if run.centre:
        lock(run.centre)  # two imports into one centre must take turns, or both would make the same company
    lock(run)
    if run.state != State.APPLYING:
        return True
    if code := hindrance(run, actor(run)):
        hold(run, code)
        return True
    today = timezone.localdate()
    staged = list(run.rows.to_apply().as_understood()[: rows_at_once()])
    if not staged:
        return settle_parents(run, today=today)
    batch = Batch(run, importer(run), [one.as_row() for one in staged], today=today, writes=True)
    refused = [(one, plan.row.problems) for one, plan in zip(staged, batch.plans, strict=True) if plan.row.is_rejected]
    batch.write()
    for one, problems in refused:
        one.reject(problems)
    StagedRow.objects.filter(pk__among=[one.pk for one in staged]).update(applied_at=timezone.now())
    run.progress.applied += len(staged) - len(refused)
    run.progress.refused_late += len(refused)
    run.save(update_fields=["progress"])
    return False


def settle_parents(run: Import, *, today: date) -> bool:
    """A batch of the companies that belong to one which a later batch made; True, and the import is done, when none was left."""
    rows = run.rows.naming_parents().as_understood().filter(pk__gt=run.progress.parents_seen)
    staged = list(rows[: rows_at_once()])
    if not staged:
        finish(run, State.DONE)
        return True
    Batch(run, importer(run), companies_alone(one.as_row() for one in staged), today=today, writes=True).write()
    run.progress.parents_seen = staged[-1].pk
    run.save(update_fields=["progress"])
    return False


def hold(run: Import, code: str) -> None:
    """Pause the import and show which right is missing; where nothing was applied yet, another centre can still be chosen."""
    run.progress.held = code
    audit.record("import.held", run, by=None, facts={"lost": code})
    if code == "centre" and run.state == State.APPLYING and not run.progress.applied:
        run.state = State.JUDGED
        run.save(update_fields=["progress", "state"])
    else:
        finish(run, State.STOPPED)


def finish(run: Import, state: str) -> None:
    """Finish the import and count what it made. Costs a query for each noun and 1."""
    made = Made.objects.filter(row__run=run)
    run.progress.made = {name: made.filter(what=name).count() for name in nouns.names()}
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["progress", "state", "ended_at"])


def stop(run: Import, *, by: User | None) -> None:
    """Stop after the current batch; what was applied is kept and can be undone. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.APPLYING, State.JUDGING, State.UNDOING) or (run.state == State.UNDOING and not run.has_failed):
            raise ImportBusy(_("This import isn’t running."))
        if run.state == State.JUDGING:
            back_to_columns(run)
        else:
            finish(run, State.STOPPED)
        audit.record("import.stopped", run, by=by)

"""Applies the good rows of a dry run, batch by batch; resumes where a killed worker stopped."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OrderKnown, User
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock, locked, wait_at_most
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.partner import Partner, is_possible
from intake.actions.columns import back_to_columns
from intake.actions.refusals import ImportBusy, NoLongerAllowed, NothingToTake
from intake.batches import Batch, companies_alone, rows_at_once, share
from intake.importer import HINDRANCES, actor, hindrance, importer
from intake.models import JOB, Import, Made, StagedRow, understood
from intake.nouns.registry import nouns
from intake.parting import parted
from intake.reading.rows import Row

TRIES = 3
PATIENCE_SECONDS = 2.0  # that one of two batches waits for a row which the other may have
State = Import.State


def apply(run: Import, *, by: User | None, in_background: bool = True) -> None:
    """Start applying the good rows, by the worker or by the caller's own `work`. Raises ImportBusy, NothingToTake,
    NoLongerAllowed; nothing has changed then."""
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


def apply_batch(run: Import, other: "Other | None" = None) -> bool:
    """One batch, in one transaction that marks its rows, or two at once, `other` taking one; True when nothing was left."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return apply_rows(run, other)
        except (IntegrityError, OrderKnown):  # somebody has just entered the same company, vehicle or order: try again
            if attempt == TRIES - 1:
                raise
    return False


def apply_rows(run: Import, other: "Other | None") -> bool:
    """One batch, or two where `other` helps; True when nothing was left, or where a right was lost and the import is paused.

    Call it in a transaction: it locks the centre, then the import.
    """
    if run.centre:
        lock(run.centre)  # two imports into one centre must take turns, or both would make the same company
    lock(run)
    if run.state != State.APPLYING:
        return True
    if code := hindrance(run, actor(run)):
        hold(run, code)
        return True
    today, most = timezone.localdate(), share(left(run), rows_at_once()) if other else rows_at_once()
    rows = understood(run.rows.to_apply()[: most * 2 if other else most])
    if not rows:
        return settle_parents(run, today=today)
    two = other if len(rows) > most else None
    taken = take_two(two, run, rows, most=most, today=today) if two else take_rows(run, rows, today=today)
    run.progress.applied += taken.applied
    run.progress.refused_late += taken.refused
    run.save(update_fields=["progress"])
    return False


class Taken(NamedTuple):
    """How many rows of a batch were taken, and how many could not be any more."""

    applied: int
    refused: int


NONE = Taken(0, 0)
Other = Partner[list[int], Taken]  # the process that takes another batch meanwhile: numbers of staged rows, and what came of them


def left(run: Import) -> int:
    """How many rows are still to be taken, as far as was counted."""
    return run.progress.good - run.progress.applied - run.progress.refused_late


def take_rows(run: Import, rows: Sequence[Row], *, today: date) -> Taken:
    """Makes what the rows say, and marks them as taken."""
    batch = Batch(run, importer(run), rows, today=today, writes=True)
    refused = {plan.row.staged: plan.row.problems for plan in batch.plans if plan.row.is_rejected}
    batch.write()
    for one in StagedRow.objects.filter(pk__among=refused) if refused else ():
        one.reject(refused[one.pk])
    StagedRow.objects.filter(pk__among=[row.staged for row in rows]).update(applied_at=timezone.now())
    return Taken(len(rows) - len(refused), len(refused))


# --- two batches at once ------------------------------------------------------------------------------------------------------


def take_with(run: Import) -> Other | None:
    """Somebody who takes every second batch of the import; None where it is too small, or where two can't write at once."""
    if run.state != State.APPLYING or not is_possible(writes=True) or left(run) < rows_at_once():
        return None
    return Partner(partial(take_apart, run))


def take_two(other: Other, run: Import, rows: Sequence[Row], *, most: int, today: date) -> Taken:
    """Two batches that have nothing in common: one here, one by `other`, whose transaction ends before this one, under its locks.

    What `other` could not take is left for the next batch: where both want the same row of the base, it gives way.
    """
    mine, theirs = parted(rows, most=most)
    numbers = [row.staged for row in theirs if row.staged is not None]
    given = bool(numbers) and other.give(numbers)
    try:
        taken = take_rows(run, mine, today=today)
    finally:
        theirs_taken = other.answer() if given else None
    return Taken(*map(sum, zip(taken, theirs_taken or NONE, strict=True)))


def take_apart(run: Import, numbers: list[int]) -> Taken:
    """One batch in a transaction of its own, under the locks that the other process holds on the import and its centre.

    Gives way where it would have to wait for that process, which waits for this one.
    """
    with bulk.uncollected(), transaction.atomic():
        wait_at_most(PATIENCE_SECONDS)
        rows = understood(locked(run.rows.to_apply().filter(pk__among=numbers)))
        return take_rows(run, rows, today=timezone.localdate())


def settle_parents(run: Import, *, today: date) -> bool:
    """A batch of the companies that belong to one which a later batch made; True, and the import is done, when none was left."""
    rows = understood(run.rows.naming_parents().filter(pk__gt=run.progress.parents_seen)[: rows_at_once()])
    if not rows:
        finish(run, State.DONE)
        return True
    Batch(run, importer(run), companies_alone(rows), today=today, writes=True).write()
    run.progress.parents_seen = rows[-1].staged or 0
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
    """Finish the import and count what it took and made. Costs a query for each noun and 2."""
    made = Made.objects.filter(row__run=run)
    run.progress.applied, run.progress.refused_late = run.rows.count_taken()
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

"""Undoes an import."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.jobs import queue as jobs
from intake import undoing
from intake.actions.apply import hold, must_be_allowed
from intake.actions.refusals import ImportBusy
from intake.batches import Importer
from intake.importer import actor, hindrance, importer
from intake.models import JOB, Import, Made
from intake.undoing import Fate

State = Import.State
MOST_FORESEEN = 10_000  # traces for which the page previews the result


def undo(run: Import, *, by: User | None) -> None:
    """Start to undo what this import made and changed, by a job. Raises ImportBusy, NoLongerAllowed; nothing has changed then."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.DONE, State.STOPPED):
            raise ImportBusy(_("Only an import that has finished can be undone."))
        must_be_allowed(run, run.owner or by)
        progress = run.progress
        progress.held, progress.undone, progress.kept = "", 0, 0
        Made.objects.staying(run).update(stays="", used_by="")
        progress.to_undo = Made.objects.filter(row__run=run).count()
        run.state = State.UNDOING
        run.job = jobs.start(JOB, {"import": run.pk}, by=by)
        run.save(update_fields=["state", "progress", "job"])
        audit.record("import.undone", run, by=by)


def foresee_undo(run: Import, *, by: User | None) -> list[Fate]:
    """Preview of `undo` for the newest MOST_FORESEEN rows that the import made or changed. Writes nothing.

    Raises ImportBusy, NoLongerAllowed.
    """
    if run.state not in (State.DONE, State.STOPPED):
        raise ImportBusy(_("Only an import that has finished can be undone."))
    must_be_allowed(run, run.owner or by)
    return undoing.preview(run, Importer(run.owner or by, run.centre), most=MOST_FORESEEN)


def undo_batch(run: Import) -> bool:
    """Undo one batch; True when nothing was left."""
    with transaction.atomic():
        lock(run)
        if run.state != State.UNDOING:
            return True
        if code := hindrance(run, actor(run)):
            hold(run, code)
            return True
        done = undoing.undo_batch(run, importer(run))
        if done is None:
            run.rows.update(applied_at=None)
            run.state, run.ended_at = State.UNDONE, timezone.now()
            run.save(update_fields=["state", "ended_at"])
            return True
        gone, kept = done
        run.progress.undone += gone
        run.progress.kept += kept
        run.save(update_fields=["progress"])
        return False

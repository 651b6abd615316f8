"""Starts and continues the dry run."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from fleetportal.core.db import bulk, lock
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.partner import Partner, is_possible
from intake import counting, judging, near, wording
from intake.actions.columns import back_to_columns, refuse_while_working
from intake.actions.refusals import CannotBeTaken, WhoseVehicles
from intake.batches import judged_at_once
from intake.importer import importer
from intake.judging import Judged, Task
from intake.models import JOB, Import

State = Import.State


def judge(run: Import, *, by: User | None, in_background: bool = True) -> None:
    """Start the dry run, for the worker or for the caller's own `work`. Raises CannotBeTaken, WhoseVehicles, ImportBusy,
    FileGone; nothing has changed then."""
    with transaction.atomic():
        lock(run)
        refuse_while_working(run)
        if not run.taken_sheets:
            refusals = wording.refusals_of(run.sheets, run.hidden_sheets)
            raise CannotBeTaken(" ".join(refusals) or str(_("No sheet in this file can be imported.")))
        if run.asks_owner:
            raise WhoseVehicles(_("Whose vehicles are these? The file has no column with company names."))
        back_to_columns(run)
        run.state, run.position = State.JUDGING, judging.start()
        run.job = jobs.start(JOB, {"import": run.pk}, by=by) if in_background else None
        run.save(update_fields=["state", "position", "job"])


def judge_batch(run: Import, other: Partner[Task, Judged] | None = None) -> bool:
    """One batch of the dry run, or two, `other` judging the second; True when it was the last. A killed worker repeats them at most."""
    stood = run.position
    with override(run.owner.language if run.owner else None):
        step = judging.Step(run, importer(run)).work(other)
    with transaction.atomic():
        lock(run)
        if run.state != State.JUDGING or run.position != stood:
            if other is not None:
                other.end()  # it knows the import as it was
            return run.state != State.JUDGING
        step.save()
        step.note_new()
        if step.is_last:
            run.progress.new_of.update(counting.count_new(run))
            run.state = State.JUDGED
        run.save(update_fields=["progress", "position", "state"])
        return step.is_last


def judge_with(run: Import) -> Partner[Task, Judged] | None:
    """Somebody who judges every second batch of the dry run; None where it is too small, or where no other process can help."""
    if run.state != State.JUDGING or judging.left(run) < judged_at_once() or not is_possible(writes=False):
        return None
    near.names_for(near.import_key(run), importer(run))  # read before the process is copied, which then has them too
    who, language, day = importer(run), run.owner.language if run.owner else None, run.position.today

    def work(task: Task) -> Judged:
        place, rows = task
        with bulk.uncollected(), override(language):
            return judging.judge(run, who, run.sheet_at(place), rows, today=day)

    return Partner(work)

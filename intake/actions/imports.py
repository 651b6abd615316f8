"""The life of an import: brought, looked at, judged, taken, undone. One engine for the page and the command."""

import hashlib
import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Centre, Company, User
from fleetportal.core import audit, sheets
from fleetportal.core.db import bulk, lock
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job
from fleetportal.core.sheetwork.limits import BYTES
from intake import judging, recognition, undoing
from intake.batches import Batch, companies_alone, staged_records
from intake.models import KEPT_DAYS, Import, Layout, Made, StagedRow, Verdict
from intake.reading.fields import FIELDS
from intake.reading.guesses import MIXED, VEHICLES
from intake.standing import HINDRANCES, actor, hindrance, importer

KIND = "intake.import"
APPLY_BATCH = 500
TRIES = 3
CHUNK = 1024 * 1024
State = Import.State


class ImportBusy(Refused):
    code = "import_busy"


class NothingToTake(Refused):
    code = "nothing_to_take"


class WhoseVehicles(Refused):
    """A sheet of vehicles names no owner, and nobody said whose they are."""

    code = "whose_vehicles"


class CannotBeTaken(Refused):
    """No sheet of the file is a list of companies, people or vehicles."""

    code = "cannot_be_taken"
    status = 422


class NoLongerAllowed(Refused):
    """Whoever acts lost a right that this import needs."""

    code = "import_no_longer_allowed"
    status = 403


class FileGone(Refused):
    code = "file_gone"


# --- bringing a file -------------------------------------------------------------------------------------------------------


def bring(file: IO[bytes], *, name: str, by: User | None, centre: Centre | None = None, company: Company | None = None) -> Import:
    """The file, kept and recognised. Raises SheetRefused, and keeps nothing, where it can't be read."""
    return read(begin(name=name, by=by, centre=centre, company=company), file)


def begin(*, name: str, by: User | None, centre: Centre | None = None, company: Company | None = None, digest: str = "") -> Import:
    """An import whose file is still to be read. Costs 1 query, 2 more without `centre`."""
    where = {"centre": centre or home_of(by), "company": company}
    return Import.objects.create(owner=by, name=Path(name).name[:200], size=0, digest=digest, kind="", **where)


def read(run: Import, file: IO[bytes]) -> Import:
    """The import with its file kept and recognised. Raises SheetRefused, and keeps nothing of it, where it can't be read."""
    try:
        run.folder.mkdir(parents=True, exist_ok=True)
        run.size, run.digest = copy(file, run.source, run.name)
        book = sheets.read(run.source, name=run.name, spool=run.spool)
        run.kind, run.sheets = book.kind, recognition.recognise(book)
        with transaction.atomic():
            run.save()
            audit.record(
                "import.brought",
                run,
                by=run.owner,
                facts={"sheets": len(run.sheets), "rows": sum(sheet["rows"] for sheet in run.sheets)},
            )
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        run.delete()
        raise
    return run


def home_of(user: User | None) -> Centre | None:
    """Where a user's new companies go: the own centre, else the first on which they may import."""
    if user is None:
        return Centre.objects.order_by("pk").first()
    centres = list(Centre.objects.for_entering(user).order_by("pk"))
    return user.home_centre if user.home_centre in centres else next(iter(centres), None)


def copy(file: IO[bytes], target: Path, name: str) -> tuple[int, str]:
    """(size, digest) of what was copied; stops at the limit."""
    size, digest = 0, hashlib.sha256()
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > BYTES:
                raise sheets.refusal("too_big", {"bytes": size, "limit": BYTES}, name=name)
            digest.update(chunk)
            out.write(chunk)
    return size, digest.hexdigest()


def refusals_of(run: Import) -> list[str]:
    """Why sheets of the file are not taken, each in a sentence with its cure."""
    words = []
    for sheet in run.sheets:
        if not sheet["taken"] and sheet["refusal"]:
            _code, why, cure = sheet["refusal"]
            words.append(f"{sheet['name']}: {why} {cure}" if sheet["name"] else f"{why} {cure}")
    return words


def held_of(run: Import) -> list[str]:
    """Why the import was held, in a sentence."""
    return [str(HINDRANCES[run.counts["held"]])] if "held" in run.counts else []


# --- what the columns mean, whose vehicles ------------------------------------------------------------------------------------


def say_columns(run: Import, meanings: Mapping[int, Mapping[int, str]], kinds: Mapping[int, str], *, by: User | None) -> None:
    """The columns mean what a person says: {sheet: {column: key}}; a dry run already made is thrown away. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        must_rest(run)
        for sheet in run.sheets:
            if sheet["place"] not in kinds:
                continue
            for place, key in meanings.get(sheet["place"], {}).items():
                recognition.mean(sheet, place, key)
            if kinds[sheet["place"]]:
                sheet["kind"] = kinds[sheet["place"]]
                recognition.check(sheet)
            else:
                sheet["taken"] = False
        back_to_columns(run)
        audit.record("import.columns_said", run, by=by)


def keep_layout(run: Import, place: int, name: str, *, by: User | None) -> Layout:
    """The meaning of that sheet's columns, kept under `name` for the next file with the same titles."""
    with transaction.atomic():
        lock(run)
        sheet = next(sheet for sheet in run.sheets if sheet["place"] == place)
        layout = recognition.keep_layout(sheet, name[:80], by=by)
        run.save(update_fields=["sheets"])
        audit.record("layout.kept", layout, by=by, facts={"import": run.pk})
        return layout


def use_layout(run: Import, layout: Layout, *, by: User | None) -> None:
    """Put `layout` on every sheet that has its titles, or, where none has, on the only sheet. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        must_rest(run)
        fitting = [sheet for sheet in run.sheets if sheet["signature"] == layout.signature] or (run.sheets if len(run.sheets) == 1 else [])
        if not fitting:
            raise CannotBeTaken(
                _("The layout “%(name)s” doesn’t match any sheet in this file: the column headings are different.") % {"name": layout.name}
            )
        for sheet in fitting:
            recognition.put_on(sheet, layout)
        back_to_columns(run)
        audit.record("import.columns_said", run, by=by, facts={"layout": layout.pk})


def say_where(run: Import, *, company: Company | None, centre: Centre | None, by: User | None) -> None:
    """Whose vehicles these are, and to which centre new companies go. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        must_rest(run)
        run.company, run.centre = company, centre or run.centre
        back_to_columns(run)
        run.save(update_fields=["company", "centre"])
        audit.record("import.owner_said", run, by=by, facts={"company": company.pk if company else None})


def must_rest(run: Import) -> None:
    if run.state not in (State.COLUMNS, State.JUDGED):
        raise ImportBusy(_("This import has already started or finished. Upload the file again to read it differently."))
    if not run.is_kept:
        raise FileGone(_("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT_DAYS})


def back_to_columns(run: Import) -> None:
    StagedRow.objects.filter(run=run).delete()
    (run.folder / "new.txt").unlink(missing_ok=True)
    run.state, run.counts, run.progress = State.COLUMNS, {}, {}
    run.save(update_fields=["state", "counts", "progress", "sheets"])


# --- the dry run --------------------------------------------------------------------------------------------------------------


def judge(run: Import, *, by: User | None, in_background: bool = True) -> None:
    """Start the dry run, for the worker or for the caller's own `work`. Raises CannotBeTaken, WhoseVehicles, ImportBusy."""
    with transaction.atomic():
        lock(run)
        must_rest(run)
        if not run.taken_sheets:
            raise CannotBeTaken(" ".join(refusals_of(run)) or str(_("No sheet in this file can be imported.")))
        if run.asks_owner:
            raise WhoseVehicles(_("Whose vehicles are these? The file has no column with company names."))
        back_to_columns(run)
        run.state, run.progress = State.JUDGING, judging.start()
        run.job = jobs.start(KIND, {"import": run.pk}, by=by) if in_background else None
        run.save(update_fields=["state", "progress", "job"])


def judge_batch(run: Import) -> bool:
    """One batch of the dry run; True when it was the last. A killed worker repeats at most this batch."""
    stood = run.progress
    with override(run.owner.language if run.owner else None):
        step = judging.Step(run, importer(run)).work()
    with transaction.atomic():
        lock(run)
        if run.state != State.JUDGING or run.progress != stood:
            return run.state != State.JUDGING
        step.save()
        step.remember_new()
        if step.is_last:
            run.counts = {**run.counts, **judging.count_new(run)}
            run.state = State.JUDGED
        run.save(update_fields=["progress", "counts", "state"])
        return step.is_last


def must_be_allowed(run: Import, user: User | None) -> None:
    if code := hindrance(run, user):
        raise NoLongerAllowed(HINDRANCES[code])


def hold(run: Import, code: str) -> None:
    """The import rests, and says which right is missing; where nothing was taken yet, another centre can still be chosen."""
    run.counts = {**run.counts, "held": code}
    audit.record("import.held", run, by=None, facts={"lost": code})
    if code == "centre" and run.state == State.APPLYING and not run.counts.get("applied"):
        run.state = State.JUDGED
        run.save(update_fields=["counts", "state"])
    else:
        finish(run, State.STOPPED)


# --- the taking ---------------------------------------------------------------------------------------------------------------


def apply(run: Import, *, by: User | None, in_background: bool = True) -> None:
    """Start taking the good rows, by the worker or by the caller's own `work`. Raises ImportBusy, NothingToTake."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.JUDGED, State.STOPPED):
            raise ImportBusy(_("This import has already started or finished."))
        if not run.rows.to_apply().exists():
            raise NothingToTake(_("There is nothing to import: every row is already in the system or has a problem."))
        must_be_allowed(run, run.owner or by)
        run.counts.pop("held", None)
        run.state = State.APPLYING
        run.job = jobs.start(KIND, {"import": run.pk}, by=by) if in_background else None
        run.save(update_fields=["state", "job", "counts"])
        audit.record("import.taken", run, by=by, facts={"rows": run.rows.to_apply().count()})


def apply_batch(run: Import) -> bool:
    """One batch, in one transaction that marks its rows; True when nothing was left."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return apply_rows(run)
        except IntegrityError:  # somebody made the same company or vehicle a moment ago: look again
            if attempt == TRIES - 1:
                raise
    return False


def apply_rows(run: Import) -> bool:
    if run.centre:
        lock(run.centre)  # two imports into one centre take turns, or both would make the same company
    lock(run)
    if run.state != State.APPLYING:
        return True
    if code := hindrance(run, actor(run)):
        hold(run, code)
        return True
    today = timezone.localdate()
    rows = list(run.rows.to_apply()[:APPLY_BATCH])
    if not rows:
        return settle_parents(run, today=today)
    batch = Batch(run, importer(run), staged_records(rows), today=today, writes=True)
    refused = [(row, plan.record) for row, plan in zip(rows, batch.plans, strict=True) if plan.record.is_rejected]
    batch.write()
    for row, record in refused:
        row.verdict, row.problems = Verdict.REJECTED, [*row.problems, *(problem.as_json() for problem in record.problems)]
        row.problem = record.problems[0].code[:16]
        row.save(update_fields=["verdict", "problems", "problem"])
    StagedRow.objects.filter(pk__among=[row.pk for row in rows]).update(applied_at=timezone.now())
    counts = dict(run.counts)
    counts["applied"] = counts.get("applied", 0) + len(rows) - len(refused)
    counts["refused_late"] = counts.get("refused_late", 0) + len(refused)
    run.counts = counts
    run.save(update_fields=["counts"])
    return False


def settle_parents(run: Import, *, today: date) -> bool:
    """A batch of the companies that belong to one which a later batch made; True, and the import is done, when none was left."""
    seen = run.counts.get("parents_seen", 0)
    rows = list(run.rows.naming_parents().filter(pk__gt=seen)[:APPLY_BATCH])
    if not rows:
        finish(run, State.DONE)
        return True
    Batch(run, importer(run), companies_alone(staged_records(rows)), today=today, writes=True).write()
    run.counts = {**run.counts, "parents_seen": rows[-1].pk}
    run.save(update_fields=["counts"])
    return False


def finish(run: Import, state: str) -> None:
    made = dict.fromkeys(("company", "vehicle", "person"), 0)
    for what in made:
        made[what] = Made.objects.filter(row__run=run, what=what).count()
    run.counts = {**run.counts, **{f"made_{what}": count for what, count in made.items()}}
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["counts", "state", "ended_at"])


def stop(run: Import, *, by: User | None) -> None:
    """Stop after the batch that runs now; what was taken stays and can be undone. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.APPLYING, State.JUDGING, State.UNDOING) or (run.state == State.UNDOING and not run.has_failed):
            raise ImportBusy(_("This import isn’t running."))
        if run.state == State.JUDGING:
            back_to_columns(run)
        else:
            finish(run, State.STOPPED)
        audit.record("import.stopped", run, by=by)


# --- taking it back -----------------------------------------------------------------------------------------------------------


def undo(run: Import, *, by: User | None) -> None:
    """Start taking back what this import made and changed. Raises ImportBusy."""
    with transaction.atomic():
        lock(run)
        if run.state not in (State.DONE, State.STOPPED):
            raise ImportBusy(_("Only an import that has finished can be undone."))
        must_be_allowed(run, run.owner or by)
        run.counts.pop("held", None)
        run.state = State.UNDOING
        run.counts = {**run.counts, "to_undo": Made.objects.filter(row__run=run).count(), "undone": 0, "kept": 0}
        run.job = jobs.start(KIND, {"import": run.pk}, by=by)
        run.save(update_fields=["state", "counts", "job"])
        audit.record("import.undone", run, by=by)


def undo_batch(run: Import) -> bool:
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
        run.counts = {**run.counts, "undone": run.counts["undone"] + gone, "kept": run.counts["kept"] + kept}
        run.save(update_fields=["counts"])
        return False


# --- in slices ----------------------------------------------------------------------------------------------------------------

WORK = {State.JUDGING: judge_batch, State.APPLYING: apply_batch, State.UNDOING: undo_batch}


def work(run: Import, *, deadline: float | None = None) -> bool:
    """Goes on with whatever the import is at, to its end or until `deadline`; True when it rests."""
    while run.state in WORK:
        with bulk.uncollected():
            WORK[State(run.state)](run)
        if deadline is not None and time.monotonic() > deadline:
            break
    return run.state not in WORK


@jobs.kind(KIND)
def run_slice(job: Job, deadline: float) -> bool:
    """One slice of an import."""
    run = Import.objects.filter(pk=job.args["import"]).select_related("owner", "centre", "company", "job__owner").first()
    if run is None:
        return True
    finished = work(run, deadline=deadline)
    job.progress(*how_far(run))
    return finished


def how_far(run: Import) -> tuple[int, int]:
    """(done, of how many) for the progress bar."""
    counts = run.counts
    if run.state == State.JUDGING:
        total = sum(sheet["rows"] for sheet in run.taken_sheets)
        return min(counts.get("rows", 0) + counts.get("skipped", 0), total), total
    if run.state in (State.UNDOING, State.UNDONE):
        return counts.get("undone", 0) + counts.get("kept", 0), max(counts.get("to_undo", 0), 1)
    to_take = counts.get("new", 0) + counts.get("changed", 0)
    return counts.get("applied", 0) + counts.get("refused_late", 0), max(to_take, 1)


def choices_of(kind: str) -> Iterable[tuple[str, Any]]:
    """The meanings that a column of such a sheet may have."""
    for key, field in FIELDS.items():
        if (kind == VEHICLES or not key.startswith(("vehicle.", "drivers"))) and (key != "company.flag" or kind == MIXED):
            yield key, field.label

"""The user's corrections: the meaning of columns, the owner of the vehicles, the centre of new companies."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Centre, Company, User
from fleetportal.core import audit
from fleetportal.core.db import lock
from intake import layouts
from intake.actions.refusals import CannotBeTaken, FileGone, ImportBusy
from intake.models import KEPT_DAYS, Import, Layout, StagedRow
from intake.progress import Position, Progress
from intake.reading import recognition

State = Import.State


def say_columns(run: Import, meanings: Mapping[int, Mapping[int, str]], kinds: Mapping[int, str], *, by: User | None) -> None:
    """Set the meaning of columns: {sheet: {column: key}}; an existing dry run is discarded. Raises ImportBusy, FileGone."""
    with transaction.atomic():
        lock(run)
        refuse_while_working(run)
        for sheet in run.sheets:
            if sheet.index not in kinds:
                continue
            for index, key in meanings.get(sheet.index, {}).items():
                recognition.set_meaning(sheet, index, key)
            if kinds[sheet.index]:
                sheet.kind = kinds[sheet.index]
                recognition.check(sheet)
            else:
                sheet.is_taken = False
        back_to_columns(run)
        audit.record("import.columns_said", run, by=by)


def keep_layout(run: Import, index: int, name: str, *, by: User | None) -> Layout:
    """Save the meaning of that sheet's columns under `name` for the next file with the same titles."""
    with transaction.atomic():
        lock(run)
        layout = layouts.keep(run.sheet_at(index), name[:80], by=by)
        run.save(update_fields=["sheets"])
        audit.record("layout.kept", layout, by=by, facts={"import": run.pk})
        return layout


def use_layout(run: Import, layout: Layout, *, by: User | None) -> None:
    """Apply `layout` to every sheet with its titles, or, if there is none, to the only sheet; the dry run is discarded.

    Raises ImportBusy, FileGone, and CannotBeTaken where no sheet fits; nothing has changed then.
    """
    with transaction.atomic():
        lock(run)
        refuse_while_working(run)
        fitting = [sheet for sheet in run.sheets if sheet.signature == layout.signature] or (run.sheets if len(run.sheets) == 1 else [])
        if not fitting:
            raise CannotBeTaken(
                _("The layout “%(name)s” doesn’t match any sheet in this file: the column headings are different.") % {"name": layout.name}
            )
        for sheet in fitting:
            layouts.put_on(sheet, layout)
        back_to_columns(run)
        audit.record("import.columns_said", run, by=by, facts={"layout": layout.pk})


def say_where(run: Import, *, company: Company | None, centre: Centre | None, by: User | None) -> None:
    """Set the owner of the vehicles and the centre of new companies; the dry run is discarded. Raises ImportBusy, FileGone."""
    with transaction.atomic():
        lock(run)
        refuse_while_working(run)
        run.company, run.centre = company, centre or run.centre
        back_to_columns(run)
        run.save(update_fields=["company", "centre"])
        audit.record("import.owner_said", run, by=by, facts={"company": company.pk if company else None})


def say_same(run: Import, answers: Mapping[str, int], *, by: User | None) -> None:
    """Set which company each of these names of the file means, 0 where it is a new one; the dry run is discarded.

    Raises ImportBusy, FileGone.
    """
    with transaction.atomic():
        lock(run)
        refuse_while_working(run)
        run.same_as = {**run.same_as, **answers}
        back_to_columns(run)
        run.save(update_fields=["same_as"])
        audit.record("import.companies_said", run, by=by, facts={"companies": sorted(filter(None, answers.values()))})


def refuse_while_working(run: Import) -> None:
    """Raises ImportBusy while the import is running or finished, FileGone once its file was deleted."""
    if run.state not in (State.COLUMNS, State.JUDGED):
        raise ImportBusy(_("This import has already started or finished. Upload the file again to read it differently."))
    if not run.is_kept:
        raise FileGone(_("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT_DAYS})


def back_to_columns(run: Import) -> None:
    """Discard the dry run. Call in a transaction, with the import locked."""
    StagedRow.objects.filter(run=run).delete()
    (run.folder / "new.txt").unlink(missing_ok=True)
    run.state, run.progress, run.position = State.COLUMNS, Progress(), Position()
    run.save(update_fields=["state", "progress", "position", "sheets"])

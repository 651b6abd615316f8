"""Returns the uploaded workbook with a column that says what is wrong in each row."""

from pathlib import Path

from django.utils.translation import gettext as _

from fleetportal.core import sheets
from intake import judging, wording
from intake.actions.refusals import FileGone
from intake.models import KEPT_DAYS, Import


def write_report(run: Import, target: Path) -> None:
    """The workbook as it came with a column that says what is wrong in each row. Raises FileGone, SheetRefused."""
    if not run.is_kept:
        raise FileGone(_("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT_DAYS})
    by_index = {sheet.index: sheet for sheet in run.sheets}
    marks: dict[int, dict[int, tuple[str, list[int]]]] = {index: {} for index in by_index}
    for staged in run.rows.with_problems().only("run", "sheet", "row", "problems").iterator():
        bad = [problem.column for problem in staged.found if problem.column is not None]
        marks[staged.sheet][staged.row] = (wording.in_one_cell(staged.found, by_index[staged.sheet]), bad)
    marked = []
    for sheet in run.sheets:
        header_row = sheet.header_row
        if not sheet.is_taken and sheet.refusal:
            marks[sheet.index][sheet.header_row or sheet.first_row] = (wording.sentence(sheet.refusal), [])
            header_row = None
        marked.append(sheets.SheetMarks(sheet.index, header_row, marks[sheet.index]))
    lost = _("The formatting of the file couldn’t be kept: this is a new workbook with the same values.")
    sheets.write_marked(run.source, judging.book_of(run), marked, target, name=run.name, heading=str(_("Problem")), looks_lost=lost)

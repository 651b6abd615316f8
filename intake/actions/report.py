"""The workbook as it came, with a column that says what is wrong in each row."""

from pathlib import Path

from django.utils.translation import gettext as _

from fleetportal.core import sheets
from intake import judging
from intake.actions.imports import FileGone
from intake.models import KEPT_DAYS, Import


def write_report(run: Import, target: Path) -> None:
    """The workbook as it came with a column that says what is wrong in each row. Raises FileGone, SheetRefused."""
    if not run.is_kept:
        raise FileGone(_("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT_DAYS})
    marks = {sheet["place"]: sheets.SheetMarks(sheet["place"], sheet["header_row"], {}) for sheet in run.sheets}
    titles = {sheet["place"]: sheet["titles"] for sheet in run.sheets}
    for place, number, problems in run.rows.with_problems().values_list("sheet", "row", "problems").iterator():
        bad = [problem["column"] for problem in problems if problem.get("column") is not None]
        marks[place].marks[number] = (judging.problems_in_words(problems, titles[place]), bad)  # type: ignore[index]
    for sheet in run.sheets:
        if not sheet["taken"] and sheet["refusal"]:
            row = sheet["header_row"] or sheet["first_row"]
            marks[sheet["place"]].marks[row] = (f"{sheet['refusal'][1]} {sheet['refusal'][2]}", [])  # type: ignore[index]
            marks[sheet["place"]].header_row = None
    sheets.write_marked(run.source, judging.book_of(run), marks.values(), target, name=run.name, heading=str(_("Problem")))

"""Imports: bring a file, look at the guess, the dry run, take the good rows, undo."""

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path

from django.core.paginator import Paginator
from django.db.models import Count
from django.forms import BoundField
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from fleetportal.core import days
from fleetportal.core.errors import Refused
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import done, page
from intake import actions, outcome, staying, undoing, wording
from intake.actions.once import bring_once
from intake.actions.report import write_report
from intake.forms import ColumnsForm, FileForm, LayoutForm, WhereForm, column_field, kind_field
from intake.importer import HINDRANCES
from intake.models import Import, StagedRow
from intake.reading.kinds import kinds
from intake.reading.sheets import SAID, Sheet

MAY = "serve_customers"
SHOWN = 50
LOOKED_AT = 500  # of the things that an undo left, to find those that have a name
STEPS = {"columns": 2, "judging": 3, "judged": 3, "applying": 4, "done": 4, "stopped": 4, "undoing": 4, "undone": 4}
PROBLEMS = {
    "vin": gettext_lazy("VIN"),
    "plate": gettext_lazy("Plate"),
    "vat": gettext_lazy("VAT number"),
    "date": gettext_lazy("Date"),
    "twice": gettext_lazy("Twice in the file"),
    "company": gettext_lazy("Company"),
    "identity": gettext_lazy("Can’t be identified"),
    "name": gettext_lazy("No name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"),
    "country": gettext_lazy("Country"),
    "order": gettext_lazy("Order number"),
    "vehicle": gettext_lazy("Vehicle"),
    "long": gettext_lazy("Too long"),
    "letters": gettext_lazy("Corrupted characters"),
    "number": gettext_lazy("Number"),
    "postcode": gettext_lazy("Postcode"),
    "repeat": gettext_lazy("Repeated row"),
    "status": gettext_lazy("Status"),
    "choice": gettext_lazy("Word not understood"),
    "make": gettext_lazy("Make and model"),
    "mileage": gettext_lazy("Mileage"),
    "row": gettext_lazy("Row"),
    "formula": gettext_lazy("Formula"),
    "above": gettext_lazy("From the rows above"),
    "address": gettext_lazy("Address"),
    "further": gettext_lazy("More than one number or address"),
    "job": gettext_lazy("Job title"),
}


@page(may=MAY)
def imports(request: StaffRequest) -> HttpResponse:
    """The user's imports; POST brings a file."""
    form = FileForm(request.POST or None, request.FILES or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run, new = bring_once(file, by=request.user)
        except Refused as error:
            refused = error
        else:
            if new:
                begin(run, request)
            return done(request, reverse("intake:import", args=[run.pk]))
    rows = Import.objects.visible_to(request.user).select_related("job")[:SHOWN]
    context = {"form": form, "refused": refused, "rows": [(run, outcome.summary(run)) for run in rows]}
    return render(request, "intake/imports.html", context, status=422 if form.is_bound else 200)


def begin(run: Import, request: StaffRequest) -> None:
    """The dry run starts by itself where the user need not answer anything first."""
    if run.taken_sheets and not run.asks_owner:
        actions.judge(run, by=request.user)


@page(may=MAY)
@require_safe
def one_import(request: StaffRequest, import_id: int) -> HttpResponse:
    """The page of an import: its columns, its dry run, its progress, its result."""
    run = own(request, import_id)
    return render(request, "intake/import.html", page_of(request, run))


def own(request: StaffRequest, import_id: int) -> Import:
    """The import, if the user may see it, otherwise 404. Costs 1 query."""
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("job", "company", "centre", "owner"), pk=import_id)


def page_of(request: StaffRequest, run: Import, **more: object) -> dict[str, object]:
    """The context of the page of an import, in each of its states."""
    context = {
        "run": run,
        "lead": lead(run),
        "steps": steps(run),
        "summary": outcome.summary(run),
        "refusals": [*wording.refusals_of(run.sheets, run.hidden_sheets), *([HINDRANCES[run.progress.held]] if run.progress.held else [])],
        "where": WhereForm(user=request.user, run=run),
        "sheets": sheets_shown(run),
        "good": run.progress.good,
    }
    return {**context, **problems(request, run), **progress_of(run), **left(request, run), **more}


def left(request: StaffRequest, run: Import) -> dict[str, object]:
    """What an undo left, and who brought the file where it was somebody else. Costs nothing where neither is so."""
    brought_by = "" if run.owner == request.user else outcome.who_brought(run)
    if run.is_running or not run.progress.kept:
        return {"brought_by": brought_by}
    named = staying.rows(undoing.left(run, most=LOOKED_AT), seen_by=request.user)
    return {"brought_by": brought_by, "stays": staying.left_by(run), "stays_by_name": named}


def lead(run: Import) -> str:
    """What the file looks like, in a sentence; headings are no row, as in the figures below it."""
    rows = sum(sheet.rows - (sheet.header_row is not None) for sheet in run.sheets)
    count = len(run.sheets)
    size = ngettext("One sheet, %(rows)s rows.", "%(count)s sheets, %(rows)s rows.", count) % {"count": count, "rows": rows}
    alike = dict.fromkeys(str(kinds[sheet.kind].looks_like) for sheet in run.taken_sheets)
    looks = _("It looks like %(kind)s.") % {"kind": _(" with ").join(alike)} if alike else _("It contains nothing that we can import.")
    known = next((sheet.layout for sheet in run.sheets if sheet.layout), "")
    return " ".join(part for part in (size, looks, _("Recognised layout: %(name)s.") % {"name": known} if known else "") if part)


def steps(run: Import) -> list[dict[str, object]]:
    at = STEPS[run.state]
    over = run.state in ("done", "undone", "stopped")
    names = (_("File"), _("Columns"), _("Dry run"), _("Import"))
    return [{"number": n, "name": name, "done": n < at or over, "here": n == at and not over} for n, name in enumerate(names, start=1)]


@dataclass(frozen=True)
class ShownColumn:
    """A column with its select."""

    letter: str
    title: str
    group: str
    key: str
    sure: str
    samples: list[str]
    field: BoundField


@dataclass(frozen=True)
class ShownSheet:
    """A sheet with its selects; columns that are empty are only counted."""

    sheet: Sheet
    kind_field: BoundField
    used: list[ShownColumn]
    unused: int
    layout_form: LayoutForm


def sheets_shown(run: Import) -> list[ShownSheet]:
    """The columns of each sheet with a bound select each."""
    form = ColumnsForm(run=run)
    return [shown(run, form, sheet) for sheet in run.sheets]


def shown(run: Import, form: ColumnsForm, sheet: Sheet) -> ShownSheet:
    """A sheet with those columns that hold something, or that the user gave a meaning."""
    used = [
        ShownColumn(letter(one.index), one.title, one.group, one.key, one.sure, one.samples, form[column_field(sheet, one)])
        for one in sheet.columns
        if one.samples or (one.key and one.sure == SAID)
    ]
    name = sheet.layout or f"{Path(run.name).stem} {sheet.name}".strip()
    layout = LayoutForm(initial={"sheet": sheet.index, "name": name})
    return ShownSheet(sheet, form[kind_field(sheet)], used, len(sheet.columns) - len(used), layout)


def letter(index: int) -> str:
    """The letter of a column as a spreadsheet shows it."""
    letters, left = "", index + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def problems(request: StaffRequest, run: Import) -> dict[str, object]:
    """The rows with problems, a page of them, and the chips that narrow them."""
    rows = run.rows.with_problems()
    kinds = {row["problem"]: row["n"] for row in rows.order_by().values("problem").annotate(n=Count("pk"))}
    chosen = request.GET.get("problem", "")
    pager = Paginator(rows.filter(problem=chosen) if chosen in kinds else rows, SHOWN)
    at = pager.get_page(request.GET.get("page"))
    chips = [
        {"code": code, "label": PROBLEMS.get(code, code), "count": count}
        for code, count in sorted(kinds.items(), key=lambda pair: -pair[1])
    ]
    lines = [line for row in at.object_list for line in lines_of(row, run.sheet_at(row.sheet))]
    return {
        "problem_lines": once_each(lines),
        "problem_rows": sum(kinds.values()),
        "chips": chips,
        "chosen": chosen if chosen in kinds else "",
        "at": at,
    }


@dataclass(frozen=True)
class Line:
    """One problem of a row, as the page shows it."""

    where: str
    title: str
    value: str
    message: str
    cure: str
    stops: bool
    more: int = 0  # rows below with the same


def lines_of(row: StagedRow, sheet: Sheet) -> list[Line]:
    """The problems of a row, each with its cell as a spreadsheet names it."""
    found = []
    for problem in row.found:
        column = problem.column
        where = f"{letter(column)}{row.row}" if column is not None else _("row %(row)s") % {"row": row.row}
        message, cure = wording.words_of(problem)
        title = sheet.titles[column] if column is not None else ""
        found.append(Line(f"{sheet.name} {where}".strip(), title, as_read(problem.value), message, cure, problem.stops))
    return found


ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: 00:00)?")


def as_read(value: str) -> str:
    """A day of a workbook, which has no words of its own, in the reader's order; everything else as it is."""
    try:
        day = date.fromisoformat(value[:10]) if ISO_DAY.fullmatch(value) else None
    except ValueError:
        day = None
    return days.short(day) if day else value


def once_each(lines: Iterable[Line]) -> list[Line]:
    """The lines; a word that was not understood in several rows is said once, with how many more there are."""
    found: dict[tuple[str, ...], list[Line]] = {}
    for number, line in enumerate(lines):
        key = (line.title, line.value, line.message) if line.value and not line.stops else (str(number),)
        found.setdefault(key, []).append(line)
    return [replace(same[0], more=len(same) - 1) for same in found.values()]


def progress_of(run: Import) -> dict[str, object]:
    """How far it is, and how long it will take."""
    have, total = actions.how_far(run)
    left = None
    if run.is_running and run.job and have > 20:
        passed = (timezone.now() - run.job.started_at).total_seconds()
        left = round(passed * (total - have) / have)
    return {"have": have, "total": total, "seconds_left": left}


@page(may=MAY)
@require_safe
def progress(request: StaffRequest, import_id: int) -> HttpResponse:
    """The progress bar, requested every second; when the import has ended or waits, the page is loaded again."""
    run = own(request, import_id)
    if (not run.is_running or run.has_failed) and request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "intake/import.html#progress" if request.htmx else "intake/import.html", page_of(request, run))


@page(may=MAY)
@require_POST
def columns(request: StaffRequest, import_id: int) -> HttpResponse:
    """The columns mean what the user says; the dry run begins again."""
    run = own(request, import_id)
    form = ColumnsForm(request.POST, run=run)
    if not form.is_valid():
        return render(request, "intake/import.html", page_of(request, run, sheets=sheets_shown(run)), status=422)
    actions.say_columns(run, form.meanings, form.kinds, by=request.user)
    run = own(request, import_id)
    begin(run, request)
    return done(request, reverse("intake:import", args=[run.pk]), _("The file is being read again with these columns."))


@page(may=MAY)
@require_POST
def layout(request: StaffRequest, import_id: int) -> HttpResponse:
    """The meaning of a sheet's columns, kept for the next file with the same titles."""
    run = own(request, import_id)
    form = LayoutForm(request.POST)
    if not form.is_valid() or form.cleaned_data["sheet"] not in {sheet.index for sheet in run.sheets}:
        return render(request, "intake/import.html", page_of(request, run), status=422)
    kept = actions.keep_layout(run, form.cleaned_data["sheet"], form.cleaned_data["name"], by=request.user)
    return done(
        request,
        reverse("intake:import", args=[run.pk]),
        _("Saved as “%(name)s”. The next file with these headings will be recognised.") % {"name": kept},
    )


@page(may=MAY)
@require_POST
def where(request: StaffRequest, import_id: int) -> HttpResponse:
    """Whose vehicles these are, and where new companies go."""
    run = own(request, import_id)
    form = WhereForm(request.POST, user=request.user, run=run)
    if not form.is_valid():
        return render(request, "intake/import.html", page_of(request, run, where=form), status=422)
    actions.say_where(run, company=form.cleaned_data["company"], centre=form.cleaned_data["centre"], by=request.user)
    run = own(request, import_id)
    begin(run, request)
    return done(request, reverse("intake:import", args=[run.pk]))


@page(may=MAY)
@require_POST
@once
def apply_good_rows(request: StaffRequest, import_id: int) -> HttpResponse:
    """Take the good rows."""
    run = own(request, import_id)
    actions.apply(run, by=request.user)
    return done(request, reverse("intake:import", args=[run.pk]))


@page(may=MAY)
@require_POST
def stop(request: StaffRequest, import_id: int) -> HttpResponse:
    """Stops the import after its current batch."""
    run = own(request, import_id)
    actions.stop(run, by=request.user)
    return done(
        request,
        reverse("intake:import", args=[run.pk]),
        _("The import has been stopped. The rows already imported stay until you undo the import."),
    )


@page(may=MAY)
@require_POST
def undo(request: StaffRequest, import_id: int) -> HttpResponse:
    """Take back what the import made and changed."""
    run = own(request, import_id)
    actions.undo(run, by=request.user)
    return done(request, reverse("intake:import", args=[run.pk]))


@page(may=MAY)
@require_safe
def undo_preview(request: StaffRequest, import_id: int) -> HttpResponse:
    """What an undo would take back, what would stay, and why."""
    run = own(request, import_id)
    fates = actions.foresee_undo(run, by=request.user)
    kept = sum(bool(fate.stays) for fate in fates)
    context = {
        "run": run,
        "goes": staying.taken_back(fates),
        "going": len(fates) - kept,
        "stays": staying.staying(fates),
        "stays_by_name": staying.rows(fates, seen_by=request.user),
        "looked_at": len(fates),
        "is_all": len(fates) < actions.MOST_FORESEEN,
    }
    return render(request, "intake/undo.html", context)


@page(may=MAY)
@require_safe
def report(request: StaffRequest, import_id: int) -> FileResponse:
    """The workbook back, with a column that says what is wrong in each row."""
    run = own(request, import_id)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_report(run, Path(file.name))
        content = BytesIO(Path(file.name).read_bytes())
    marked = _("problems marked")
    return FileResponse(content, as_attachment=True, filename=f"{Path(run.name).stem}-{marked}.xlsx")

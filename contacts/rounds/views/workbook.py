"""A round's workbook: the open stops out, with a reason, and the results back in."""

import tempfile
from io import BytesIO
from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from contacts.rounds.actions import workbook
from contacts.rounds.actions.workbook import OUTCOME, STOP, TEXT, Brought, ResultRow, Results
from contacts.rounds.forms import CallForm, WorkbookForm
from contacts.rounds.models import ContactRound, Stop
from contacts.rounds.questions import questions_of
from contacts.rounds.views.rounds import round_url, the_round
from fleetportal.core.errors import Refused
from fleetportal.core.web.forms import ReasonForm
from fleetportal.core.web.pages import done, page, whole_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def asked(
    request: StaffRequest, found: ContactRound, *, reason: ReasonForm | None = None, back: WorkbookForm | None = None
) -> HttpResponse:
    """The page with both ways."""
    context = {"contact_round": found, "reason": reason or ReasonForm(), "upload": back or WorkbookForm()}
    return render(request, "contacts/rounds/workbook.html", context, status=422 if reason or back else 200)


@page(may="serve_customers")
@require_safe
def ways(request: StaffRequest, round_id: int) -> HttpResponse:
    """Take the workbook, or bring it back."""
    return asked(request, the_round(request, round_id))


@page(may="export")
@require_POST
def take(request: StaffRequest, round_id: int) -> HttpResponse:
    """The open stops of companies that the user may export, as a file."""
    found = the_round(request, round_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return asked(request, found, reason=form)
    out = BytesIO()
    stops = found.stops.open().visible_to(request.user).where(request.user, may="export")
    workbook.write(found, stops, out, reason=form.cleaned_data["reason"], by=request.user)
    return attached(out.getvalue(), f"contact-round-{found.pk}-{timezone.localdate().isoformat()}.xlsx")


@page(may="serve_customers")
@require_POST
def bring(request: StaffRequest, round_id: int) -> HttpResponse:
    """The results in the workbook; the same one twice changes nothing more. Where a row was refused, the workbook is returned marked."""
    found = the_round(request, round_id)
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return asked(request, found, back=form)
    file = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(prefix="round-") as folder:
        results = workbook.read(found, file, name=file.name, folder=Path(folder))
        brought = Brought()
        for row in results.rows:
            take_row(request, found, results, row, brought)
        workbook.note(found, brought, by=request.user)
        values = {"taken": brought.taken, "same": brought.same, "refused": brought.refused}
        said = _now("%(taken)d results taken, %(same)d were in already, %(refused)d refused.") % values
        if not brought.refused:
            return done(request, round_url(found), said)
        messages.warning(request, said)
        target = Path(folder) / "marked.xlsx"
        workbook.mark(results, brought, target, name=file.name)
        return attached(target.read_bytes(), f"contact-round-{found.pk}-marked.xlsx")


def take_row(request: StaffRequest, found: ContactRound, results: Results, row: ResultRow, brought: Brought) -> None:
    """Take one row, or mark what is wrong in it."""
    columns = results.columns[row.sheet]
    marks = brought.marks.setdefault(row.sheet, {})
    pk = whole_number(row.said.get(STOP, ""))
    stops = found.stops.visible_to(request.user).select_related(
        "contact_round__centre", "contact_round__owner", "company__centre", "person"
    )
    stop = stops.filter(pk=pk).first() if pk is not None else None
    form = CallForm(
        {**row.said, "chip": workbook.codes_of_outcomes().get(workbook.key_of(row.said[OUTCOME]), "?")}, questions=questions_of(found)
    )
    if stop is None:
        marks[row.number] = (_now("This number is none of a stop in this contact round that you may change."), [columns[STOP]])
    elif not form.is_valid():
        named = {"chip": OUTCOME}
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        marks[row.number] = (words, [columns[named.get(name, name)] for name in form.errors if named.get(name, name) in columns])
    else:
        marks[row.number] = told(request, stop, row, form, brought)
        return
    brought.refused += 1


def told(request: StaffRequest, stop: Stop, row: ResultRow, form: CallForm, brought: Brought) -> tuple[str, list[int]]:
    """Log the result; what became of it, in words."""
    values, on = form.cleaned_data, stop.contact_round.centre.today(timezone.now())
    try:
        is_new = workbook.take(stop, row, text=values[TEXT], answers=form.answers, code=values["chip"], by=request.user, on=on)
    except Refused as refusal:
        brought.refused += 1
        return str(refusal), []
    brought.taken += is_new
    brought.same += not is_new
    return _now("Taken.") if is_new else _now("Was in already."), []

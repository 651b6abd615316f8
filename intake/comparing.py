"""Pages beside an import: its new companies side by side with those they look like, and the rows behind each of its figures."""

from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.pages import done, page
from intake import actions, staying
from intake.models import Import, Made, StagedRow, Verdict
from intake.reading.company import CompanyFacts
from intake.reading.facts import Said
from intake.views import MAY, begin, own

SHOWN = 50
SAME, OTHER = "same", "other"
FACTS = (
    ("name", gettext_lazy("Name")),
    ("street", gettext_lazy("Street")),
    ("postcode", gettext_lazy("Postcode")),
    ("city", gettext_lazy("City")),
    ("country", gettext_lazy("Country")),
    ("vat_number", gettext_lazy("VAT number")),
    ("external_id", gettext_lazy("ID in the source system")),
    ("phone", gettext_lazy("Telephone")),
    ("email", gettext_lazy("E-mail")),
)
MADE = {
    "company": gettext_lazy("New companies"),
    "vehicle": gettext_lazy("New vehicles"),
    "person": gettext_lazy("New people"),
    "service_visit": gettext_lazy("New service visits"),
}
VERDICTS = {
    "good": (gettext_lazy("Valid rows"), (Verdict.NEW, Verdict.CHANGED)),
    "same": (gettext_lazy("Rows that change nothing"), (Verdict.SAME,)),
    "rejected": (gettext_lazy("Rows left out"), (Verdict.REJECTED,)),
}


@dataclass(frozen=True)
class AlikePair:
    """A new company of the file beside the one it looks like; `facts` are (label, in the file, here)."""

    name: str
    company: Company
    sheet: int
    row: int
    facts: list[tuple[str, str, str]]

    @property
    def field(self) -> str:
        """The name of its field: the same while others are answered in another window, so that no answer falls to another pair."""
        return f"pair-{self.sheet}-{self.row}-{self.company.pk}"


class AlikeForm(forms.Form):
    """For each pair whether the two are the same."""

    def __init__(self, data: object = None, *, pairs: list[AlikePair]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # the data of a request, or none
        self.pairs = pairs
        for pair in pairs:
            choices = [(SAME, _("The same company")), (OTHER, _("A different company: create it"))]
            self.fields[pair.field] = forms.ChoiceField(label=pair.name, choices=choices, required=False, widget=forms.RadioSelect)

    @property
    def answers(self) -> dict[str, int]:
        """The company that each name means, 0 for a new one; only what was answered."""
        said = [(pair, self.cleaned_data[pair.field]) for pair in self.pairs]
        return {pair.name: pair.company.pk if answer == SAME else 0 for pair, answer in said if answer}


@page(may=MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: StaffRequest, import_id: int) -> HttpResponse:
    """The new companies of the dry run that look like ones we have, side by side; POST says which are the same."""
    run = own(request, import_id)
    form = AlikeForm(request.POST if request.method == "POST" else None, pairs=pairs_of(request, run))
    if not form.is_valid():
        context = {"run": run, "pairs": list(zip(form.pairs, form, strict=True))}
        return render(request, "intake/alike.html", context, status=422 if form.is_bound else 200)
    if form.answers:
        actions.say_same(run, form.answers, by=request.user)
        run = own(request, import_id)
        begin(run, request)
    return done(request, reverse("intake:import", args=[run.pk]), _("The file is being read again with these companies."))


def pairs_of(request: StaffRequest, run: Import) -> list[AlikePair]:
    """The first SHOWN pairs in the order of the file, as far as the user may see the companies. Costs 2 queries."""
    in_order = sorted(run.progress.alike.items(), key=lambda one: one[1][1:])  # PostgreSQL keeps the keys of JSON in an order of its own
    asked = dict(in_order[:SHOWN])
    known = Company.objects.visible_to(request.user).in_bulk({company for company, _sheet, _row in asked.values()})
    numbers = {row for _company, _sheet, row in asked.values()}
    staged = {(one.sheet, one.row): one for one in run.rows.filter(row__in=numbers)}
    found = []
    for name, (pk, sheet, row) in asked.items():
        company, one = known.get(pk), staged.get((sheet, row))
        if company is not None and one is not None:
            found.append(AlikePair(name, company, sheet, row, beside(one, company)))
    return found


def beside(staged: StagedRow, company: Company) -> list[tuple[str, str, str]]:
    """(label, in the file, here) for each fact that one of the two has."""
    said = Said.from_json(staged.values).one(CompanyFacts) or CompanyFacts()
    facts = [(str(label), str(getattr(said, name)), str(getattr(company, name))) for name, label in FACTS]
    return [fact for fact in facts if fact[1] or fact[2]]


# --- what is behind a figure ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownRow:
    """A row of the file, or what it made; `url` is its page, "" for a row."""

    where: str
    words: str
    url: str = ""


@page(may=MAY)
@require_safe
def rows(request: StaffRequest, import_id: int) -> HttpResponse:
    """The rows behind one figure of an import (`show`): valid, unchanged, left out or skipped ones, or what was made."""
    run = own(request, import_id)
    show = request.GET.get("show", "good")
    if show in MADE:
        title, found, at = str(MADE[show]), *made(request, run, show)
    elif show in VERDICTS:
        label, verdicts = VERDICTS[show]
        at = Paginator(run.rows.filter(verdict__in=verdicts).order_by("sheet", "row"), SHOWN).get_page(request.GET.get("page"))
        title, found = str(label), [ShownRow(where(run, one.sheet, one.row), written(one)) for one in at.object_list]
    elif show == "skipped":
        at = Paginator(run.position.skipped, SHOWN).get_page(request.GET.get("page"))
        title, found = (
            _("Rows without data"),
            [ShownRow(where(run, sheet, row), str(WHY.get(why, why))) for sheet, row, why in at.object_list],
        )
    else:
        raise Http404
    return render(request, "intake/rows.html", {"run": run, "title": title, "rows": found, "at": at, "show": show})


WHY = {
    "total": gettext_lazy("A total"),
    "footer": gettext_lazy("A line below the list"),
    "section": gettext_lazy("A heading between the rows"),
    "header": gettext_lazy("The column headings again"),
    "supplier": gettext_lazy("A supplier, not a customer"),
}


def made(request: StaffRequest, run: Import, what: str) -> tuple[list[ShownRow], object]:
    """What the import made of one kind, as far as the user may see it. Costs 4 queries at most."""
    made = Made.objects.filter(row__run=run, what=what).order_by("pk").values_list("object_id", "row__sheet", "row__row")
    at = Paginator(made, SHOWN).get_page(request.GET.get("page"))
    places = {pk: (sheet, row) for pk, sheet, row in at.object_list}
    reach = next(rows for rows in staying.in_reach(request.user) if rows.model._meta.model_name == what.replace("_", ""))
    known = reach.filter(pk__in=places).order_by("pk")
    return [ShownRow(where(run, *places[one.pk]), str(one), staying.page_of(one)) for one in known], at


def where(run: Import, sheet: int, row: int) -> str:
    """Where in the file a row is."""
    place = _("row %(row)s") % {"row": row}
    return f"{run.sheet_at(sheet).name} {place}".strip()


def written(staged: StagedRow) -> str:
    """The filled cells of a row, one after the other."""
    return " · ".join(str(cell) for cell in staged.cells if cell not in ("", None))[:200]

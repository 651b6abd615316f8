"""Voucher programmes: the list, one with its report, creating, editing, issuing, the cards as PDF, one voucher."""

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company, User
from accounts.staff.requests import StaffRequest
from contacts.models import Person
from contacts.people import happened
from fleetportal.core.audit import Entry
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import done, page
from gifts import pdf, report
from gifts.actions import issuing, withdrawing
from gifts.filters import ProgrammeFilter
from gifts.forms import IssueForm, ProgrammeForm, ReasonWhyForm, names_of
from gifts.models import Issue, Programme, Voucher, VoucherState, Way
from gifts.models.programme import ProgrammeQuerySet
from gifts.models.voucher import with_figures
from gifts.tables import ProgrammeTable

SHOWN_ISSUES, SHOWN_VOUCHERS = 10, 20


class ProgrammeList(ListPage[ProgrammeQuerySet]):
    name = "vouchers"
    title = _("Vouchers")
    may = "run_programmes"
    table_class = ProgrammeTable
    filterset_class = ProgrammeFilter
    rows_template = "gifts/_programme_rows.html"
    actions_template = "gifts/_programmes_actions.html"
    presets = (Preset(_("All"), ""), Preset(_("Running"), "runs=now"))
    empty = Empty(
        _("No programmes yet"),
        _(
            "A programme sets what a voucher is worth, where it can be used and how many each driver gets, for "
            "example “Shine, 9 minutes, one per month”."
        ),
        _("Create a programme"),
        "gifts:programme_new",
        "run_programmes",
    )

    def get_queryset(self, user: User) -> ProgrammeQuerySet:
        return Programme.objects.where(user, may=self.may)

    def exportable(self, rows: ProgrammeQuerySet, user: User) -> ProgrammeQuerySet:
        return rows.filter(pk__in=Programme.objects.where(user, may="export").values("pk"))

    def for_list(self, rows: ProgrammeQuerySet) -> ProgrammeQuerySet:
        return with_figures(rows)


def my_programmes(request: StaffRequest) -> QuerySet[Programme]:
    return with_figures(Programme.objects.where(request.user, may="run_programmes"))


@page(may="run_programmes")
@require_safe
def programme(request: StaffRequest, programme_id: int) -> HttpResponse:
    """One programme: its report, and issuing more vouchers."""
    one = get_object_or_404(my_programmes(request), pk=programme_id)
    vouchers = Voucher.objects.filter(programme=one).visible_to(request.user).exclude(person=None).with_names()
    visible = Company.objects.visible_to(request.user).filter(pk__in=one.issues.values("company"))
    context = {
        "programme": one,
        "report": report.report_of(one),
        "washes": one.washes,
        "issues": one.issues.select_related("company", "issued_by").order_by("-issued_at", "-pk")[:SHOWN_ISSUES],
        "vouchers": list(vouchers.order_by("-pk")[:SHOWN_VOUCHERS]),
        "visible": {None, *visible.values_list("pk", flat=True)},  # also what was issued for no company
        "claim_page": one.claim_page,
        "in_pool": Voucher.objects.filter(programme=one, issue__way=Way.POOL).claimable(on=one.today(timezone.now())).count(),
    }
    return render(request, "gifts/programme.html", context)


@page(may="run_programmes")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def programme_new(request: StaffRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST if request.method == "POST" else None, user=request.user, today=timezone.localdate())
    if form.is_valid():
        one = Programme.enter(by=request.user, **form.cleaned_data)
        return done(request, reverse("gifts:programme", args=[one.pk]), _("%s has been created. Now issue its first vouchers.") % one)
    context = {"form": form, "title": _("New programme"), "save": _("Create the programme"), "back": reverse("gifts:programmes")}
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)


@page(may="run_programmes")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def programme_edit(request: StaffRequest, programme_id: int) -> HttpResponse:
    one = get_object_or_404(my_programmes(request), pk=programme_id)
    form = ProgrammeForm(request.POST if request.method == "POST" else None, user=request.user, programme=one)
    back = reverse("gifts:programme", args=[one.pk])
    if form.is_valid() and form.write(one.edit, by=request.user):
        return done(request, back, _("Saved. Vouchers already issued keep what is printed on them."))
    context = {"form": form, "title": _("Edit %s") % one, "save": _("Save"), "back": back}
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)


@page(may="run_programmes")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def issue(request: StaffRequest, programme_id: int) -> HttpResponse:
    """Cards to print, or more vouchers for the claim page."""
    one = get_object_or_404(my_programmes(request), pk=programme_id)
    form = IssueForm(request.POST if request.method == "POST" else None, user=request.user)
    back = reverse("gifts:programme", args=[one.pk])
    if form.is_valid():
        made = issuing.issue(
            one, form.cleaned_data["way"], form.cleaned_data["count"], company=form.cleaned_data["company"], by=request.user
        )
        message = ngettext("%d voucher has been issued.", "%d vouchers have been issued.", made.count) % made.count
        return done(request, back, message)
    names = names_of(Company.objects.visible_to(request.user))
    context = {"form": form, "title": _("Issue vouchers for %s") % one, "save": _("Issue vouchers"), "back": back, "names": names}
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)


@page(may="run_programmes")
@require_safe
def cards(request: StaffRequest, issue_id: int) -> HttpResponse:
    """The unclaimed cards of one issue as PDF, in the language of the centre's drivers; cards name their company, so it has to be in
    reach."""
    issues = Issue.objects.where(request.user, may="run_programmes").visible_to(request.user).filter(way=Way.CARDS)
    issues = issues.select_related("programme__centre", "company")
    one = get_object_or_404(issues, pk=issue_id)
    sheet = [pdf.VoucherCard(link.url, one.company.name if one.company else "") for link in issuing.card_links(one)]
    with translation.override(one.programme.centre.language):
        response = HttpResponse(pdf.cards(one.programme, one.valid_until, sheet), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="cards-{one.pk}.pdf"'
    return response


# --- one voucher -----------------------------------------------------------------------------------------------------------


def reachable(request: StaffRequest) -> QuerySet[Voucher]:
    """Vouchers of the user's programmes whose company, or driver where there is no company, is in reach."""
    mine = Voucher.objects.where(request.user, may="run_programmes").with_names()
    named = Q(person=None) | Q(person__in=Person.objects.visible_to(request.user))
    return mine.filter(named, company=None) | mine.visible_to(request.user)


@page(may="run_programmes")
@require_safe
def voucher(request: StaffRequest, voucher_id: int) -> HttpResponse:
    """One voucher: driver, state, history."""
    one = get_object_or_404(reachable(request), pk=voucher_id)
    undo = request.user.rights.centres("undo_redemption")
    context = {
        "voucher": one,
        "programme": one.programme,
        "can_revoke": one.state in (VoucherState.FREE, VoucherState.CLAIMED),
        "redemptions": [
            (row, row.wash_id in undo) for row in one.redemptions.select_related("wash", "redeemed_by", "undone_by").order_by("-pk")
        ],
        "history": [(entry, happened.in_words(entry.action)) for entry in Entry.objects.about(one).order_by("at", "pk")],
    }
    return render(request, "gifts/voucher_staff.html", context)


@page(may="run_programmes")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def revoke(request: StaffRequest, voucher_id: int) -> HttpResponse:
    """Revokes a voucher, with a reason; this can't be undone."""
    one = get_object_or_404(reachable(request), pk=voucher_id)
    form = ReasonWhyForm(request.POST if request.method == "POST" else None)
    back = reverse("gifts:voucher", args=[one.pk])
    if form.is_valid():
        withdrawing.revoke(one, by=request.user, reason=form.cleaned_data["reason"])
        return done(request, back, _("The voucher has been withdrawn."))
    context = {
        "form": form,
        "title": _("Withdraw this voucher?"),
        "lead": _(
            "This can’t be undone: anyone who has the card or the link will see that the voucher has been "
            "withdrawn. It will no longer count towards the driver’s limits."
        ),
        "save": _("Withdraw the voucher"),
        "back": back,
    }
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)

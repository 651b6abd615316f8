"""Possible duplicates: people and companies side by side, with a button to mark them as different."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.customers.models.pairs import CompanyPairQuerySet
from accounts.models import Company, CompanyPair, User
from accounts.staff.requests import StaffRequest
from contacts.hospitality import YearSum
from contacts.pages.filters import PairFilter
from contacts.pages.people import may_name
from contacts.pages.tables import CompanyPairTable, PersonPairTable
from contacts.people.models.pairs import PersonPair, PersonPairQuerySet
from fleetportal.core.pairs import Pair
from fleetportal.core.web.lists import Empty, ListPage, Preset
from fleetportal.core.web.pages import done, page

MAY = "serve_customers"
PRESETS = (Preset(_("Not checked yet"), ""), Preset(_("Not the same"), "state=apart"))


def received_of(side: str) -> "Prefetch[str, QuerySet[YearSum], str]":
    """Prefetches what that side of a pair received this year, into `received_now`: two records of one human have two caps. 1 query."""
    return Prefetch(f"{side}__received_sums", YearSum.objects.filter(year=timezone.localdate().year), "received_now")


class PersonPairList(ListPage[PersonPairQuerySet]):
    name = "duplicates"
    title = _("Duplicate people")
    may = MAY
    table_class = PersonPairTable
    filterset_class = PairFilter
    rows_template = "contacts/_person_pair_rows.html"
    actions_template = "contacts/_duplicates_actions.html"
    presets = PRESETS
    empty = Empty(
        _("No duplicate people found"),
        _("If someone you add or import may already be in the system, both records appear here side by side."),
    )

    def get_queryset(self, user: User) -> PersonPairQuerySet:
        return PersonPair.objects.where(user, may=self.may)

    def decorate(self, rows: PersonPairQuerySet, user: User) -> PersonPairQuerySet:
        return rows.with_people_seen_by(user, may=self.may).prefetch_related(received_of("one"), received_of("other"))

    def exportable(self, rows: PersonPairQuerySet, user: User) -> PersonPairQuerySet:
        return rows.where(user, may="export")

    def exported(self, query: QueryDict, user: User) -> PersonPairQuerySet:
        """Roles too are exported only at companies where the user may export."""
        rows = super().exported(query, user).prefetch_related(None)
        return rows.with_people_seen_by(user, may=self.may, among=Company.objects.where(user, may="export"))

    def beside(self, row: PersonPair) -> list[int]:
        return [role.company_id for person in (row.one, row.other) for role in person.roles_now]

    def may_take(self, beside: Iterable[int], user: Any) -> bool:
        """The companies of the roles."""
        return may_name(user, beside, may=self.may)


class CompanyPairList(ListPage[CompanyPairQuerySet]):
    name = "company-duplicates"
    title = _("Duplicate companies")
    may = MAY
    table_class = CompanyPairTable
    filterset_class = PairFilter
    rows_template = "contacts/_company_pair_rows.html"
    actions_template = "contacts/_duplicates_actions.html"
    presets = PRESETS
    empty = Empty(
        _("No duplicate companies found"),
        _("If a company you add or import may already be in the system, both records appear here side by side."),
    )

    def get_queryset(self, user: User) -> CompanyPairQuerySet:
        return CompanyPair.objects.where(user, may=self.may)

    def exportable(self, rows: CompanyPairQuerySet, user: User) -> CompanyPairQuerySet:
        return rows.where(user, may="export")


@page(may=MAY)
@require_POST
def people_apart(request: StaffRequest, person_pair_id: int) -> HttpResponse:
    """Marks two people as different."""
    served(PersonPair, request, person_pair_id).tell_apart(by=request.user)
    return done(request, reverse("contacts:duplicates"), _("Marked as two different people."))


@page(may=MAY)
@require_POST
def companies_apart(request: StaffRequest, company_pair_id: int) -> HttpResponse:
    """Marks two companies as different."""
    served(CompanyPair, request, company_pair_id).tell_apart(by=request.user)
    return done(request, reverse("contacts:company_duplicates"), _("Marked as two different companies."))


@page(may=MAY)
@require_POST
def people_again(request: StaffRequest, person_pair_id: int) -> HttpResponse:
    return compare_again(request, served(PersonPair, request, person_pair_id), "contacts:duplicates")


@page(may=MAY)
@require_POST
def companies_again(request: StaffRequest, company_pair_id: int) -> HttpResponse:
    return compare_again(request, served(CompanyPair, request, company_pair_id), "contacts:company_duplicates")


def compare_again(request: StaffRequest, pair: Pair, page_name: str) -> HttpResponse:
    """Takes the mark back."""
    pair.look_again(by=request.user)
    return done(request, reverse(page_name), _("The pair is back on the list."))


def served(kind: type[PersonPair] | type[CompanyPair], request: StaffRequest, pair_id: int) -> Pair:
    """The pair of that kind, if the user serves both, otherwise 404."""
    pair: Pair = get_object_or_404(kind.objects.where(request.user, may=MAY), pk=pair_id)
    return pair

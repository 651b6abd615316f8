"""Annotations of companies for lists and the dossier: vehicles, contract ends, the responsible user."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, FilteredRelation, Model, OrderBy, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.customers.models.assignment import Assignment
from accounts.customers.models.company import CompanyQuerySet
from accounts.customers.models.vehicle import Use, Vehicle, next_end


def with_contracts_ending(companies: CompanyQuerySet, *, on: date, before: date) -> CompanyQuerySet:
    """Active companies with a vehicle whose contract ends from `on` on and before `before`."""
    ending = vehicles_of_each().filter(contract_ends_on__gte=on, contract_ends_on__lt=before)
    return companies.active().filter(Exists(ending))


def for_list(companies: CompanyQuerySet) -> CompanyQuerySet:
    """With everything that a table row shows: centre, user responsible today, next contract end. 2 queries.

    Subqueries instead of joins: they run only for the rows on the page, whatever the number of companies.
    """
    rows: Any = companies.select_related("centre").prefetch_related(responsible_today())
    return rows.annotate(contract_ends_on=first_end())


def for_sheet(companies: CompanyQuerySet) -> CompanyQuerySet:
    """With what a sheet reads: `contract_ends_on`, and the relation `responsible_today`, at most one assignment."""
    today = timezone.localdate()
    runs = Q(assignments__ends_on=None) | Q(assignments__ends_on__gte=today)
    responsible = runs & Q(assignments__kind=Assignment.Kind.RESPONSIBLE, assignments__starts_on__lte=today)
    rows: Any = companies.annotate(responsible_today=FilteredRelation("assignments", condition=responsible))
    return rows.annotate(contract_ends_on=first_end())


def first_end() -> Case:
    """On companies: the end of the contract that ends first, as stored, or looked up where the stored one has passed."""
    return Case(When(next_end_on__lt=timezone.localdate(), then=Subquery(next_end())), default=F("next_end_on"))


def by_first_end(companies: CompanyQuerySet, *, is_descending: bool) -> CompanyQuerySet:
    """Sorted by `first_end`: along its index, unless a stored end has passed and is not renewed yet. Costs 1 query at once."""
    if companies.with_passed_end().exists():
        return companies.order_by(OrderBy(first_end(), descending=is_descending, nulls_last=True))
    return companies.order_by("-next_end_on" if is_descending else "next_end_on")


def for_dossier(companies: CompanyQuerySet) -> CompanyQuerySet:
    """With everything that the head of the dossier shows. 2 queries."""
    rows: Any = for_list(companies)
    return rows.annotate(personal_count=number_of(vehicles_of_each().filter(use=Use.PERSONAL)))


def vehicles_of_each() -> QuerySet[Vehicle]:
    """For a subquery over companies: the current vehicles of each."""
    return Vehicle.objects.active().filter(company=OuterRef("pk"))


def number_of(rows: QuerySet[Model]) -> Coalesce:
    """The number of rows of a subquery by company."""
    return Coalesce(Subquery(rows.order_by().values("company").annotate(count=Count("pk")).values("count")), 0)


def responsible_today() -> "Prefetch[str, QuerySet[Assignment], str]":
    """Prefetches today's assignment into `company.responsible_now`, a list of at most one assignment."""
    running = Assignment.objects.responsible().running(on=timezone.localdate()).select_related("user")
    return Prefetch("assignments", queryset=running, to_attr="responsible_now")

"""Verbs to enter and edit companies, one or many, with their assignments and duplicates."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.assignment import Assignment
from accounts.customers.models.company import Company
from accounts.customers.models.pairs import CompanyPair
from accounts.customers.models.touched import TouchedCompany
from accounts.staff.models.user import User
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock_name, search
from fleetportal.core.errors import Refused

PARENTS = "parents of companies"  # for core.db.lock_name: two changes far apart in a group could together close a circle
Node = TypeVar("Node", bound=Hashable)
Origin = Mapping[str, object]  # additional facts for the entries of a bulk verb, like the import that the rows come from
Edits = Sequence[tuple[Company, Mapping[str, Any]]]


COMPARED = {"name", "vat_number", "postcode"}  # what pairs are found by


class CircleOfCompanies(Refused):
    code = "circle_of_companies"


# --- entering -----------------------------------------------------------------------------------------------------------------


def enter(*, by: User | None, **facts: object) -> Company:
    """A new company with `facts`, added to the search index and to the list of duplicates if there is a similar one, in reach or not.

    A user who serves only their own companies is assigned to it from today. Costs 5 queries, 15 with an assignment.
    """
    with transaction.atomic():
        company = Company(**facts)
        company.save()
        search.index([company.search_row])
        audit.record("company.entered", company, by=by, facts=entered_where(company), at=company.entered_at)
        TouchedCompany.add(company)
        CompanyPair.find([company.pk])
        give_to(by, [company], on=timezone.localdate())
        return company


def enter_many(companies: Sequence[Company], *, by: User | None, origin: Origin | None = None) -> None:
    """Save the new `companies`, like `enter` for each; one may belong to another.

    Raises CircleOfCompanies, and enters none, where they belong to each other in a circle. Costs 8 queries for a thousand, 18 with
    assignments.
    """
    if not companies:
        return
    refuse_circle_among(companies)
    with transaction.atomic():
        bulk.add(companies)
        search.add(company.search_row for company in companies)
        own = [entered_where(company) for company in companies]
        at = [company.entered_at for company in companies]
        audit.record_many("company.entered", [(company, {}) for company in companies], by=by, facts=origin, own=own, at=at)
        TouchedCompany.add_all(company.pk for company in companies)
        CompanyPair.find([company.pk for company in companies])
        give_to(by, companies, on=timezone.localdate(), origin=origin)


def entered_where(company: Company) -> Origin:
    return {"centre": company.centre_id}


def give_to(user: User | None, companies: Collection[Company], *, on: date, origin: Origin | None = None) -> None:
    """Assign `user` to those of the new `companies` that they could not serve otherwise, so that a company is never out of reach of
    the user who entered it.

    Costs nothing for scheduled jobs and for users without the right to serve their own companies, otherwise 1 query, 10 where there
    are such companies.
    """
    if user is None or "serve_customers" not in user.rights.general:
        return
    served = Company.objects.where(user, may="serve_customers").filter(pk__among=[company.pk for company in companies])
    within = set(served.values_list("pk", flat=True))
    own = [company for company in companies if company.pk not in within]
    Assignment.assign_many(own, user, starts_on=on, by=user, origin=origin)


# --- editing ------------------------------------------------------------------------------------------------------------------


def edit(company: Company, *, by: User | None, shown: dict[str, object] | None = None, **values: Any) -> None:
    """Save the values that differ from those shown. Costs nothing when none do, otherwise at most 7 queries.

    Raises EditedMeanwhile, and CircleOfCompanies where the new parent is one of its own subsidiaries.
    """
    with transaction.atomic():
        if values.get("parent"):
            lock_name(PARENTS)
            if closes_circle(company.pk, values["parent"].pk, parent_now):
                raise circle_refused(company, values["parent"])
        if changed := audit.edit(company, values, action="company.edited", by=by, shown=shown):
            search.index([company.search_row])
            CompanyPair.find([company.pk] if COMPARED & changed.keys() else [])
            TouchedCompany.add(company)


def edit_many(
    edits: Edits, *, by: User | None, origin: Origin | None = None
) -> tuple[list[audit.Edited[Company]], list[tuple[Company, CircleOfCompanies]]]:
    """Like `edit`, for many companies, none of them twice; (the changes, the refused companies with the reasons).

    A refused company is left unchanged, the others are edited. Costs nothing where nothing differs, otherwise 7 queries for a
    thousand; with parents 1 more on PostgreSQL and 1 for each level of companies above them.
    """
    with transaction.atomic():
        kept, refused = part_circles(edits)
        edited = audit.edit_many(kept, action="company.edited", by=by, facts=origin)
        search.index(one.row.search_row for one in edited)
        TouchedCompany.add_all(one.row.pk for one in edited)
        CompanyPair.find([one.row.pk for one in edited if COMPARED & one.changes.keys()])
        return edited, refused


# --- who belongs to whom ------------------------------------------------------------------------------------------------------


def closes_circle(child: Node, parent: Node, parent_of: Callable[[Node], Node | None]) -> bool:
    """True where `parent` is `child` or belongs to it, directly or through others: then `child` can't belong to it."""
    seen: set[Node] = set()
    one: Node | None = parent
    while one is not None and one != child and one not in seen:
        seen.add(one)
        one = parent_of(one)
    return one == child


def circle_refused(company: Company, parent: Company) -> CircleOfCompanies:
    """The refusal to put `company` below `parent`, for the caller to raise."""
    if parent.pk == company.pk:
        return CircleOfCompanies(_("A company can’t belong to itself."))
    names = {"company": company.name, "parent": parent.name}
    return CircleOfCompanies(
        _("%(parent)s belongs to %(company)s, directly or through other companies, so it can’t be the parent company.") % names
    )


def parent_now(pk: int) -> int | None:
    return Company.objects.filter(pk=pk).values_list("parent", flat=True).first()


def refuse_circle_among(companies: Sequence[Company]) -> None:
    """Raises CircleOfCompanies where new companies, which have no id yet, belong to each other in a circle. No query."""
    new = {id(company): company for company in companies}
    above = {key: id(company.parent) for key, company in new.items() if company._state.fields_cache.get("parent")}
    for key, parent in above.items():
        if parent in new and closes_circle(key, parent, above.get):
            raise circle_refused(new[key], new[parent])


def part_circles(edits: Edits) -> tuple[Edits, list[tuple[Company, CircleOfCompanies]]]:
    """(edits that, applied in order, close no circle; the refusals of the others)."""
    named = {values["parent"].pk for _company, values in edits if values.get("parent")}
    if not named:
        return edits, []
    lock_name(PARENTS)
    above = parents_above(named)
    kept: list[tuple[Company, Mapping[str, object]]] = []
    refused: list[tuple[Company, CircleOfCompanies]] = []
    for company, values in edits:
        parent = values.get("parent")
        if parent and closes_circle(company.pk, parent.pk, above.get):
            refused.append((company, circle_refused(company, parent)))
            continue
        kept.append((company, values))
        if "parent" in values:
            above[company.pk] = parent.pk if parent else None
    return kept, refused


def parents_above(companies: Collection[int]) -> dict[int, int | None]:
    """The parents of `companies` and of all companies above them. Costs 1 query for each level."""
    found: dict[int, int | None] = {}
    floor = set(companies)
    while floor:
        found.update(Company.objects.filter(pk__among=floor).values_list("pk", "parent"))
        floor = {pk for pk in found.values() if pk is not None and pk not in found}
    return found

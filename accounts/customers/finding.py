"""Global search: kinds of objects, registered by the apps, each narrowed to what the user may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import Vehicle
from fleetportal.core.db import search
from fleetportal.core.db.normal_forms import Fact
from fleetportal.core.registry import Registry

MOST = 20  # hits of one kind


@dataclass(frozen=True)
class Findable:
    """A kind of object that search finds: its rows in reach, the icon, the page and the line under the title."""

    plural: object
    icon: str
    reach: Callable[[Any], models.QuerySet[models.Model]]
    url: Callable[[Any], str]
    about: Callable[[Any, Any], Any]  # (row, user) -> the line under the title


@dataclass(frozen=True)
class Hit:
    """One result."""

    title: str
    about: object
    url: str
    why: list[Fact]  # by what it was found, where the title does not say it


findable: Registry[Findable] = Registry("findable")


def hits(question: str, user: Any) -> list[tuple[Findable, list[Hit], bool]]:
    """The results of each kind that has any, and whether there are more.

    Costs 1 query, 1 for each kind and those of `about`; for a very common word at most 4 for each kind.
    """
    found, few = [], search.few(question)
    reaches_far = bool(user.rights.centres("meet_customers"))
    for kind in findable:
        reach = kind.reach(user)
        if few is not None:
            rows = within(reach, few.get(reach.model._meta.label_lower, []))
        else:
            rows = from_the_reach(reach, question, reaches_far=reaches_far)
        if rows:
            found.append((kind, [hit(kind, row, question, user) for row in rows[:MOST]], len(rows) > MOST))
    return found


def hit(kind: Findable, row: Any, question: str, user: Any) -> Hit:
    """One result, with the facts by which it was found."""
    return Hit(str(row), kind.about(row, user), kind.url(row), search.why(question, str(row), row.searched))


def within(reach: models.QuerySet[models.Model], ids: list[int]) -> list[object]:
    """The first MOST rows in reach with these `ids`, and one more where there are more. Costs 1 query."""
    return list(reach.filter(pk__among=ids).order_by(*order(reach.model))[: MOST + 1])


def from_the_reach(reach: models.QuerySet[models.Model], question: str, *, reaches_far: bool) -> list[object]:
    """The same for a query with very many results.

    For users with few companies, these are searched. For others the first by name are enough, unless hardly any are in reach: then
    all results are checked.
    """
    model = reach.model
    everything = search.found(model, question)
    if not reaches_far:
        return list(reach.filter(pk__in=everything).order_by(*order(model))[: MOST + 1])
    ids = search.many_of(model, question)
    if ids is not None:
        return within(reach, ids)
    rows = within(reach, search.first(model, question, order=order(model)))
    if len(rows) > MOST:
        return rows
    return list(reach.filter(pk__among_few=everything).order_by(*order(model))[: MOST + 1])


def order(model: type[models.Model]) -> tuple[str, ...]:
    """Sort by folded name, where the model has one."""
    return ("name_folded", "pk") if hasattr(model, "name_folded") else ("pk",)


def companies(user: Any) -> models.QuerySet[models.Model]:
    return Company.objects.visible_to(user).select_related("centre")


def vehicles(user: Any) -> models.QuerySet[models.Model]:
    return Vehicle.objects.where(user, may="see_customers").select_related("company")

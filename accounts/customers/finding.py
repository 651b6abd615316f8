"""What global search finds: kinds that apps add, each narrowed to what the user may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import Vehicle
from fleetportal.core.db import search
from fleetportal.core.registry import Registry

MOST = 20  # hits of one kind


@dataclass(frozen=True)
class Findable:
    """A kind of thing that search finds: its rows in reach, the icon, the page and the words under the title."""

    plural: object
    icon: str
    reach: Callable[[Any], models.QuerySet[Any]]
    url: Callable[[Any], str]
    about: Callable[[Any, Any], Any]  # (row, user) -> the line under the title


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    about: object
    url: str


findable: Registry[Findable] = Registry("findable")


def hits(question: str, user: Any) -> list[tuple[Findable, list[Hit], bool]]:
    """For each kind that has any: the hits, and whether there are more. Costs 1 query, 1 for each kind and what `about` asks."""
    found, few = [], search.few(question)
    many = "pk__among_few" if user.rights.centres("meet_customers") else "pk__in"  # own companies are fewer than what is found
    for kind in findable:
        reach = kind.reach(user)
        model = reach.model
        of_them = {many: search.found(model, question)} if few is None else {"pk__among": few.get(model._meta.label_lower, [])}
        rows = list(reach.filter(**of_them).order_by(*order(model))[: MOST + 1])
        if rows:
            found.append((kind, [Hit(str(row), kind.about(row, user), kind.url(row)) for row in rows[:MOST]], len(rows) > MOST))
    return found


def order(model: type[models.Model]) -> tuple[str, ...]:
    """By name as a reader of that language expects, where the model has one."""
    return ("name_folded", "pk") if hasattr(model, "name_folded") else ("pk",)


def companies(user: Any) -> models.QuerySet[Any]:
    return Company.objects.visible_to(user).select_related("centre")


def vehicles(user: Any) -> models.QuerySet[Any]:
    return Vehicle.objects.where(user, may="see_customers").select_related("company")

"""What an undo takes back and what it leaves, as the pages say it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Company, ServiceVisit, User, Vehicle
from contacts.models import Person
from fleetportal.core import audit
from intake import undoing
from intake.models import ENTRY, Import, Made, Stays
from intake.undoing import Fate

SHOWN = 50


@dataclass(frozen=True)
class UndoGroup:
    """How many things of one kind are taken back, or stay for one reason."""

    kind: str
    count: int
    why: str = ""


@dataclass(frozen=True)
class StayingRow:
    """A company, person, vehicle or visit that stays; `url` is its page."""

    name: str
    url: str
    why: str


def taken_back(fates: Iterable[Fate]) -> list[UndoGroup]:
    """What goes, by kind, the most first."""
    counts = Counter(fate.trace.what for fate in fates if not fate.stays)
    return [UndoGroup(kind_of(what), count) for what, count in counts.most_common()]


def staying(fates: Iterable[Fate]) -> list[UndoGroup]:
    """What stays, by kind and reason, the most first."""
    counts = Counter((fate.trace.what, fate.stays, fate.used_by) for fate in fates if fate.stays)
    return [UndoGroup(kind_of(what), count, why(stays, used_by)) for (what, stays, used_by), count in counts.most_common()]


def left_by(run: Import) -> list[UndoGroup]:
    """What the last undo left, by kind and reason, the most first. Costs 1 query."""
    counted = Made.objects.staying(run).order_by().values_list("what", "stays", "used_by").annotate(count=Count("pk"))
    found = [UndoGroup(kind_of(what), count, why(stays, used_by)) for what, stays, used_by, count in counted]
    return sorted(found, key=lambda group: -group.count)


def kind_of(what: str) -> str:
    """What things of a trace are called, many of them."""
    return _("Changes") if what == ENTRY else str(capfirst(undoing.products()[what].model._meta.verbose_name_plural))


def why(stays: str, used_by: str) -> str:
    """Why it stays, in words."""
    reason = str(Stays(stays).label)
    return f"{reason}: {undoing.kinds_of_rows().get(used_by, used_by)}" if used_by else reason


def rows(fates: Iterable[Fate], *, seen_by: User) -> list[StayingRow]:
    """The first SHOWN companies, people, vehicles and visits that stay, as far as `seen_by` may see them. Costs 1 query for each kind."""
    named = [fate for fate in fates if fate.stays and fate.row is not None]
    reach = {audit.label(rows.model): rows for rows in in_reach(seen_by)}
    wanted: dict[str, set[int]] = {}
    for fate in named:
        if fate.row is not None and audit.label(fate.row) in reach:
            wanted.setdefault(audit.label(fate.row), set()).add(fate.row.pk)
    seen = {(label, pk) for label, ids in wanted.items() for pk in reach[label].filter(pk__among=ids).values_list("pk", flat=True)}
    shown = [fate for fate in named if fate.row is not None and (audit.label(fate.row), fate.row.pk) in seen]
    return [StayingRow(str(fate.row), page_of(fate.row), why(fate.stays, fate.used_by)) for fate in shown[:SHOWN]]


def in_reach(user: User) -> list[Any]:
    """What `user` may see of each kind that is shown by name."""
    companies = Company.objects.visible_to(user)
    return [
        companies,
        Vehicle.objects.visible_to(user),
        Person.objects.visible_to(user),
        ServiceVisit.objects.filter(company__in=companies),
    ]


def page_of(row: object) -> str:
    """The address of its page; a visit is shown with its vehicle."""
    if isinstance(row, ServiceVisit):
        return reverse("accounts:vehicle", args=[row.vehicle_id])
    pages: dict[type, str] = {Company: "accounts:company", Vehicle: "accounts:vehicle", Person: "contacts:person"}
    return reverse(pages[type(row)], args=[row.pk])  # type: ignore[attr-defined]  # one of the three

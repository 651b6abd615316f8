"""Columns for the lists of companies and vehicles: coverage, last contact, holder."""

from functools import lru_cache
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from contacts.people.icons import GROUP_ICONS
from contacts.people.models.holders import Holder
from contacts.people.models.person import full_name
from contacts.people.models.roles import GROUPS, Group
from fleetportal.core.templatetags.portal import ago, sign
from fleetportal.core.web.lists import ExtraColumn


def with_coverage(companies: Any) -> Any:
    """Companies with `knows_decision_maker`, `knows_user` and `knows_driver`: whether anybody of the group has a role today."""
    today = timezone.localdate()
    known = {
        f"knows_{group}": Exists(model._default_manager.running(on=today).filter(company=OuterRef("pk"))) for group, model in GROUPS.items()
    }
    return companies.annotate(**known)


def as_kept(companies: Any) -> Any:
    """Companies unchanged: what the column shows is stored with each."""
    return companies


def with_holder(vehicles: Any) -> Any:
    """Vehicles with today's holder in `holder_now`, a list of at most one. 1 query."""
    running = Holder.objects.running(on=timezone.localdate()).select_related("user__person")
    return vehicles.prefetch_related(Prefetch("holders", running, "holder_now"))


def with_holder_today(vehicles: Any) -> Any:
    """Vehicles with the relation `holder_today`, at most one row, for the export."""
    today = timezone.localdate()
    runs = (Q(holders__ends_on=None) | Q(holders__ends_on__gte=today)) & Q(holders__starts_on__lte=today)
    return vehicles.annotate(holder_today=FilteredRelation("holders", condition=runs))


def known_groups(*known: bool) -> str:
    """The groups with a known person, in words."""
    return groups_in_words(known, get_language() or "")


@lru_cache(maxsize=100)  # a sheet repeats the eight combinations many times
def groups_in_words(known: tuple[bool, ...], _language: str) -> str:
    return ", ".join(str(group.label) for group, is_known in zip(Group, known, strict=True) if is_known)


def holder_name(person: int | None, first: str, last: str) -> str:
    """The holder's full name; empty for a vehicle without one."""
    return full_name(first, last) if person else ""


def coverage_cell(company: object) -> SafeString:
    """The groups with a known person: each group's icon, or a dash."""
    return covered(tuple(bool(getattr(company, f"knows_{group.value}")) for group in GROUP_ICONS), get_language() or "")


@lru_cache(maxsize=100)  # a list repeats the eight combinations many times
def covered(known: tuple[bool, ...], _language: str) -> SafeString:
    each = [*zip(GROUP_ICONS.items(), known, strict=True)]
    marks = [sign(icon, "yes") if is_known else sign("minus", "no") for (_group, icon), is_known in each]
    text = ", ".join(str(group.label) for (group, _icon), is_known in each if is_known)
    return format_html('<span class="fp-cover" role="img" aria-label="{}">{}</span>', text or "–", mark_safe("".join(marks)))


def last_contact_cell(company: Any) -> str:
    return ago(company.last_contact_at) if company.last_contact_at else said_dimly(gettext("never"))


def holder_cell(vehicle: Any) -> SafeString:
    if not vehicle.holder_now:
        return said_dimly(gettext("unknown") if vehicle.is_personal else gettext("pool"))
    person = vehicle.holder_now[0].user.person
    return format_html('<a class="fp-plain" href="{}">{}</a>', reverse("contacts:person", args=[person.pk]), person)


def said_dimly(text: str) -> SafeString:
    return format_html('<span class="fp-dim">{}</span>', text)


HOLDER = tuple(f"holder_today__user__person__{name}" for name in ("pk", "first_name", "last_name"))

coverage = ExtraColumn(
    "known", _("Coverage"), coverage_cell, with_coverage,
    reads=tuple(f"knows_{group.value}" for group in Group), value=known_groups, at="contract_end", css="fp-wide",
)  # fmt: skip
last_contact = ExtraColumn(
    "last_contact", _("Last contact"), last_contact_cell, as_kept, reads=("last_contact_at",),
    kind="datetime", css="fp-num fp-wide fp-lwide fp-nowrap", order_by="last_contact_at",
)  # fmt: skip
holder = ExtraColumn(
    "holder", _("Holder"), holder_cell, with_holder,
    reads=HOLDER, value=holder_name, in_sheet=with_holder_today, at="vin", css="fp-wide",
)  # fmt: skip

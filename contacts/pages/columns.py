"""What this app adds to the lists of companies and vehicles: who is known, when we last spoke, who has a vehicle."""

from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from contacts.memory.models.interaction import Interaction
from contacts.people.icons import GROUP_ICONS
from contacts.people.models.holders import Holder
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


def with_last_contact(companies: Any) -> Any:
    """Companies with `last_contact_at`: the newest real contact."""
    newest = Interaction.objects.real().filter(company=OuterRef("pk")).order_by("-happened_at").values("happened_at")[:1]
    return companies.annotate(last_contact_at=Subquery(newest))


def with_holder(vehicles: Any) -> Any:
    """Vehicles with today's holder in `holder_now`, a list of at most one. 1 query."""
    running = Holder.objects.running(on=timezone.localdate()).select_related("user__person")
    return vehicles.prefetch_related(Prefetch("holders", running, "holder_now"))


def known_groups(company: Any) -> str:
    return ", ".join(str(group.label) for group in Group if getattr(company, f"knows_{group.value}"))


def holder_name(vehicle: Any) -> str:
    return str(vehicle.holder_now[0].user.person) if vehicle.holder_now else ""


def coverage_cell(company: Any) -> SafeString:
    """Which groups somebody is known of: each group's icon, or a dash."""
    return covered(tuple(bool(getattr(company, f"knows_{group.value}")) for group in GROUP_ICONS), get_language() or "")


@lru_cache(maxsize=100)  # a list shows each of the eight many times
def covered(known: tuple[bool, ...], _language: str) -> SafeString:
    each = [*zip(GROUP_ICONS.items(), known, strict=True)]
    marks = [sign(icon, "yes") if is_known else sign("minus", "no") for (_group, icon), is_known in each]
    words = ", ".join(str(group.label) for (group, _icon), is_known in each if is_known)
    return format_html('<span class="fp-cover" role="img" aria-label="{}">{}</span>', words or "–", mark_safe("".join(marks)))


def last_contact_cell(company: Any) -> str:
    return ago(company.last_contact_at) if company.last_contact_at else said_dimly(gettext("never"))


def holder_cell(vehicle: Any) -> SafeString:
    if not vehicle.holder_now:
        return said_dimly(gettext("unknown") if vehicle.is_personal else gettext("pool"))
    person = vehicle.holder_now[0].user.person
    return format_html('<a class="fp-plain" href="{}">{}</a>', reverse("contacts:person", args=[person.pk]), person)


def said_dimly(words: str) -> SafeString:
    return format_html('<span class="fp-dim">{}</span>', words)


coverage = ExtraColumn("known", _("Coverage"), coverage_cell, with_coverage, known_groups, at="contract_end", css="fp-wide")
last_contact = ExtraColumn(
    "last_contact", _("Last contact"), last_contact_cell, with_last_contact, lambda company: company.last_contact_at,
    kind="datetime", css="fp-num fp-wide fp-lwide fp-nowrap", order_by="last_contact_at",
)  # fmt: skip
holder = ExtraColumn("holder", _("Holder"), holder_cell, with_holder, holder_name, at="vin", css="fp-wide")

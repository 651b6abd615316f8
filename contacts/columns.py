"""What this app adds to the lists of companies and vehicles: who is known, when we last spoke, who has a vehicle."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import GROUPS, Group, Holder, Interaction
from fleetportal.core.lists import ExtraColumn


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


coverage = ExtraColumn("known", _("Known"), "contacts/_coverage.html", with_coverage, known_groups, at="contract_end", css="fp-wide")
last_contact = ExtraColumn(
    "last_contact", _("Last contact"), "contacts/_last_contact.html", with_last_contact, lambda company: company.last_contact_at,
    kind="datetime", css="fp-num fp-wide fp-lwide fp-nowrap", order_by="last_contact_at",
)  # fmt: skip
holder = ExtraColumn("holder", _("Holder"), "contacts/_holder.html", with_holder, holder_name, at="vin", css="fp-wide")

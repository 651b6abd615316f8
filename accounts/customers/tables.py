"""The columns of companies and vehicles."""

from collections.abc import Iterable

import django_tables2
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import CompanyQuerySet, Phase, Tier, rank
from accounts.customers.models.vehicle import Use
from accounts.customers.rows import by_first_end
from fleetportal.core.web.lists import TableColumn, label_of


def ranked(rows: QuerySet[Model], field: str, values: Iterable[str], is_descending: bool) -> tuple[QuerySet[Model], bool]:
    order = rank(field, values)
    return rows.order_by(order.desc() if is_descending else order.asc(), "name_folded"), True


RESPONSIBLE = tuple(f"responsible_today__user__{name}" for name in ("first_name", "last_name", "username"))


def full_name(first: str | None, last: str | None, username: str | None) -> str:
    """The name of a user, like `str(user)`; empty for none."""
    return f"{first or ''} {last or ''}".strip() or username or ""


def title_of(make: str, model: str) -> str:
    return f"{make} {model}".strip()


class CompanyTable(django_tables2.Table):
    name = TableColumn(_("Company"), orderable=True, order_by="name_folded", reads=("name",))
    tier = TableColumn(_("Tier"), orderable=True, css="fp-wide", reads=("tier",), value=label_of(Tier))
    phase = TableColumn(_("Phase"), orderable=True, css="fp-wide", reads=("phase",), value=label_of(Phase))
    city = TableColumn(_("City"), orderable=True, css="fp-wide fp-xwide", reads=("city",))
    centre = TableColumn(_("Centre"), css="fp-wide fp-xwide", reads=("centre__name",))
    responsible = TableColumn(_("Looked after by"), css="fp-wide fp-lwide", reads=RESPONSIBLE, value=full_name)
    fleet = TableColumn(_("Vehicles"), orderable=True, order_by="fleet_size", reads=("fleet_size",), kind="int", css="fp-num fp-wide")
    contract_end = TableColumn(
        _("Contract end"), orderable=True, order_by="contract_ends_on", reads=("contract_ends_on",), kind="date", css="fp-num"
    )

    class Meta:
        order_by = "name"

    def order_tier(self, rows: QuerySet[Model], is_descending: bool) -> tuple[QuerySet[Model], bool]:
        return ranked(rows, "tier", Tier.values, is_descending)

    def order_phase(self, rows: QuerySet[Model], is_descending: bool) -> tuple[QuerySet[Model], bool]:
        return ranked(rows, "phase", Phase.values, is_descending)

    def order_contract_end(self, rows: CompanyQuerySet, is_descending: bool) -> tuple[CompanyQuerySet, bool]:
        return by_first_end(rows, is_descending=is_descending), True


class VehicleTable(django_tables2.Table):
    plate = TableColumn(_("Plate"), orderable=True, order_by="plate_folded", reads=("plate",))
    model = TableColumn(_("Model"), orderable=True, order_by=("make", "model"), css="fp-wide", reads=("make", "model"), value=title_of)
    use = TableColumn(_("Kind"), orderable=True, css="fp-wide", reads=("use",), value=label_of(Use))
    company = TableColumn(_("Company"), orderable=True, order_by="company__name_folded", css="fp-wide", reads=("company__name",))
    vin = TableColumn(_("VIN"), css="fp-wide fp-xwide", reads=("vin",))
    delivered = TableColumn(
        _("Delivery"), orderable=True, order_by="delivered_on", reads=("delivered_on",), kind="date", css="fp-num fp-wide"
    )
    contract_end = TableColumn(
        _("Contract end"), orderable=True, order_by="contract_ends_on", reads=("contract_ends_on",), kind="date", css="fp-num"
    )
    mileage = TableColumn(_("Mileage in km"), reads=("mileage_km",), kind="int", css="fp-num fp-wide fp-xwide")

    class Meta:
        order_by = "plate"

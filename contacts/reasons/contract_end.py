from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.customers.models.vehicle import ORDER_LEAD_MONTHS, order_by
from accounts.models import Contract, Vehicle
from contacts.people.models.roles import Group, Responsibility
from contacts.reasons.rule import FoundReason, Rule, Words
from fleetportal.core import days
from fleetportal.core.words import number, opening

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

LOOKS_AHEAD_MONTHS = 9
NAMED = 3  # plates named on the card


class ContractEnd(Rule):
    """Contracts of a company that end in the same month, soon enough to order the next vehicles now."""

    name, icon, doing, value = "contract_end", "phone", gettext_lazy("Call"), 18
    title = gettext_lazy("Order the next vehicle")
    about = gettext_lazy(
        "Contracts end within nine months. The card is due on the last day on which the next vehicle can be ordered: contract end, less "
        "the time for delivery and decision."
    )
    numbers = (ORDER_LEAD_MONTHS,)
    called = gettext_lazy("a contract ends")
    asks, topic = Group.DECISION_MAKER, Responsibility.ORDERS
    rest = relativedelta(weeks=4)

    @property
    def absent(self) -> str:
        return _("No contract ends within the next %(months)s months.") % {"months": number(LOOKS_AHEAD_MONTHS)}

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        ending = Vehicle.objects.active().filter(
            contract_ends_on__gte=on, contract_ends_on__lte=on + relativedelta(months=LOOKS_AHEAD_MONTHS)
        )
        ending = ending.filter(company__in=companies.active().values("pk")).order_by("contract_ends_on", "pk")
        months: defaultdict[tuple[int, str], list[tuple[Any, str, str]]] = defaultdict(list)
        for company, ends_on, contract, plate in ending.values_list("company", "contract_ends_on", "contract", "plate"):
            months[company, f"{ends_on:%Y-%m}"].append((ends_on, contract, plate))
        for (company, month), contracts in months.items():
            yield self._found(company, month, contracts, on)

    def _found(self, company: int, month: str, contracts: list[tuple[date, str, str]], on: date) -> FoundReason:
        first = contracts[0][0]
        order_on = order_by(first, today=on)
        in_time = order_on >= on
        kinds = {contract for _ends_on, contract, _plate in contracts}
        facts = {
            "count": len(contracts),
            "kind": kinds.pop() if len(kinds) == 1 else "",
            "first_on": first.isoformat(),
            "order_by": order_on.isoformat() if in_time else None,
            "plates": [plate for _ends_on, _contract, plate in contracts[:NAMED] if plate],
        }
        return FoundReason(company, occasion=month, group=Group.DECISION_MAKER, due_on=order_on if in_time else first, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        first, order_on = date.fromisoformat(facts["first_on"]), facts["order_by"]
        values = {"how_many": opening(facts["count"]), "month": days.month(first), "day": days.day_and_month(first)}
        plates = _plates(facts)
        if order_on:
            day = days.day_and_month(date.fromisoformat(order_on))
            todo = _("To meet this date, the next vehicle must be ordered by %(day)s.") % {"day": day}
        else:
            todo = _("It’s too late for a new car to arrive in time: agree on an interim solution.")
        ends = _ends_of(facts["kind"], facts["count"]) if plates else _ends(facts["kind"], facts["count"])
        return f"{ends % {**values, 'plates': plates}} {todo}"

    def details(self, facts: Mapping[str, Any]) -> Iterator[tuple[Words, str]]:
        if facts["plates"]:
            yield gettext_lazy("Vehicles"), _plates(facts)


def _plates(facts: Mapping[str, Any]) -> str:
    """The first plates, and how many more vehicles there are; "" where none is known."""
    plates, more = ", ".join(facts["plates"]), facts["count"] - len(facts["plates"])
    return f"{plates} + {more}" if plates and more else plates


def _ends_of(kind: str, count: int) -> str:
    """The same as `_ends` with the plates, which tell one card from the next."""
    if kind == Contract.LEASE:
        return ngettext("The lease of %(plates)s ends on %(day)s.", "%(how_many)s leases end in %(month)s: %(plates)s.", count)
    if kind == Contract.RENTAL:
        return ngettext("The rental of %(plates)s ends on %(day)s.", "%(how_many)s rentals end in %(month)s: %(plates)s.", count)
    return ngettext("The contract of %(plates)s ends on %(day)s.", "%(how_many)s contracts end in %(month)s: %(plates)s.", count)


def _ends(kind: str, count: int) -> str:
    if kind == Contract.LEASE:
        return ngettext("A lease ends on %(day)s.", "%(how_many)s leases end in %(month)s.", count)
    if kind == Contract.RENTAL:
        return ngettext("A rental ends on %(day)s.", "%(how_many)s rentals end in %(month)s.", count)
    return ngettext("A contract ends on %(day)s.", "%(how_many)s contracts end in %(month)s.", count)

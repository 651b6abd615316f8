from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Use, Vehicle
from contacts.people.models.roles import GROUPS, Group
from contacts.reasons.rule import FoundReason, Rule
from fleetportal.core import days
from fleetportal.core.words import opening

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

# The groups that a company needs: by the use of its vehicles; decision-makers for any vehicle.
FOR = {Group.DECISION_MAKER: tuple(Use), Group.USER: (Use.PERSONAL,), Group.DRIVER: (Use.FUNCTIONAL,)}

Fleet = tuple[int, date | None, str]  # vehicles of one use: how many, the next delivery, a plate


class Coverage(Rule):
    """No person of a target group is known, although the company has vehicles for it: an empty chair."""

    name, icon, doing, value = "coverage", "armchair", gettext_lazy("Ask"), 14
    title = gettext_lazy("Coverage gap")
    about = gettext_lazy(
        "The company has vehicles for a target group of which we know nobody: decision-makers for any vehicle, users for personal ones, "
        "drivers for functional ones."
    )
    called = gettext_lazy("nobody is known")
    absent = gettext_lazy("We know at least one person in every group that the company has vehicles for.")
    rest = relativedelta(months=2)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        active = companies.active().values("pk")
        fleets: defaultdict[int, dict[str, Fleet]] = defaultdict(dict)
        coming = Min("delivered_on", filter=Q(delivered_on__gt=on))
        rows = (
            Vehicle.objects.active()
            .filter(company__in=active)
            .order_by()
            .values("company", "use")
            .annotate(count=Count("pk"), next_on=coming, first_plate=Min("plate", filter=~Q(plate="")))
        )
        for company, use, count, next_on, plate in rows.values_list("company", "use", "count", "next_on", "first_plate"):
            fleets[company][use] = (count, next_on, plate or "")
        for group, model in GROUPS.items():
            known = set(model._default_manager.running(on=on).filter(company__in=active).values_list("company", flat=True))
            for company, fleet in fleets.items():
                theirs = [fleet[use] for use in FOR[Group(group)] if use in fleet]
                if theirs and company not in known:
                    yield self._found(company, group, theirs)

    def _found(self, company: int, group: str, fleet: list[Fleet]) -> FoundReason:
        next_on = min((day for _count, day, _plate in fleet if day), default=None)
        count = sum(count for count, _day, _plate in fleet)
        plate = min((plate for _count, _day, plate in fleet if plate), default="")
        facts = {"group": str(group), "count": count, "next_on": next_on.isoformat() if next_on else None, "plate": plate}
        return FoundReason(company, occasion=str(group), group=group, due_on=next_on, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"how_many": opening(facts["count"])}
        said = _empty_chair(facts["group"], facts["count"]) % values
        if facts.get("plate"):
            which = ngettext("It is %(plate)s.", "%(plate)s is one of them.", facts["count"]) % {"plate": facts["plate"]}
            said = f"{said} {which}"
        if not facts["next_on"]:
            return said
        day = days.day_and_month(date.fromisoformat(facts["next_on"]))
        chance = _("The next vehicle will be handed over on %(day)s; ask then.") % {"day": day}
        return f"{said} {chance}"


def _empty_chair(group: str, count: int) -> str:
    if group == Group.USER:
        return ngettext("One personal vehicle has no known user.", "%(how_many)s personal vehicles have no known user.", count)
    if group == Group.DRIVER:
        return ngettext("One functional vehicle has no known driver.", "%(how_many)s functional vehicles have no known driver.", count)
    return ngettext("One vehicle has no known decision-maker.", "%(how_many)s vehicles have no known decision-maker.", count)

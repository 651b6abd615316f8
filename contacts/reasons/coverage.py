from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Use
from contacts.models.roles import GROUPS, Group
from contacts.models.rule import Found, Rule
from fleetportal.core.words import opening

if TYPE_CHECKING:
    from accounts.models.company import CompanyQuerySet

# A company needs somebody of a group as soon as it has vehicles of that use; somebody who decides it needs for any.
VEHICLES = {
    Group.DECISION_MAKER: Q(),
    Group.USER: Q(vehicles__use=Use.PERSONAL),
    Group.DRIVER: Q(vehicles__use=Use.FUNCTIONAL),
}


class Coverage(Rule):
    """Nobody is known of a target group, though the company has vehicles for it: the empty chair."""

    name, icon, doing, value = "coverage", "armchair", gettext_lazy("Ask"), 14
    absent = gettext_lazy("Somebody is known of each group for which the company has vehicles.")
    rest = relativedelta(months=2)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[Found]:
        for group, model in GROUPS.items():
            known = model._default_manager.running(on=on).filter(company=OuterRef("pk"))
            chairs = companies.active().filter(~Exists(known))
            theirs = Q(vehicles__given_back_on=None, vehicles__pk__isnull=False) & VEHICLES[Group(group)]
            coming = theirs & Q(vehicles__delivered_on__gt=on)
            chairs = chairs.annotate(fleet=Count("vehicles", filter=theirs), next_on=Min("vehicles__delivered_on", filter=coming))
            for company, fleet, next_on in chairs.filter(fleet__gt=0).order_by().values_list("pk", "fleet", "next_on"):
                facts = {"group": str(group), "count": fleet, "next_on": next_on.isoformat() if next_on else None}
                yield Found(company, occasion=str(group), group=group, due_on=next_on, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = {"how_many": opening(facts["count"])}
        said = _empty_chair(facts["group"], facts["count"]) % words
        if not facts["next_on"]:
            return said
        day = formats.date_format(date.fromisoformat(facts["next_on"]), "j F")
        return f"{said} {_('The next vehicle is handed over on %(day)s: ask then.') % {'day': day}}"


def _empty_chair(group: str, count: int) -> str:
    if group == Group.USER:
        return ngettext("A personal car and no user known.", "%(how_many)s personal cars and no user known.", count)
    if group == Group.DRIVER:
        return ngettext("A functional vehicle and no driver known.", "%(how_many)s functional vehicles and no driver known.", count)
    return ngettext("A vehicle, and nobody known who decides.", "%(how_many)s vehicles, and nobody known who decides.", count)

"""Reasons that follow a delivery, a visit to the workshop or a new face: thanks, a question, a welcome."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Contract, ServiceVisit, Vehicle
from accounts.staff.models.centre import day_in
from accounts.staff.models.policy import Unit, declare
from contacts.memory.models.interaction import Interaction
from contacts.people.models.roles import GROUPS, Group, Responsibility
from contacts.reasons.rule import FoundReason, Rule
from fleetportal.core import days
from fleetportal.core.words import opening

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

REASONS = gettext_lazy("Reasons")
declared = partial(declare, unit=Unit.DAYS, lowest=1, highest=365, subject=REASONS)
VISIT_DAYS = declared(
    "reason_visit_days",
    default=2,
    name=gettext_lazy("After a service visit"),
    about=gettext_lazy("So many days after a visit to the workshop we ask whether everything was fine."),
    weight=92,
)
THANKS_DAYS = declared(
    "reason_thanks_days",
    default=14,
    name=gettext_lazy("Thanks after a purchase"),
    about=gettext_lazy("For this number of days after a delivery it is time to say thank you."),
    weight=93,
)
NEW_ROLE_DAYS = declared(
    "reason_new_role_days",
    default=30,
    name=gettext_lazy("New user or driver"),
    about=gettext_lazy("Somebody counts as new for this number of days."),
    weight=95,
)
PURCHASE_MONTHS = declare(
    "reason_purchase_months",
    default=36,
    unit=Unit.MONTHS,
    lowest=6,
    highest=120,
    subject=REASONS,
    name=gettext_lazy("Years after a purchase"),
    about=gettext_lazy("So long after the delivery of a vehicle that was bought we speak about its successor and its warranty."),
    weight=94,
)
ASKED_DAYS = 14  # after VISIT_DAYS: later the question would come too late
SPOKEN_OF = relativedelta(months=2)  # so long we speak about a purchase of PURCHASE_MONTHS ago


class AfterVisit(Rule):
    """A vehicle was in the workshop a few days ago, and nobody has spoken with the company since."""

    name, icon, doing, value = "after_visit", "phone", gettext_lazy("Ask"), 12
    title = gettext_lazy("After a service visit")
    about = gettext_lazy("A vehicle was in the workshop in the last two weeks, and there was no real contact since; once a month at most.")
    numbers = (VISIT_DAYS,)
    called = gettext_lazy("a service visit")
    absent = gettext_lazy("No vehicle was in the workshop in the last days, or we have spoken since.")
    asks, topic = Group.DECISION_MAKER, Responsibility.SERVICE

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        last = on - timedelta(days=VISIT_DAYS.on(on))
        first = last - timedelta(days=ASKED_DAYS)
        visits = ServiceVisit.objects.filter(company__in=companies.active().values("pk"), visited_on__gte=first, visited_on__lte=last)
        columns = ("company_id", "visited_on", "vehicle__plate", "company__last_contact_at", "company__centre__time_zone")
        newest: dict[int, tuple[date, str]] = {}
        for company, visited_on, plate, spoke_at, zone in visits.order_by("visited_on", "pk").values_list(*columns):
            newest[company] = (visited_on, plate or "")
            if spoke_at and day_in(zone, spoke_at) >= visited_on:
                newest.pop(company)
        for company, (visited_on, plate) in newest.items():
            facts = {"visited_on": visited_on.isoformat(), "plate": plate}
            yield FoundReason(company, f"{visited_on:%Y-%m}", Group.DECISION_MAKER, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"plate": facts["plate"], "day": days.day_and_month(date.fromisoformat(facts["visited_on"]))}
        if facts["plate"]:
            return _("%(plate)s was in the workshop on %(day)s. Ask whether everything was fine.") % values
        return _("A vehicle was in the workshop on %(day)s. Ask whether everything was fine.") % values


class Deliveries(Rule):
    """Vehicles delivered to a company in one month: what both rules about purchases find."""

    asks, topic = Group.DECISION_MAKER, Responsibility.ORDERS

    def found(self, vehicles: Any, companies: "CompanyQuerySet") -> Iterable[FoundReason]:
        """A reason for each company and month of delivery. 1 query."""
        months: defaultdict[tuple[int, str], list[tuple[date, str]]] = defaultdict(list)
        rows = vehicles.filter(company__in=companies.active().values("pk")).order_by("delivered_on", "pk")
        columns = ("company_id", "delivered_on", "plate", "company__last_contact_at", "company__centre__time_zone")
        for company, delivered_on, plate, spoke_at, zone in rows.values_list(*columns):
            if self.is_open(delivered_on, day_in(zone, spoke_at) if spoke_at else None):
                months[company, f"{delivered_on:%Y-%m}"].append((delivered_on, plate))
        for (company, month), delivered in months.items():
            facts = {"count": len(delivered), "on": delivered[0][0].isoformat(), "plate": delivered[0][1]}
            yield FoundReason(company, month, Group.DECISION_MAKER, facts=facts)

    def is_open(self, delivered_on: date, spoke_on: date | None) -> bool:
        return True


class ThanksForPurchase(Deliveries):
    """A vehicle was delivered a short while ago, and nobody has thanked the company yet."""

    name, icon, doing, value = "thanks", "phone", gettext_lazy("Thank"), 14
    title = gettext_lazy("Thanks after a purchase")
    about = gettext_lazy("Vehicles were delivered in the last days, and there was no real contact since.")
    numbers = (THANKS_DAYS,)
    called = gettext_lazy("thanks for a purchase")
    absent = gettext_lazy("Nothing was delivered in the last days, or we have spoken since.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        first = on - timedelta(days=THANKS_DAYS.on(on))
        return self.found(Vehicle.objects.active().delivered_between(first, on - timedelta(days=1)), companies)

    def is_open(self, delivered_on: date, spoke_on: date | None) -> bool:
        return spoke_on is None or spoke_on <= delivered_on

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"plate": facts["plate"], "how_many": opening(facts["count"]), "day": days.day_and_month(date.fromisoformat(facts["on"]))}
        if facts["count"] == 1 and facts["plate"]:
            return _("%(plate)s was delivered on %(day)s. Say thank you, and ask how it drives.") % values
        said = ngettext("A vehicle was delivered on %(day)s.", "%(how_many)s vehicles were delivered from %(day)s on.", facts["count"])
        thanks = _("Say thank you.")
        return f"{said % values} {thanks}"


class YearsAfterPurchase(Deliveries):
    """A vehicle was bought three years ago: part exchange, a new model, an extended warranty."""

    name, icon, doing, value = "after_purchase", "phone", gettext_lazy("Call"), 12
    title = gettext_lazy("Years after a purchase")
    about = gettext_lazy("Vehicles were bought three years ago, or as long ago as set: part exchange, the new model, a longer warranty.")
    numbers = (PURCHASE_MONTHS,)
    called = gettext_lazy("years after a purchase")
    absent = gettext_lazy("No vehicle was bought so long ago that its successor is due.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        last = on - relativedelta(months=PURCHASE_MONTHS.on(on))
        bought = Vehicle.objects.active().filter(contract=Contract.PURCHASE)
        return self.found(bought.delivered_between(last - SPOKEN_OF, last), companies)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"plate": facts["plate"], "how_many": opening(facts["count"]), "day": days.long(date.fromisoformat(facts["on"]))}
        if facts["count"] == 1 and facts["plate"]:
            said = _("%(plate)s was bought on %(day)s.") % values
        else:
            said = (
                ngettext("A vehicle was bought on %(day)s.", "%(how_many)s vehicles were bought from %(day)s on.", facts["count"]) % values
            )
        talk = _("Speak about its successor, part exchange or a longer warranty.")
        return f"{said} {talk}"


class NewRole(Rule):
    """Somebody has become a user or driver, and nobody has spoken with them yet."""

    name, icon, doing, value = "new_role", "phone", gettext_lazy("Welcome"), 10
    title = gettext_lazy("New user or driver")
    about = gettext_lazy("Somebody became a user or driver in the last days, and there was no real contact with them since.")
    numbers = (NEW_ROLE_DAYS,)
    called = gettext_lazy("somebody new")
    absent = gettext_lazy("Nobody became a user or driver in the last days, or we have spoken with them.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        first = on - timedelta(days=NEW_ROLE_DAYS.on(on))
        spoke = Interaction.objects.real().filter(person=OuterRef("person"), happened_at__date__gte=OuterRef("starts_on"))
        for group in (Group.USER, Group.DRIVER):
            roles = GROUPS[group]._default_manager.running(on=on).filter(starts_on__gte=first, company__in=companies.active().values("pk"))
            for company, person, starts_on in roles.filter(~Exists(spoke)).values_list("company_id", "person_id", "starts_on"):
                facts = {"group": str(group), "on": starts_on.isoformat()}
                yield FoundReason(company, f"{group}:{starts_on.isoformat()}", group, facts=facts, person=person)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {"day": days.day_and_month(date.fromisoformat(facts["on"]))}
        if facts["group"] == Group.DRIVER:
            return _("They have been driving since %(day)s. Introduce yourself when they collect a vehicle.") % values
        return _("They have had a car since %(day)s, and nobody has spoken with them yet.") % values

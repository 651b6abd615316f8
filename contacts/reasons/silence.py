from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Case, DateTimeField, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Company, Tier
from accounts.staff.models.centre import CentreQuerySet, day_in
from accounts.staff.models.policy import Number, Unit, declare
from contacts.memory.models.interaction import Interaction
from contacts.people.models.roles import GROUPS, DecisionMaker, Group
from contacts.reasons.rule import FoundReason, Rule
from fleetportal.core import days
from fleetportal.core.words import number

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

# A share of the decision-makers' cadence, for people directly responsible for the fleet.
FLEET_SHARE = declare(
    "cadence_fleet_share",
    default=50,
    unit=Unit.PERCENT,
    lowest=10,
    highest=100,
    subject=gettext_lazy("Cadence"),
    name=gettext_lazy("Fleet managers, share of a decision-maker’s cadence"),
    about=gettext_lazy("Someone directly responsible for the fleet should hear from us again after this share of the time."),
    weight=35,
)

# Months after which somebody of a group should hear from us again, by the company's tier ("": none yet).
# Drivers are met when they collect a vehicle; they are not called because time has passed.
DEFAULTS: dict[Group, dict[str, int]] = {
    Group.DECISION_MAKER: {Tier.DIAMOND: 1, Tier.PLATINUM: 2, Tier.GOLD: 3, Tier.SILVER: 6, Tier.BRONZE: 12, "": 6},
    Group.USER: {Tier.DIAMOND: 12, Tier.PLATINUM: 12, Tier.GOLD: 12, Tier.SILVER: 12, Tier.BRONZE: 12, "": 12},
}


def cadence(group: Group, tier: str, default: int, weight: int) -> Number:
    return declare(
        f"cadence_{group}_{tier or 'none'}",
        default=default,
        unit=Unit.MONTHS,
        lowest=1,
        highest=60,
        subject=gettext_lazy("Cadence"),
        name=format_lazy("{group}, {tier}", group=group.label, tier=Tier(tier).label if tier else gettext_lazy("no tier yet")),
        about=gettext_lazy("If there has been no real contact for this long, someone in this group should hear from us again."),
        weight=weight,
    )


CADENCE: dict[Group, dict[str, Number]] = {
    group: {tier: cadence(group, tier, default, weight=20 + 10 * at) for tier, default in tiers.items()}
    for at, (group, tiers) in enumerate(DEFAULTS.items())
}


@dataclass(frozen=True)
class Interval:
    """The longest time without contact: whole months, or whole weeks where a share of them is less than a month."""

    months: int
    weeks: int = 0

    @classmethod
    def share(cls, months: int, percent: int) -> "Interval":
        """That share of `months`, rounded down to whole weeks."""
        whole, rest = divmod(months * percent, 100)
        return cls(0, max(1, months * percent * 52 // 1200)) if rest else cls(whole)

    def since(self, day: date) -> date:
        """The last day of the interval after a contact on `day`."""
        return day + relativedelta(months=self.months, weeks=self.weeks)

    def before(self, day: date) -> date:
        return day - relativedelta(months=self.months, weeks=self.weeks)


def intervals(group: Group, *, on: date) -> dict[tuple[str, bool], Interval]:
    """The interval on that day for each tier, and for people with and without direct responsibility for the fleet."""
    found = {}
    for tier, cadence_number in CADENCE[group].items():
        months = cadence_number.on(on)
        found[tier, False] = Interval(months)
        found[tier, True] = Interval.share(months, FLEET_SHARE.on(on)) if group == Group.DECISION_MAKER else Interval(months)
    return found


def count_silent(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of silent people by a cadence on that day. Costs 3 queries over the companies of its tier at these centres."""
    tier = next(tier for tiers in CADENCE.values() for tier, its_number in tiers.items() if its_number == number)
    return sum(1 for _found in Silence().find(Company.objects.filter(tier=tier, centre__in=at), on=on))


def count_silent_fleet_managers(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of silent people with direct responsibility for a fleet on that day. Costs 3 queries over all companies at these
    centres."""
    return sum(1 for found in Silence().find(Company.objects.filter(centre__in=at), on=on) if found.facts["fleet"])


class Silence(Rule):
    """A person has not heard from us for longer than tier and group allow. Any real contact restarts the interval."""

    name, icon, doing, value = "silence", "phone", gettext_lazy("Call"), 16
    title = gettext_lazy("Cadence")
    about = gettext_lazy(
        "A decision-maker or user has had no real contact for longer than their group and the company’s tier allow. A conversation, a "
        "visit or an answer restarts the time."
    )
    numbers = (*CADENCE[Group.DECISION_MAKER].values(), *CADENCE[Group.USER].values(), FLEET_SHARE)
    called = gettext_lazy("a long silence")
    absent = gettext_lazy("Everyone has been contacted as often as they should be.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        named: set[tuple[int, int]] = set()  # a person who decides and drives is contacted as the decision-maker
        for group in CADENCE:
            every = intervals(group, on=on)
            for company, tier, is_fleet, person, last, newest, entered, zone in self._unheard(companies, group, every, on=on):
                since = day_in(zone, last or entered)
                if every[tier, is_fleet].since(since) <= on and (company, person) not in named:
                    named.add((company, person))
                    facts = {"group": str(group), "tier": tier, "fleet": is_fleet, "spoken": last is not None, "since": since.isoformat()}
                    facts |= {"silent": months_between(since, on), "silent_days": (on - since).days}
                    facts |= {"months": every[tier, is_fleet].months, "weeks": every[tier, is_fleet].weeks}
                    if newest and (last is None or newest > last):  # a letter, an answer, an attempt: not a word spoken
                        facts["written"] = True
                    yield FoundReason(company, occasion=since.isoformat(), group=group, person=person, facts=facts)

    def _unheard(
        self, companies: "CompanyQuerySet", group: Group, every: Mapping[tuple[str, bool], Interval], *, on: date
    ) -> Iterable[tuple[Any, ...]]:
        """Roles without a real contact for about their cadence, with the last one and the newest of any kind; the caller checks the
        exact day."""
        fleet = Q(kind=DecisionMaker.Kind.FLEET_MANAGER) if group == Group.DECISION_MAKER else Q(pk__in=())
        about = {key: midnight(interval.before(on) + timedelta(days=4)) for key, interval in every.items()}
        bounds = [When(fleet if is_fleet else ~fleet, company__tier=tier, then=Value(about[tier, is_fleet])) for tier, is_fleet in about]
        bound = Case(*bounds, output_field=DateTimeField())
        real = Interaction.objects.real().filter(person=OuterRef("person"))
        last = Subquery(real.order_by("-happened_at").values("happened_at")[:1])
        newest = Subquery(Interaction.objects.filter(person=OuterRef("person")).order_by("-happened_at").values("happened_at")[:1])
        roles = GROUPS[group]._default_manager.running(on=on).filter(company__in=companies.active().values("pk"))
        roles = roles.annotate(bound=bound, is_fleet=Case(When(fleet, then=Value(True)), default=Value(False)))
        roles = roles.filter(~Exists(real.filter(happened_at__gte=OuterRef("bound")))).annotate(last=last, newest=newest)
        return list(
            roles.values_list(
                "company_id", "company__tier", "is_fleet", "person_id", "last", "newest", "person__entered_at", "company__centre__time_zone"
            )
        )

    def sentence(self, facts: Mapping[str, object]) -> str:
        said = _unspoken(facts) if facts.get("written") else _silence(facts)
        return " ".join(filter(None, [said, _since(facts), _cadence(facts)]))


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def months_between(first: date, last: date) -> int:
    """The number of whole months from `first` to `last`; a month after 31 January is 28 or 29 February."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (last.day < min(first.day, monthrange(last.year, last.month)[1]))


def _unspoken(facts: Mapping[str, Any]) -> str:
    """The silence of somebody to whom we wrote, or who answered: the timeline below the sentence shows it."""
    months, years, weeks = facts["silent"], facts["silent"] // 12, facts.get("silent_days", 0) // 7
    if not facts["spoken"]:
        return _("We have written, but nobody has ever spoken to this person.")
    if years >= 2:
        said = _("Nobody has spoken to this person for %(years)s years.")
    elif months:
        said = ngettext("Nobody has spoken to this person for a month.", "Nobody has spoken to this person for %(months)s months.", months)
    else:
        said = ngettext("Nobody has spoken to this person for a week.", "Nobody has spoken to this person for %(weeks)s weeks.", weeks)
    return said % {"months": number(months), "weeks": number(weeks), "years": number(years)}


def _silence(facts: Mapping[str, Any]) -> str:
    months, years, weeks = facts["silent"], facts["silent"] // 12, facts.get("silent_days", 0) // 7
    if years >= 2:
        said = (
            _("We haven’t been in touch for %(years)s years.")
            if facts["spoken"]
            else _("We have known this person for %(years)s years but never contacted them.")
        )
    elif not months:
        said = (
            ngettext("We haven’t been in touch for a week.", "We haven’t been in touch for %(weeks)s weeks.", weeks)
            if facts["spoken"]
            else ngettext(
                "We have known this person for a week but never contacted them.",
                "We have known this person for %(weeks)s weeks but never contacted them.",
                weeks,
            )
        )
    elif facts["spoken"]:
        said = ngettext("We haven’t been in touch for a month.", "We haven’t been in touch for %(months)s months.", months)
    else:
        said = ngettext(
            "We have known this person for a month but never contacted them.",
            "We have known this person for %(months)s months but never contacted them.",
            months,
        )
    return said % {"months": number(months), "weeks": number(weeks), "years": number(years)}


def _since(facts: Mapping[str, Any]) -> str:
    """The day itself, which tells one card from the next; "" on a reason found before the day was kept."""
    if not facts.get("since"):
        return ""
    day = days.long(date.fromisoformat(facts["since"]))
    if not facts["spoken"]:
        return _("They have been in our records since %(day)s.") % {"day": day}
    return _("The last time was on %(day)s.") % {"day": day}


def _cadence(facts: Mapping[str, Any]) -> str:
    group, tier, months, weeks = facts["group"], facts["tier"], facts["months"], facts.get("weeks", 0)
    values = {"tier": str(Tier(tier).label) if tier else "", "months": number(months), "weeks": number(weeks)}
    if group == Group.USER:
        who = _("A %(tier)s user") if tier else _("A user")
    elif facts.get("fleet"):
        who = _("A %(tier)s fleet manager") if tier else _("A fleet manager")
    else:
        who = _("A %(tier)s decision-maker") if tier else _("A decision-maker")
    if weeks:
        often = ngettext("should hear from us every week.", "should hear from us every %(weeks)s weeks.", weeks)
    else:
        often = ngettext("should hear from us every month.", "should hear from us every %(months)s months.", months)
    return f"{who % values} {often % values}"

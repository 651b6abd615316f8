"""Birthdays, and the holidays of the customer's country."""

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from holidays import country_holidays

from accounts.models import Tier
from accounts.staff.models.policy import Unit, declare
from contacts.people.models.roles import GROUPS, Group
from contacts.reasons.rule import FoundReason, Rule, Words
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

GREET_DAYS = declare(
    "reason_greet_days",
    default=7,
    unit=Unit.DAYS,
    lowest=0,
    highest=30,
    subject=gettext_lazy("Reasons"),
    name=gettext_lazy("Birthdays and holidays"),
    about=gettext_lazy("This number of days ahead a birthday or holiday is a reason to think of somebody."),
    weight=96,
)
BELATED_DAYS = 2
OLDEST = 110  # years
ENGLISH = "en_US"  # spoken by every country of the package
NO_HOLIDAY = "Day off"  # how it names a bridging day in English


def birthday_in(born_on: date, year: int) -> date:
    """The birthday in that year; of somebody born on 29 February the 28th in other years."""
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def births(day: date) -> Iterator[date]:
    """The dates of birth of everybody whose birthday is on that day."""
    for year in range(day.year - OLDEST, day.year + 1):
        if (day.month, day.day) != (2, 29) or isleap(year):
            yield day.replace(year=year)
        if (day.month, day.day) == (2, 28) and isleap(year) and not isleap(day.year):
            yield date(year, 2, 29)


class Birthday(Rule):
    """Somebody has their birthday in the next days. Whoever serves a company sees its birth dates (`see_private`), and nobody else."""

    name, icon, doing, value, is_private = "birthday", "cake", gettext_lazy("Congratulate"), 6, True
    title = gettext_lazy("Birthday")
    about = gettext_lazy("Somebody has their birthday in the next days, or had it two days ago at most. The year of birth is not shown.")
    numbers = (GREET_DAYS,)
    called = gettext_lazy("a birthday")
    absent = gettext_lazy("Nobody whose date of birth we know has their birthday in the next days.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        span = [on + timedelta(days=count) for count in range(-BELATED_DAYS, GREET_DAYS.on(on) + 1)]
        born = sorted(day for one in span for day in births(one))  # whole dates: their parts would be taken from every row
        found: set[tuple[int, int]] = set()
        for group, model in GROUPS.items():
            roles = model._default_manager.running(on=on).filter(person__born_on__in=born, company__in=companies.active().values("pk"))
            for company, person, born_on in roles.values_list("company_id", "person_id", "person__born_on"):
                day = next((day for day in span if birthday_in(born_on, day.year) == day), None)
                if day is not None and (company, person) not in found:
                    found.add((company, person))
                    yield FoundReason(company, str(day.year), str(group), due_on=day, facts={"on": day.isoformat()}, person=person)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        return _("They have their birthday on %(day)s.") % {"day": days.day_and_month(date.fromisoformat(facts["on"]))}


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int, language: str) -> dict[date, str]:
    """The public holidays of a whole country in a year, named in that language where the package speaks it, else in English.

    Without a language the package would follow the server's; {} for a country that it does not know.
    """
    try:
        known = country_holidays(country, years=year, language=ENGLISH)
    except NotImplementedError:
        return {}
    spoken = next((one for one in known.supported_languages if one.split("_")[0] == language), ENGLISH)
    return dict(country_holidays(country, years=year, language=spoken).items())


def first_days(country: str, year: int) -> Iterator[date]:
    """The days of a year on which a holiday, or several in a row, begin; a bridging day is none."""
    named = {day for day, name in holidays_of(country, year, "en").items() if not name.startswith(NO_HOLIDAY)}
    return (day for day in sorted(named) if day - timedelta(days=1) not in named)


class Holiday(Rule):
    """A public holiday of the country where the customer is, for the customers whose tier makes a greeting worth while."""

    name, icon, doing, value = "holiday", "phone", gettext_lazy("Greet"), 2
    title = gettext_lazy("Holiday")
    about = gettext_lazy("A public holiday of the company’s country is near: a reason for a greeting, for the highest tiers to begin with.")
    numbers = (GREET_DAYS,)
    on_for = frozenset({Tier.DIAMOND, Tier.PLATINUM})
    called = gettext_lazy("a holiday")
    absent = gettext_lazy("No public holiday of the company’s country is near, or we don’t know its country.")
    asks = Group.DECISION_MAKER

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        last = on + timedelta(days=GREET_DAYS.on(on))
        near: dict[str, date | None] = {}
        for company, country in companies.active().exclude(country="").values_list("pk", "country"):
            if country not in near:
                ahead = (day for year in sorted({on.year, last.year}) for day in first_days(country, year) if on <= day <= last)
                near[country] = next(ahead, None)
            day = near[country]
            if day is not None:
                facts = {"on": day.isoformat(), "country": country}
                yield FoundReason(company, day.isoformat(), Group.DECISION_MAKER, due_on=day, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        day = date.fromisoformat(facts["on"])
        name = holidays_of(facts["country"], day.year, (get_language() or "en").split("-")[0]).get(day, "")
        values = {"holiday": name or _("A holiday"), "day": days.day_and_month(day)}
        return _("%(holiday)s is on %(day)s: a good occasion for a greeting.") % values

    def details(self, facts: Mapping[str, Any]) -> Iterator[tuple[Words, str]]:
        yield gettext_lazy("Country"), facts["country"]

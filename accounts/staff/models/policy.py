"""Policies: business numbers that administrators may change from a given day.

A number applies at every centre. So only administrators of all centres may change it; others may view it, and the effect of a
change at their own centres. A number is declared once, in the module of its rule, and read for a day:

    SECOND_DELIVERY_DAYS = declare(its key, default=28, unit=Unit.DAYS, …)
    first = on - timedelta(days=SECOND_DELIVERY_DAYS.on(on))

Higher apps register in `effects` what depends on a number, so that an administrator can preview a change, and in `followers` what
must be done after one.
"""

import datetime as clock
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import models, transaction
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.user import User
from fleetportal.core import audit, days, money
from fleetportal.core.db.locks import lock_name
from fleetportal.core.errors import Refused
from fleetportal.core.registry import Registry

KEPT_SECONDS = 5  # how long other processes may still use the old value after a change
Words = str | Promise


class Unit(models.TextChoices):
    DAYS = "days", _("days")
    MONTHS = "months", _("months")
    MINUTES = "minutes", _("minutes")
    HOUR = "hour", _("hour of the day, from 0 to 23")
    PERCENT = "percent", _("percent")
    VEHICLES = "vehicles", _("vehicles")
    COUNT = "count", _("number")
    CENTS = "cents", _("amount")  # entered and shown as money


class OutOfBounds(Refused):
    """The value is outside the bounds of the rule."""

    code = "policy_out_of_bounds"


class PolicyPast(Refused):
    """The day is in the past: past values can't be changed."""

    code = "policy_past"


class HouseWide(Refused):
    """The number applies at centres that the user does not administer."""

    code = "policy_house_wide"


@dataclass(frozen=True)
class Number:
    """A business number: its meaning, its default, and the bounds for changes."""

    key: str
    default: int
    unit: Unit
    lowest: int
    highest: int
    subject: Words
    name: Words
    about: Words = ""

    def on(self, day: date) -> int:
        """The value on that day. Costs 1 query for all numbers, once in KEPT_SECONDS."""
        supposition = supposed.get()
        if self.key in supposition:
            return supposition[self.key]
        return self.among(policies(), day)

    def among(self, rows: Mapping[str, list[tuple[date, int]]], day: date) -> int:
        """The value on that day according to `rows`: for each key the values with their first days, the latest first."""
        return next((value for valid_from, value in rows.get(self.key, ()) if valid_from <= day), self.default)

    def in_words(self, value: int) -> str:
        """ "28 days"."""
        if self.unit == Unit.HOUR:
            return days.clock(clock.time(value))
        if self.unit == Unit.CENTS:
            return money.display(value)
        texts = {
            Unit.DAYS: ngettext("%d day", "%d days", value),
            Unit.MONTHS: ngettext("%d month", "%d months", value),
            Unit.MINUTES: ngettext("%d minute", "%d minutes", value),
            Unit.VEHICLES: ngettext("%d vehicle", "%d vehicles", value),
            Unit.PERCENT: gettext("%d%%"),
            Unit.COUNT: "%d",
        }
        return texts[self.unit] % value


numbers: Registry[Number] = Registry("numbers of the trade")


def declare(
    key: str,
    *,
    default: int,
    unit: Unit,
    lowest: int,
    highest: int,
    subject: Words,
    name: Words,
    about: Words = "",
    weight: int = 100,
) -> Number:
    """Declare a business number, which administrators may change between `lowest` and `highest`."""
    return numbers.register(key, Number(key, default, unit, lowest, highest, subject, name, about), weight=weight)


@dataclass(frozen=True)
class Effect:
    """Something whose count depends on a number: `count(number, day, centres)` by the rule on that day."""

    keys: Collection[str]
    words: Words
    count: Callable[[Number, date, CentreQuerySet], int]


@dataclass(frozen=True)
class Outlook:
    """An effect's current count, and the count after the change."""

    words: Words
    before: int
    after: int


# What would change with a number. Filled by the apps that use it.
effects: Registry[Effect] = Registry("what changes with a number of the trade")
# Called within the transaction of a change with the day from which it applies. Filled from above.
followers: Registry[Callable[[date], None]] = Registry("what follows from a changed number")


def outlook(number: Number, value: int, *, on: date, at: CentreQuerySet) -> list[Outlook]:
    """The effects of `number` on that day at these centres, with the current value and with `value`.

    Costs the queries of all effects, twice.
    """
    found = []
    for effect in effects:
        if number.key in effect.keys:
            before = effect.count(number, on, at)
            with supposing(number, value):
                found.append(Outlook(effect.words, before, effect.count(number, on, at)))
    return found


supposed: ContextVar[Mapping[str, int]] = ContextVar("supposed", default={})  # noqa: B039  never changed, only replaced


@contextmanager
def supposing(number: Number, value: int) -> Iterator[None]:
    """Within the block, `number` is `value` on every day; for a preview of a change."""
    token = supposed.set({**supposed.get(), number.key: value})
    try:
        yield
    finally:
        supposed.reset(token)


known: dict[str, tuple[float, Mapping[str, list[tuple[date, int]]]]] = {}


def policies() -> Mapping[str, list[tuple[date, int]]]:
    """For each key the values with their first days, the latest first; cached for KEPT_SECONDS. Costs at most 1 query."""
    until, rows = known.get("rows", (0.0, {}))
    if time.monotonic() > until:
        rows = read_policies()
        known["rows"] = time.monotonic() + KEPT_SECONDS, rows
    return rows


def read_policies() -> Mapping[str, list[tuple[date, int]]]:
    """The same, read from the database. Costs 1 query."""
    rows = defaultdict(list)
    for key, valid_from, value in Policy.objects.order_by("-valid_from").values_list("key", "valid_from", "value"):
        rows[key].append((valid_from, value))
    return dict(rows)


def forget() -> None:
    """Clear this process's cache: after a change, and before work that must not use an old value."""
    known.clear()


def value_now(number: Number) -> Coalesce:
    """The value of `number` when a statement runs, for conditions that are asked long after they were written."""
    rows = Policy.objects.filter(key=number.key, valid_from__lte=Now()).order_by("-valid_from").values("value")
    return Coalesce(Subquery(rows[:1]), Value(number.default), output_field=models.IntegerField())


class Policy(models.Model):
    """A value set by an administrator: it applies from `valid_from` until a later row does."""

    key = models.CharField(max_length=60)
    value = models.IntegerField(_("value"))
    valid_from = models.DateField(_("from"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="one_policy_from_a_day")]

    def __str__(self) -> str:
        return f"{self.key} {self.value} {self.valid_from}"

    @classmethod
    def change(cls, number: Number, value: int, *, valid_from: date, by: User | None) -> bool:
        """Set `number` to `value` from `valid_from` until a later change; False where it already has that value.

        Raises HouseWide, OutOfBounds, PolicyPast. Costs 5 queries and those of the followers.
        """
        cls.refuse_part_of_the_house(by)
        if not number.lowest <= value <= number.highest:
            bounds = {"lowest": number.in_words(number.lowest), "highest": number.in_words(number.highest)}
            raise OutOfBounds(_("Choose a number from %(lowest)s to %(highest)s.") % bounds)
        with transaction.atomic():
            cls.refuse_the_past(valid_from)
            before = number.among(cls.locked(number), valid_from)
            if before == value:
                return False
            facts = {"value": value, "changed_by": by, "changed_at": timezone.now()}
            row, _new = cls.objects.update_or_create(key=number.key, valid_from=valid_from, defaults=facts)
            row.record("policy.changed", by=by, before=before, after=value)
            return True

    def take_back(self, *, by: User | None) -> None:
        """Cancel a planned change. Raises HouseWide, and PolicyPast where it already applies.

        Costs 5 queries and those of the followers.
        """
        self.refuse_part_of_the_house(by)
        number = numbers[self.key]
        with transaction.atomic():
            if self.valid_from <= timezone.localdate():
                raise PolicyPast(_("This value is already in use. Enter a new value that applies from today instead."))
            rows = self.locked(number)
            before = number.among(rows, self.valid_from)
            after = number.among({self.key: [row for row in rows.get(self.key, []) if row[0] != self.valid_from]}, self.valid_from)
            self.record("policy.taken_back", by=by, before=before, after=after)
            type(self).objects.filter(pk=self.pk).delete()

    @staticmethod
    def refuse_part_of_the_house(by: User | None) -> None:
        """Raises HouseWide unless `by` administers every centre. Costs 1 query, none for a command."""
        if by and not by.may_everywhere("administer"):
            raise HouseWide(_("This number applies at every centre. Only an administrator of all centres can change it."))

    @staticmethod
    def refuse_the_past(day: date) -> None:
        if day < timezone.localdate():
            raise PolicyPast(_("Choose today or a later day. Past values can’t be changed."))

    @staticmethod
    def locked(number: Number) -> Mapping[str, list[tuple[date, int]]]:
        """The current policies, locked against other changes of `number`."""
        lock_name(f"policy {number.key}")
        return read_policies()

    def record(self, action: str, *, by: User | None, before: int, after: int) -> None:
        """Record a change and call the followers; this process clears its cache now and at the end of the transaction."""
        facts = {"key": self.key, "from": self.valid_from.isoformat()}
        audit.record(action, self, by=by, changes={"value": (before, after)}, facts=facts)
        for follow in followers:
            follow(self.valid_from)
        forget()
        transaction.on_commit(forget)  # a process that read in between has cached the old value

"""Which rules apply where, and with how many points: a rule is switched and weighted for a centre and a tier.

The most specific setting counts: of a centre and a tier, of a centre, of a tier at every centre, of every centre; else what the rule
begins with. A setting is a row until it is removed; the history says what it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Tier
from contacts.reasons.rule import Rule

if TYPE_CHECKING:
    from accounts.models import User

NO_TIER = "none"
EVERY_TIER = ""
TIERS = [*Tier.choices, (NO_TIER, _("no tier yet"))]
MOST_POINTS = 40


class RuleSettingQuerySet(models.QuerySet["RuleSetting"]):
    def visible_to(self, user: "User") -> Self:
        """Settings of every centre, and those of centres that `user` administers."""
        return self.filter(Q(centre=None) | Q(centre__in=user.rights.centres("administer")))

    def for_list(self) -> Self:
        return self.select_related("centre", "changed_by").order_by("centre__name", "tier", "pk")


class RuleSetting(models.Model):
    """How a rule applies at a centre, or at all of them, to companies of a tier, or of any."""

    rule = models.CharField(max_length=40)
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("centre"))
    tier = models.CharField(_("tier"), max_length=8, choices=TIERS, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)
    points = models.PositiveSmallIntegerField(_("points"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = RuleSettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("setting of a rule")
        verbose_name_plural = _("settings of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "centre", "tier"], condition=Q(centre__isnull=False), name="one_setting_at_a_centre"),
            models.UniqueConstraint(fields=["rule", "tier"], condition=Q(centre=None), name="one_setting_everywhere"),
            models.CheckConstraint(condition=Q(points__lte=MOST_POINTS), name="rule_points_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.centre or '*'}, {self.tier or '*'}"


@dataclass(frozen=True, slots=True)
class Switch:
    """How a rule applies to some companies: whether, with how many points, and by which setting, None where it never was changed."""

    is_on: bool
    points: int
    setting: RuleSetting | None = None


class Switches:
    """How each rule applies to a company of a centre and a tier. 1 query when it is made from the database."""

    def __init__(self, rows: Iterable[RuleSetting] | None = None) -> None:
        rows = RuleSetting.objects.select_related("centre", "changed_by") if rows is None else rows
        self.rows = {(row.rule, row.centre_id, row.tier): row for row in rows}
        self.kept: dict[tuple[str, int, str], Switch] = {}

    def of(self, rule: Rule, centre: int, tier: str) -> Switch:
        """How `rule` applies to the companies of that centre and tier ("": none yet)."""
        key = (rule.name, centre, tier)
        if key not in self.kept:
            self.kept[key] = self.find(rule, centre, tier or NO_TIER)
        return self.kept[key]

    def find(self, rule: Rule, centre: int, tier: str) -> Switch:
        for place, standing in ((centre, tier), (centre, EVERY_TIER), (None, tier), (None, EVERY_TIER)):
            row = self.rows.get((rule.name, place, standing))
            if row is not None:
                return Switch(row.is_on, row.points, row)
        return Switch(rule.on_for is None or tier in rule.on_for, rule.value)

    def with_row(self, row: RuleSetting) -> "Switches":
        """The same with one more setting, or another in its place, for a preview."""
        rows = {**self.rows, (row.rule, row.centre_id, row.tier): row}
        return Switches(rows.values())

    def without(self, row: RuleSetting) -> "Switches":
        return Switches(one for one in self.rows.values() if one.pk != row.pk)

"""Switches and weights a rule at a centre, or everywhere, for a tier, or for all of them."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Centre
from contacts.reasons import nightly
from contacts.reasons.rule import Rule
from contacts.reasons.switches import MOST_POINTS, RuleSetting
from fleetportal.core import audit
from fleetportal.core.db.locks import lock_name
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class NotYourCentre(Refused):
    """The setting applies at centres that the user does not administer."""

    code = "rule_not_your_centre"


class PointsOutOfBounds(Refused):
    """A rule is worth 0 to MOST_POINTS points."""

    code = "rule_points"
    status = 422


def set_rule(rule: Rule, *, centre: Centre | None, tier: str, is_on: bool, points: int, by: "User | None") -> bool:
    """Switch and weight `rule` at `centre`, or at every centre, for a tier ("": all); False where it is set so already.

    All reasons are computed again. Raises NotYourCentre, PointsOutOfBounds. Costs 7 queries.
    """
    refuse_strangers(centre, by)
    if not 0 <= points <= MOST_POINTS:
        raise PointsOutOfBounds(_("Choose a number from %(lowest)s to %(highest)s.") % {"lowest": 0, "highest": MOST_POINTS})
    with transaction.atomic():
        lock_name(f"rule {rule.name}")
        known = RuleSetting.objects.filter(rule=rule.name, centre=centre, tier=tier).first()
        before = (known.is_on, known.points) if known else (None, None)
        if before == (is_on, points):
            return False
        values = {"is_on": is_on, "points": points, "changed_by": by, "changed_at": timezone.now()}
        row, _new = RuleSetting.objects.update_or_create(rule=rule.name, centre=centre, tier=tier, defaults=values)
        note(row, "rule.set", {"is_on": (before[0], is_on), "points": (before[1], points)}, by=by)
        return True


def unset_rule(row: RuleSetting, *, by: "User | None") -> None:
    """Let what applies otherwise apply again. Repeating it changes nothing. Raises NotYourCentre. Costs 6 queries."""
    refuse_strangers(row.centre, by)
    with transaction.atomic():
        lock_name(f"rule {row.rule}")
        known = RuleSetting.objects.filter(pk=row.pk).first()
        if known is not None:
            note(known, "rule.unset", {"is_on": (known.is_on, None), "points": (known.points, None)}, by=by)
            known.delete()


def note(row: RuleSetting, action: str, changes: dict[str, tuple[object, object]], *, by: "User | None") -> None:
    """Record a change, and have all reasons computed again."""
    changed = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    audit.record(action, row, by=by, changes=changed, facts={"rule": row.rule, "centre": row.centre_id, "tier": row.tier})
    nightly.start_again(timezone.localdate())


def refuse_strangers(centre: Centre | None, by: "User | None") -> None:
    """Raises NotYourCentre unless `by` administers the centre, or every centre where it is None. A command may do anything."""
    if by is None or (by.may_everywhere("administer") if centre is None else centre.pk in by.rights.centres("administer")):
        return
    raise NotYourCentre(_("Only an administrator of these centres can change how a rule applies there."))

"""Who holds a person, in words: "Held by Süd: Preview evening, 12 January". The rooms and apps above name their occasions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from contacts.arbiter.models import Hold
from fleetportal.core import days
from fleetportal.core.registry import Registry


@dataclass(frozen=True)
class OccasionName:
    """What an occasion is called, and its day."""

    title: str
    on: date
    is_invitation: bool = True  # False: people are called or visited


# By the label of the occasion's row: the names of those with these ids.
occasions: Registry[Callable[[Collection[int]], Mapping[int, OccasionName]]] = Registry("occasions for which people are held")


def named(holds: Iterable[Hold]) -> dict[int, str]:
    """Who holds, in words, by the id of the hold. Costs 1 query for each kind of occasion."""
    holds = list(holds)
    ids: dict[str, set[int]] = defaultdict(set)
    for hold in holds:
        ids[hold.about_type].add(hold.about_id)
    names = {of: occasions[of](those) for of, those in ids.items() if of in occasions}
    return {hold.pk: in_words(hold, names.get(hold.about_type, {}).get(hold.about_id)) for hold in holds}


def in_words(hold: Hold, occasion: OccasionName | None) -> str:
    facts = {"centre": hold.centre, "occasion": occasion.title if occasion else "", "day": days.long(occasion.on) if occasion else ""}
    if occasion is None:
        return _("Held by %(centre)s") % facts
    if hold.is_open:
        return _("Held by %(centre)s: %(occasion)s, %(day)s") % facts
    if occasion.is_invitation:
        return _("Invited by %(centre)s: %(occasion)s, %(day)s") % facts
    return _("Contacted by %(centre)s: %(occasion)s, %(day)s") % facts

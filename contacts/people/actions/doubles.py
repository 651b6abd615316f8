"""Possible duplicates among the people of one company: "U. Kern" and "Ute Kern", whatever addresses they have."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from django.db.models import Q
from django.utils import timezone

from contacts.people.models.pairs import PersonPair
from contacts.people.models.roles import GROUPS
from fleetportal.core.db import fold

Named = dict[int, str]  # folded given names, by the id of the person


def find_shortened(companies: Sequence[int]) -> None:
    """Add people with present roles at one of `companies` to the list whose surnames are the same, and whose given names may be, one
    of them shortened. Costs 3 queries, 1 more where there are any."""
    today, called = timezone.localdate(), defaultdict[tuple[int, str], Named](dict)
    for model in GROUPS.values():
        roles = model._default_manager.filter(Q(ends_on=None) | Q(ends_on__gte=today), company__among=list(companies))
        for company, person, first, last in roles.values_list("company", "person", "person__first_name", "person__last_name"):
            if last:
                called[company, fold(last)][person] = fold(first)
    found = sorted({pair for named in called.values() for pair in alike(named)})
    pairs = [PersonPair(one_id=one, other_id=other, found_by=PersonPair.Found.NAME) for one, other in found]
    if pairs:
        PersonPair.objects.bulk_create(pairs, ignore_conflicts=True)


def alike(named: Named) -> Iterator[tuple[int, int]]:
    """The pairs, the older person first, whose given names are the same or one is a short form of the other."""
    for one, other in combinations(sorted(named), 2):
        if is_short_for(named[one], named[other]):
            yield one, other


def is_short_for(one: str, other: str) -> bool:
    """True for the same name, an initial ("u." and "ute", "hans p." and "hans peter"), or where one of the two is missing."""
    words, others = (name.replace(".", " ").replace("-", " ").split() for name in (one, other))
    return all(
        mine == theirs or (min(len(mine), len(theirs)) == 1 and mine[0] == theirs[0]) for mine, theirs in zip(words, others, strict=False)
    )

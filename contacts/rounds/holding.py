"""A contact round and the arbiter: of several centres, one has a person called; the others hear who that is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from contacts.arbiter.actions import HeldFor, hold_many, release_many
from contacts.arbiter.models import Hold, HoldQuerySet, Release
from contacts.arbiter.naming import OccasionName, named, occasions
from contacts.rounds.models import ContactRound, Stop
from fleetportal.core.audit import label

if TYPE_CHECKING:
    from accounts.models import User

KIND = "contact_round"  # of holds


def occasion_of(contact_round: ContactRound) -> HeldFor:
    """What the people of a round are held for, until its last day is over. The round need not be saved yet."""
    end = datetime.combine(contact_round.ends_on + timedelta(days=1), time.min)
    return HeldFor(KIND, contact_round.centre_id, contact_round, timezone.make_aware(end))


def holds_against(occasion: HeldFor) -> HoldQuerySet:
    """The holds for which the round can't contact their people."""
    return Hold.objects.against(occasion.kind, occasion.centre, occasion.at, now=timezone.now())


def held_for(contact_round: ContactRound, stops: Iterable[tuple[int | None, int]], *, by: "User | None") -> set[int]:
    """Hold the people of these (person, company) pairs for the round; the ids of those whom it has now.

    Nobody is held for a round whose last day is over. Costs what `hold_many` costs.
    """
    people = {person: company for person, company in stops if person is not None}
    occasion = occasion_of(contact_round)
    return hold_many(occasion, people, by=by).held if occasion.at > timezone.now() else set(people)


def let_go(stops: Sequence[Stop], *, because: Release, by: "User | None") -> None:
    """Release the people of these stops, of any round: answered, or given up. Costs 1 query where nobody is held, else 3 or 4."""
    people = [stop.person_id for stop in stops if stop.person_id]
    holds = Hold.objects.of(people).filter(about_type=label(ContactRound), about_id__in={stop.contact_round_id for stop in stops})
    if people:
        release_many(holds, because=because, by=by)


def holders(contact_round: ContactRound, people: Collection[int]) -> dict[int, str]:
    """Of these people, by id, which other centre has them, in words. Costs 1 query, and 1 more where there is one."""
    rows = holds_against(occasion_of(contact_round)).of(sorted(people)).select_related("centre").order_by("-held_at", "-pk")
    first = {hold.person_id: hold for hold in rows} if people else {}
    words = named(first.values())
    return {person: words[hold.pk] for person, hold in first.items()}


def names_of(rounds: Collection[int]) -> Mapping[int, OccasionName]:
    """What the rounds with these ids are called, for whoever is told who holds a person. Costs 1 query."""
    rows = ContactRound.objects.filter(pk__among=list(rounds))
    return {row.pk: OccasionName(row.name, row.ends_on, is_invitation=False) for row in rows}


def register() -> None:
    occasions.register(label(ContactRound), names_of)

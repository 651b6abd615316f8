"""Which other occasions have the people whom an event would invite."""

from dataclasses import dataclass

from django.db.models import Count, Max

from accounts.models import User
from contacts.arbiter.models import Hold
from contacts.arbiter.naming import named
from contacts.consent.models import reachable
from contacts.models import Channel, Purpose
from events.actions.choosing import entitled_people, held_elsewhere, invited
from events.models import Event
from fleetportal.core.audit import label


@dataclass(frozen=True)
class OtherHolder:
    """An occasion of another centre, in words, and how many of the entitled people it has; `event` is its id where it is an event."""

    words: str
    count: int
    event: int | None


def holders(event: Event, user: User) -> list[OtherHolder]:
    """Who has those whom `user` could otherwise invite to `event`, the largest first. Costs 1 query, 3 where anybody is held."""
    willing = reachable(entitled_people(event, user), Channel.EMAIL, Purpose.INVITATIONS).exclude(pk__in=invited(event)).values("pk")
    holds = held_elsewhere(event).filter(person__in=willing).order_by().values("about_type", "about_id")
    found = list(holds.annotate(count=Count("person", distinct=True), newest=Max("pk")).order_by("-count", "newest"))
    rows = Hold.objects.filter(pk__in=[one["newest"] for one in found]).select_related("centre") if found else ()
    words = named(rows)
    return [
        OtherHolder(words[one["newest"]], one["count"], one["about_id"] if one["about_type"] == label(Event) else None) for one in found
    ]


def holder_words(event: Event, people: list[int]) -> dict[int, str]:
    """Who has each of `people`, in words, by the person's id. Costs 2 queries, none for nobody."""
    if not people:
        return {}
    holds = list(held_elsewhere(event).of(people).select_related("centre").order_by("-held_at", "-pk"))
    words = named(holds)
    return {hold.person_id: words[hold.pk] for hold in holds}

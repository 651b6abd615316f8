"""How people are entered and edited, one or a thousand: the verbs of the noun, which look for duplicates too."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from accounts.models import User
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import Channel, Person, PersonAddress, index_people
from fleetportal.core import audit
from fleetportal.core.db import bulk, search

Origin = Mapping[str, object]  # what else the entries of a bulk verb note, like the import that the rows come from


def enter(*, by: User | None, email: str = "", phone: str = "", **facts: object) -> Person:
    """A new person with these addresses, found by search at once; somebody like them, in reach or not, makes a pair of duplicates.

    Costs 5 queries and 1 for each address, whether or not there is one.
    """
    with transaction.atomic():
        person = Person(**facts)
        person.save()
        for channel, value in ((Channel.EMAIL, email), (Channel.PHONE, phone)):
            if value:
                PersonAddress.objects.create(person=person, channel=channel, value=value)
        search.index([person.search_row])
        audit.record("person.entered", person, by=by, at=person.entered_at)
        PersonPair.find([person.pk])
        return person


def enter_many(people: Sequence[Person], addresses: Sequence[PersonAddress] = (), *, by: User | None, origin: Origin | None = None) -> None:
    """Save the new `people` with the new `addresses`, each of one of them, as `enter` does; `origin` is noted in the entries.

    Costs nothing for nobody, else 9 queries for a thousand.
    """
    if not people:
        return
    with transaction.atomic():
        bulk.add(people)
        bulk.add(addresses)
        shown = shown_addresses(addresses)
        search.add(person.search_row_with(shown.get(person.pk, ())) for person in people)
        at = [person.entered_at for person in people]
        audit.record_many("person.entered", [(person, {}) for person in people], by=by, facts=origin, at=at)
        PersonPair.find([person.pk for person in people])


def shown_addresses(addresses: Iterable[PersonAddress]) -> dict[int, list[str]]:
    """By person, those of `addresses` that everybody may see."""
    shown: dict[int, list[str]] = {}
    for address in addresses:
        if not address.is_private:
            shown.setdefault(address.person_id, []).append(address.value)
    return shown


def edit(person: Person, *, by: User | None, shown: dict[str, object] | None = None, **values: object) -> None:
    """Write what differs from what was shown. Raises EditedMeanwhile. Costs nothing when nothing does, else 7 queries at most."""
    with transaction.atomic():
        if audit.edit(person, values, action="person.edited", by=by, shown=shown):
            search.index([person.search_row])


def edit_many(
    edits: Sequence[tuple[Person, Mapping[str, object]]], *, by: User | None, origin: Origin | None = None
) -> list[audit.Edited[Person]]:
    """What `edit` does, for many people, each named once; those that changed. Costs nothing where nothing differs, else 8 queries."""
    with transaction.atomic():
        edited = audit.edit_many(edits, action="person.edited", by=by, facts=origin)
        index_people([one.row.pk for one in edited])
        return edited

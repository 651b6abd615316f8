"""Verbs to enter and edit people, one or many, and to look for duplicates."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from accounts.models import TouchedCompany, User
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import Channel, Person, PersonAddress, index_people
from contacts.people.models.roles import GROUPS
from fleetportal.core import audit
from fleetportal.core.db import bulk, search

NAMES = {"first_name", "last_name"}
COMPARED = NAMES | {"born_on"}  # what pairs are found by, besides addresses
Origin = Mapping[str, object]  # additional facts for the entries of a bulk verb, like the import that the rows come from


def enter(*, by: User | None, email: str = "", phone: str = "", **facts: object) -> Person:
    """A new person with these addresses, added to the search index and to the list of duplicates if there is a similar person, in
    reach or not.

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
    """Save the new `people` with their new `addresses`, like `enter` for each; `origin` is added to the entries.

    Costs nothing for none, otherwise 9 queries for a thousand.
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
    """The public ones of `addresses`, by person."""
    shown: dict[int, list[str]] = {}
    for address in addresses:
        if not address.is_private:
            shown.setdefault(address.person_id, []).append(address.value)
    return shown


def edit(person: Person, *, by: User | None, shown: dict[str, object] | None = None, **values: object) -> None:
    """Save the values that differ from those shown. Raises EditedMeanwhile. Costs nothing when none do, otherwise at most 7 queries, for
    another name 11."""
    with transaction.atomic():
        if changed := audit.edit(person, values, action="person.edited", by=by, shown=shown):
            search.index([person.search_row])
            PersonPair.find([person.pk] if COMPARED & changed.keys() else [])
            look_at_companies([person.pk] if NAMES & changed.keys() else [])


def edit_many(
    edits: Sequence[tuple[Person, Mapping[str, object]]], *, by: User | None, origin: Origin | None = None
) -> list[audit.Edited[Person]]:
    """Like `edit`, for many people, none of them twice; those that changed. Costs nothing where nothing differs, otherwise 8
    queries, for other names 12."""
    with transaction.atomic():
        edited = audit.edit_many(edits, action="person.edited", by=by, facts=origin)
        index_people([one.row.pk for one in edited])
        PersonPair.find([one.row.pk for one in edited if COMPARED & one.changes.keys()])
        look_at_companies([one.row.pk for one in edited if NAMES & one.changes.keys()])
        return edited


def look_at_companies(people: Sequence[int]) -> None:
    """Have the companies of `people`, who got other names, looked through for the same name. Costs nothing for none, else 4 queries."""
    for model in GROUPS.values() if people else ():
        TouchedCompany.add_all(model._default_manager.filter(person__among=people).values_list("company", flat=True))

"""`manage.py forget PERSON`: permanently erases everything that identifies a person."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from contacts.people import person_data
from contacts.people.models.person import Person
from fleetportal.core.db import fold


class Command(BaseCommand):
    help = "Forget a person: name, addresses and everything that says who they are. This can't be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="id, e-mail address or name")
        parser.add_argument("--dry-run", action="store_true", help="only show what would go")

    def handle(self, *args: object, person: str, dry_run: bool, **options: object) -> None:
        found = the_person(person)
        self.stdout.write(f"{found} ({found.pk})")
        for label, count in person_data.kept_about(found):
            self.stdout.write(f"  {label}: {count}")
        if dry_run:
            self.stdout.write("Nothing has been changed.")
            return
        person_data.forget(found, by=None)
        self.stdout.write("Forgotten.")


def the_person(query: str) -> Person:
    """The one person who matches `query`. Raises CommandError where there is none, or several."""
    if query.isascii() and query.isdigit():
        named = Person.objects.filter(pk=query[:18])
    elif "@" in query:
        named = Person.objects.filter(addresses__value_folded=fold(query)).distinct()
    else:
        first, _blank, last = query.rpartition(" ")
        named = Person.objects.filter(name_folded=fold(f"{last} {first}"))
    found = list(named.order_by("pk")[:5])
    if not found:
        raise CommandError(f"No person has the id, e-mail address or name {query!r}.")
    if len(found) > 1:
        raise CommandError("Which one? " + ", ".join(f"{person} ({person.pk})" for person in found))
    return found[0]

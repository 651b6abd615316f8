"""A person as a batch of rows sees them, and whether a row means them: one differing fact never outweighs all that agree."""

from dataclasses import dataclass, field
from typing import Any

from contacts.models import Channel, Person
from contacts.people.models.person import fold_address, fold_name
from fleetportal.core.db import fold
from intake.nouns.drafts import Draft
from intake.reading.person import PersonFacts


@dataclass(eq=False)
class Known:
    """A person with where they have roles and under which addresses they are reached."""

    draft: Draft[Person]
    companies: set[Any] = field(default_factory=set)  # ids, or drafts of new companies
    addresses: set[tuple[str, str]] = field(default_factory=set)
    met: set[str] = field(default_factory=set)  # the e-mail addresses of rows of this batch that meant them

    @property
    def name(self) -> str:
        """The folded name, as rows before made it."""
        return str(self.draft.changes.get("name_folded", self.draft.obj.name_folded))

    def take_name(self, facts: PersonFacts) -> bool:
        """True where somebody without a name, or with a part of it, gets the whole name of the row."""
        person = self.draft
        if not self.name and (facts.first_name or facts.last_name):
            person.put("first_name", facts.first_name)
            person.put("last_name", facts.last_name)
        elif not person.changes.get("first_name", person.obj.first_name) and fold(facts.last_name) == fold(person.obj.last_name):
            person.put("first_name", facts.first_name)
        else:
            return False
        first, last = (person.changes.get(name, getattr(person.obj, name)) for name in ("first_name", "last_name"))
        if person.is_new:
            person.obj.name_folded = fold_name(first, last)
        elif {"first_name", "last_name"} & person.changes.keys():
            person.changes["name_folded"] = fold_name(first, last)
        return True


def has_address_and_name(known: Known, name: str) -> bool:
    """An e-mail address is shared at times: the names must fit, one may be a part of the other, or be missing."""
    mine, theirs = set(known.name.split()), set(name.split())
    return not mine or not theirs or mine <= theirs or theirs <= mine


def has_number(known: Known, facts: PersonFacts, *, at_company: bool) -> bool:
    """A staff number means one person where the name is the same; at one company the given name will do, as surnames change."""
    if known.name == fold_name(facts.first_name, facts.last_name):
        return True
    first = known.draft.changes.get("first_name", known.draft.obj.first_name)
    return at_company and bool(facts.first_name) and fold(first) == fold(facts.first_name)


def contradicts(known: Known, facts: PersonFacts, *, at_company: bool) -> bool:
    """True where two people of one name are told apart: by birth date or staff number; elsewhere by their addresses too."""
    person = known.draft.obj
    if person.born_on and facts.born_on and person.born_on != facts.born_on:
        return True
    if person.external_id and facts.external_id and person.external_id != facts.external_id:
        return True
    asked = {fold(email) for email in facts.emails}
    mails = {value for channel, value in known.addresses if channel == Channel.EMAIL}
    if not mails or not asked or mails & asked:
        return False
    if at_company and not known.draft.is_new and not known.met - asked:
        return False  # a new address of somebody known: the file names them once
    phones = {value for channel, value in known.addresses if channel == Channel.PHONE}
    return not phones & {fold_address(Channel.PHONE, phone) for phone in facts.phones}


def shares(known: Known, facts: PersonFacts) -> bool:
    """True where a birth date or a telephone number agrees."""
    born = known.draft.obj.born_on
    if born and born == facts.born_on:
        return True
    return any((Channel.PHONE, fold_address(Channel.PHONE, phone)) in known.addresses for phone in facts.phones)


def is_bare(facts: PersonFacts) -> bool:
    return not facts.emails and not facts.phones and not facts.born_on

"""The templates of e-mails that a card offers: in the language of its person, with what the reason knows filled in."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import translation

from contacts.consent.channels import said_of
from contacts.consent.models import Purpose
from contacts.memory.models.mail_template import MailTemplateText
from contacts.people.models.person import Channel, Person
from contacts.reasons.models import Reason
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.models import User

DAYS = ("first_on", "on", "next_on", "held_on")  # facts of reasons that are the day a customer would be told


@dataclass(frozen=True)
class Wording:
    """One template, filled in for a card."""

    pk: int
    name: str
    subject: str
    text: str
    purpose: str
    missing: str = ""  # the consent that it needs and the person has not given, in words


def offered(reason: Reason, *, by: "User") -> list[Wording]:
    """The templates for the card's person, in their language; those of which something is not known here are left out. 1 query."""
    if reason.person is None:
        return []
    agreed = consented(reason.person)
    texts = MailTemplateText.objects.filter(template__is_offered=True, language=reason.person.language).select_related("template")
    values, found = values_of(reason, by), []
    for row in texts.order_by("template__weight", "template"):
        if filled := row.filled(values):
            purpose = row.template.purpose
            missing = str(Purpose(purpose).label) if purpose and purpose not in agreed else ""
            found.append(Wording(row.template_id, str(row.template), *filled, purpose, missing))
    return found


def consented(person: Person) -> set[str]:
    """The purposes to which `person` agrees at a usable e-mail address; no query on rows of `addresses_with_consents()`."""
    return {said.purpose for said in said_of(person, sees_private=True) if said.state == "yes" and said.address.channel == Channel.EMAIL}


def values_of(reason: Reason, by: "User") -> dict[str, str]:
    """What the braces of a text are filled with on this card; "" for what is not known."""
    person = reason.person
    day = next((str(reason.facts[name]) for name in DAYS if reason.facts.get(name)), "")
    with translation.override(person.language if person else None):
        said = days.long(date.fromisoformat(day)) if day else ""
    return {"company": reason.company.name, "vehicles": ", ".join(reason.facts.get("plates", ())), "date": said, "me": str(by)}

"""A wrong telephone number: it is struck, the right one entered, and both are put back by an undo."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from accounts.customers.actions import companies
from accounts.models import Company
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress
from contacts.today.occasion import Occasion
from fleetportal.core import audit
from fleetportal.core.db import lock, search

if TYPE_CHECKING:
    from accounts.models import User


def numbers_of(person: Person) -> "QuerySet[PersonAddress]":
    """The person's usable telephone numbers, the one that the card shows first."""
    return PersonAddress.objects.usable().filter(person=person, channel=Channel.PHONE).order_by("is_private", "pk")


def strike(about: Occasion, right: str, *, called: int | None = None, by: "User") -> dict[str, object]:
    """Strike the number that was called, `called` or the first, and enter the `right` one if it is known; what `put_back` needs.

    Without a person the company's own number is meant. Call it inside the verb's transaction. Costs at most 12 queries.
    """
    if about.person is None:
        return strike_of_company(about.company, right, by=by)
    lock(about.person)
    usable = numbers_of(about.person)
    struck = (usable.filter(pk=called) if called else usable).first()
    before: dict[str, object] = {}
    if struck:
        before = {"address": struck.pk, "state": str(struck.state)}
        audit.edit(struck, {"state": AddressState.WRONG}, action="address.struck", by=by)
    if right:
        known = set(PersonAddress.objects.filter(person=about.person, channel=Channel.PHONE).values_list("pk", flat=True))
        entered = PersonAddress.enter(about.person, channel=Channel.PHONE, value=right, by=by)
        if entered.pk not in known:
            before["entered"] = entered.pk
        elif not entered.is_usable and entered != struck:
            audit.edit(entered, {"state": AddressState.UNCONFIRMED}, action="address.believed_again", by=by)
    return before


def strike_of_company(company: Company, right: str, *, by: "User") -> dict[str, object]:
    """Put `right` in the place of the company’s number, and return what `put_back` needs to undo it."""
    before: dict[str, object] = {"company": company.pk, "phone": company.phone, "right": right}
    companies.edit(company, by=by, phone=right)
    return before


def put_back(before: Mapping[str, Any], *, by: "User") -> None:
    """The number is as it was, unless somebody has changed it since. Costs nothing where none was struck, else at most 10 queries."""
    if "company" in before:
        company = Company.objects.get(pk=before["company"])
        if lock(company).phone == before["right"]:
            companies.edit(company, by=by, phone=before["phone"])
    for struck in PersonAddress.objects.filter(pk=before.get("address") or 0, state=AddressState.WRONG):
        audit.edit(struck, {"state": before["state"]}, action="address.believed_again", by=by)
    for entered in PersonAddress.objects.filter(pk=before.get("entered") or 0, consents=None).select_related("person"):
        audit.record("address.taken_back", entered, by=by, facts=entered.entry_facts)
        entered.delete()
        search.index([entered.person.search_row])

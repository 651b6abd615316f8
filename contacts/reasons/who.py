"""In which target group a person is met at a company, for rules that start from something else than a role."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from contacts.people.models.roles import GROUPS, Group

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet


def groups_of(people: Collection[int], companies: "CompanyQuerySet", *, on: date) -> dict[tuple[int, int], str]:
    """(person, company) -> the first group in which these people have a role there that day. 3 queries, none for nobody."""
    found: dict[tuple[int, int], str] = {}
    for group, model in GROUPS.items() if people else ():
        roles = model._default_manager.running(on=on).filter(person__among=sorted(people), company__in=companies.values("pk"))
        for person, company in roles.values_list("person_id", "company_id"):
            found.setdefault((person, company), str(group))
    return found


MET_AS = str(Group.DECISION_MAKER)  # where nobody is named: whoever decides is asked

"""Verbs of roles that span several rows: a person changes company."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from contacts.people.models.roles import Role
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused


class RoleOver(Refused):
    """The role is not running on that day, so the person can't change company from it."""

    code = "role_over"


def change_company(role: Role, company: Company, *, by: User | None, on: date) -> Any:
    """Begin the same role at `company` on that day and end the current one the day before. Repeating it changes nothing.

    Vehicles remain with their company. Raises RoleOver. Costs about 11 queries.
    """
    with transaction.atomic():
        lock(role, keep=("person", "company"))
        last = on - timedelta(days=1)
        if (role.ends_on is not None and role.ends_on != last) or (role.starts_on is not None and role.starts_on > last):
            raise RoleOver(_("This role doesn’t run on that day. Choose a later day, or add a new role."))
        carried = {name: getattr(role, name) for name in role.carried}
        role.end(by=by, on=last)
        return type(role).take_up(role.person, company, by=by, on=on, **carried)

"""What is done with a role beyond the one row: somebody goes to another company."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from contacts.people.models.roles import Role
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused


class RoleOver(Refused):
    """The role has ended, or begins later: nobody goes on from it on that day."""

    code = "role_over"


def change_company(role: Role, company: Company, *, by: User | None, on: date) -> Any:
    """The same role of the person at `company` from that day on; the one here ends the day before. Twice changes nothing more.

    Vehicles stay with the company that has them. Raises RoleOver. Costs about 11 queries.
    """
    with transaction.atomic():
        lock(role, keep=("person", "company"))
        last = on - timedelta(days=1)
        if (role.ends_on is not None and role.ends_on != last) or (role.starts_on is not None and role.starts_on > last):
            raise RoleOver(_("This role doesn’t run on that day. Choose a later day, or add a new role."))
        carried = {name: getattr(role, name) for name in role.carried}
        role.end(by=by, on=last)
        return type(role).take_up(role.person, company, by=by, on=on, **carried)

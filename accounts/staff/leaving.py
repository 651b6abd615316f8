"""What stays assigned to a user whose account is deactivated; apps above add what they know (see `core.registry`).

Deactivating ends nothing: a company keeps its account manager, a task its owner, until a colleague takes them over.
"""

from collections.abc import Callable

from accounts.staff.models.user import User
from fleetportal.core.registry import Registry

# (the user, who looks) -> "3 companies", counting only what the second may administer; "" for nothing.
still_assigned: Registry[Callable[[User, User], str]] = Registry("what stays assigned to a user")


def assigned_to(user: User, *, seen_by: User) -> list[str]:
    """What `user` is still responsible for at companies that `seen_by` administers, in words. Costs 1 query for each kind."""
    return [words for name in still_assigned.names() if (words := still_assigned[name](user, seen_by))]

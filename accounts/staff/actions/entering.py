"""Enters users and centres, each with its entry in the history."""

from django.db import transaction

from accounts.staff.actions.roles import extend_to_new
from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User
from fleetportal.core import audit


def enter_user(user: User, *, by: User | None) -> User:
    """Save the new `user`, who holds no role yet. Costs 2 queries."""
    with transaction.atomic():
        user.save()
        audit.record("user.made", user, by=by)
        return user


def enter_centre(centre: Centre, *, by: User | None) -> Centre:
    """Save the new `centre`; administrators of all other centres become administrators of it too. Costs 5 queries, and 9 for each."""
    with transaction.atomic():
        centre.save()
        audit.record("centre.made", centre, by=by)
        extend_to_new(centre, by=by)
        return centre

"""What an administrator of some centres may do with users: give and take roles at these centres, and nothing beyond them."""

from django.db.models import Q, QuerySet

from accounts.staff.models.centre import Centre
from accounts.staff.models.role import StaffRole
from accounts.staff.models.user import User

MAY = "administer"


def administered_by(user: User) -> QuerySet[User]:
    """Users who work at a centre that `user` administers: by a role or as their home centre. All users for administrators of every
    centre. Costs at most 1 query at once.
    """
    if user.may_everywhere(MAY):
        return User.objects.all()
    centres = Centre.objects.where(user, may=MAY)
    at_these = StaffRole.objects.filter(centre__in=centres).values("user")
    return User.objects.filter(Q(pk__in=at_these) | Q(home_centre__in=centres), is_superuser=False)


def belongs_elsewhere_too(other: User, *, seen_by: User) -> bool:
    """True when the account of `other` is also that of a centre that `seen_by` does not administer: they may not change name, address
    or password. Costs at most 2 queries.
    """
    if seen_by.may_everywhere(MAY):
        return False
    centres = seen_by.rights.centres(MAY)
    is_at_home = other.home_centre_id is None or other.home_centre_id in centres
    return other.is_superuser or not is_at_home or other.roles.exclude(centre__in=centres).exists()

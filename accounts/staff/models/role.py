from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User
from accounts.staff.roles import role_choices


class StaffRole(models.Model):
    """A user holds a role at a centre. What they may follows from it: their groups, and the grants of these.

    Changed by `accounts.staff.actions.roles` alone, which also changes the groups.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(_("role"), max_length=40, choices=role_choices)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("centre"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name", "centre"], name="one_role_at_a_centre")]

    def __str__(self) -> str:
        return f"{self.name} {self.centre_id}"


class RoleGroup(models.Model):
    """The group of all who hold a role at one centre, or, without a centre, of all who hold it anywhere.

    Made from StaffRole by `sync_roles`. The group of a centre has what the role may there; the group without a centre has what the
    role may in general. Centre and name of the role identify it; the group's own name is for readers.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role_group")
    name = models.CharField(max_length=40)
    centre = models.ForeignKey(Centre, null=True, on_delete=models.CASCADE, related_name="role_groups")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "centre"], name="one_group_for_a_role_at_a_centre"),
            models.UniqueConstraint(fields=["name"], condition=Q(centre=None), name="one_group_for_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.centre_id or ''}".rstrip()

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User
from accounts.staff.roles import role_choices


class StaffRole(models.Model):
    """A user's role at a centre. Their rights follow from it through groups and the groups' grants.

    Only changed by `accounts.staff.actions.roles`, which also updates the groups.
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

    Derived from StaffRole by `sync_roles`. A centre's group has the role's rights there; the group without a centre has the role's
    general rights. It is identified by centre and role; the group's own name is only for display.
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

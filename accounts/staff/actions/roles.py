"""Gives and takes roles, and updates groups, their grants and their members.

The rows of StaffRole are authoritative. Everything else follows from them and from the table in `accounts.staff.roles`: for one
user when their roles change, for all by `sync_roles`, which `manage.py migrate` runs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre, CentreGroupPermission
from accounts.staff.models.rights import about_centres
from accounts.staff.models.role import RoleGroup, StaffRole
from accounts.staff.models.user import User
from accounts.staff.roles import ALL, OWN, ROLES
from fleetportal.core import audit
from fleetportal.core.db.locks import lock, lock_name
from fleetportal.core.errors import Refused
from fleetportal.core.registry import Registry

# Additional permissions of a group beyond those of the table: (group, the rights of its role) -> None. Adds missing ones and
# removes those no longer due; called for the group of all who hold the role anywhere. Filled from above.
grants_beside: Registry[Callable[[Group, Mapping[str, str]], None]] = Registry("what else comes with a role")

Held = tuple[str, int]  # the name of a role and the pk of a centre
Membership = User.groups.through
GeneralRight = Group.permissions.through


class RoleNeedsCentre(Refused):
    """A role needs at least one centre, and none was given."""

    code = "role_needs_centre"


def give_role(user: User, role: str, centres: Iterable[Centre], *, by: User | None) -> bool:
    """Give `user` the role `role` at `centres` in addition; True where something changed.

    Raises KeyError for a role that `MAY` does not know, RoleNeedsCentre. Costs 8 queries, more for the first of a centre.
    """
    given = held_at(role, centres)
    with transaction.atomic():
        return change(user, lambda held: held | given, by=by)


def take_role(user: User, role: str, centres: Iterable[Centre] | None = None, *, by: User | None) -> bool:
    """Take `role` at `centres` away from `user`, or everywhere if none are given; True where something changed.

    Raises RoleNeedsCentre for an empty list of centres. Costs 7 queries.
    """
    taken = None if centres is None else held_at(role, centres)
    with transaction.atomic():
        return change(user, lambda held: {one for one in held if one[0] != role or (taken is not None and one not in taken)}, by=by)


def set_roles(user: User, roles: Mapping[str, Iterable[Centre]], *, by: User | None, among: Collection[int] | None = None) -> bool:
    """Set the roles and centres of `user` to exactly these; True where something changed. With `among`, the pks of centres, roles
    elsewhere stay as they are and none is given there.

    Raises KeyError for a role that `MAY` does not know, RoleNeedsCentre. Costs as much as `give_role`.
    """
    wanted = {one for role, centres in roles.items() for one in held_at(role, centres)}
    with transaction.atomic():
        if among is None:
            return change(user, lambda held: wanted, by=by)
        here = {one for one in wanted if one[1] in among}
        return change(user, lambda held: here | {one for one in held if one[1] not in among}, by=by)


def extend_to_new(centre: Centre, *, by: User | None) -> None:
    """Make administrators of every centre administrators of the new `centre`, so that they can still change what applies to all
    centres.

    Costs 3 queries, and 9 for each of them.
    """
    administering = [role for role, rights in ROLES.items() if rights.get("administer") == ALL]
    with transaction.atomic():
        others = Centre.objects.exclude(pk=centre.pk)
        held = StaffRole.objects.filter(name__in=administering, centre__in=others).order_by()
        everywhere = held.values("user", "name").annotate(centres=Count("centre")).filter(centres=others.count())
        for user, role in list(everywhere.values_list("user", "name")):
            give_role(User.objects.get(pk=user), role, [centre], by=by)


def roles_of(user: User) -> set[str]:
    """The names of the roles that `user` holds, at any centre. Costs 1 query."""
    return set(user.roles.values_list("name", flat=True))


def centres_of(user: User) -> dict[str, set[int]]:
    """For each role that `user` holds, the pks of its centres. Costs 1 query."""
    centres: dict[str, set[int]] = {}
    for name, centre in user.roles.values_list("name", "centre"):
        centres.setdefault(name, set()).add(centre)
    return centres


def held_at(role: str, centres: Iterable[Centre]) -> set[Held]:
    """(role, centre) for each of `centres`. Raises KeyError for an unknown role, RoleNeedsCentre without a centre."""
    if role not in ROLES:
        raise KeyError(role)
    held = {(role, centre.pk) for centre in centres}
    if not held:
        raise RoleNeedsCentre(_("Choose at least one centre for each role."))
    return held


def change(user: User, to: Callable[[set[Held]], set[Held]], *, by: User | None) -> bool:
    """Set the roles of `user` to the result of `to` on the current ones, and update their groups. True where something changed."""
    lock(user)
    found = {(name, centre): pk for pk, name, centre in user.roles.values_list("pk", "name", "centre")}
    held = set(found)
    wanted = to(held)
    if wanted == held:
        return False
    user.roles.filter(pk__in=[found[one] for one in held - wanted]).delete()
    StaffRole.objects.bulk_create([StaffRole(user=user, name=name, centre_id=centre) for name, centre in sorted(wanted - held)])
    groups = groups_for(wanted)
    memberships = Membership.objects.filter(user=user, group__in=RoleGroup.objects.values("group"))
    agree(memberships, {(user.pk, group) for group in groups.values()}, "user_id", "group_id")
    audit.record("user.roles_changed", user, by=by, changes={"roles": (sorted(held), sorted(wanted))})
    return True


def sync_roles() -> None:
    """Make every group's rights and members agree with the table and the roles, for instance after an upgrade; each role has its group
    before anybody holds it. Changes nothing where they already do.

    Costs 53 queries where nothing changes, whatever the number of users and centres.
    """
    with transaction.atomic():
        rows = list(StaffRole.objects.values_list("user", "name", "centre"))
        groups = groups_for({(name, centre) for _user, name, centre in rows}, also=ROLES)
        put_rights(list(RoleGroup.objects.select_related("group")))
        wanted = {(user, groups[key]) for user, name, centre in rows for key in ((name, centre), (name, None))}
        agree(Membership.objects.filter(group__in=RoleGroup.objects.values("group")), wanted, "user_id", "group_id")


def groups_for(roles: Collection[Held], also: Iterable[str] = ()) -> dict[tuple[str, int | None], int]:
    """The pks of the groups for `roles`, by role and centre, and by role alone, `also` those of these roles alone; missing groups are
    made with their rights."""
    wanted = {*roles, *((name, None) for name, _centre in roles), *((name, None) for name in also)}
    found = groups_by_role(wanted)
    if found.keys() == wanted:
        return found
    lock_name("accounts.role_groups")
    found = groups_by_role(wanted)
    made = make_groups(wanted - found.keys())
    put_rights(made)
    return found | {(group.name, group.centre_id): group.group_id for group in made}


def groups_by_role(wanted: Collection[tuple[str, int | None]]) -> dict[tuple[str, int | None], int]:
    names = {name for name, _centre in wanted}
    rows = RoleGroup.objects.filter(name__in=names).values_list("name", "centre", "group")
    return {(name, centre): group for name, centre, group in rows if (name, centre) in wanted}


def make_groups(roles: Collection[tuple[str, int | None]]) -> list[RoleGroup]:
    """Make a group without rights for each of `roles`, or take the one that has the name already. Up to 3 queries."""
    named = {f"role:{name}" if centre is None else f"role:{name}:{centre}": (name, centre) for name, centre in sorted(roles, key=str)}
    Group.objects.bulk_create([Group(name=name) for name in named], ignore_conflicts=True)
    made = [(group, *named[group.name]) for group in Group.objects.filter(name__in=named).order_by("pk")]
    return RoleGroup.objects.bulk_create([RoleGroup(group=group, name=name, centre_id=centre) for group, name, centre in made])


def put_rights(groups: Collection[RoleGroup]) -> None:
    """Set the rights of each of `groups` to those of its role in the table."""
    permissions = dict(about_centres().values_list("codename", "pk"))
    general, on_centres = set(), set()
    for group in groups:
        for codename, reach in ROLES.get(group.name, {}).items():
            if reach == OWN and group.centre_id is None:
                general.add((group.group_id, permissions[codename]))
            elif reach == ALL and group.centre_id is not None:
                on_centres.add((group.group_id, permissions[codename], group.centre_id))
    ours = [group.group_id for group in groups]
    agree(GeneralRight.objects.filter(group__in=ours, permission__in=about_centres()), general, "group_id", "permission_id")
    agree(CentreGroupPermission.objects.filter(group__in=ours), on_centres, "group_id", "permission_id", "content_object_id")
    for group in groups:
        for beside in grants_beside if group.centre_id is None else ():
            beside(group.group, ROLES.get(group.name, {}))


def agree(rows: QuerySet[Model], wanted: Collection[tuple[object, ...]], *fields: str) -> None:
    """Delete those of `rows` that are not `wanted` and create missing ones; a wanted row is identified by its `fields`. Up to 3
    queries."""
    found = {tuple(key): pk for pk, *key in rows.values_list("pk", *fields)}
    superfluous = [pk for key, pk in found.items() if key not in wanted]
    if superfluous:
        rows.model._base_manager.filter(pk__in=superfluous).delete()
    missing = [rows.model(**dict(zip(fields, key, strict=True))) for key in sorted(set(wanted) - found.keys(), key=str)]
    if missing:
        rows.model._base_manager.bulk_create(missing, ignore_conflicts=True)

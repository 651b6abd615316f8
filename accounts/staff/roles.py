"""What a role may: DOMAIN's table, the one source of groups, grants and the permission matrix.

A group stands for one role at its centres. ALL: the group is granted the codename on these centres. OWN: the group holds the
codename in general, on no centre, and it counts for the companies assigned to that user today.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre, CentreGroupPermission
from accounts.staff.models.user import User
from fleetportal.core.registry import Registry

OWN, ALL = "own", "all"

# What else a new group needs for its rights, beyond grants on centres: (group, rights) -> None. Filled from above.
grants_beside: Registry[Callable[[Group, dict[str, str]], None]] = Registry("what else comes with a role")

CODENAMES = {
    "meet_customers": _("Find a company or person, log an interaction"),
    "see_customers": _("See whole dossiers, lists, timelines, reports"),
    "serve_customers": _("Edit companies and people; tasks, meetings, rounds, import"),
    "see_value": _("See turnover, margin, what makes a tier"),
    "see_private": _("See private phone, birth date, family"),
    "record_consent": _("Record consent"),
    "run_events": _("Make and publish events"),
    "invite": _("Invite people"),
    "check_in": _("Check guests in"),
    "hand_out": _("Hand out gifts"),
    "redeem": _("Redeem vouchers"),
    "undo_redemption": _("Undo a redemption"),
    "approve_gift": _("Approve a gift"),
    "export": _("Export lists"),
    "run_campaigns": _("Run campaigns"),
    "run_programmes": _("Run voucher programmes"),
    "edit_pages": _("Edit pages"),
    "administer": _("Administer users, roles, centres, rules"),
}

ROLE_NAMES = {
    "account_manager": _("Account manager"),
    "centre_manager": _("Centre manager"),
    "marketing": _("Marketing"),
    "service_adviser": _("Service adviser"),
    "wash_attendant": _("Wash attendant"),
    "administrator": _("Administrator"),
}

ROLES: dict[str, dict[str, str]] = {
    "account_manager": {
        **dict.fromkeys(
            ["meet_customers", "see_customers", "serve_customers", "see_value", "see_private", "record_consent", "invite", "export"], OWN
        ),
        "check_in": ALL,
        "hand_out": ALL,
    },
    "centre_manager": dict.fromkeys([name for name in CODENAMES if name not in ("edit_pages", "administer")], ALL),
    "marketing": dict.fromkeys(
        [
            "meet_customers",
            "see_customers",
            "record_consent",
            "run_events",
            "invite",
            "export",
            "run_campaigns",
            "run_programmes",
            "edit_pages",
        ],
        ALL,
    ),
    "service_adviser": dict.fromkeys(["meet_customers", "record_consent", "check_in", "hand_out", "redeem"], ALL),
    "wash_attendant": {"redeem": ALL},
    "administrator": dict.fromkeys(CODENAMES, ALL),
}


def give_role(user: User, role: str, centres: Iterable[Centre]) -> Group:
    """The group of `role` at `centres`, which `user` now belongs to; made with its grants if it is new.

    Raises KeyError for a role that DOMAIN's table does not know.
    """
    rights, places = ROLES[role], sorted(centres, key=lambda centre: centre.slug)
    with transaction.atomic():
        group, new = Group.objects.get_or_create(name=f"{role}@{'+'.join(centre.slug for centre in places)}"[:150])
        if new:
            grant(group, rights, places)
        user.groups.add(group)
    return group


def grant(group: Group, rights: dict[str, str], centres: Iterable[Centre]) -> None:
    permissions = {p.codename: p for p in Permission.objects.filter(content_type__app_label="accounts", content_type__model="centre")}
    group.permissions.add(*(permissions[name] for name, reach in rights.items() if reach == OWN))
    everywhere = [permissions[name] for name, reach in rights.items() if reach == ALL]
    rows: list[Any] = [CentreGroupPermission(group=group, permission=p, content_object=centre) for centre in centres for p in everywhere]
    CentreGroupPermission.objects.bulk_create(rows, ignore_conflicts=True)
    for beside in grants_beside:
        beside(group, rights)


def role_name(role: str) -> str:
    """The role as people call it."""
    return str(ROLE_NAMES[role])


def roles_of(user: User) -> set[str]:
    """The names of the roles that `user` holds, at any centre. Costs 1 query."""
    return {name.partition("@")[0] for name in user.groups.values_list("name", flat=True)} & ROLES.keys()

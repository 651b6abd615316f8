"""An installation whose groups still say in their names who holds which role where: the names may be cut, the grants are exact."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

from accounts.models import Centre, CentreGroupPermission, RoleGroup, StaffRole, User
from accounts.staff.actions.roles import centres_of, sync_roles
from accounts.staff.roles import ALL, OWN, ROLES
from tests.factories.accounts import make_centre, make_user

pytestmark = pytest.mark.django_db
migration = import_module("accounts.migrations.0006_roles_from_group_names")


def give_as_before(user, role, centres):
    """As `give_role` did it: a group that is found again by its name, and is granted something only when it is new."""
    centres = sorted(centres, key=lambda centre: centre.slug)
    group, new = Group.objects.get_or_create(name=f"{role}@{'+'.join(centre.slug for centre in centres)}"[:150])
    permissions = {p.codename: p for p in Permission.objects.filter(content_type__app_label="accounts", content_type__model="centre")}
    if new:
        group.permissions.add(*(permissions[may] for may, reach in ROLES[role].items() if reach == OWN))
        for centre in centres:
            for may, reach in ROLES[role].items():
                if reach == ALL:
                    CentreGroupPermission.objects.create(group=group, permission=permissions[may], content_object=centre)
        if "edit_pages" in ROLES[role]:
            right = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
            GroupPagePermission.objects.create(group=group, page=Page.get_first_root_node(), permission=right)
    user.groups.add(group)
    return group


def rights(user):
    """What the next request reads of them."""
    now = User.objects.get(pk=user.pk).rights
    return dict(now.granted), now.general


@pytest.fixture
def old(db):
    """Users as an installation of November held them, two of whom got one group because the name of theirs was cut."""
    Group.objects.filter(pk__in=RoleGroup.objects.values("group")).delete()
    centres = [make_centre(f"centre-number-{number:02}") for number in range(14)]
    users = {name: make_user(name) for name in ("xenia", "yann", "ruth", "amos", "nora")}
    give_as_before(users["xenia"], "wash_attendant", centres[:12])
    give_as_before(users["yann"], "wash_attendant", [*centres[:11], centres[13]])  # finds the group of Xenia
    give_as_before(users["ruth"], "marketing", centres[:2])
    give_as_before(users["ruth"], "service_adviser", centres[3:4])
    give_as_before(users["amos"], "account_manager", centres[:1])
    give_as_before(users["amos"], "account_manager", centres[1:2])
    give_as_before(users["nora"], "marketing", centres[5:6])
    Centre.objects.filter(pk=centres[5].pk).update(slug="renamed")
    Group.objects.create(name="marketing team")  # none of ours
    return {"centres": [centre.pk for centre in centres], **users}


def forward():
    migration.rows_from_groups(apps, None)


def test_each_user_holds_the_role_where_their_group_was_granted_it(old):
    forward()
    assert centres_of(old["xenia"]) == centres_of(old["yann"]) == {"wash_attendant": set(old["centres"][:12])}
    assert centres_of(old["ruth"]) == {"marketing": set(old["centres"][:2]), "service_adviser": {old["centres"][3]}}
    assert centres_of(old["amos"]) == {"account_manager": set(old["centres"][:2])}
    assert centres_of(old["nora"]) == {"marketing": {old["centres"][5]}}


def test_nobody_gains_or_loses_a_right_before_and_after_sync_roles(old):
    users = [user for name, user in old.items() if name != "centres"]
    before = {user.pk: rights(user) for user in users}
    forward()
    assert {user.pk: rights(user) for user in users} == before
    sync_roles()
    assert {user.pk: rights(user) for user in users} == before


def test_pages_are_edited_by_the_same_users(old):
    forward()
    writers = GroupPagePermission.objects.filter(group__user__isnull=False).values_list("group__user", flat=True)
    assert set(writers) == {old["ruth"].pk, old["nora"].pk}


def test_no_group_is_named_by_slugs_any_more_and_others_stay(old):
    forward()
    assert not Group.objects.filter(name__contains="@").exists()
    assert Group.objects.filter(name="marketing team").exists()
    assert {row.group.name for row in RoleGroup.objects.filter(name="marketing")} == {
        "role:marketing",
        *(f"role:marketing:{pk}" for pk in (*old["centres"][:2], old["centres"][5])),
    }


def test_there_and_back_again_loses_nothing(old):
    users = [user for name, user in old.items() if name != "centres"]
    forward()
    before = {user.pk: (rights(user), centres_of(user)) for user in users}
    migration.group_names_from_rows(apps, None)
    assert {group.name.partition("@")[0] for group in old["ruth"].groups.all()} == {"marketing", "service_adviser"}
    RoleGroup.objects.all().delete()
    StaffRole.objects.all().delete()
    assert {user.pk: rights(user) for user in users} == {pk: held for pk, (held, _centres) in before.items()}
    forward()
    assert {user.pk: (rights(user), centres_of(user)) for user in users} == before

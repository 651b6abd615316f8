"""Until now a group named "role@slug+slug…" said who holds which role where; long names were cut, so the name may lie.

What the group was granted says at which centres its members hold the role. Its rights go over to the new groups as they are;
`sync_roles`, at the end of `migrate`, brings them into agreement with the table.
"""

from django.db import migrations

ROLES = ("account_manager", "centre_manager", "marketing", "service_adviser", "wash_attendant", "administrator")


def rows_from_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role in ROLES:
        old = sorted(Group.objects.filter(name__startswith=f"{role}@"), key=lambda group: (group.name != f"{role}@", group.pk))
        if old:
            general, *others = old
            convert(apps, role, general, old)
            Group.objects.filter(pk__in=[group.pk for group in others]).delete()


def convert(apps, role, general, old):
    """`general` becomes the group of all who hold `role`, and keeps what it has beyond centres, Wagtail's pages among it."""
    RoleGroup, Grant = apps.get_model("accounts", "RoleGroup"), apps.get_model("accounts", "CentreGroupPermission")
    Membership = apps.get_model("accounts", "User").groups.through
    at_centres = {}
    for group in old:
        members = Membership.objects.filter(group=group).values_list("user", flat=True)
        join(apps, general, members)
        for centre, permission in list(Grant.objects.filter(group=group).values_list("content_object", "permission")):
            if centre not in at_centres:
                at_centres[centre] = group_at(apps, role, centre)
            Grant.objects.get_or_create(group=at_centres[centre], permission_id=permission, content_object_id=centre)
        for centre in set(Grant.objects.filter(group=group).values_list("content_object", flat=True)):
            join(apps, at_centres[centre], members)
            hold(apps, role, centre, members)
    Grant.objects.filter(group__in=[group.pk for group in old]).delete()
    general.name = f"role:{role}"
    general.save(update_fields=["name"])
    RoleGroup.objects.create(group=general, name=role)


def group_at(apps, role, centre):
    group = apps.get_model("auth", "Group").objects.create(name=f"role:{role}:{centre}")
    apps.get_model("accounts", "RoleGroup").objects.create(group=group, name=role, centre_id=centre)
    return group


def join(apps, group, users):
    Membership = apps.get_model("accounts", "User").groups.through
    Membership.objects.bulk_create([Membership(group=group, user_id=user) for user in users], ignore_conflicts=True)


def hold(apps, role, centre, users):
    StaffRole = apps.get_model("accounts", "StaffRole")
    StaffRole.objects.bulk_create([StaffRole(user_id=user, name=role, centre_id=centre) for user in users], ignore_conflicts=True)


def group_names_from_rows(apps, schema_editor):
    """Each group of a centre gets the name that the old code reads the role from; who is in it and what it was granted stays."""
    for row in apps.get_model("accounts", "RoleGroup").objects.select_related("group", "centre"):
        row.group.name = f"{row.name}@{row.centre.slug if row.centre else ''}"
        row.group.save(update_fields=["name"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_roles_of_staff'),
    ]

    operations = [
        migrations.RunPython(rows_from_groups, group_names_from_rows),
    ]

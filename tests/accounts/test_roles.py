"""What a role may: the table of rights, written down once more and apart from the code."""

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from wagtail.models import GroupPagePermission

from accounts.models import Centre, CentreGroupPermission, RoleGroup, StaffRole, User
from accounts.staff.actions.roles import RoleNeedsCentre, centres_of, give_role, roles_of, set_roles, sync_roles, take_role
from accounts.staff.roles import ALL, CODENAMES, OWN, ROLES
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_centre, make_user
from tests.races import race

TABLE = """
may               | account_manager | centre_manager | marketing | service_adviser | wash_attendant | administrator | outside_agent
meet_customers    | own             | all            | all       | all             | –              | all           | –
see_customers     | own             | all            | all       | –               | –              | all           | –
serve_customers   | own             | all            | –         | –               | –              | all           | –
call              | own             | all            | –         | –               | –              | all           | own
see_value         | own             | all            | –         | –               | –              | all           | –
see_private       | own             | all            | –         | –               | –              | all           | –
record_consent    | own             | all            | all       | all             | –              | all           | –
run_events        | –               | all            | all       | –               | –              | all           | –
invite            | own             | all            | all       | –               | –              | all           | –
check_in          | yes             | yes            | –         | yes             | –              | yes           | –
hand_out          | yes             | yes            | –         | yes             | –              | yes           | –
redeem            | –               | yes            | –         | yes             | yes            | yes           | –
undo_redemption   | –               | yes            | –         | –               | –              | yes           | –
approve_gift      | –               | yes            | –         | –               | –              | yes           | –
sort_mail         | –               | yes            | –         | –               | –              | yes           | –
export            | own             | all            | all       | –               | –              | all           | –
run_campaigns     | –               | all            | all       | –               | –              | all           | –
run_programmes    | –               | all            | all       | –               | –              | all           | –
edit_pages        | –               | –              | yes       | –               | –              | yes           | –
administer        | –               | –              | –         | –               | –              | yes           | –
"""


def on_paper():
    """(role, codename) -> "own", "all" or nothing at all."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    cells = {(role, line[0]): cell for line in lines for role, cell in zip(head[1:], line[1:], strict=True)}
    return {place: "own" if cell == "own" else "all" for place, cell in cells.items() if cell != "–"}


def test_the_roles_are_those_of_the_table():
    assert {(role, may): reach for role, rights in ROLES.items() for may, reach in rights.items()} == on_paper()


def test_every_codename_of_the_table_is_a_permission_on_centre_and_no_other_is():
    assert {may for _role, may in on_paper()} == set(CODENAMES) == {codename for codename, _words in Centre._meta.permissions}


def granted(user):
    """What the user's groups were granted, as (codename, slug of the centre)."""
    grants = CentreGroupPermission.objects.filter(group__in=user.groups.all())
    return set(grants.values_list("permission__codename", "content_object__slug"))


def in_general(user):
    return set(Permission.objects.filter(group__in=user.groups.all(), content_type__model="centre").values_list("codename", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_the_groups_of_a_role_hold_what_the_table_says(role, north, south):
    user = make_user(role=role, at=[north])
    assert granted(user) == {(may, "nord") for (r, may), reach in on_paper().items() if (r, reach) == (role, "all")}
    assert in_general(user) == {may for (r, may), reach in on_paper().items() if (r, reach) == (role, "own")}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("may", CODENAMES)
def test_a_user_may_what_the_table_says(role, may, north):
    assert make_user(role=role, at=[north]).may(may) is ((role, may) in on_paper())


@pytest.mark.django_db
def test_a_role_is_given_once_to_many(north):
    first, second = make_user(), make_user()
    assert give_role(first, "marketing", [north], by=None)
    groups = Group.objects.count()
    assert give_role(second, "marketing", [north], by=None)
    assert set(first.groups.all()) == set(second.groups.all())
    assert Group.objects.count() == groups
    assert roles_of(first) == roles_of(second) == {"marketing"}


@pytest.mark.django_db
def test_a_role_at_several_centres_counts_at_each(north, south):
    west = make_centre("west")
    user = make_user(role="centre_manager", at=[north, south])
    assert set(Centre.objects.where(user, may="see_value")) == {north, south}
    assert west not in Centre.objects.where(user, may="see_value")


@pytest.mark.django_db
@pytest.mark.parametrize("change", [give_role, lambda user, role, centres, by: set_roles(user, {role: centres}, by=by)])
def test_a_role_that_the_table_does_not_know_is_refused(north, change):
    user = make_user(role="marketing", at=[north])
    with pytest.raises(KeyError):
        change(user, "janitor", [north], by=None)
    assert centres_of(user) == {"marketing": {north.pk}}


@pytest.mark.django_db
@pytest.mark.parametrize("change", [give_role, take_role, lambda user, role, centres, by: set_roles(user, {role: centres}, by=by)])
def test_a_role_without_a_centre_is_refused(north, change):
    user = make_user(role="marketing", at=[north])
    with pytest.raises(RoleNeedsCentre):
        change(user, "wash_attendant", [], by=None)
    assert centres_of(user) == {"marketing": {north.pk}}
    assert Entry.objects.about(user).count() == 1


# Changing the roles of a user ----------------------------------------------------------------------------------------------------


def fresh(user):
    """The user as the next request sees them."""
    return User.objects.get(pk=user.pk)


@pytest.mark.django_db
def test_roles_add_up_and_one_is_taken_without_the_other(north, south):
    user = make_user(role="wash_attendant", at=[north, south])
    give_role(user, "marketing", [south], by=None)
    assert centres_of(user) == {"wash_attendant": {north.pk, south.pk}, "marketing": {south.pk}}
    assert fresh(user).rights.centres("redeem") == {north.pk, south.pk}
    assert take_role(user, "wash_attendant", [south], by=None)
    assert fresh(user).rights.centres("redeem") == {north.pk}
    assert fresh(user).rights.centres("run_events") == {south.pk}
    assert take_role(user, "marketing", by=None)
    assert centres_of(user) == {"wash_attendant": {north.pk}}
    assert not fresh(user).may("run_events")


@pytest.mark.django_db
def test_a_role_in_general_lasts_as_long_as_it_is_held_anywhere(north, south):
    user = make_user(role="account_manager", at=[north, south])
    take_role(user, "account_manager", [north], by=None)
    assert fresh(user).may("serve_customers")
    take_role(user, "account_manager", [south], by=None)
    assert not fresh(user).may("serve_customers")
    assert not user.groups.exists()


@pytest.mark.django_db
def test_roles_that_are_set_replace_the_others(north, south):
    user = make_user(role="centre_manager", at=[north])
    set_roles(user, {"marketing": [north], "wash_attendant": [south]}, by=None)
    assert centres_of(user) == {"marketing": {north.pk}, "wash_attendant": {south.pk}}
    assert fresh(user).rights.centres("redeem") == {south.pk}
    set_roles(user, {}, by=None)
    assert not roles_of(user) and not user.groups.exists() and not fresh(user).rights.granted


@pytest.mark.django_db
def test_a_change_of_roles_is_in_the_history_with_before_and_after(north, south, admin):
    user = make_user(role="wash_attendant", at=[north])
    give_role(user, "wash_attendant", [south], by=admin)
    entry = Entry.objects.about(user).latest("pk")
    assert (entry.action, entry.actor_id) == ("user.roles_changed", admin.pk)
    change = entry.changes.get()
    assert change.before == [["wash_attendant", north.pk]]
    assert change.after == [["wash_attendant", north.pk], ["wash_attendant", south.pk]]


@pytest.mark.django_db
def test_doing_it_twice_changes_nothing_and_leaves_no_entry(north):
    user = make_user(role="wash_attendant", at=[north])
    entries = Entry.objects.count()
    assert not give_role(user, "wash_attendant", [north], by=None)
    assert not set_roles(user, {"wash_attendant": [north]}, by=None)
    assert not take_role(user, "marketing", [north], by=None)
    assert Entry.objects.count() == entries


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_roles_given_at_the_same_moment_are_all_held():
    centres = [make_centre() for _ in range(4)]
    user = make_user()
    outcomes = race(
        *[lambda centre=centre: give_role(User.objects.get(pk=user.pk), "wash_attendant", [centre], by=None) for centre in centres]
    )
    assert outcomes == [True] * 4
    assert centres_of(user) == {"wash_attendant": {centre.pk for centre in centres}}
    assert fresh(user).rights.centres("redeem") == {centre.pk for centre in centres}


# R49: exactly the rights of the table on exactly these centres, for any number and names of centres --------------------------------


@pytest.fixture
def forty(db):
    """Forty centres whose slugs have 44 signs and differ at the end alone."""
    return [make_centre(f"{'autohaus-hellwege-niederlassung-':-<42}{number:02}") for number in range(40)]


def test_two_attendants_of_nearly_the_same_centres_may_redeem_exactly_there(forty):
    first = make_user(role="wash_attendant", at=forty[:39])
    second = make_user(role="wash_attendant", at=[*forty[:38], forty[39]])
    assert set(Centre.objects.where(first, may="redeem")) == set(forty[:39])
    assert set(Centre.objects.where(second, may="redeem")) == {*forty[:38], forty[39]}


def test_a_renamed_centre_keeps_its_people(forty):
    user = make_user(role="service_adviser", at=forty[:2])
    Centre.objects.filter(pk=forty[0].pk).update(slug="renamed")
    other = make_centre(forty[0].slug)  # another one takes the name
    sync_roles()
    newcomer = make_user(role="service_adviser", at=[other])
    assert set(Centre.objects.where(fresh(user), may="hand_out")) == set(forty[:2])
    assert set(Centre.objects.where(newcomer, may="hand_out")) == {other}


@pytest.fixture
def complaints(monkeypatch):
    """A right that the next release adds: attendants may write complaints down at their centre, account managers for their own."""
    monkeypatch.setattr(Centre._meta, "permissions", [*Centre._meta.permissions, ("write_complaints", "Write complaints down")])
    create_permissions(apps.get_app_config("accounts"))  # as the release's migration would
    monkeypatch.setitem(ROLES, "wash_attendant", {**ROLES["wash_attendant"], "write_complaints": ALL})
    monkeypatch.setitem(ROLES, "account_manager", {**ROLES["account_manager"], "write_complaints": OWN})


def test_a_right_added_to_the_table_reaches_everybody_by_migrate(forty, anna, request):
    before = make_user(role="wash_attendant", at=forty[:39])
    request.getfixturevalue("complaints")
    assert not fresh(before).may("write_complaints")
    call_command("migrate", verbosity=0)
    assert set(Centre.objects.where(fresh(before), may="write_complaints")) == set(forty[:39])
    assert "write_complaints" in fresh(anna).rights.general
    after = make_user(role="wash_attendant", at=[forty[39]])
    assert set(Centre.objects.where(after, may="write_complaints")) == {forty[39]}


def test_a_right_taken_from_the_table_is_gone_after_sync_roles(forty, monkeypatch):
    user = make_user(role="service_adviser", at=forty)
    monkeypatch.setitem(ROLES, "service_adviser", {"hand_out": ALL})
    call_command("sync_roles", stdout=StringIO())
    assert fresh(user).rights.granted.keys() == {"hand_out"}
    assert fresh(user).rights.centres("hand_out") == {centre.pk for centre in forty}


def test_editing_pages_comes_and_goes_with_the_table(dora, monkeypatch):
    pages = GroupPagePermission.objects.filter(group__user=dora)
    assert pages.count() == 3  # once, at however many centres
    monkeypatch.setitem(ROLES, "marketing", {name: reach for name, reach in ROLES["marketing"].items() if name != "edit_pages"})
    sync_roles()
    assert not pages.exists()
    assert not fresh(dora).has_perm("wagtailadmin.access_admin")
    monkeypatch.undo()
    sync_roles()
    assert pages.count() == 3
    assert fresh(dora).has_perm("wagtailadmin.access_admin")


def test_what_was_tampered_with_agrees_again_after_sync_roles(north, south, carla, dora):
    group = RoleGroup.objects.get(name="centre_manager", centre=north).group
    CentreGroupPermission.objects.filter(group=group, permission__codename="redeem").delete()
    CentreGroupPermission.objects.create(group=group, permission=Permission.objects.get(codename="redeem"), content_object=south)
    dora.groups.add(group)
    carla.groups.clear()
    sync_roles()
    assert fresh(carla).rights.centres("redeem") == {north.pk}
    assert not fresh(dora).may("redeem")


@pytest.mark.parametrize("roles", [("account_manager",), ("account_manager", "wash_attendant"), ("marketing",)])
def test_sync_roles_costs_the_same_whatever_is_held_and_at_how_many_centres(forty, django_assert_num_queries, roles):
    for role in roles:
        make_user(role=role, at=forty)
    with django_assert_num_queries(53):
        sync_roles()


def test_each_role_has_its_group_before_anybody_holds_it(db):
    assert not StaffRole.objects.exists()
    assert set(RoleGroup.objects.values_list("name", "centre")) == {(role, None) for role in ROLES}


def test_sync_roles_changes_nothing_where_all_agrees(forty, django_assert_num_queries):
    for role in ROLES:
        make_user(role=role, at=forty[:3])
    before = rows_of_rights()
    with django_assert_num_queries(53):
        sync_roles()
    make_user(role="marketing", at=forty)
    with django_assert_num_queries(53):
        sync_roles()
    assert before <= rows_of_rights()


def rows_of_rights():
    return {
        *CentreGroupPermission.objects.values_list("pk", "group", "permission", "content_object"),
        *Group.permissions.through.objects.values_list("pk", "group", "permission"),
        *User.groups.through.objects.values_list("pk", "user", "group"),
        *GroupPagePermission.objects.values_list("pk", "group", "permission", "page"),
    }

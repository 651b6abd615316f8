"""What a role may: DOMAIN's table, here once more as it stands on paper."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Centre, CentreGroupPermission
from accounts.staff.roles import CODENAMES, ROLES, give_role, roles_of
from tests.factories.accounts import make_centre, make_user

TABLE = """
may               | account_manager | centre_manager | marketing | service_adviser | wash_attendant | administrator
meet_customers    | own             | all            | all       | all             | –              | all
see_customers     | own             | all            | all       | –               | –              | all
serve_customers   | own             | all            | –         | –               | –              | all
see_value         | own             | all            | –         | –               | –              | all
see_private       | own             | all            | –         | –               | –              | all
record_consent    | own             | all            | all       | all             | –              | all
run_events        | –               | all            | all       | –               | –              | all
invite            | own             | all            | all       | –               | –              | all
check_in          | yes             | yes            | –         | yes             | –              | yes
hand_out          | yes             | yes            | –         | yes             | –              | yes
redeem            | –               | yes            | –         | yes             | yes            | yes
undo_redemption   | –               | yes            | –         | –               | –              | yes
approve_gift      | –               | yes            | –         | –               | –              | yes
export            | own             | all            | all       | –               | –              | all
run_campaigns     | –               | all            | all       | –               | –              | all
run_programmes    | –               | all            | all       | –               | –              | all
edit_pages        | –               | –              | yes       | –               | –              | yes
administer        | –               | –              | –         | –               | –              | yes
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


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_group_holds_what_the_table_says(role, north, south):
    group = give_role(make_user(), role, [north])
    granted = CentreGroupPermission.objects.filter(group=group).values_list("permission__codename", "content_object__slug")
    general = Permission.objects.filter(group=group, content_type__model="centre").values_list("codename", flat=True)
    assert set(granted) == {(may, "nord") for (r, may), reach in on_paper().items() if (r, reach) == (role, "all")}
    assert set(general) == {may for (r, may), reach in on_paper().items() if (r, reach) == (role, "own")}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("may", CODENAMES)
def test_a_user_may_what_the_table_says(role, may, north):
    assert make_user(role=role, at=[north]).may(may) is ((role, may) in on_paper())


@pytest.mark.django_db
def test_a_role_is_given_once_to_many(north):
    first, second = make_user(), make_user()
    assert give_role(first, "marketing", [north]) == give_role(second, "marketing", [north])
    assert roles_of(first) == roles_of(second) == {"marketing"}
    assert first.groups.get().user_set.count() == 2


@pytest.mark.django_db
def test_a_role_at_several_centres_counts_at_each(north, south):
    west = make_centre("west")
    user = make_user(role="centre_manager", at=[north, south])
    assert set(Centre.objects.where(user, may="see_value")) == {north, south}
    assert west not in Centre.objects.where(user, may="see_value")


@pytest.mark.django_db
def test_a_role_that_the_table_does_not_know_is_refused(north):
    with pytest.raises(KeyError):
        give_role(make_user(), "janitor", [north])

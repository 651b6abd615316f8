"""R20, R24, R49: an administrator of one centre gives roles there, and gains nothing elsewhere."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Centre, Company, User
from accounts.staff.actions.roles import centres_of, give_role
from fleetportal.core import audit
from tests.factories.accounts import assign, make_company, make_user

pytestmark = pytest.mark.django_db
PASSWORD = {"usable_password": "true", "password1": "a long enough word", "password2": "a long enough word"}


@pytest.fixture
def norbert(north: Centre, south: Centre, client: Client) -> User:
    """Administers the north alone."""
    user = make_user("norbert", role="administrator", at=[north], home_centre=north)
    client.force_login(user)
    return user


def page_of(user: User, name: str = "change") -> str:
    if name == "password":
        return reverse("admin:auth_user_password_change", args=[user.pk])
    return reverse("admin:accounts_user_change", args=[user.pk])


def facts_of(user: User, **more: Any) -> dict[str, Any]:
    names = {"username": user.username, "first_name": "New", "last_name": user.last_name, "language": "en", "is_active": "on"}
    return {**names, **more}


def test_r20_users_of_other_centres_are_not_there(client: Client, norbert: User, anna: User, boris: User) -> None:
    shown = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert ">anna<" in shown and ">boris<" not in shown
    for page in (page_of(boris), page_of(boris, "password")):
        assert client.get(page).status_code in (302, 404)
        assert client.post(page, {**facts_of(boris), **PASSWORD}).status_code in (302, 404)
    assert User.objects.get(pk=boris.pk).check_password("demo")


def test_r24_a_role_is_given_at_ones_own_centre_alone(client: Client, norbert: User, anna: User, north: Centre, south: Centre) -> None:
    answer = client.post(page_of(anna), facts_of(anna, account_manager_at=[north.pk], administrator_at=[south.pk]))
    assert answer.status_code == 200, "not one of the choices"
    assert centres_of(anna) == {"account_manager": {north.pk}}
    assert client.post(page_of(anna), facts_of(anna, marketing_at=[north.pk])).status_code == 302
    assert centres_of(anna) == {"marketing": {north.pk}}


def test_r24_roles_elsewhere_stay_whatever_the_form_says(client: Client, norbert: User, anna: User, north: Centre, south: Centre) -> None:
    give_role(anna, "centre_manager", [south], by=None)
    assert client.post(page_of(anna), facts_of(anna, marketing_at=[north.pk])).status_code == 302
    assert centres_of(anna) == {"centre_manager": {south.pk}, "marketing": {north.pk}}


def test_r24_name_address_and_password_of_somebody_with_a_role_elsewhere_are_not_theirs_to_change(
    client: Client, norbert: User, anna: User, north: Centre, south: Centre
) -> None:
    give_role(anna, "centre_manager", [south], by=None)
    before = User.objects.get(pk=anna.pk)
    client.post(page_of(anna), {**facts_of(anna, marketing_at=[north.pk]), "email": "norbert@fleet.example", "is_active": ""})
    assert client.post(page_of(anna, "password"), PASSWORD).status_code == 403
    after = User.objects.get(pk=anna.pk)
    assert (after.email, after.first_name, after.is_active, after.password) == (before.email, before.first_name, True, before.password)


def test_r24_the_password_of_a_user_of_ones_own_centre_is_set(client: Client, norbert: User, anna: User) -> None:
    assert client.post(page_of(anna, "password"), PASSWORD).status_code == 302
    assert User.objects.get(pk=anna.pk).check_password("a long enough word")


def test_r24_a_user_they_make_belongs_to_their_centre(client: Client, norbert: User, north: Centre, south: Centre) -> None:
    client.post(reverse("admin:accounts_user_add"), {"username": "frida", **PASSWORD})
    frida = User.objects.get(username="frida")
    assert frida.home_centre == north
    assert client.post(page_of(frida), facts_of(frida, home_centre=south.pk)).status_code == 200, "not one of the choices"
    assert client.post(page_of(frida), facts_of(frida, home_centre=north.pk, redeem_at=[], wash_attendant_at=[north.pk])).status_code == 302
    assert centres_of(frida) == {"wash_attendant": {north.pk}}


def test_r20_other_centres_are_not_theirs_to_edit_nor_to_add(client: Client, norbert: User, north: Centre, south: Centre) -> None:
    assert client.get(reverse("admin:accounts_centre_change", args=[north.pk])).status_code == 200
    assert client.get(reverse("admin:accounts_centre_change", args=[south.pk])).status_code == 302
    assert client.get(reverse("admin:accounts_centre_add")).status_code == 403


def test_r20_no_filter_beside_a_list_names_users_or_centres_elsewhere(
    client: Client, norbert: User, anna: User, boris: User, carla: User, north_ag: Company, south: Centre
) -> None:
    assign(make_company(north_ag.centre), carla)
    assign(make_company(south), boris)
    assignments = client.get(reverse("admin:accounts_assignment_changelist")).content.decode()
    assert str(carla) in assignments and str(boris) not in assignments
    users = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert "Nord" in users and south.name not in users


def test_r20_the_history_shows_what_users_of_their_centres_did(client: Client, norbert: User, anna: User, boris: User, admin: User) -> None:
    with transaction.atomic():
        seen, unseen = (audit.record("x.tried", user, by=user) for user in (anna, boris))
    page = reverse("admin:core_entry_changelist")
    assert [entry.pk in shown(client.get(page)) for entry in (seen, unseen)] == [True, False]
    assert client.get(reverse("admin:core_entry_change", args=[unseen.pk])).status_code == 302
    client.force_login(admin)
    assert {seen.pk, unseen.pk} <= shown(client.get(page))


def shown(answer: Any) -> set[int]:
    return {row.pk for row in answer.context["cl"].result_list}


def test_r24_a_user_above_all_centres_is_nobodys_of_one(client: Client, norbert: User, north: Centre) -> None:
    above = make_user("above", home_centre=north)
    User.objects.filter(pk=above.pk).update(is_superuser=True)
    assert client.post(page_of(above, "password"), PASSWORD).status_code in (302, 404)
    assert User.objects.get(pk=above.pk).check_password("demo")

"""Administrators make users and give them a role at centres; nobody else finds the address."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Assignment, User
from accounts.staff.actions.roles import centres_of, give_role, roles_of
from contacts.models import Task
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_user
from tests.factories.meetings import make_meeting

ADDRESS = "/django-admin/"


@pytest.mark.parametrize("who", ["anna", "carla", "dora", "emil", "wanda"])
def test_administration_is_closed_to_everybody_else(client, request, who):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(ADDRESS + "accounts/user/")
    assert answer.status_code in (302, 404)
    assert who.encode() not in answer.content


def test_an_administrator_makes_a_user_and_gives_a_role(client, admin, north, south):
    client.force_login(admin)
    made = client.post(
        reverse("admin:accounts_user_add"),
        {"username": "frida", "usable_password": "true", "password1": "a long enough word", "password2": "a long enough word"},
    )
    assert made.status_code == 302
    frida = User.objects.get(username="frida")
    words = {"username": "frida", "first_name": "Frida", "last_name": "Gross", "language": "de", "is_active": "on"}
    client.post(reverse("admin:accounts_user_change", args=[frida.pk]), {**words, "service_adviser_at": [north.pk]})
    frida = User.objects.get(pk=frida.pk)
    assert roles_of(frida) == {"service_adviser"}
    assert frida.rights.centres("hand_out") == {north.pk}
    assert set(Entry.objects.filter(object_type="accounts.user", object_id=frida.pk).values_list("action", flat=True)) == {
        "user.made",
        "user.administered",
        "user.roles_changed",
    }


ANNA = {"username": "anna", "first_name": "Anna", "last_name": "Reinhardt", "language": "en", "is_active": "on"}


def test_the_form_shows_every_role_with_its_centres_and_loses_none(client, admin, anna, north, south):
    give_role(anna, "marketing", [north, south], by=None)
    client.force_login(admin)
    address = reverse("admin:accounts_user_change", args=[anna.pk])
    form = client.get(address).context["adminform"].form
    assert {name: set(form.initial[name]) for name in ("account_manager_at", "marketing_at", "administrator_at")} == {
        "account_manager_at": {north.pk},
        "marketing_at": {north.pk, south.pk},
        "administrator_at": set(),
    }
    assert "Run voucher programmes" in form.fields["marketing_at"].help_text
    client.post(address, {**ANNA, "phone": "1", "account_manager_at": [north.pk], "marketing_at": [north.pk, south.pk]})
    assert centres_of(anna) == {"account_manager": {north.pk}, "marketing": {north.pk, south.pk}}
    client.post(address, {**ANNA, "account_manager_at": [north.pk], "marketing_at": [south.pk]})
    assert centres_of(anna) == {"account_manager": {north.pk}, "marketing": {south.pk}}
    client.post(address, {**ANNA, "account_manager_at": [north.pk]})
    assert centres_of(anna) == {"account_manager": {north.pk}}


def test_a_role_at_a_centre_that_does_not_exist_is_asked_about(client, admin, anna, north):
    client.force_login(admin)
    address = reverse("admin:accounts_user_change", args=[anna.pk])
    answer = client.post(address, {**ANNA, "marketing_at": [north.pk, "99999999999999999999"]})
    assert answer.status_code == 200
    assert "marketing_at" in answer.context["adminform"].form.errors
    assert roles_of(anna) == {"account_manager"}


def test_an_administrator_cannot_change_their_own_role(client, admin, north):
    client.force_login(admin)
    client.post(
        reverse("admin:accounts_user_change", args=[admin.pk]),
        {"username": "admin", "first_name": "A", "last_name": "Root", "language": "en", "wash_attendant_at": [north.pk]},
    )
    admin = User.objects.get(pk=admin.pk)
    assert roles_of(admin) == {"administrator"}
    assert admin.is_active


def test_the_history_can_be_read_but_not_changed(client, admin, north_ag):
    client.force_login(admin)
    entry = Entry.objects.about(north_ag).first()
    assert client.get(reverse("admin:core_entry_changelist")).status_code == 200
    assert client.post(reverse("admin:core_entry_change", args=[entry.pk]), {"action": "nothing"}).status_code in (403, 405)
    refused = client.post(reverse("admin:core_entry_delete", args=[entry.pk]), {"post": "yes"})
    assert refused.status_code == 403
    assert "Your role does not allow this" in refused.content.decode()
    assert Entry.objects.get(pk=entry.pk).action == entry.action


LEADS = {"admin": {"/cms/", "/django-admin/"}, "dora": {"/cms/"}, "carla": set(), "anna": set()}


@pytest.mark.parametrize("who", LEADS)
def test_the_menu_leads_to_the_other_two_houses_those_who_may_enter(client, request, north_ag, who):
    client.force_login(request.getfixturevalue(who))
    page = client.get("/companies/").content.decode()
    assert {address for address in ("/cms/", "/django-admin/") if f'href="{address}"' in page} == LEADS[who]


def test_the_page_of_a_user_counts_what_a_deactivated_account_leaves_behind(client, admin, anna, emil, north_ag, south_ag):
    """Deactivating ends nothing; each administrator sees what is at the centres they administer."""
    norbert = make_user("norbert", role="administrator", at=[north_ag.centre], home_centre=north_ag.centre)
    for company in (north_ag, south_ag):
        Assignment.assign(company, anna, starts_on=date(2020, 1, 1), by=None)
        Task.plan(company, "Call back", due_on=date(2027, 1, 11), owner=anna, by=anna)
    make_meeting(north_ag, account_manager=anna)
    address = reverse("admin:accounts_user_change", args=[anna.pk])
    for user, said in ((admin, "2 companies, 2 open tasks, 1 meeting."), (norbert, "1 company, 1 open task, 1 meeting.")):
        client.force_login(user)
        assert f"Still assigned to this user: {said}" in client.get(address).content.decode()
    before = list(Assignment.objects.order_by("pk").values())
    client.post(address, {name: value for name, value in ANNA.items() if name != "is_active"})
    anna.refresh_from_db()
    assert not anna.is_active and list(Assignment.objects.order_by("pk").values()) == before
    assert Task.objects.open().filter(owner=anna).count() == 2
    other = reverse("admin:accounts_user_change", args=[emil.pk])
    assert "Nothing at the centres you administer is assigned" in client.get(other).content.decode()

"""A person is forgotten from their page or by command, and moves to another company in one form."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Company, TouchedCompany
from contacts.models import DecisionMaker, Person, VehicleUser
from contacts.people.person_data import kept_about
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.message import Message
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def brandt(north_ag: Company) -> Person:
    person = make_person("Brandt", first_name="Thomas", email="brandt@nordhafen.example")
    make_role("user", north_ag, person, job_title="Fitter")
    make_invitation(make_event(north_ag.centre), person, company=north_ag)
    return person


def test_the_page_shows_what_goes_and_forgets_only_with_the_tick(client: Client, admin: Any, brandt: Person) -> None:
    client.force_login(admin)
    path = f"/people/{brandt.pk}/forget/"
    assert f'href="{path}"' in client.get(f"/people/{brandt.pk}/").content.decode()

    page = client.get(path).content.decode()
    assert "Invitations" in page and "Addresses" in page
    assert {str(words): count for words, count in kept_about(brandt)}["Invitations"] == 1
    assert client.post(path, {}).status_code == 422
    assert Person.objects.get(pk=brandt.pk).last_name == "Brandt"

    assert client.post(path, {"is_sure": "on"})["Location"] == "/people/"
    gone = Person.objects.get(pk=brandt.pk)
    assert (gone.first_name, gone.last_name, gone.email) == ("", "", "")
    assert Entry.objects.get(action="person.forgotten").actor_id == admin.pk
    assert not Message.objects.filter(text__contains="Brandt").exists()
    assert kept_about(gone) == []


def test_forgetting_is_for_whoever_administers_each_company_that_knows_the_person(
    client: Client, carla: Any, admin: Any, brandt: Person
) -> None:
    client.force_login(carla)
    assert "forget/" not in client.get(f"/people/{brandt.pk}/").content.decode()
    assert client.get(f"/people/{brandt.pk}/forget/").status_code == 404

    make_role("driver", make_company(), brandt)  # at a centre that nobody here administers
    client.force_login(admin)
    assert client.post(f"/people/{brandt.pk}/forget/", {"is_sure": "on"}).status_code == 404
    assert Person.objects.get(pk=brandt.pk).last_name == "Brandt"


def test_the_command_shows_what_would_go_in_a_dry_run_and_else_forgets(brandt: Person, capsys: Any) -> None:
    call_command("forget", "brandt@nordhafen.example", "--dry-run")
    assert "Nothing has been changed" in capsys.readouterr().out
    assert Person.objects.get(pk=brandt.pk).last_name == "Brandt"
    call_command("forget", "Thomas Brandt")
    assert Person.objects.get(pk=brandt.pk).last_name == ""
    with pytest.raises(CommandError):
        call_command("forget", "Thomas Brandt")


def test_one_form_ends_the_role_here_and_begins_it_there(client: Client, anna: Any, north_ag: Company) -> None:
    there = make_company(north_ag.centre, looked_after_by=anna)
    role = make_role("decision_maker", north_ag, kind="owner", job_title="Head of fleet", responsibilities=["orders"])
    client.force_login(anna)
    path, today = f"/decision-makers/{role.pk}/move/", timezone.localdate()
    assert path in client.get(f"/people/{role.person_id}/").content.decode()
    TouchedCompany.objects.all().delete()

    answer = client.post(path, {"company": there.pk, "on": today.isoformat()})

    assert answer["Location"] == f"/people/{role.person_id}/"
    before, after = DecisionMaker.objects.order_by("pk")
    assert (before.company, before.ends_on) == (north_ag, today - timedelta(days=1))
    assert (after.company, after.starts_on, after.ends_on) == (there, today, None)
    assert (after.kind, after.job_title, after.responsibilities) == ("owner", "Head of fleet", ["orders"])
    assert set(TouchedCompany.objects.values_list("company", flat=True)) == {north_ag.pk, there.pk}
    assert client.post(path, {"company": there.pk, "on": today.isoformat()}).status_code == 404, "the role here is over"


def test_nobody_moves_to_a_company_out_of_reach_or_before_they_came(
    client: Client, anna: Any, north_ag: Company, south_ag: Company
) -> None:
    there = make_company(north_ag.centre, looked_after_by=anna)
    role = make_role("user", north_ag, on=timezone.localdate())
    client.force_login(anna)
    path, today = f"/users/{role.pk}/move/", timezone.localdate()
    assert client.post(path, {"company": south_ag.pk, "on": (today + timedelta(days=3)).isoformat()}).status_code == 422
    assert client.post(path, {"company": there.pk, "on": today.isoformat()}).status_code == 422
    assert list(VehicleUser.objects.values_list("company", "ends_on")) == [(north_ag.pk, None)]

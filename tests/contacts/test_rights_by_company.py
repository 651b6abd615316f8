"""A person at two companies: what the user may at one of them is no right over what belongs to the other."""

import pytest
from django.test import Client
from guardian.shortcuts import assign_perm

from accounts.customers.models.company import rights_over
from accounts.models import Assignment, Centre, Company, User
from contacts.models import Person, PersonPair
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web.lists import page as lists
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def let(user: User, may: str, centre: Centre) -> None:
    assign_perm(f"accounts.{may}", user, centre)


@pytest.fixture
def both(north_ag: Company, south_ag: Company) -> Person:
    """Somebody who works for Anna's company and for Boris's."""
    person = make_person("Zweihut")
    for company in (north_ag, south_ag):
        make_role("decision_maker", company, person)
    return person


def test_rights_are_by_company(anna: User, south: Centre, north_ag: Company, south_ag: Company) -> None:
    let(anna, "meet_customers", south)
    held = rights_over([north_ag, south_ag], anna)
    assert held[south_ag.pk] == {"meet_customers"}
    assert "serve_customers" in held[north_ag.pk]


def test_a_role_is_offered_for_editing_only_where_its_company_is_served(
    client: Client, anna: User, south: Centre, both: Person, south_ag: Company, north_ag: Company
) -> None:
    let(anna, "meet_customers", south)
    client.force_login(anna)
    page = client.get(f"/people/{both.pk}/").content.decode()
    roles = {role.company: role for role in both.decision_maker_roles.select_related("company")}
    assert "Kanarienvogel" in page
    assert f"/decision-makers/{roles[north_ag].pk}/edit/" in page
    assert f"/decision-makers/{roles[south_ag].pk}/edit/" not in page
    assert client.get(f"/decision-makers/{roles[south_ag].pk}/edit/").status_code == 404


def test_a_consent_is_kept_with_a_company_where_it_may_be_recorded(
    client: Client, emil: User, south: Centre, both: Person, north_ag: Company
) -> None:
    let(emil, "meet_customers", south)
    client.force_login(emil)
    values = {
        "address": both.addresses.get().pk, "purposes": "invitations", "answer": "yes", "source": "counter", "wording": "Yes.",
    }  # fmt: skip
    assert client.post(f"/people/{both.pk}/consents/new/", values).status_code == 303
    assert both.addresses.get().consents.get().company == north_ag


def exported(client: Client, address: str = "/people/") -> str:
    return client.post(address, {"_export": "csv", "reason": "The yearly report"}).content.decode()


def test_a_role_leaves_the_house_only_where_the_user_may_export(client: Client, anna: User, south: Centre, both: Person) -> None:
    for may in ("meet_customers", "see_customers"):
        let(anna, may, south)
    client.force_login(anna)
    assert "Kanarienvogel" in client.get("/people/").content.decode()
    assert "Nordhafen" in exported(client)
    assert "Kanarienvogel" not in exported(client)


def test_a_pair_leaves_the_house_without_the_roles_that_may_not(
    client: Client, anna: User, south: Centre, both: Person, north_ag: Company
) -> None:
    twin = make_person("Zweihut", email=both.email)
    make_role("user", north_ag, twin)
    PersonPair.objects.get_or_create(one=both, other=twin, defaults={"found_by": "email"})
    for may in ("meet_customers", "serve_customers"):
        let(anna, may, south)
    client.force_login(anna)
    assert "Kanarienvogel" in client.get("/duplicates/").content.decode()
    assert "Nordhafen" in exported(client, "/duplicates/")
    assert "Kanarienvogel" not in exported(client, "/duplicates/")


def test_a_file_that_names_a_company_no_longer_theirs_is_withheld(
    client: Client, anna: User, both: Person, south_ag: Company, settings, tmp_path, monkeypatch
) -> None:
    settings.FILES_ROOT = tmp_path
    monkeypatch.setattr(lists, "EXPORTED_AT_ONCE", 0)
    stand_in = Assignment.assign(south_ag, anna, starts_on=both.entered_at.date(), by=None, kind=Assignment.Kind.STAND_IN)
    client.force_login(anna)
    client.post("/people/", {"_export": "csv", "reason": "The yearly report"})
    while jobs.run_due():
        pass
    job = jobs.Job.objects.get(kind="core.export")
    assert "Kanarienvogel" in b"".join(client.get(f"/exports/{job.pk}/file/").streaming_content).decode()
    stand_in.delete()
    assert client.get(f"/exports/{job.pk}/file/").status_code == 409

"""A task and a note of one's own from anywhere, and tasks of owners who left (pages 30, C4, acceptance 8)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Assignment, Centre, Company, User
from contacts.models import Interaction, Task
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_task

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def antje(north: Centre) -> User:
    return make_user("antje", role="account_manager", at=[north], last_name="Petersen", home_centre=north)


def tasks_of(user: User) -> list[Task]:
    return list(Task.objects.for_user(User.objects.get(pk=user.pk)).open().in_order())


def test_a_task_has_owner_day_and_record(as_anna: Client, anna: User, carla: User, north_ag: Company) -> None:
    person = make_role("user", north_ag, make_person("Muster")).person
    address, day = f"/companies/{north_ag.pk}/tasks/new/", TODAY() + timedelta(days=5)
    assert Task.objects.count() == 0
    assert as_anna.get(address, {"person": person.pk}).context["form"].initial["person"] == str(person.pk)
    facts = {"title": "Send the offer", "due_on": day.isoformat(), "owner": carla.pk, "person": person.pk}
    answer = as_anna.post(address, facts)
    task = Task.objects.get()
    assert answer.headers["Location"] == f"/companies/{north_ag.pk}/"
    assert (task.title, task.due_on, task.owner, task.person, task.company) == ("Send the offer", day, carla, person, north_ag)
    assert Entry.objects.about(task).get(action="task.planned").actor_id == anna.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("due_on", ""), ("due_on", (TODAY() - timedelta(days=1)).isoformat()), ("owner", "0"), ("person", "0")],
)
def test_a_task_that_says_too_little_is_asked_again(as_anna: Client, anna: User, north_ag: Company, field: str, value: str) -> None:
    facts = {"title": "Send", "due_on": TODAY().isoformat(), "owner": anna.pk, "person": ""}
    assert as_anna.post(f"/companies/{north_ag.pk}/tasks/new/", {**facts, field: value}).status_code == 422
    assert not Task.objects.exists()


def test_whoever_does_not_serve_the_company_neither_plans_nor_owns(
    as_anna: Client, boris: User, north_ag: Company, south_ag: Company
) -> None:
    facts = {"title": "Send", "due_on": TODAY().isoformat(), "owner": boris.pk}
    assert as_anna.post(f"/companies/{south_ag.pk}/tasks/new/", facts).status_code == 404
    assert as_anna.post(f"/companies/{north_ag.pk}/tasks/new/", facts).status_code == 422
    assert not Task.objects.exists()


def test_from_anywhere_the_company_is_asked_first_and_a_get_changes_nothing(as_anna: Client, north_ag: Company, south_ag: Company) -> None:
    page = as_anna.get("/tasks/new/", {"q": north_ag.name[:5]}).content.decode()
    assert f"/companies/{north_ag.pk}/tasks/new/" in page
    assert f"/companies/{north_ag.pk}/note/" in page
    assert south_ag.name not in as_anna.get("/tasks/new/", {"q": south_ag.name}).content.decode().replace(f"“{south_ag.name}”", "").replace(
        f'value="{south_ag.name}"', ""
    )
    assert as_anna.post("/tasks/new/").status_code == 405
    assert 'data-key="t"' in as_anna.get("/companies/").content.decode()


def test_a_note_is_on_the_timeline_and_no_contact(as_anna: Client, anna: User, north_ag: Company) -> None:
    assert as_anna.get(f"/companies/{north_ag.pk}/note/").status_code == 200
    assert as_anna.post(f"/companies/{north_ag.pk}/note/", {"text": ""}).status_code == 422
    as_anna.post(f"/companies/{north_ag.pk}/note/", {"text": "Moves to Kiel in May."})
    note = Interaction.objects.get()
    north_ag.refresh_from_db()
    assert (note.kind, note.text, note.by, note.is_real_contact, north_ag.last_contact_at) == (
        "note",
        "Moves to Kiel in May.",
        anna,
        False,
        None,
    )
    assert Entry.objects.about(note).get().action == "interaction.noted"
    assert "Moves to Kiel" in as_anna.get(f"/companies/{north_ag.pk}/timeline/").content.decode()


def test_the_dossier_shows_open_tasks_with_day_and_owner(as_anna: Client, carla: User, north_ag: Company, south_ag: Company) -> None:
    make_task(north_ag, carla, title="Price list")
    make_task(north_ag, carla, title="Done one").close(result="x", by=carla)
    page = as_anna.get(f"/companies/{north_ag.pk}/").content.decode()
    assert "Price list" in page
    assert "Done one" not in page
    assert str(carla) in page


def test_tasks_handed_over_show_to_the_successor(anna: User, antje: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    assert (tasks_of(anna), tasks_of(antje)) == ([task], [])
    Assignment.assign(north_ag, antje, starts_on=TODAY(), by=None)
    assert (tasks_of(anna), tasks_of(antje)) == ([], [task])


def test_tasks_of_a_gone_owner_show_to_whoever_is_responsible(anna: User, carla: User, north_ag: Company) -> None:
    gone = make_user("gone", role="centre_manager", at=[north_ag.centre])
    task = make_task(north_ag, gone)
    assert (tasks_of(anna), tasks_of(gone)) == ([], [task])
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert (tasks_of(anna), tasks_of(carla)) == ([task], [])


def test_where_nobody_is_responsible_the_centre_manager_has_them(north: Centre, anna: User, carla: User) -> None:
    company = make_company(north, looked_after_by=anna)
    task = make_task(company, anna)
    Assignment.objects.all().delete()
    assert (tasks_of(anna), tasks_of(carla)) == ([], [task])


def test_the_stand_in_has_the_tasks_of_whom_they_stand_in_for(anna: User, antje: User, carla: User, north_ag: Company) -> None:
    task, other = make_task(north_ag, anna), make_task(north_ag, carla)
    until = TODAY() + timedelta(days=7)
    Assignment.assign(north_ag, antje, starts_on=TODAY(), ends_on=until, by=None, kind=Assignment.Kind.STAND_IN)
    assert (tasks_of(anna), tasks_of(antje), tasks_of(carla)) == ([task], [task], [other])


def test_the_page_is_sorted_by_day_and_names_another_owner(client: Client, anna: User, antje: User, north_ag: Company) -> None:
    make_task(north_ag, anna, title="Later", due_on=TODAY() + timedelta(days=9))
    make_task(north_ag, anna, title="Sooner", due_on=TODAY() + timedelta(days=2))
    Assignment.assign(north_ag, antje, starts_on=TODAY(), by=None)
    client.force_login(antje)
    page = client.get("/tasks/").content.decode()
    assert 0 < page.index("Sooner") < page.index("Later")
    assert str(anna) in page


def test_an_owner_who_was_deactivated_while_responsible_leaves_them_to_the_manager(anna: User, carla: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    assert tasks_of(carla) == []
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert tasks_of(carla) == [task]


@pytest.mark.parametrize("kind", [Assignment.Kind.STAND_IN, Assignment.Kind.RESPONSIBLE])
def test_today_shows_what_fell_to_one_and_whose_it_was(client: Client, anna: User, antje: User, north_ag: Company, kind: str) -> None:
    make_task(north_ag, anna, title="Send the offer promised on the phone")
    mine = make_task(north_ag, antje, title="Mine, and more urgent", due_on=TODAY() - timedelta(days=1))
    client.force_login(antje)
    assert "Send the offer promised" not in client.get("/today/").content.decode()
    Assignment.assign(north_ag, antje, starts_on=TODAY(), by=None, kind=kind)
    answer = client.get("/today/")
    assert [task.title for task in answer.context["day"].tasks] == [mine.title, "Send the offer promised on the phone"]
    line = answer.content.decode().partition("Send the offer promised")[2].partition("</summary>")[0]
    assert str(anna) in line
    assert str(antje) not in line
    if kind == Assignment.Kind.STAND_IN:
        client.force_login(anna)
        assert "Send the offer promised" in client.get("/today/").content.decode(), "the owner still has it"


def test_today_shows_a_manager_what_a_deactivated_colleague_promised(client: Client, anna: User, carla: User, north_ag: Company) -> None:
    make_task(north_ag, anna, title="Send the offer")
    client.force_login(carla)
    assert "Send the offer" not in client.get("/today/").content.decode()
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert "Send the offer" in client.get("/today/").content.decode()

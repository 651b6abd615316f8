"""Open tasks selected on their page are handed over to a colleague who serves all their companies."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User
from contacts.memory.actions.complaints import complain
from contacts.memory.actions.tasks import hand_over, hand_over_many
from contacts.memory.models.task import TaskClosed
from contacts.models import Complaint, Task
from fleetportal.core.audit import Change, Entry
from tests.factories.accounts import assign, make_company, make_user
from tests.factories.reasons import make_task
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def antje(north: Centre, north_ag: Company) -> User:
    antje = make_user("antje", role="account_manager", at=[north], last_name="Blohm", home_centre=north)
    assign(north_ag, antje, kind="stand_in", ends_on=date(2999, 1, 1))
    return antje


def owners(*tasks: Task) -> list[User]:
    return [Task.objects.get(pk=task.pk).owner for task in tasks]


def test_selected_tasks_are_handed_to_a_colleague(as_anna: Client, anna: User, antje: User, carla: User, north_ag: Company) -> None:
    one, two, three = (make_task(north_ag, anna, title=f"Task {n}") for n in range(3))
    page = as_anna.get("/tasks/").content.decode()
    assert page.count('name="row"') == 3 and "/tasks/hand-over/" in page
    asked = as_anna.get(f"/tasks/hand-over/?row={one.pk}&row={two.pk}")
    assert "Hand over 2 tasks" in asked.content.decode() and "Task 0, Task 1" in asked.content.decode()
    assert set(asked.context["form"].fields["owner"].queryset) == {anna, antje, carla}
    assert owners(one, two) == [anna, anna], "a GET changes nothing"
    answer = as_anna.post("/tasks/hand-over/", {"row": asked.context["form"].initial["row"], "owner": antje.pk})
    assert answer["Location"] == "/tasks/"
    assert owners(one, two, three) == [antje, antje, anna]
    assert "2 tasks have been handed over to Antje Blohm." in as_anna.get("/tasks/").content.decode()
    assert Entry.objects.filter(action="task.handed_over", actor_id=anna.pk).count() == 2
    change = Change.objects.get(object_type="contacts.task", object_id=one.pk)
    assert (change.field, change.before, change.after) == ("owner", anna.pk, antje.pk)


def test_only_whoever_serves_every_company_is_offered(
    as_anna: Client, anna: User, antje: User, carla: User, boris: User, north: Centre, north_ag: Company
) -> None:
    other = make_company(north, name="Another", looked_after_by=anna)
    rows = f"{make_task(north_ag, anna).pk} {make_task(other, anna).pk}"
    offered = as_anna.get("/tasks/hand-over/", {"row": rows}).context["form"].fields["owner"].queryset
    assert set(offered) == {anna, carla}
    for user in (antje, boris):
        assert as_anna.post("/tasks/hand-over/", {"row": rows, "owner": user.pk}).status_code == 422
    assert {task.owner for task in Task.objects.all()} == {anna}


def test_what_is_out_of_reach_or_closed_stays_and_is_not_said(
    as_anna: Client, anna: User, boris: User, antje: User, north_ag: Company, south_ag: Company
) -> None:
    foreign, closed, mine = make_task(south_ag, boris, title="Geheim"), make_task(north_ag, anna, title="Done"), make_task(north_ag, anna)
    closed.close(result="Sent", by=anna)
    rows = f"{foreign.pk} {closed.pk} {mine.pk} x"
    assert "Geheim" not in as_anna.get("/tasks/hand-over/", {"row": rows}).content.decode()
    assert as_anna.post("/tasks/hand-over/", {"row": rows, "owner": antje.pk}).status_code == 303
    assert owners(foreign, closed, mine) == [boris, anna, antje]
    for nothing in ("", str(foreign.pk), "x"):
        assert as_anna.post("/tasks/hand-over/", {"row": nothing, "owner": antje.pk}).status_code == 422


def test_the_page_is_for_those_who_serve(client: Client, dora: User, emil: User) -> None:
    for user in (dora, emil):
        client.force_login(user)
        assert client.get("/tasks/hand-over/").status_code == 404


def test_whoever_takes_the_task_of_a_complaint_answers_it(anna: User, antje: User, north_ag: Company) -> None:
    complaint = complain(north_ag, person=None, text="Dirty", by=anna, on=timezone.localdate(), owner=anna)
    hand_over(Task.objects.get(pk=complaint.task_id), antje, by=anna)
    complaint.refresh_from_db()
    assert (complaint.owner, owners(Task(pk=complaint.task_id))) == (antje, [antje])
    assert Entry.objects.about(complaint).filter(action="complaint.handed_over").count() == 1


def test_a_closed_task_is_refused_and_a_second_time_changes_nothing(anna: User, antje: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    hand_over(task, antje, by=anna)
    hand_over(task, antje, by=anna)
    assert Entry.objects.filter(action="task.handed_over").count() == 1
    task.close(result="Sent", by=antje)
    with pytest.raises(TaskClosed):
        hand_over(Task.objects.get(pk=task.pk), anna, by=anna)
    assert owners(task) == [antje]


@pytest.mark.parametrize("count", [1, 3])
def test_handing_over_costs_the_same_for_one_and_three(
    anna: User, antje: User, north_ag: Company, count: int, django_assert_num_queries: Any
) -> None:
    tasks = [make_task(north_ag, anna) for _n in range(count)]
    with django_assert_num_queries(8):
        assert hand_over_many(tasks, antje, by=anna) == count


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_task_closed_at_the_same_moment_is_closed_or_handed_over_and_nothing_is_lost(anna: User, antje: User, north_ag: Company) -> None:
    tasks = [make_task(north_ag, anna) for _n in range(4)]

    def close() -> None:
        for task in tasks:
            Task.objects.get(pk=task.pk).close(result="Sent", by=anna)

    race(close, lambda: hand_over_many(tasks, antje, by=anna))
    assert set(Task.objects.values_list("state", flat=True)) == {Task.State.CLOSED}
    handed = {entry.object_id for entry in Entry.objects.filter(action="task.handed_over")}
    assert handed == set(Task.objects.filter(owner=antje).values_list("pk", flat=True))
    assert not Complaint.objects.exists()

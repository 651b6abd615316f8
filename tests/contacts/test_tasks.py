"""Tasks: something promised by a day, closed with what came of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.memory.models import task as tasks
from contacts.models import Task, TaskClosed
from fleetportal.core.audit import Entry
from tests.factories.reasons import make_task
from tests.races import race
from tests.selection import repetitions


def test_a_task_closes_with_a_result(north_ag: Company, anna: User) -> None:
    task = make_task(north_ag, anna)
    task.close(result="Sent by mail.", by=anna)
    task.refresh_from_db()
    assert (task.state, task.result) == (Task.State.CLOSED, "Sent by mail.")
    assert task.closed_at is not None
    assert [change.after for change in Entry.objects.about(task).get(action="task.closed").changes.all()] == ["Sent by mail."]


def test_a_closed_task_says_what_came_of_it_and_stays_so(north_ag: Company, anna: User, carla: User) -> None:
    task = make_task(north_ag, anna)
    task.close(result="Sent.", by=anna)
    entries = Entry.objects.count()
    with pytest.raises(TaskClosed) as refusal:
        Task.objects.get(pk=task.pk).close(result="Again.", by=carla)
    assert refusal.value.facts["result"] == "Sent."
    task.refresh_from_db()
    assert task.result == "Sent."
    assert Entry.objects.count() == entries


def test_reopening_is_the_way_back_and_safe_to_repeat(north_ag: Company, anna: User) -> None:
    task = make_task(north_ag, anna)
    task.close(result="Slip.", by=anna)
    task.reopen(by=anna)
    task.reopen(by=anna)
    task.refresh_from_db()
    assert (task.state, task.result, task.closed_at) == (Task.State.OPEN, "", None)
    assert Entry.objects.about(task).filter(action="task.reopened").count() == 1


def test_my_tasks_are_the_open_ones_i_promised_at_companies_in_reach(north_ag: Company, south_ag: Company, anna: User, carla: User) -> None:
    later, first = make_task(north_ag, anna, due_on=timezone.localdate() + timedelta(days=2)), make_task(north_ag, anna)
    make_task(north_ag, carla)
    make_task(south_ag, anna)
    make_task(north_ag, anna).close(result="x", by=anna)
    assert list(Task.objects.promised_by(anna).open().in_order()) == [first, later]


def test_the_tasks_page_shows_mine_and_lately_closed(as_anna: Client, anna: User, north_ag: Company, south_ag: Company) -> None:
    make_task(north_ag, anna, title="Price list")
    make_task(south_ag, anna, title="Kanarienvogel anrufen")
    make_task(north_ag, anna, title="Old one").close(result="Done well.", by=anna)
    page = as_anna.get("/tasks/").content.decode()
    assert all(said in page for said in ("Price list", "Old one", "Done well."))
    assert "Kanarienvogel" not in page


def test_an_empty_tasks_page_teaches(as_anna: Client, db: None) -> None:
    assert "No open tasks" in as_anna.get("/tasks/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tasks_page_costs_the_same(as_anna: Client, anna: User, north_ag: Company, rows: int, django_assert_num_queries) -> None:
    for _ in range(rows):
        make_task(north_ag, anna)
        make_task(north_ag, anna).close(result="x", by=anna)
    as_anna.get("/tasks/")
    with django_assert_num_queries(4):
        as_anna.get("/tasks/")


@pytest.mark.parametrize(("asked_from", "back"), [("", "/today/"), ("?from=tasks", "/tasks/")])
def test_closing_asks_for_the_result_and_goes_back_where_it_came_from(
    as_anna: Client, anna: User, north_ag: Company, asked_from: str, back: str
) -> None:
    task = make_task(north_ag, anna)
    refused = as_anna.post(f"/tasks/{task.pk}/close/{asked_from}", {"result": ""})
    assert refused.status_code == 422
    assert "Enter the outcome in a few words." in refused.content.decode()
    closed = as_anna.post(f"/tasks/{task.pk}/close/{asked_from}", {"result": "Sent."})
    assert (closed.status_code, closed.headers["Location"]) == (303, back)
    task.refresh_from_db()
    assert task.result == "Sent."
    assert as_anna.post(f"/tasks/{task.pk}/close/{asked_from}", {"result": "Again."}).status_code == 409
    assert as_anna.post(f"/tasks/{task.pk}/reopen/{asked_from}").headers["Location"] == back


def test_the_toast_after_closing_offers_the_way_back(as_anna: Client, anna: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    part = as_anna.post(f"/tasks/{task.pk}/close/", {"result": "Sent."}, headers={"HX-Request": "true"}).content.decode()
    assert f"/tasks/{task.pk}/reopen/" in part


@pytest.mark.parametrize("act", ["close", "reopen"])
def test_anothers_task_is_as_if_it_were_not_there(client: Client, boris: User, anna: User, north_ag: Company, act: str) -> None:
    task = make_task(north_ag, anna)
    client.force_login(boris)
    assert client.post(f"/tasks/{task.pk}/{act}/", {"result": "x"}).status_code == client.post(f"/tasks/999999/{act}/").status_code == 404
    assert client.get(f"/tasks/{task.pk}/{act}/").status_code == 405
    task.refresh_from_db()
    assert task.state == Task.State.OPEN


def close_and_drop(task: Task, closer: User, planner: User) -> list[Any]:
    """What came of it when one closed the task and another took it back, each with the row as it was read before."""
    rows = [Task.objects.get(pk=task.pk) for _racer in range(2)]
    return race(lambda: rows[0].close(result="Sent.", by=closer), lambda: rows[1].drop(by=planner))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_what_came_of_a_task_is_never_dropped_with_it(north_ag: Company, anna: User, carla: User) -> None:
    for _turn in range(repetitions()):
        task = make_task(north_ag, anna)
        outcomes = close_and_drop(task, carla, anna)
        assert [type(one) for one in outcomes if one is not None] == [TaskClosed]
        assert Task.objects.filter(pk=task.pk).exists() == (outcomes[0] is None)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_it_would_be_where_nobody_reads_again_under_a_lock(north_ag: Company, anna: User, carla: User, monkeypatch: Any) -> None:
    """The canary: who takes back decides on the row as it was read."""
    monkeypatch.setattr(tasks, "lock", lambda row: row)
    assert any(close_and_drop(make_task(north_ag, anna), carla, anna) == [None, None] for _turn in range(60))


def drop_twice(task: Task, by: User) -> int:
    """How many entries say that the task was taken back, when two did at once."""
    before = Entry.objects.filter(action="task.dropped").count()
    rows = [Task.objects.get(pk=task.pk) for _racer in range(2)]
    assert race(*[lambda row=row: row.drop(by=by) for row in rows]) == [None, None]
    return Entry.objects.filter(action="task.dropped").count() - before


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_take_a_task_back_at_once_do_so_once(north_ag: Company, anna: User, monkeypatch: Any) -> None:
    for _turn in range(repetitions()):
        assert drop_twice(make_task(north_ag, anna), anna) == 1
    monkeypatch.setattr(tasks, "lock", lambda row: row)
    assert drop_twice(make_task(north_ag, anna), anna) == 2, "the canary: nobody reads again under a lock"
